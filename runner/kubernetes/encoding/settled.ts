// Which specs and statuses are known to be in the form that their schema asks for: reading or ordering them again would change nothing.
// Stored objects are frozen and share what a write did not touch, so that a write costs what it changes, not what it carries along.
import type { Json } from '../../base/json.ts'
import type { Schema } from '../openapi/schema.ts'

/** Remembers which values are in a form. Only frozen values are believed: others may have changed since. */
export class SettledForms {
  readonly #schemas = new WeakMap<object, Schema>()

  /** The member of an object as `settle` makes it, or as it is if that was its work before. Only what is large is worth remembering. */
  member<result extends Json | undefined>(name: string, value: Json, schema: Schema, settle: () => result): Json | result {
    if ((name !== 'spec' && name !== 'status') || typeof value !== 'object' || value === null) return settle()
    if (this.#schemas.get(value) === schema && Object.isFrozen(value)) return value
    const settled = settle()
    if (typeof settled === 'object' && settled !== null && (settled !== value || Object.isFrozen(settled))) this.#schemas.set(settled, schema)
    return settled
  }
}

/** What decoding leaves as it is. */
export const decodedForms = new SettledForms()

/** What ordering leaves as it is. */
export const orderedForms = new SettledForms()
