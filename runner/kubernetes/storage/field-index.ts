// Objects by the value of a field that is asked for often: kubelets and `kubectl describe node` ask for the pods of a node.
import { at, type KubernetesObject } from '../object.ts'

/** The indexed field of each resource, as a field selector names it. The real server's cache has the same one (kubernetes `pkg/registry/core/pod/strategy.go`, NodeNameTriggerFunc). */
const indexed: Readonly<Record<string, string>> = { pods: 'spec.nodeName' }

/** True if a selector on this field can be answered without looking at every object. */
export function isIndexed(resource: string, field: string): boolean {
  return indexed[resource] === field
}

/** Keys of one resource's objects by the value of its indexed field. */
export class FieldIndex {
  readonly #path: readonly string[]
  readonly #keys = new Map<string, Set<string>>()

  constructor(resource: string) {
    this.#path = (indexed[resource] ?? '').split('.')
  }

  /** An object came, changed or went. */
  change(key: string, before: KubernetesObject | undefined, after: KubernetesObject | undefined): void {
    const [from, to] = [before && this.#valueOf(before), after && this.#valueOf(after)]
    if (from === to) return
    if (from !== undefined) this.#keys.get(from)?.delete(key)
    if (to === undefined) return
    const keys = this.#keys.get(to) ?? new Set<string>()
    this.#keys.set(to, keys.add(key))
  }

  /** Keys of the objects whose field has a value, in order; an absent field counts as empty. */
  keys(value: string): readonly string[] {
    return [...(this.#keys.get(value) ?? [])].sort()
  }

  #valueOf(object: KubernetesObject): string {
    return String(at(object, ...this.#path) ?? '')
  }
}
