// managedFields after a create, update or patch that is no apply (apimachinery `pkg/util/managedfields`).
import { isObject, type JsonObject } from '../../base/json.ts'
import { goOrder } from '../encoding/go-order.ts'
import type { ManagedFieldsEntry } from '../object.ts'
import type { Schema } from '../openapi/schema.ts'
import { type FieldSet, isEmptyFieldSet, union } from './field-set.ts'
import {
  capUpdaters,
  type Manager,
  type Managers,
  managerId,
  readManagers,
  takeFrom,
  withFields,
  withoutResetFields,
  withoutServerFields,
  writeManager,
  writeManagers,
} from './managers.ts'
import { fieldsOfNew } from './new-fields.ts'
import { PathElementError } from './path-element.ts'
import { compare } from './typed-compare.ts'
import { remembering } from './written-fields.ts'

/** A write, as field management sees it. `live` and `next` are in the form that is stored (`goOrder`). */
export interface ManagedWrite {
  /** What is stored now; undefined for a create. */
  readonly live: JsonObject | undefined
  /** What the client wants: decoded and defaulted, before admission. */
  readonly next: JsonObject
  /** `metadata.managedFields` as the client sent them, if it did: `[]` or one empty entry forgets all. */
  readonly requested?: readonly ManagedFieldsEntry[]
  readonly schema: Schema
  readonly manager: string
  readonly apiVersion: string
  /** World time as meta/v1 Time. */
  readonly time: string
  readonly subresource?: string
  /** Dotted paths that this write cannot set; see `resetFields`. */
  readonly reset?: readonly string[]
}

/** The managedFields to store with `next`; empty if the object's fields are not tracked. */
export function updateManagedFields(write: ManagedWrite): readonly ManagedFieldsEntry[] {
  const managers = managersBefore(write)
  if (managers.size === 0 && write.live !== undefined) return []
  try {
    if (managers.size === 0) return firstEntry(write)
    return writeManagers(capUpdaters(recordUpdate(managers, write)))
  } catch (error) {
    // A list whose items have no key cannot be tracked: the server gives up on the object's fields then, and lets validation speak.
    if (error instanceof PathElementError) return []
    throw error
  }
}

const joined = remembering(union)

/** Gives what differs between `live` and `next` to the writer and takes it from all others. */
export function recordUpdate(managers: Managers, write: Omit<ManagedWrite, 'requested'>): Managers {
  const { reset = [], schema, live, next } = write
  const { changed, removed } = compare(withoutManagedFields(live ?? emptyObject(schema)), withoutManagedFields(next), schema)
  const gained = withoutResetFields(changed, reset)
  const left = takeFrom(managers, union(gained, withoutResetFields(removed, reset)))
  const own = withoutServerFields(gained)
  if (isEmptyFieldSet(own)) return left
  const fresh = writerOf(write, own)
  const id = managerId(fresh)
  const previous = left.get(id)
  return left.set(id, previous ? withFields(previous, joined(previous.fields, own), write.time) : fresh)
}

/** Of a new object all is the writer's: where nobody manages anything yet, nobody can lose what goes. */
function firstEntry(write: ManagedWrite): readonly ManagedFieldsEntry[] {
  const { next, schema, reset = [] } = write
  const fields = fieldsOfNew(withoutManagedFields(next), emptyObject(schema), schema)
  const own = withoutServerFields(withoutResetFields(fields, reset))
  return isEmptyFieldSet(own) ? [] : [writeManager(writerOf(write, own))]
}

function writerOf({ manager, apiVersion, subresource = '', time }: Omit<ManagedWrite, 'requested'>, fields: FieldSet): Manager {
  return { manager: manager === '' ? 'unknown' : manager, operation: 'Update', apiVersion, subresource, time, fields }
}

/** The object that a Go server compares a new one with: a struct with nothing set. */
export function emptyObject(schema: Schema): JsonObject {
  const known = emptyObjects.get(schema)
  if (known) return known
  const empty = goOrder({}, schema)
  emptyObjects.set(schema, empty)
  return empty
}

/** The object without its managedFields, which manage themselves. */
export function withoutManagedFields(object: JsonObject): JsonObject {
  const { metadata } = object
  if (!isObject(metadata) || metadata.managedFields === undefined) return object
  const { managedFields: _, ...rest } = metadata
  return { ...object, metadata: rest }
}

/** The managedFields of an object. */
export function managedFieldsOf(object: JsonObject | undefined): readonly ManagedFieldsEntry[] {
  const fields = isObject(object?.metadata) ? object.metadata.managedFields : undefined
  return Array.isArray(fields) ? (fields as readonly ManagedFieldsEntry[]) : []
}

const emptyObjects = new WeakMap<Schema, JsonObject>()

/** A client may write managedFields itself, but not through a subresource; what cannot be read counts as not sent. */
function managersBefore({ live, requested, subresource = '' }: ManagedWrite): Managers {
  const stored = (): Managers => readManagers(managedFieldsOf(live)) ?? new Map()
  if (subresource !== '' || requested === undefined) return stored()
  if (isReset(requested)) return new Map()
  const sent = readManagers(requested)
  return sent === undefined || sent.size === 0 ? stored() : sent
}

function isReset(requested: readonly ManagedFieldsEntry[]): boolean {
  return requested.length === 0 || (requested.length === 1 && Object.values(requested[0] ?? {}).every((value) => value === undefined))
}
