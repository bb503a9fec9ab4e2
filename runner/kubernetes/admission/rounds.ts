// The rounds that a write goes through the changing half of admission: a second one where a policy or a webhook has changed the
// object, so that whoever was asked before sees what has become of it (apiserver `admission/reinvocation.go`).
import { equal } from '../../base/json.ts'
import type { KubernetesObject } from '../object.ts'
import { asJson } from '../registry/plain.ts'

/** The rounds of one write; all plugins are handed the same. */
export class Rounds {
  /** True in the second round. */
  again = false
  /** True once a second round is called for. */
  wanted = false
  #asked: Map<string, Asked> | undefined

  /** What a plugin has asked in this write. */
  of(plugin: string): Asked {
    this.#asked ??= new Map()
    const known = this.#asked.get(plugin) ?? new Asked(this)
    this.#asked.set(plugin, known)
    return known
  }
}

/** Whom a plugin has asked: those that want it are asked again in the second round if the object has changed since. */
export class Asked {
  readonly #rounds: Rounds
  readonly #willing = new Set<unknown>()
  readonly #due = new Set<unknown>()
  #last: KubernetesObject | undefined

  constructor(rounds: Rounds) {
    this.#rounds = rounds
  }

  /** A round begins: what others have changed since the last one is a reason to ask again. */
  begin(object: KubernetesObject | undefined): void {
    if (this.#rounds.again && !sameObject(this.#last, object)) this.#recall()
  }

  /** True for whoever is to be asked in this round. */
  includes(key: unknown): boolean {
    return !this.#rounds.again || this.#due.has(key)
  }

  /** The object has been changed by somebody who was asked. */
  changed(): void {
    this.#rounds.wanted = true
    this.#recall()
  }

  /** Somebody has been asked who wants to be asked again. */
  willing(key: unknown): void {
    this.#willing.add(key)
  }

  /** A round ends with this object. */
  end(object: KubernetesObject | undefined): void {
    this.#last = object
  }

  #recall(): void {
    for (const key of this.#willing) this.#due.add(key)
    this.#willing.clear()
  }
}

/** True for objects of the same content. */
export function sameObject(left: KubernetesObject | undefined, right: KubernetesObject | undefined): boolean {
  return left === right || (left !== undefined && right !== undefined && equal(asJson(left), asJson(right)))
}
