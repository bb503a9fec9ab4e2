// What policy snapshots and resource snapshots have in common: names with an index, one of them the latest, a limited past.
import type { Client } from '../../../kubernetes/client.ts'
import { type KubernetesObject, keyOf, type ObjectKey, type OwnerReference, type Resource } from '../../../kubernetes/object.ts'
import { labels } from '../names.ts'
import { placeOf } from './family.ts'

/** The placement as controller owner of its snapshots. */
export function placementOwner(placement: KubernetesObject): OwnerReference {
  return {
    apiVersion: 'placement.kubernetes-fleet.io/v1beta1',
    blockOwnerDeletion: true,
    controller: true,
    kind: placement.kind,
    name: placement.metadata.name ?? '',
    uid: placement.metadata.uid ?? '',
  }
}

/** A placement's snapshots of one sort, oldest first. */
export async function snapshotsOf(client: Client, resource: Resource, placement: ObjectKey): Promise<readonly KubernetesObject[]> {
  const { items } = await client.list(resource, { ...placeOf(placement), labelSelector: `${labels.parentPlacement}=${placement.name}` })
  return [...items].sort((a, b) => indexOf(a) - indexOf(b))
}

/** Index of a snapshot, from its label. */
export function indexOf({ metadata }: KubernetesObject): number {
  return Number(metadata.labels?.[labels.policyIndex] ?? metadata.labels?.[labels.resourceIndex] ?? metadata.labels?.[labels.overrideIndex] ?? -1)
}

/** The snapshot marked as the latest, or the last one. */
export function latestOf(snapshots: readonly KubernetesObject[]): KubernetesObject | undefined {
  return snapshots.findLast(isMarkedLatest) ?? snapshots.at(-1)
}

/** True for a snapshot that is marked as the latest. */
export function isMarkedLatest({ metadata }: KubernetesObject): boolean {
  return metadata.labels?.[labels.latestSnapshot] === 'true'
}

/** Makes room for a new snapshot: the latest is no longer that, and the oldest beyond the limit go. */
export async function retire(
  client: Client,
  resource: Resource,
  options: { readonly snapshots: readonly KubernetesObject[]; readonly limit: number },
): Promise<void> {
  const latest = latestOf(options.snapshots)
  if (latest && isMarkedLatest(latest)) await client.update(resource, withLabels(latest, { [labels.latestSnapshot]: 'false' }))
  const indexes = [...new Set(options.snapshots.map(indexOf))]
  const surplus = indexes.slice(0, Math.max(0, indexes.length - options.limit + 1))
  for (const snapshot of options.snapshots.filter((each) => surplus.includes(indexOf(each)))) await client.delete(resource, keyOf(snapshot))
}

/** The object with these labels set as well. */
export function withLabels(object: KubernetesObject, set: Readonly<Record<string, string>>): KubernetesObject {
  return { ...object, metadata: { ...object.metadata, labels: { ...object.metadata.labels, ...set } } }
}

/** The object with these annotations set as well. */
export function withAnnotations(object: KubernetesObject, set: Readonly<Record<string, string>>): KubernetesObject {
  return { ...object, metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, ...set } } }
}
