// The latest resource snapshot of a placement. The first is made at once; a change is collected for 15 s, and two
// snapshots are at least 30 s apart, counted from the annotation that notes when the change was seen. What is too large for
// one object goes on in further ones: the master is `<placement>-<index>-snapshot`, the others `<placement>-<index>-<n>`.
import type { JsonObject } from '../../../base/json.ts'
import type { Client } from '../../../kubernetes/client.ts'
import { at, formatTime, type KubernetesObject, keyOf, type Resource } from '../../../kubernetes/object.ts'
import { goJson, resourceHash } from '../hashes.ts'
import { annotations, labels } from '../names.ts'
import { isEnvelope } from '../selection/placeable.ts'
import { familyOf, placeOf } from './family.ts'
import { indexOf, latestOf, placementOwner, retire, snapshotsOf, withAnnotations, withLabels } from './snapshots.ts'

/** The hub agent's `--resource-snapshot-creation-minimum-interval` and `--resource-changes-collection-duration`, in ms. */
export const snapshotDelays = { interval: 30_000, collection: 15_000 }

/** How many bytes of objects one snapshot holds at most, and one Work. */
export const snapshotSize = 800 * 1024

/** What is to be in the snapshot. */
export interface SnapshotOptions {
  readonly selectedResources: readonly KubernetesObject[]
  readonly revisionHistoryLimit: number
  /** World time, ms. */
  readonly now: number
}

/** The latest snapshot; `wait` is how long until one of the present resources may be made. */
export interface LatestSnapshot {
  readonly snapshot: KubernetesObject
  readonly wait?: number
}

/** Finds or makes the snapshot of the selected resources, or tells when it may be made. */
export async function ensureResourceSnapshot(client: Client, placement: KubernetesObject, options: SnapshotOptions): Promise<LatestSnapshot> {
  const { resourceSnapshots: resource } = familyOf(keyOf(placement))
  const latest = latestOf((await snapshotsOf(client, resource, keyOf(placement))).filter(isMaster))
  const hash = resourceHash(options.selectedResources as unknown as readonly JsonObject[])
  if (latest?.metadata.annotations?.[annotations.resourceHash] === hash) return { snapshot: latest }
  if (latest) {
    const { snapshot, wait } = await collect(client, latest, { resource, now: options.now })
    if (wait > 0) return { snapshot, wait }
  }
  await retire(client, resource, { snapshots: await snapshotsOf(client, resource, keyOf(placement)), limit: options.revisionHistoryLimit })
  const [master, ...others] = snapshotObjects(placement, { ...options, hash, index: latest ? indexOf(latest) + 1 : 0 })
  for (const other of others) await client.create(resource, other)
  return { snapshot: await client.create(resource, master) }
}

/** The master snapshot of a revision and its further ones, in order. */
export async function wholeSnapshot(client: Client, master: KubernetesObject): Promise<readonly KubernetesObject[]> {
  const count = Number(master.metadata.annotations?.[annotations.numberOfSnapshots] ?? '1')
  if (count < 2) return [master]
  const { resourceSnapshots } = familyOf(keyOf(master))
  const selector = `${labels.parentPlacement}=${master.metadata.labels?.[labels.parentPlacement]},${labels.resourceIndex}=${indexOf(master)}`
  const { items } = await client.list(resourceSnapshots, { ...placeOf(keyOf(master)), labelSelector: selector })
  const others = items.filter((snapshot) => !isMaster(snapshot))
  return [master, ...others.sort((a, b) => subIndexOf(a) - subIndexOf(b))]
}

/** The objects of a revision, in the order in which they are placed. */
export function resourcesOf(snapshots: readonly KubernetesObject[]): readonly KubernetesObject[] {
  return snapshots.flatMap((snapshot) => (at(snapshot, 'spec', 'selectedResources') ?? []) as unknown as readonly KubernetesObject[])
}

/** True for the snapshot of a revision that tells of all. */
export function isMaster({ metadata }: KubernetesObject): boolean {
  return metadata.annotations?.[annotations.resourceHash] !== undefined
}

/** The place of a further snapshot in its revision; -1 for the master. */
export function subIndexOf({ metadata }: KubernetesObject): number {
  return Number(metadata.annotations?.[annotations.subIndex] ?? -1)
}

/** Notes when a change was first seen, and counts from there. */
async function collect(
  client: Client,
  latest: KubernetesObject,
  { resource, now }: { readonly resource: Resource; readonly now: number },
): Promise<{ snapshot: KubernetesObject; wait: number }> {
  const noted = latest.metadata.annotations?.[annotations.nextSnapshotDetected]
  const detected = noted === undefined ? formatTime(now) : noted
  const snapshot = noted === undefined ? await client.update(resource, withAnnotations(latest, { [annotations.nextSnapshotDetected]: detected })) : latest
  const earliest = Math.max(Date.parse(detected) + snapshotDelays.collection, Date.parse(latest.metadata.creationTimestamp ?? '') + snapshotDelays.interval)
  return { snapshot, wait: earliest - now }
}

interface Revision extends SnapshotOptions {
  readonly hash: string
  readonly index: number
}

function snapshotObjects(placement: KubernetesObject, revision: Revision): readonly [KubernetesObject, ...KubernetesObject[]] {
  const { selectedResources, hash, index } = revision
  const [first, ...rest] = inParts(selectedResources)
  const name = placement.metadata.name ?? ''
  const masterAnnotations = {
    [annotations.resourceHash]: hash,
    [annotations.numberOfSnapshots]: String(rest.length + 1),
    [annotations.numberOfEnvelopes]: String(selectedResources.filter(isEnvelope).length),
  }
  const master = snapshotObject(placement, { name: `${name}-${index}-snapshot`, index, resources: first, annotations: masterAnnotations })
  const others = rest.map((resources, sub) => {
    return snapshotObject(placement, { name: `${name}-${index}-${sub}`, index, resources, annotations: { [annotations.subIndex]: String(sub) } })
  })
  return [withLabels(master, { [labels.latestSnapshot]: 'true' }), ...others]
}

/** Objects in order, cut where the next would be too much for one snapshot. */
function inParts(objects: readonly KubernetesObject[]): readonly [readonly KubernetesObject[], ...(readonly KubernetesObject[])[]] {
  const parts: [KubernetesObject[], ...KubernetesObject[][]] = [[]]
  let size = 0
  for (const object of objects) {
    const bytes = goJson(object).length
    if (size > 0 && size + bytes > snapshotSize) {
      parts.push([])
      size = 0
    }
    size += bytes
    parts.at(-1)?.push(object)
  }
  return parts
}

interface Part {
  readonly name: string
  readonly index: number
  readonly resources: readonly KubernetesObject[]
  readonly annotations: Readonly<Record<string, string>>
}

function snapshotObject(placement: KubernetesObject, { name, index, resources, annotations }: Part): KubernetesObject {
  const key = keyOf(placement)
  const metadata = { name, ...placeOf(key), annotations, ownerReferences: [placementOwner(placement)] }
  const object = {
    apiVersion: 'placement.kubernetes-fleet.io/v1beta1',
    kind: familyOf(key).resourceSnapshots.kind,
    metadata,
    spec: { selectedResources: resources },
  }
  return withLabels(object, { [labels.parentPlacement]: key.name, [labels.resourceIndex]: String(index) })
}
