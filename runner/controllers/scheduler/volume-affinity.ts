// Nodes that cannot reach a pod's volumes, or have none free for its claims, are no place for it.
import type { KubernetesObject } from '../../kubernetes/object.ts'
import { bestVolume, isReached } from '../volumes.ts'
import type { Check, Surroundings } from './place.ts'

/** The filter of volumes that only some nodes reach; undefined if there is none. */
export function volumeAffinity({ volumes, wanted = [], free = [] }: Surroundings): Check | undefined {
  const narrow = volumes.filter((volume) => volume.spec && 'nodeAffinity' in (volume.spec as object))
  if (narrow.length === 0 && wanted.length === 0) return undefined
  return ({ node }) => {
    if (!narrow.every((volume) => isReached(volume, node))) return { reasons: ["node(s) didn't match PersistentVolume's node affinity"], final: true }
    return hasRoom(node, { wanted, free }) ? undefined : { reasons: ["node(s) didn't find available persistent volumes to bind"], final: true }
  }
}

/** True if each claim that waits for its pod finds a volume of its own that the node reaches. */
function hasRoom(node: KubernetesObject, { wanted, free }: Required<Pick<Surroundings, 'wanted' | 'free'>>): boolean {
  let left = free.filter((volume) => isReached(volume, node))
  return wanted.every((claim) => {
    const volume = bestVolume(claim, left)
    left = left.filter((each) => each !== volume)
    return volume !== undefined
  })
}
