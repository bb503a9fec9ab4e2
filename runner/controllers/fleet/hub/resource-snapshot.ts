// The latest ClusterResourceSnapshot of a placement. The first is made at once; a change is collected for 15 s, and two
// snapshots are at least 30 s apart, counted from the annotation that notes when the change was seen.
import type { JsonObject } from '../../../base/json.ts'
import type { Client } from '../../../kubernetes/client.ts'
import { formatTime, type KubernetesObject } from '../../../kubernetes/object.ts'
import { resourceHash } from '../hashes.ts'
import { annotations, labels } from '../names.ts'
import { resourceSnapshots } from '../resources.ts'
import { indexOf, latestOf, placementOwner, retire, snapshotsOf, withAnnotations, withLabels } from './snapshots.ts'

/** The hub agent's `--resource-snapshot-creation-minimum-interval` and `--resource-changes-collection-duration`, in ms. */
export const snapshotDelays = { interval: 30_000, collection: 15_000 }

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
  const snapshots = await snapshotsOf(client, resourceSnapshots, placement.metadata.name ?? '')
  const latest = latestOf(snapshots)
  const hash = resourceHash(options.selectedResources as unknown as readonly JsonObject[])
  if (latest?.metadata.annotations?.[annotations.resourceHash] === hash) return { snapshot: latest }
  if (latest) {
    const { snapshot, wait } = await collect(client, latest, options.now)
    if (wait > 0) return { snapshot, wait }
  }
  await retire(client, resourceSnapshots, {
    snapshots: await snapshotsOf(client, resourceSnapshots, placement.metadata.name ?? ''),
    limit: options.revisionHistoryLimit,
  })
  const index = latest ? indexOf(latest) + 1 : 0
  return { snapshot: await client.create(resourceSnapshots, snapshotObject(placement, { ...options, hash, index })) }
}

/** Notes when a change was first seen, and counts from there. */
async function collect(client: Client, latest: KubernetesObject, now: number): Promise<{ snapshot: KubernetesObject; wait: number }> {
  const noted = latest.metadata.annotations?.[annotations.nextSnapshotDetected]
  const detected = noted === undefined ? formatTime(now) : noted
  const snapshot =
    noted === undefined ? await client.update(resourceSnapshots, withAnnotations(latest, { [annotations.nextSnapshotDetected]: detected })) : latest
  const earliest = Math.max(Date.parse(detected) + snapshotDelays.collection, Date.parse(latest.metadata.creationTimestamp ?? '') + snapshotDelays.interval)
  return { snapshot, wait: earliest - now }
}

function snapshotObject(
  placement: KubernetesObject,
  { selectedResources, hash, index }: SnapshotOptions & { readonly hash: string; readonly index: number },
): KubernetesObject {
  const name = placement.metadata.name ?? ''
  const object = {
    apiVersion: 'placement.kubernetes-fleet.io/v1beta1',
    kind: resourceSnapshots.kind,
    metadata: {
      name: `${name}-${index}-snapshot`,
      annotations: { [annotations.resourceHash]: hash, [annotations.numberOfSnapshots]: '1', [annotations.numberOfEnvelopes]: '0' },
      ownerReferences: [placementOwner(placement)],
    },
    spec: { selectedResources },
  }
  return withLabels(object, { [labels.parentPlacement]: name, [labels.latestSnapshot]: 'true', [labels.resourceIndex]: String(index) })
}
