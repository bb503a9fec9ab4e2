// Exports Services of a member: a ServiceExport of the same name becomes an InternalServiceExport on the hub, and tells what became of it.
import type { JsonObject } from '../../../base/json.ts'
import type { Client } from '../../../kubernetes/client.ts'
import { at, type KubernetesObject, keyOf, type ObjectKey, parseKey } from '../../../kubernetes/object.ts'
import { type ControllerContext, type ControllerDefinition, defineController } from '../../controller.ts'
import { services } from '../../resources.ts'
import { type Condition, conditionsOf, findCondition, setCondition } from '../conditions.ts'
import { hasFinalizer, withFinalizer, withoutFinalizer } from '../finalizers.ts'
import { memberNamespace } from '../names.ts'
import { internalServiceExports, marks, netManagers, serviceExports } from './kinds.ts'
import { discard, keep, objectOf, referredService, report } from './objects.ts'

interface Ground {
  readonly member: string
  readonly hub: Client
  readonly context: ControllerContext
}

/** Keys are those of Services. */
export function serviceExport({ memberName }: { readonly memberName: string }): ControllerDefinition {
  return defineController({
    name: 'fleet-service-export',
    fieldManager: netManagers.member,
    watches: [
      { resource: serviceExports },
      { resource: services },
      { resource: internalServiceExports, server: 'hub', namespace: memberNamespace(memberName), keys: (object) => [referredService(object)] },
    ],
    async reconcile(key, context) {
      const { hub } = context.others
      const found = await context.client.get(serviceExports, parseKey(key))
      if (hub && found) await look(found, { member: memberName, hub, context })
      return undefined
    },
  })
}

async function look(found: KubernetesObject, ground: Ground): Promise<void> {
  const { client } = ground.context
  if (found.metadata.deletionTimestamp !== undefined) return void (await withdraw(found, ground))
  const { namespace, name } = keyOf(found)
  const service = await client.get(services, keyOf(found))
  const what = `service ${namespace}/${name}`
  if (!service || service.metadata.deletionTimestamp !== undefined) {
    const left = await withdraw(found, ground)
    return tell(left, [{ type: 'Valid', status: 'False', reason: 'ServiceNotFound', message: `${what} is not found` }], ground)
  }
  const observedGeneration = service.metadata.generation ?? 0
  if (at(service, 'spec', 'type') === 'ExternalName' || at(service, 'spec', 'clusterIP') === 'None') {
    const left = await withdraw(found, ground)
    const message = `${what} is not eligible for export`
    return tell(left, [{ type: 'Valid', status: 'False', reason: 'ServiceIneligible', message, observedGeneration }], ground)
  }
  if (found.metadata.annotations?.[marks.weight] === '0') {
    const left = await withdraw(found, ground)
    const message = `exported service ${namespace}/${name} with 0 weight`
    return tell(left, [{ type: 'Valid', status: 'True', reason: 'ServiceIsValid', message, observedGeneration }], ground)
  }
  const held = hasFinalizer(found, marks.exportCleanup) ? found : await client.update(serviceExports, withFinalizer(found, marks.exportCleanup))
  const internal = await ground.hub.get(internalServiceExports, hubKey(found, ground))
  const conflict = findCondition(conditionsOf(internal), 'Conflict') ?? pending(what, observedGeneration)
  await tell(held, [{ type: 'Valid', status: 'True', reason: 'ServiceIsValid', message: `${what} is valid for export`, observedGeneration }, conflict], ground)
  const since = findCondition(conditionsOf(await client.get(serviceExports, keyOf(found))), 'Valid')?.lastTransitionTime ?? ''
  const spec = { ...specOf(service, since, ground), ...loadBalancerOf(service, ground), weight: Number(found.metadata.annotations?.[marks.weight] ?? 1) }
  await keep(ground.hub, internalServiceExports, objectOf(internalServiceExports, hubKey(found, ground), { spec }))
}

function pending(what: string, observedGeneration: number): Condition {
  const message = `${what} is pending export conflict resolution`
  return { type: 'Conflict', status: 'Unknown', reason: 'ServicePendingConflictResolution', message, observedGeneration }
}

function hubKey({ metadata }: KubernetesObject, { member }: Ground): ObjectKey {
  return { namespace: memberNamespace(member), name: `${metadata.namespace}-${metadata.name}` }
}

function specOf(service: KubernetesObject, exportedSince: string, { member }: Ground): JsonObject {
  const { namespace = '', name = '', uid = '', generation, resourceVersion = '' } = service.metadata
  const ports = ((at(service, 'spec', 'ports') ?? []) as readonly JsonObject[]).map(({ nodePort: _, ...port }) => port)
  const count = generation === undefined ? {} : { generation }
  const namespacedName = `${namespace}/${name}`
  return { ports, serviceReference: { clusterId: member, kind: 'Service', namespace, name, namespacedName, resourceVersion, uid, exportedSince, ...count } }
}

/** What Traffic Manager asks of a Service: its kind, its public address in Azure, whether that has a name. */
function loadBalancerOf(service: KubernetesObject, { context }: Ground): JsonObject {
  const type = at(service, 'spec', 'type') ?? 'ClusterIP'
  if (type !== 'LoadBalancer') return { type }
  const { annotations = {}, uid = '' } = service.metadata
  const beta = 'service.beta.kubernetes.io'
  const place = context.settings.publicAddresses
  const hasAddress = at(service, 'status', 'loadBalancer', 'ingress', '0', 'ip') !== undefined
  return {
    type,
    isDNSLabelConfigured: Boolean(annotations[`${beta}/azure-dns-label-name`]),
    isInternalLoadBalancer: annotations[`${beta}/azure-load-balancer-internal`] === 'true',
    ...(place && hasAddress ? { publicIPResourceID: `${place}/kubernetes-a${uid.replaceAll('-', '').slice(0, 31)}` } : {}),
  }
}

/** Takes an export back; resolves to the ServiceExport as it is then. */
async function withdraw(found: KubernetesObject, ground: Ground): Promise<KubernetesObject> {
  if (!hasFinalizer(found, marks.exportCleanup)) return found
  await discard(ground.hub, internalServiceExports, hubKey(found, ground))
  return ground.context.client.update(serviceExports, withoutFinalizer(found, marks.exportCleanup))
}

async function tell(found: KubernetesObject, said: readonly Condition[], { context }: Ground): Promise<void> {
  let conditions = conditionsOf(found)
  for (const condition of said) conditions = setCondition(conditions, condition, context.clock.now())
  await report(context.client, serviceExports, found, { conditions })
}
