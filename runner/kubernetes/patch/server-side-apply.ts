// Server-side apply: merges what a manager wants into what is there, and keeps the account of who wants what.
import { equal, isObject, type Json, type JsonObject } from '../../base/json.ts'
import { decode } from '../encoding/decode.ts'
import { conversionProblem, wrapIntegers } from '../encoding/unstructured.ts'
import { type ManagedFieldsEntry, parseApiVersion } from '../object.ts'
import type { Schema } from '../openapi/schema.ts'
import { StatusError } from '../status-error.ts'
import { type Conflict, conflictError } from './conflict.ts'
import { difference, type FieldSet, hasPath, intersection, isEmptyFieldSet, listPaths, union } from './field-set.ts'
import { allowedByLastApplied, withLastApplied } from './last-applied.ts'
import { emptyObject, managedFieldsOf, recordUpdate, withoutManagedFields } from './managed-fields.ts'
import { type Manager, type Managers, managerId, readManagers, takeFrom, withoutResetFields, withoutServerFields, writeManagers } from './managers.ts'
import { compare } from './typed-compare.ts'
import { typeProblems } from './typed-validate.ts'
import { merge, removePaths, toFieldSet, withDeclaredParents } from './typed-value.ts'

/** An apply. `live` is the stored object (`goOrder` form), undefined if there is none. */
export interface Apply {
  readonly live: JsonObject | undefined
  /** The parsed body of the request, as it came. */
  readonly applied: JsonObject
  readonly schema: Schema
  readonly manager: string
  readonly force: boolean
  readonly apiVersion: string
  /** The kind that the endpoint serves. */
  readonly kind: string
  /** World time as meta/v1 Time. */
  readonly time: string
  readonly subresource?: string
  /** Dotted paths that this write cannot set; see `resetFields`. */
  readonly reset?: readonly string[]
}

/** What to store, before defaults, admission and validation. */
export interface Applied {
  readonly object: JsonObject
  readonly managedFields: readonly ManagedFieldsEntry[]
}

/** Applies; throws StatusError: 400 for a body that is none, 409 for conflicts, 500 for one that its schema does not know. */
export function serverSideApply(apply: Apply): Applied {
  refuseWrongBody(apply)
  const problems = typeProblems(apply.applied, apply.schema)
  if (problems !== undefined) throw new StatusError('', `failed to create typed patch object (${describe(apply.applied)}): ${problems}`)
  const live = withoutManagedFields(apply.live ?? emptyObject(apply.schema))
  const { merged, managers } = mergeAndOwn(apply, live, managersBefore(apply))
  const object = apply.manager === 'kubectl' ? withLastApplied(merged, apply.applied) : merged
  return { object: typed(object, apply), managedFields: writeManagers(managers) }
}

function refuseWrongBody({ applied, apiVersion, kind }: Apply): void {
  if (applied.apiVersion !== apiVersion || applied.kind !== kind) {
    throw new StatusError('BadRequest', `invalid object type: ${groupVersionKind(applied)}`)
  }
  const fields = isObject(applied.metadata) ? applied.metadata.managedFields : undefined
  if (fields !== undefined && fields !== null) throw new StatusError('BadRequest', 'metadata.managedFields must be nil')
}

/** An object that nobody applied to or tracked before belongs to a manager of that name, so that taking it over is a conflict. */
function managersBefore(apply: Apply): Managers {
  const { live } = apply
  if (live === undefined) return new Map()
  const managers = readManagers(managedFieldsOf(live))
  if (managers === undefined) throw new StatusError('', 'failed to decode managed fields: operation must be `Apply` or `Update`')
  if (managers.size > 0) return managers
  return recordUpdate(managers, { ...apply, live: undefined, next: live, manager: 'before-first-apply' })
}

/** An apply that changes nothing about the object leaves the time of its entry alone; a new entry has none then. */
function mergeAndOwn(apply: Apply, live: JsonObject, before: Managers): { merged: JsonObject; managers: Managers } {
  const { applied, schema, reset = [] } = apply
  const own: Manager = {
    manager: apply.manager,
    operation: 'Apply',
    apiVersion: apply.apiVersion,
    subresource: apply.subresource ?? '',
    time: apply.time,
    fields: withoutResetFields(toFieldSet(applied, schema), reset),
  }
  const id = managerId(own)
  const last = before.get(id)
  const managers = new Map(before).set(id, own)
  const merged = prune(asObject(merge(live, applied, schema)), last?.fields, managers, schema)
  const changes = compare(live, merged, schema)
  const gained = withoutResetFields(changes.changed, reset)
  const conflicts = findConflicts(managers, id, gained)
  if (conflicts.length > 0 && !apply.force) refuseConflicts(conflicts, apply, live)
  const left = takeFrom(managers, union(gained, withoutResetFields(changes.removed, reset)), id)
  const fields = withoutServerFields(own.fields)
  if (isEmptyFieldSet(fields)) left.delete(id)
  else left.set(id, { ...own, fields, time: equal(merged, live) ? last?.time : own.time })
  return { merged, managers: left }
}

/** Takes away what this manager applied last time and does not want any more, unless somebody else wants it. */
function prune(merged: JsonObject, last: FieldSet | undefined, managers: Managers, schema: Schema): JsonObject {
  if (last === undefined || isEmptyFieldSet(last)) return merged
  const lastPaths = withDeclaredParents(last, schema)
  const mergedPaths = withDeclaredParents(toFieldSet(merged, schema), schema)
  const pathsOf = (object: JsonObject): FieldSet => withDeclaredParents(toFieldSet(object, schema), schema)
  const without = (paths: FieldSet): JsonObject => asObject(removePaths(merged, paths, schema))
  const wanted = withDeclaredParents([...managers.values()].map((manager) => manager.fields).reduce(union), schema)
  const withOwned = without(difference(mergedPaths, union(pathsOf(without(lastPaths)), wanted)))
  return without(intersection(difference(mergedPaths, pathsOf(withOwned)), lastPaths))
}

function findConflicts(managers: Managers, own: string, gained: FieldSet): readonly Conflict[] {
  return [...managers]
    .filter(([id]) => id !== own)
    .flatMap(([id, manager]) => listPaths(intersection(manager.fields, gained)).map((path) => ({ id, manager, path })))
}

/** Fields that kubectl's client-side apply set are its own, so that a user may change over to server-side apply. */
function refuseConflicts(conflicts: readonly Conflict[], apply: Apply, live: JsonObject): void {
  const allowed = apply.manager === 'kubectl' ? allowedByLastApplied(live, apply.schema, apply.apiVersion) : undefined
  const left = allowed ? conflicts.filter(({ path }) => !hasPath(allowed, path)) : conflicts
  if (left.length > 0) throw conflictError(left)
}

/** The server turns the merged object into its Go type, if it has one: what the schema let through may fail here, as a broken quantity does. */
function typed(object: JsonObject, apply: Apply): JsonObject {
  const builtIn = apply.schema.kind === 'object' && apply.schema.typeName !== undefined
  if (!builtIn) return object
  const problem = conversionProblem(object, apply.schema)
  if (problem === undefined) return decode(wrapIntegers(object, apply.schema), apply.schema).object
  const words = `unable to convert unstructured object to ${groupVersionKind(apply.applied)}: ${problem}`
  throw new StatusError('', `failed to convert new object (${describe(apply.applied)}) to proper version: ${words}`)
}

function asObject(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {}
}

/** `namespace/name; group/version, Kind=Kind`, as the server's errors name an object. */
function describe(object: JsonObject): string {
  const metadata = asObject(object.metadata)
  return `${metadata.namespace ?? ''}/${metadata.name ?? ''}; ${groupVersionKind(object)}`
}

function groupVersionKind(object: JsonObject): string {
  const { group, version } = parseApiVersion(String(object.apiVersion ?? ''))
  return `${group}/${version}, Kind=${object.kind ?? ''}`
}
