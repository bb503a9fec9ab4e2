// Which placement a changed object of the hub belongs to.
import type { Client } from '../../../kubernetes/client.ts'
import { formatKey, type KubernetesObject, keyOf } from '../../../kubernetes/object.ts'
import { labels } from '../names.ts'
import { families } from './family.ts'

/** Key that stands for every placement; no placement can have this name. */
export const wakeAll = '*'

/** Key of the placement that a snapshot or a binding names in its label; it is where they are. */
export function parentPlacement({ metadata }: KubernetesObject): readonly string[] {
  const name = metadata.labels?.[labels.parentPlacement]
  return name === undefined ? [] : [formatKey(metadata.namespace === undefined ? { name } : { name, namespace: metadata.namespace })]
}

/** Keys of all placements of both families. */
export async function placementKeys(client: Client): Promise<readonly string[]> {
  const keys: string[] = []
  for (const { placements } of families) keys.push(...(await client.list(placements)).items.map((placement) => formatKey(keyOf(placement))))
  return keys
}

/** True for an object that waits for its finalizers. */
export function isUnderDeletion({ metadata }: KubernetesObject): boolean {
  return metadata.deletionTimestamp !== undefined
}
