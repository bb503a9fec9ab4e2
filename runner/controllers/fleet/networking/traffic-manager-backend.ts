// Backends of Traffic Manager profiles: the Services that members export become weighted endpoints of the profile in Azure.
import { equal, type JsonObject } from '../../../base/json.ts'
import { at, formatKey, type KubernetesObject, keyOf, parseKey } from '../../../kubernetes/object.ts'
import { type ControllerContext, type ControllerDefinition, defineController } from '../../controller.ts'
import { type Condition, conditionsOf, findCondition, setCondition, statusAt } from '../conditions.ts'
import { hasFinalizer, withFinalizer, withoutFinalizer } from '../finalizers.ts'
import type { TrafficManagers } from '../traffic-managers.ts'
import { internalServiceExports, netManagers, serviceImports, trafficManagerBackends, trafficManagerProfiles } from './kinds.ts'
import { referredService, report } from './objects.ts'
import { azureProfileName, groupOf } from './traffic-manager-profile.ts'

const finalizer = 'networking.fleet.azure.com/traffic-manager-backend-cleanup'
/** Stands for every backend: a profile or a Service of theirs has changed. */
const all = '*'

/** Keys are those of TrafficManagerBackends. */
export function trafficManagerBackend(azure: TrafficManagers): ControllerDefinition {
  const everyone = (): readonly string[] => [all]
  return defineController({
    name: 'fleet-traffic-manager-backend',
    fieldManager: netManagers.hub,
    watches: [
      { resource: trafficManagerBackends },
      ...[trafficManagerProfiles, serviceImports, internalServiceExports].map((resource) => ({ resource, keys: everyone })),
    ],
    async reconcile(key, context) {
      const { client } = context
      if (key === all) {
        for (const each of (await client.list(trafficManagerBackends)).items) context.enqueue(formatKey(keyOf(each)))
        return undefined
      }
      const found = await client.get(trafficManagerBackends, parseKey(key))
      if (!found) return undefined
      if (found.metadata.deletionTimestamp === undefined) await attach(found, azure, context)
      else await detach(found, azure, context)
      return undefined
    },
  })
}

interface Endpoint {
  readonly name: string
  readonly cluster: string
  readonly weight: number
  readonly target: string
}

interface Exports {
  readonly good: readonly Endpoint[]
  readonly bad: readonly { readonly cluster: string; readonly why: string }[]
}

async function attach(backend: KubernetesObject, azure: TrafficManagers, context: ControllerContext): Promise<void> {
  const { client } = context
  const say = (said: Said, endpoints: readonly JsonObject[] = []): Promise<void> => tell(backend, said, { endpoints, context })
  const profileName = String(at(backend, 'spec', 'profile', 'name'))
  const profile = await client.get(trafficManagerProfiles, { ...keyOf(backend), name: profileName })
  if (!profile) return say(refused(`TrafficManagerProfile "${profileName}" is not found`))
  const programmed = findCondition(conditionsOf(profile), 'Programmed')
  const state = statusAt(programmed, profile.metadata.generation ?? 0)
  if (state === 'False') return say(refused(`Invalid trafficManagerProfile "${profileName}": ${programmed?.message}`))
  if (state !== 'True') return say(pending(`In the processing of trafficManagerProfile "${profileName}"`))
  const stored = await azure.get(groupOf(profile), azureProfileName(profile))
  if (!stored) return say(refused(`Azure Traffic Manager profile "${azureProfileName(profile)}" under "${groupOf(profile)}" is not found`))
  const put = (endpoints: readonly Endpoint[]): Promise<readonly JsonObject[]> => putEndpoints(backend, { stored, profile, endpoints, azure })
  const service = String(at(backend, 'spec', 'backend', 'name'))
  const imported = await client.get(serviceImports, { ...keyOf(backend), name: service })
  if (!imported) {
    await put([])
    return say(refused(`ServiceImport "${service}" is not found`))
  }
  const weight = Number(at(backend, 'spec', 'weight') ?? 1)
  if (weight > 0 && clustersOf(imported).length === 0) return say(pending('In the process of exporting the services'))
  const { good, bad } = weight === 0 ? { good: [], bad: [] } : await exportsOf(backend, { imported, weight, context })
  if (good.length > 0 && !hasFinalizer(backend, finalizer)) await client.update(trafficManagerBackends, withFinalizer(backend, finalizer))
  const endpoints = await put(good)
  const [first] = bad
  if (!first) return say(accepted(endpoints.length), endpoints)
  const example = `service exported from ${first.cluster} is invalid: ${first.why}`
  await say(refused(`${bad.length} service(s) exported from clusters cannot be exposed as the Azure Traffic Manager, for example, ${example}`), endpoints)
}

function clustersOf(imported: KubernetesObject): readonly string[] {
  return ((at(imported, 'status', 'clusters') ?? []) as readonly JsonObject[]).map(({ cluster }) => String(cluster))
}

interface Importing {
  readonly imported: KubernetesObject
  readonly weight: number
  readonly context: ControllerContext
}

/** The exported Services as endpoints: each has its part of the backend's weight, rounded up. */
async function exportsOf(backend: KubernetesObject, { imported, weight, context }: Importing): Promise<Exports> {
  const exported = (await context.client.list(internalServiceExports)).items.filter((each) => referredService(each) === formatKey(keyOf(imported)))
  const of = (cluster: string): KubernetesObject | undefined => exported.find((each) => at(each, 'spec', 'serviceReference', 'clusterId') === cluster)
  const judged = clustersOf(imported).map((cluster) => ({ cluster, spec: of(cluster)?.spec as JsonObject | undefined, why: unfit(of(cluster)) }))
  const fit = judged.filter(({ why }) => why === undefined)
  const whole = fit.reduce((sum, { spec }) => sum + Number(spec?.weight ?? 1), 0)
  return {
    good: fit.map(({ cluster, spec }) => ({
      name: `${prefixOf(backend)}${at(backend, 'spec', 'backend', 'name')}#${cluster}`,
      cluster,
      weight: Math.ceil((weight * Number(spec?.weight ?? 1)) / whole),
      target: String(spec?.publicIPResourceID),
    })),
    bad: judged.flatMap(({ cluster, why }) => (why === undefined ? [] : [{ cluster, why }])),
  }
}

function unfit(exported: KubernetesObject | undefined): string | undefined {
  const { type = 'ClusterIP', isInternalLoadBalancer, publicIPResourceID, isDNSLabelConfigured } = (exported?.spec ?? {}) as JsonObject
  if (type !== 'LoadBalancer') return `unsupported service type "${type}"`
  if (isInternalLoadBalancer === true) return 'internal load balancer is not supported'
  if (publicIPResourceID === undefined) return 'in the processing of configuring public IP'
  return isDNSLabelConfigured === true ? undefined : 'DNS label is not configured to the public IP'
}

function prefixOf({ metadata }: KubernetesObject): string {
  return `fleet-${metadata.uid ?? ''}#`
}

interface Putting {
  readonly stored: JsonObject
  readonly profile: KubernetesObject
  readonly endpoints: readonly Endpoint[]
  readonly azure: TrafficManagers
}

/** Makes the backend's endpoints of the profile these; resolves to them as its status shows them. */
async function putEndpoints(backend: KubernetesObject, { stored, profile, endpoints, azure }: Putting): Promise<readonly JsonObject[]> {
  const type = 'Microsoft.Network/trafficManagerProfiles/azureEndpoints'
  const present = (at(stored, 'properties', 'endpoints') ?? []) as readonly JsonObject[]
  const others = present.filter(({ name }) => !String(name).startsWith(prefixOf(backend)))
  const own = endpoints.map(({ name, weight, target }) => ({
    id: `${stored.id}/azureEndpoints/${name}`,
    name,
    type,
    properties: { endpointStatus: 'Enabled', targetResourceId: target, weight },
  }))
  const next = [...others, ...own]
  const properties = { ...(stored.properties as JsonObject), endpoints: next }
  if (!equal(next, present)) await azure.put(groupOf(profile), azureProfileName(profile), { ...stored, properties })
  return endpoints.map(({ name, cluster, weight }, index) => ({
    from: { cluster, weight: 1 },
    name: name.toLowerCase(),
    resourceID: String(own[index]?.id),
    weight,
  }))
}

type Said = Pick<Condition, 'status' | 'reason' | 'message'>

function refused(message: string): Said {
  return { status: 'False', reason: 'Invalid', message }
}

function pending(message: string): Said {
  return { status: 'Unknown', reason: 'Pending', message }
}

function accepted(count: number): Said {
  return { status: 'True', reason: 'Accepted', message: `${count} service(s) exported from clusters have been accepted as Traffic Manager endpoints` }
}

interface Telling {
  readonly endpoints: readonly JsonObject[]
  readonly context: ControllerContext
}

async function tell(backend: KubernetesObject, said: Said, { endpoints, context }: Telling): Promise<void> {
  const stored = await context.client.get(trafficManagerBackends, keyOf(backend))
  if (!stored) return
  const condition = { ...said, type: 'Accepted', observedGeneration: stored.metadata.generation ?? 0 }
  const conditions = setCondition(conditionsOf(stored), condition, context.clock.now())
  await report(context.client, trafficManagerBackends, stored, { conditions, ...(endpoints.length === 0 ? {} : { endpoints }) })
}

async function detach(backend: KubernetesObject, azure: TrafficManagers, { client }: ControllerContext): Promise<void> {
  if (!hasFinalizer(backend, finalizer)) return
  const profile = await client.get(trafficManagerProfiles, { ...keyOf(backend), name: String(at(backend, 'spec', 'profile', 'name')) })
  const stored = profile && (await azure.get(groupOf(profile), azureProfileName(profile)))
  if (profile && stored) await putEndpoints(backend, { stored, profile, endpoints: [], azure })
  await client.update(trafficManagerBackends, withoutFinalizer(backend, finalizer))
}
