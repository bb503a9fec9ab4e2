// Which placement a changed object of the hub belongs to.
import type { Client } from '../../../kubernetes/client.ts'
import type { KubernetesObject } from '../../../kubernetes/object.ts'
import { labels } from '../names.ts'
import { clusterResourcePlacements } from '../resources.ts'

/** Key that stands for every placement; no placement can have this name. */
export const wakeAll = '*'

/** The placement that snapshots, bindings and Works name in their label. */
export function parentPlacement({ metadata }: KubernetesObject): readonly string[] {
  const placement = metadata.labels?.[labels.parentPlacement]
  return placement === undefined ? [] : [placement]
}

/** Names of all placements. */
export async function placementKeys(client: Client): Promise<readonly string[]> {
  return (await client.list(clusterResourcePlacements)).items.map(({ metadata }) => metadata.name ?? '')
}

/** True for an object that waits for its finalizers. */
export function isUnderDeletion({ metadata }: KubernetesObject): boolean {
  return metadata.deletionTimestamp !== undefined
}
