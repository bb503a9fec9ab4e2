// Which overrides go with a placement's resources to a member (pkg/utils/overrider).
import type { JsonObject } from '../../../base/json.ts'
import type { Client } from '../../../kubernetes/client.ts'
import { at, type KubernetesObject, type ObjectKey } from '../../../kubernetes/object.ts'
import { labels } from '../names.ts'
import { clusterResourceOverrideSnapshots, resourceOverrideSnapshots } from '../resources.ts'
import type { BindingOverrides } from './apply-overrides.ts'
import { rulesFor, selectsCluster, selectsNamespaced } from './override-spec.ts'

/** The parts of a binding's spec that name its overrides; absent where there are none. */
export interface OverrideNames extends JsonObject {
  readonly clusterResourceOverrideSnapshots?: readonly string[]
  readonly resourceOverrideSnapshots?: readonly { readonly name: string; readonly namespace: string }[]
}

/** The latest snapshots of the overrides that select any of a placement's resources. */
export async function matchingOverrides(client: Client, placement: ObjectKey, resources: readonly KubernetesObject[]): Promise<BindingOverrides> {
  const latest = { labelSelector: `${labels.latestSnapshot}=true` }
  const cluster = (await client.list(clusterResourceOverrideSnapshots, latest)).items
  const namespaced = (await client.list(resourceOverrideSnapshots, latest)).items
  const isFor = (snapshot: KubernetesObject): boolean => {
    const wanted = at(snapshot, 'spec', 'overrideSpec', 'placement')
    if (wanted === undefined) return true
    const scope = at(wanted, 'scope') ?? 'Cluster'
    return at(wanted, 'name') === placement.name && (scope === 'Namespaced') === (placement.namespace !== undefined)
  }
  return {
    cluster: cluster.filter((snapshot) => isFor(snapshot) && resources.some((object) => selectsCluster(snapshot, object))),
    namespaced: namespaced.filter((snapshot) => isFor(snapshot) && resources.some((object) => selectsNamespaced(snapshot, object))),
  }
}

/** Those that have a rule for a member, by name, as a binding names them. */
export function overrideNamesFor(member: KubernetesObject | undefined, { cluster, namespaced }: BindingOverrides): OverrideNames {
  const forMember = (snapshot: KubernetesObject): boolean => member !== undefined && rulesFor(snapshot, member).length > 0
  const clusterNames = cluster.filter(forMember).map(({ metadata }) => metadata.name ?? '')
  const namespacedNames = namespaced.filter(forMember).map(({ metadata }) => ({ name: metadata.name ?? '', namespace: metadata.namespace ?? '' }))
  clusterNames.sort()
  namespacedNames.sort((a, b) => (`${a.namespace}/${a.name}` < `${b.namespace}/${b.name}` ? -1 : 1))
  return {
    ...(clusterNames.length === 0 ? {} : { clusterResourceOverrideSnapshots: clusterNames }),
    ...(namespacedNames.length === 0 ? {} : { resourceOverrideSnapshots: namespacedNames }),
  }
}

/** The names that a binding's spec, or a cluster in an update run, has. */
export function overrideNamesOf(holder: unknown): OverrideNames {
  const clusterNames = at(holder, 'clusterResourceOverrideSnapshots')
  const namespacedNames = at(holder, 'resourceOverrideSnapshots')
  return {
    ...(clusterNames === undefined ? {} : { clusterResourceOverrideSnapshots: clusterNames as unknown as readonly string[] }),
    ...(namespacedNames === undefined ? {} : { resourceOverrideSnapshots: namespacedNames as unknown as OverrideNames['resourceOverrideSnapshots'] }),
  } as OverrideNames
}

/** The snapshots that a binding names; one that is gone is left out. */
export async function overridesOf(client: Client, binding: KubernetesObject): Promise<BindingOverrides> {
  const { clusterResourceOverrideSnapshots: clusterNames = [], resourceOverrideSnapshots: namespacedKeys = [] } = overrideNamesOf(binding.spec)
  const cluster: KubernetesObject[] = []
  for (const name of clusterNames) cluster.push(...present(await client.get(clusterResourceOverrideSnapshots, { name })))
  const namespaced: KubernetesObject[] = []
  for (const key of namespacedKeys) namespaced.push(...present(await client.get(resourceOverrideSnapshots, key)))
  return { cluster, namespaced }
}

function present(snapshot: KubernetesObject | undefined): readonly KubernetesObject[] {
  return snapshot ? [snapshot] : []
}
