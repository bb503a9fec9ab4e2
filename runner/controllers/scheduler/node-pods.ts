// The pods of one node and what they take together, kept as pods come, change and go: a change costs what changed, not a look at all of them.
import { controllerOf } from '../owners.ts'
import type { Pod } from '../pods.ts'
import { resourcesOf } from './load.ts'
import type { NodeLoad } from './node.ts'
import { mindsOthers } from './pod-affinity.ts'

/** Pods by key, in the order of their keys, however they came. */
export class NodePods {
  readonly #keys: string[] = []
  readonly #pods: Pod[] = []
  readonly #requests: Record<string, bigint> = {}
  readonly #owners = new Map<string, number>()
  #minding = 0
  #load: NodeLoad | undefined

  /** Puts a pod in, in place of the one with its key. */
  set(key: string, pod: Pod): void {
    const index = this.#find(key)
    const there = this.#keys[index] === key
    const before = there ? this.#pods[index] : undefined
    if (there) this.#pods[index] = pod
    else {
      this.#keys.splice(index, 0, key)
      this.#pods.splice(index, 0, pod)
    }
    this.#count(before, -1)
    this.#count(pod, 1)
    this.#load = undefined
  }

  delete(key: string): void {
    const index = this.#find(key)
    if (this.#keys[index] !== key) return
    this.#count(this.#pods[index], -1)
    this.#keys.splice(index, 1)
    this.#pods.splice(index, 1)
    this.#load = undefined
  }

  /** The load as it is now; one that was given before stays as it was. */
  get load(): NodeLoad {
    this.#load ??= {
      requests: { ...this.#requests },
      pods: [...this.#pods],
      minding: this.#minding === 0 ? [] : this.#pods.filter(mindsOthers),
      owners: new Map(this.#owners),
    }
    return this.#load
  }

  #count(pod: Pod | undefined, sign: 1 | -1): void {
    if (!pod) return
    for (const [name, value] of Object.entries(resourcesOf(pod))) this.#requests[name] = (this.#requests[name] ?? 0n) + BigInt(sign) * value
    if (mindsOthers(pod)) this.#minding += sign
    const owner = controllerOf(pod)?.uid
    if (owner === undefined) return
    const count = (this.#owners.get(owner) ?? 0) + sign
    if (count === 0) this.#owners.delete(owner)
    else this.#owners.set(owner, count)
  }

  /** Where a key stands, or belongs. */
  #find(key: string): number {
    let low = 0
    let high = this.#keys.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#keys[middle] ?? '') < key) low = middle + 1
      else high = middle
    }
    return low
  }
}
