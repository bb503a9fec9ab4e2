// Which specs and statuses are known to be in the form that their schema asks for: reading them again would change nothing.
// Stored objects are frozen and share what a write did not touch, so that a write costs what it changes, not what it carries along.
import type { Json } from '../../base/json.ts'
import type { Schema } from '../openapi/schema.ts'

/** Remembers which values are in a form. Only frozen values are believed: others may have changed since. */
export class SettledForms {
  readonly #schemas = new WeakMap<object, Schema>()

  /** The member of an object as `settle` makes it, or as it is if that left it alone before. Only what is large is worth remembering. */
  member<result extends Json | undefined>(name: string, value: Json, schema: Schema, settle: () => result): Json | result {
    if ((name !== 'spec' && name !== 'status') || typeof value !== 'object' || value === null || !Object.isFrozen(value)) return settle()
    if (this.#schemas.get(value) === schema) return value
    const settled = settle()
    if (settled === value) this.#schemas.set(value, schema)
    return settled
  }
}

/** What decoding leaves as it is. */
export const decodedForms = new SettledForms()
