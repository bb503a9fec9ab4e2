// What single nodes are asked about a pod: pods of one signature, such as those of one owner, are alike to each of them.
import { controllerOf } from '../owners.ts'
import type { Container, Pod } from '../pods.ts'
import type { Node, NodeLoad } from './node.ts'

/** Everything of a pod that the filters and scores of single nodes read. */
export function signatureOf(pod: Pod): string {
  const { nodeSelector, affinity, tolerations, containers, initContainers, overhead } = pod.spec
  return JSON.stringify([nodeSelector, affinity, tolerations, asksOf(containers), asksOf(initContainers), overhead, controllerOf(pod)?.uid])
}

function asksOf(containers: readonly Container[] = []): readonly unknown[] {
  return containers.map(({ resources, ports, restartPolicy }) => [resources?.requests, ports, restartPolicy])
}

/** What was found for the last signature at each load: most nodes stay as they are while pod after pod of one owner is placed. */
export class LastFound<found> {
  readonly #byLoad = new WeakMap<NodeLoad, { readonly node: Node; readonly signature: string; readonly found: found }>()

  of(signature: string, { node, load }: { readonly node: Node; readonly load: NodeLoad }, find: () => found): found {
    const known = this.#byLoad.get(load)
    if (known && known.node === node && known.signature === signature) return known.found
    const found = find()
    this.#byLoad.set(load, { node, signature, found })
    return found
  }
}
