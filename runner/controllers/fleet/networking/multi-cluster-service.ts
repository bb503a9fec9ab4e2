// Imports Services into a member: a MultiClusterService has a ServiceImport, and once that is known to the hub, a Service that balances the load.
import { equal, type JsonObject } from '../../../base/json.ts'
import type { Client } from '../../../kubernetes/client.ts'
import { at, type KubernetesObject, keyOf, type ObjectKey, parseKey } from '../../../kubernetes/object.ts'
import { type ControllerContext, type ControllerDefinition, defineController } from '../../controller.ts'
import { endpointSlices, services } from '../../resources.ts'
import { conditionsOf, setCondition } from '../conditions.ts'
import { hasFinalizer, withFinalizer, withoutFinalizer } from '../finalizers.ts'
import { memberNamespace, systemNamespace } from '../names.ts'
import { endpointSliceImports, internalServiceImports, marks, multiClusterServices, netManagers, serviceImports } from './kinds.ts'
import { discard, keep, objectOf, referredService, report } from './objects.ts'

/** Keys are those of MultiClusterServices. */
export const multiClusterService: ControllerDefinition = defineController({
  name: 'fleet-multi-cluster-service',
  fieldManager: netManagers.member,
  watches: [
    { resource: multiClusterServices },
    { resource: serviceImports, keys: ({ metadata }) => (metadata.ownerReferences ?? []).map(({ name }) => `${metadata.namespace}/${name}`) },
    { resource: services, keys: usersOf },
  ],
  async reconcile(key, context) {
    const { client } = context
    const found = await client.get(multiClusterServices, parseKey(key))
    if (!found) return undefined
    if (found.metadata.deletionTimestamp !== undefined) return void (await cleanUp(found, client))
    const held = hasFinalizer(found, marks.importCleanup) ? found : await client.update(multiClusterServices, withFinalizer(found, marks.importCleanup))
    await importInto(held, context)
    return undefined
  },
})

/** The MultiClusterService that a Service was derived for. */
function usersOf({ metadata }: KubernetesObject): readonly string[] {
  const user = metadata.labels?.[marks.derivedService]
  return user === undefined ? [] : [user.replace('_', '/')]
}

const derivedKey = (found: KubernetesObject): ObjectKey => ({ namespace: systemNamespace, name: `${found.metadata.namespace}-${found.metadata.name}` })

async function cleanUp(found: KubernetesObject, client: Client): Promise<void> {
  if (!hasFinalizer(found, marks.importCleanup)) return
  await discard(client, services, derivedKey(found))
  await discard(client, serviceImports, { namespace: found.metadata.namespace ?? '', name: importName(found) })
  await client.update(multiClusterServices, withoutFinalizer(found, marks.importCleanup))
}

function importName(found: KubernetesObject): string {
  return found.metadata.labels?.[marks.serviceImport] ?? String(at(found, 'spec', 'serviceImport', 'name'))
}

async function importInto(held: KubernetesObject, { client, clock }: ControllerContext): Promise<void> {
  const { namespace = '', name = '', uid = '' } = held.metadata
  const wanted = String(at(held, 'spec', 'serviceImport', 'name'))
  if (importName(held) !== wanted) await discard(client, serviceImports, { namespace, name: importName(held) })
  const marked = await labelled(held, { [marks.serviceImport]: wanted }, client)
  const owner = { apiVersion: held.apiVersion, kind: held.kind, name, uid, controller: true, blockOwnerDeletion: true }
  const key = { namespace, name: wanted }
  const imported =
    (await client.get(serviceImports, key)) ?? (await client.create(serviceImports, objectOf(serviceImports, key, { metadata: { ownerReferences: [owner] } })))
  const clusters = (at(imported, 'status', 'clusters') ?? []) as readonly unknown[]
  const say = async (status: 'True' | 'Unknown', reason: string, message: string, loadBalancer?: JsonObject): Promise<void> => {
    const stored = await client.get(multiClusterServices, keyOf(held))
    if (!stored) return
    const condition = { type: 'Valid', status, reason, message, observedGeneration: stored.metadata.generation ?? 0 } as const
    const conditions = setCondition(conditionsOf(stored), condition, clock.now())
    await report(client, multiClusterServices, stored, { conditions, ...(loadBalancer === undefined ? {} : { loadBalancer }) })
  }
  if (clusters.length === 0) {
    await discard(client, services, derivedKey(held))
    return say('Unknown', 'UnknownServiceImport', unknown)
  }
  await labelled(marked, { [marks.derivedService]: derivedKey(held).name }, client)
  const service = await derive(held, (at(imported, 'status', 'ports') ?? []) as readonly JsonObject[], client)
  return say('True', 'FoundServiceImport', 'found valid service import', (at(service, 'status', 'loadBalancer') ?? {}) as JsonObject)
}

const unknown =
  'importing service; if the condition remains for a while, please verify that service has been exported or service has been exported by other multiClusterService'

async function labelled(object: KubernetesObject, labels: Readonly<Record<string, string>>, client: Client): Promise<KubernetesObject> {
  const next = { ...object.metadata.labels, ...labels }
  if (equal(object.metadata.labels ?? {}, next)) return object
  return client.update(multiClusterServices, { ...object, metadata: { ...object.metadata, labels: next } })
}

/** The Service in Fleet's own namespace behind which the imported endpoints are. */
async function derive(held: KubernetesObject, ports: readonly JsonObject[], client: Client): Promise<KubernetesObject> {
  const key = derivedKey(held)
  const found = await client.get(services, key)
  const { namespace = '', name = '' } = held.metadata
  if (!found) {
    const metadata = { ...key, labels: { [marks.derivedService]: `${namespace}_${name}` } }
    return client.create(services, { apiVersion: 'v1', kind: 'Service', metadata, spec: { type: 'LoadBalancer', ports } } as KubernetesObject)
  }
  const plain = ((at(found, 'spec', 'ports') ?? []) as readonly JsonObject[]).map(({ nodePort: _, ...port }) => port)
  if (equal(plain, ports)) return found
  return client.update(services, { ...found, spec: { ...(found.spec as JsonObject), ports } } as KubernetesObject)
}

/** Tells the hub what a member imports, and the member what the hub knows of it. Keys are those of ServiceImports. */
export function serviceImportRelay({ memberName }: { readonly memberName: string }): ControllerDefinition {
  const hubNamespace = memberNamespace(memberName)
  return defineController({
    name: 'fleet-service-import-relay',
    fieldManager: netManagers.member,
    watches: [
      { resource: serviceImports },
      { resource: internalServiceImports, server: 'hub', namespace: hubNamespace, keys: (object) => [referredService(object)] },
    ],
    async reconcile(key, { client, others: { hub } }) {
      if (!hub) return undefined
      const { namespace = '', name } = parseKey(key)
      const hubKey = { namespace: hubNamespace, name: `${namespace}-${name}` }
      const imported = await client.get(serviceImports, { namespace, name })
      if (!imported) return void (await discard(hub, internalServiceImports, hubKey))
      const serviceImportReference = { clusterId: memberName, kind: 'ServiceImport', namespace, name, namespacedName: key, uid: imported.metadata.uid ?? '' }
      const internal = await keep(hub, internalServiceImports, objectOf(internalServiceImports, hubKey, { spec: { serviceImportReference } }))
      await report(client, serviceImports, imported, (internal.status ?? {}) as JsonObject)
      return undefined
    },
  })
}

/** Puts imported endpoints behind the Service that was derived. Keys are those of imported Services. */
export function endpointSliceImport({ memberName }: { readonly memberName: string }): ControllerDefinition {
  const hubNamespace = memberNamespace(memberName)
  return defineController({
    name: 'fleet-endpoint-slice-import',
    fieldManager: netManagers.member,
    watches: [
      { resource: endpointSliceImports, server: 'hub', namespace: hubNamespace, keys: (object) => [referredService(object)] },
      { resource: multiClusterServices, keys: (object) => [`${object.metadata.namespace}/${importName(object)}`] },
    ],
    async reconcile(key, { client, others: { hub } }) {
      if (!hub) return undefined
      const { namespace = '', name } = parseKey(key)
      const users = (await client.list(multiClusterServices, { namespace })).items.filter((each) => importName(each) === name)
      const derived = users.flatMap(({ metadata }) => metadata.labels?.[marks.derivedService] ?? [])[0]
      const imported = (await hub.list(endpointSliceImports, { namespace: hubNamespace })).items.filter((each) => referredService(each) === key)
      const wanted = derived === undefined ? [] : imported.map((each) => sliceOf(each, { derived, key }))
      for (const slice of wanted) await keepSlice(slice, client)
      const labelSelector = `${managedBy}=${marks.managedBy},${marks.serviceImport}=${key.replace('/', '_')}`
      for (const { metadata } of (await client.list(endpointSlices, { namespace: systemNamespace, labelSelector })).items) {
        if (!wanted.some((slice) => slice.metadata.name === metadata.name))
          await discard(client, endpointSlices, { namespace: systemNamespace, name: metadata.name ?? '' })
      }
      return undefined
    },
  })
}

const managedBy = 'endpointslice.kubernetes.io/managed-by'

function sliceOf({ metadata, spec }: KubernetesObject, { derived, key }: { readonly derived: string; readonly key: string }): KubernetesObject {
  const { addressType, endpoints, ports } = spec as JsonObject
  const labels = { 'kubernetes.io/service-name': derived, [managedBy]: marks.managedBy, [marks.serviceImport]: key.replace('/', '_') }
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: metadata.name ?? '', namespace: systemNamespace, labels },
    addressType,
    endpoints,
    ports,
  } as KubernetesObject
}

async function keepSlice(wanted: KubernetesObject, client: Client): Promise<void> {
  const found = await client.get(endpointSlices, keyOf(wanted))
  const same = found && ['endpoints', 'ports'].every((field) => equal(found[field], wanted[field])) && equal(found.metadata.labels, wanted.metadata.labels)
  if (!found) await client.create(endpointSlices, wanted)
  else if (!same) await client.update(endpointSlices, { ...wanted, metadata: { ...found.metadata, labels: wanted.metadata.labels ?? {} } } as KubernetesObject)
}
