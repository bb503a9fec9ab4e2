// The latest ClusterSchedulingPolicySnapshot of a placement: made anew when the policy changes, else kept up to date.
import { equal, type JsonObject } from '../../../base/json.ts'
import type { Client } from '../../../kubernetes/client.ts'
import { type KubernetesObject, keyOf, type Resource } from '../../../kubernetes/object.ts'
import { policyHash } from '../hashes.ts'
import { annotations, labels } from '../names.ts'
import { familyOf, placeOf } from './family.ts'
import type { PlacementSpec } from './placement-spec.ts'
import { indexOf, latestOf, placementOwner, retire, snapshotsOf, withAnnotations, withLabels } from './snapshots.ts'

/** Finds or makes the snapshot of the placement's present policy. */
export async function ensurePolicySnapshot(client: Client, placement: KubernetesObject, spec: PlacementSpec): Promise<KubernetesObject> {
  const key = keyOf(placement)
  const { policySnapshots } = familyOf(key)
  const snapshots = await snapshotsOf(client, policySnapshots, key)
  const latest = latestOf(snapshots)
  const hash = policyHash(spec.policy)
  if (latest && (latest.spec as JsonObject).policyHash === hash)
    return refresh(client, latest, { resource: policySnapshots, wanted: snapshotAnnotations(placement, spec) })
  await retire(client, policySnapshots, { snapshots, limit: spec.revisionHistoryLimit })
  return client.create(policySnapshots, snapshotObject(placement, spec, latest ? indexOf(latest) + 1 : 0))
}

async function refresh(
  client: Client,
  latest: KubernetesObject,
  { resource, wanted }: { readonly resource: Resource; readonly wanted: Readonly<Record<string, string>> },
): Promise<KubernetesObject> {
  const next = withLabels(withAnnotations(latest, wanted), { [labels.latestSnapshot]: 'true' })
  return equal(next, latest) ? latest : client.update(resource, next)
}

function snapshotObject(placement: KubernetesObject, spec: PlacementSpec, index: number): KubernetesObject {
  const name = placement.metadata.name ?? ''
  return {
    apiVersion: 'placement.kubernetes-fleet.io/v1beta1',
    kind: familyOf(keyOf(placement)).policySnapshots.kind,
    metadata: {
      name: `${name}-${index}`,
      ...placeOf(keyOf(placement)),
      labels: { [labels.parentPlacement]: name, [labels.latestSnapshot]: 'true', [labels.policyIndex]: String(index) },
      annotations: snapshotAnnotations(placement, spec),
      ownerReferences: [placementOwner(placement)],
    },
    spec: { ...(spec.policy === undefined ? {} : { policy: spec.policy }), policyHash: policyHash(spec.policy) },
  }
}

function snapshotAnnotations(placement: KubernetesObject, { policy }: PlacementSpec): Readonly<Record<string, string>> {
  const count = policy?.placementType === 'PickN' ? policy.numberOfClusters : undefined
  return {
    [annotations.placementGeneration]: String(placement.metadata.generation ?? 0),
    ...(count === undefined ? {} : { [annotations.numberOfClusters]: String(count) }),
  }
}
