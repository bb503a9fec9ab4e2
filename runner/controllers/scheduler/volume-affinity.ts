// Nodes that cannot reach a pod's volumes are no place for it.
import { at } from '../../kubernetes/object.ts'
import { matchesAffinity, type NodeSelector } from './node-affinity.ts'
import type { Check, Surroundings } from './place.ts'

type Required = NodeSelector['requiredDuringSchedulingIgnoredDuringExecution']

/** The filter of bound volumes that only some nodes reach; undefined if there is none. */
export function volumeAffinity({ volumes }: Surroundings): Check | undefined {
  const required = volumes.map((volume) => at(volume, 'spec', 'nodeAffinity', 'required') as Required).filter((each) => each !== undefined)
  if (required.length === 0) return undefined
  return ({ node }) => {
    const reached = required.every((each) => matchesAffinity({ nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: each } }, node))
    return reached ? undefined : { reasons: ["node(s) didn't match PersistentVolume's node affinity"], final: true }
  }
}
