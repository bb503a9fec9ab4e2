// The hub's half: Services that members export become one ServiceImport, and go with their endpoints to the member that imports it.
import { equal, type JsonObject } from '../../../base/json.ts'
import { at, type KubernetesObject, keyOf, type ObjectKey, parseKey } from '../../../kubernetes/object.ts'
import { type ControllerContext, type ControllerDefinition, defineController } from '../../controller.ts'
import { conditionsOf, setCondition } from '../conditions.ts'
import { memberOfNamespace } from '../names.ts'
import { endpointSliceExports, endpointSliceImports, internalServiceExports, internalServiceImports, marks, netManagers, serviceImports } from './kinds.ts'
import { discard, keep, objectOf, referredService, report } from './objects.ts'

const referring = (object: KubernetesObject): readonly string[] => [referredService(object)]

/** Keys are those of Services. */
export const serviceImport: ControllerDefinition = defineController({
  name: 'fleet-service-import',
  fieldManager: netManagers.hub,
  watches: [
    { resource: serviceImports },
    ...[internalServiceExports, internalServiceImports, endpointSliceExports, endpointSliceImports].map((resource) => ({ resource, keys: referring })),
  ],
  async reconcile(key, context) {
    const { client } = context
    const all = (await client.list(internalServiceExports)).items.filter((each) => referredService(each) === key)
    const exported = all.toSorted((a, b) => (exportedSince(a) < exportedSince(b) ? -1 : 1))
    const status = await resolve(parseKey(key), exported, context)
    await hand(key, status, context)
    return undefined
  },
})

const exportedSince = (object: KubernetesObject): string => String(at(object, 'spec', 'serviceReference', 'exportedSince'))
const portsOf = (object: KubernetesObject | undefined): unknown => at(object, 'spec', 'ports')

/** The ServiceImport has the ports of the first export; exports with other ports are in conflict. */
async function resolve(key: ObjectKey, exported: readonly KubernetesObject[], { client, clock }: ControllerContext): Promise<JsonObject> {
  if (exported.length === 0) {
    await discard(client, serviceImports, key)
    return {}
  }
  const stored = (await client.get(serviceImports, key)) ?? (await client.create(serviceImports, objectOf(serviceImports, key)))
  const settled = at(stored, 'status', 'ports')
  const ports = exported.some((each) => equal(portsOf(each), settled)) ? settled : portsOf(exported[0])
  const agreeing = exported.filter((each) => equal(portsOf(each), ports))
  const clusters = agreeing.map((each) => ({ cluster: String(at(each, 'spec', 'serviceReference', 'clusterId')) }))
  const status: JsonObject = { type: 'ClusterSetIP', ports: ports as JsonObject[], clusters }
  await report(client, serviceImports, stored, status)
  for (const each of exported) {
    const conflict = !agreeing.includes(each)
    const conditions = setCondition(conditionsOf(each), conflictCondition(each, conflict), clock.now())
    await report(client, internalServiceExports, each, { conditions })
  }
  return status
}

function conflictCondition(found: KubernetesObject, conflict: boolean) {
  const service = `service ${referredService(found)}`
  const observedGeneration = Number(at(found, 'spec', 'serviceReference', 'generation') ?? 0)
  return conflict
    ? ({
        type: 'Conflict',
        status: 'True',
        reason: 'ConflictFound',
        message: `${service} is in conflict with other exported services`,
        observedGeneration,
      } as const)
    : ({ type: 'Conflict', status: 'False', reason: 'NoConflictFound', message: `${service} is exported without conflict`, observedGeneration } as const)
}

/** Tells the member that asked first what it imports, and gives it the endpoints; a service is imported by one member at a time. */
async function hand(key: string, status: JsonObject, { client }: ControllerContext): Promise<void> {
  const asked = (await client.list(internalServiceImports)).items.filter((each) => referredService(each) === key)
  const user = asked.toSorted((a, b) => (String(a.metadata.creationTimestamp) <= String(b.metadata.creationTimestamp) ? -1 : 1))[0]
  for (const each of asked) await report(client, internalServiceImports, each, each === user ? status : {})
  await note(parseKey(key), user?.metadata.namespace, { client })
  const clusters = ((status.clusters ?? []) as readonly { readonly cluster: string }[]).map(({ cluster }) => cluster)
  const slices = (await client.list(endpointSliceExports)).items.filter((each) => {
    return user !== undefined && referredService(each) === key && clusters.includes(memberOfNamespace(each.metadata.namespace) ?? '')
  })
  const wanted = slices.map(({ metadata, spec }) => {
    return objectOf(endpointSliceImports, { namespace: user?.metadata.namespace ?? '', name: metadata.name ?? '' }, { spec: spec as JsonObject })
  })
  for (const each of wanted) await keep(client, endpointSliceImports, each)
  for (const each of (await client.list(endpointSliceImports)).items.filter((import_) => referredService(import_) === key)) {
    if (!wanted.some(({ metadata }) => metadata.name === each.metadata.name && metadata.namespace === each.metadata.namespace)) {
      await client.delete(endpointSliceImports, keyOf(each))
    }
  }
}

/** Who uses a ServiceImport stands in an annotation of it. */
async function note(key: ObjectKey, namespace: string | undefined, { client }: Pick<ControllerContext, 'client'>): Promise<void> {
  const stored = await client.get(serviceImports, key)
  const { [marks.inUseBy]: old, ...rest } = stored?.metadata.annotations ?? {}
  const text = namespace === undefined ? undefined : JSON.stringify({ memberNamespaces: { [namespace]: memberOfNamespace(namespace) ?? '' } })
  if (!stored || old === text) return
  const annotations = text === undefined ? rest : { ...rest, [marks.inUseBy]: text }
  await client.update(serviceImports, { ...stored, metadata: { ...stored.metadata, annotations } })
}
