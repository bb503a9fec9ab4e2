// Exports the endpoints of exported Services: EndpointSlices of a member become EndpointSliceExports on the hub.
import type { JsonObject } from '../../../base/json.ts'
import { at, type KubernetesObject, keyOf, type ObjectKey, parseKey } from '../../../kubernetes/object.ts'
import { type ControllerDefinition, defineController } from '../../controller.ts'
import { endpointSlices } from '../../resources.ts'
import { conditionsOf, findCondition } from '../conditions.ts'
import { memberNamespace } from '../names.ts'
import { endpointSliceExports, netManagers, serviceExports } from './kinds.ts'
import { keep, objectOf, referredService } from './objects.ts'

const serviceName = 'kubernetes.io/service-name'

/** Keys are those of Services. */
export function endpointSliceExport({ memberName }: { readonly memberName: string }): ControllerDefinition {
  const hubNamespace = memberNamespace(memberName)
  return defineController({
    name: 'fleet-endpoint-slice-export',
    fieldManager: netManagers.member,
    watches: [
      { resource: serviceExports },
      {
        resource: endpointSlices,
        keys: ({ metadata }) => (metadata.labels?.[serviceName] === undefined ? [] : [`${metadata.namespace}/${metadata.labels[serviceName]}`]),
      },
    ],
    async reconcile(key, { client, others: { hub } }) {
      if (!hub) return undefined
      const service = parseKey(key)
      const exported = isExported(await client.get(serviceExports, service))
      const labelSelector = `${serviceName}=${service.name}`
      const slices = exported ? (await client.list(endpointSlices, { namespace: service.namespace ?? '', labelSelector })).items : []
      const wanted = slices.map((slice) => exportOf(slice, { service, member: memberName }))
      for (const each of wanted) await keep(hub, endpointSliceExports, each)
      const present = (await hub.list(endpointSliceExports, { namespace: hubNamespace })).items.filter((each) => referredService(each) === key)
      const names = wanted.map(({ metadata }) => metadata.name)
      for (const each of present) if (!names.includes(each.metadata.name)) await hub.delete(endpointSliceExports, keyOf(each))
      return undefined
    },
  })
}

/** Valid, and at odds with no other member's. */
function isExported(found: KubernetesObject | undefined): boolean {
  const status = (type: string): string | undefined => findCondition(conditionsOf(found), type)?.status
  return found?.metadata.deletionTimestamp === undefined && status('Valid') === 'True' && status('Conflict') === 'False'
}

function exportOf(slice: KubernetesObject, { service, member }: { readonly service: ObjectKey; readonly member: string }): KubernetesObject {
  const { namespace = '', name = '', uid = '', generation = 0 } = slice.metadata
  const endpoints = ((at(slice, 'endpoints') ?? []) as readonly JsonObject[])
    .filter((endpoint) => at(endpoint, 'conditions', 'ready') !== false)
    .map(({ addresses }) => ({ addresses: addresses ?? [] }))
  const spec = {
    addressType: 'IPv4',
    endpoints,
    ports: (at(slice, 'ports') ?? []) as readonly JsonObject[],
    ownerServiceReference: { namespace: service.namespace ?? '', name: service.name, namespacedName: `${service.namespace}/${service.name}` },
    endpointSliceReference: { clusterId: member, kind: 'EndpointSlice', namespace, name, namespacedName: `${namespace}/${name}`, uid, generation },
  }
  return objectOf(endpointSliceExports, { namespace: memberNamespace(member), name: `${member}-${namespace}-${name}` }, { spec })
}
