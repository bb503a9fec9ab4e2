// Which pods are on which node, kept as they change: a pod is placed without looking at all others.
import type { KubernetesObject } from '../../kubernetes/object.ts'
import type { Follower } from '../controller.ts'
import { isDone, type Pod } from '../pods.ts'
import { loadFrom } from './load.ts'
import type { NodeLoad } from './node.ts'
import { NodePods } from './node-pods.ts'
import { priorityOf } from './place.ts'

/** The load of each node. A pod that waits for victims to leave a node counts there as well, except for pods that are more important than it. */
export class Occupancy implements Follower {
  readonly #placed = new Map<string, string>()
  readonly #nodes = new Map<string, NodePods>()
  readonly #nominated = new Map<string, Pod>()

  reset(objects: readonly KubernetesObject[]): void {
    for (const map of [this.#placed, this.#nodes, this.#nominated]) map.clear()
    for (const object of objects) this.change(object, 'ADDED')
  }

  change(object: KubernetesObject, change: 'ADDED' | 'MODIFIED' | 'DELETED'): void {
    const pod = object as Pod
    const key = `${pod.metadata.namespace}/${pod.metadata.name}`
    const there = change !== 'DELETED' && !isDone(pod)
    this.#place(key, pod, there ? pod.spec.nodeName : undefined)
    if (there && pod.spec.nodeName === undefined && nominationOf(pod) !== undefined) this.#nominated.set(key, pod)
    else this.#nominated.delete(key)
  }

  /** What the pods of a node take, as it counts for `asking`. */
  load(node: string, asking: Pod): NodeLoad {
    const load = this.#nodes.get(node)?.load ?? nothing
    if (this.#nominated.size === 0) return load
    const waiting = [...this.#nominated.values()].filter(
      (pod) => nominationOf(pod) === node && pod.metadata.uid !== asking.metadata.uid && priorityOf(pod) >= priorityOf(asking),
    )
    return waiting.length === 0 ? load : loadFrom([...load.pods, ...waiting])
  }

  #place(key: string, pod: Pod, node: string | undefined): void {
    const before = this.#placed.get(key)
    if (before !== undefined && before !== node) this.#nodes.get(before)?.delete(key)
    if (node === undefined) {
      this.#placed.delete(key)
      return
    }
    const pods = this.#nodes.get(node) ?? new NodePods()
    this.#nodes.set(node, pods)
    this.#placed.set(key, node)
    pods.set(key, pod)
  }
}

const nothing = loadFrom([])

function nominationOf(pod: Pod): string | undefined {
  const { nominatedNodeName } = pod.status ?? {}
  return typeof nominatedNodeName === 'string' && nominatedNodeName !== '' ? nominatedNodeName : undefined
}
