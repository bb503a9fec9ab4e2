// What many watches say of one change is written once.
import type { KubernetesObject } from '../object.ts'

/** The frames of the object that was told last: the watches of one server that hear of the same change share its bytes. */
export class FrameMemo {
  #object: KubernetesObject | undefined
  readonly #frames = new Map<string, Uint8Array>()

  /** The frame of a form of an object, made once. */
  of(object: KubernetesObject, form: string, make: () => Uint8Array): Uint8Array {
    if (object !== this.#object) this.#frames.clear()
    this.#object = object
    const frame = this.#frames.get(form) ?? make()
    this.#frames.set(form, frame)
    return frame
  }
}
