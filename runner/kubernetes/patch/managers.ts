// Who manages which fields, between the written form (managedFields) and sets that can be reckoned with.
import type { ManagedFieldsEntry } from '../object.ts'
import { difference, emptyFieldSet, type FieldSet, insertPath, isEmptyFieldSet, recursiveDifference, union } from './field-set.ts'
import { fieldElement } from './path-element.ts'
import { readFields, remembering, sharedSet, writeFields } from './written-fields.ts'

/** A manager's fields. `written` is the entry that they came from, as long as they have not changed. */
export interface Manager {
  readonly manager: string
  readonly operation: 'Apply' | 'Update'
  readonly apiVersion: string
  readonly subresource: string
  readonly time: string | undefined
  readonly fields: FieldSet
  readonly written?: ManagedFieldsEntry
}

/** Managers by identity: an applier is one whatever version it used, an updater is one per version. */
export type Managers = ReadonlyMap<string, Manager>

const without = remembering(difference)
const withoutBelow = remembering(recursiveDifference)

/** Reads managedFields; undefined if an entry is not one that the server could have written. */
export function readManagers(entries: readonly ManagedFieldsEntry[]): Managers | undefined {
  const managers = new Map<string, Manager>()
  for (const entry of entries) {
    const { operation, apiVersion = '', fieldsType, manager = '', subresource = '', time } = entry
    if ((operation !== 'Apply' && operation !== 'Update') || apiVersion === '' || fieldsType !== 'FieldsV1') return undefined
    const fields = readFields(entry.fieldsV1 ?? {})
    if (!fields) return undefined
    const read: Manager = { manager, operation, apiVersion, subresource, time, fields, written: entry }
    managers.set(managerId(read), read)
  }
  return managers
}

/** Writes managedFields, in the server's order. */
export function writeManagers(managers: Managers): readonly ManagedFieldsEntry[] {
  return [...managers.values()].toSorted(byAge).map(writeManager)
}

/** The identity of a manager: the written form of what it is made of, as JSON would have it. */
export function managerId({ manager, operation, apiVersion, subresource }: Pick<Manager, 'manager' | 'operation' | 'apiVersion' | 'subresource'>): string {
  const who = manager === '' ? '' : `"manager":${JSON.stringify(manager)},`
  const version = operation === 'Apply' ? '' : `,"apiVersion":${JSON.stringify(apiVersion)}`
  const part = subresource === '' ? '' : `,"subresource":${JSON.stringify(subresource)}`
  return `{${who}"operation":"${operation}"${version}${part}}`
}

/** Takes paths from every manager but one; managers left with nothing go. */
export function takeFrom(managers: Managers, paths: FieldSet, except?: string): Map<string, Manager> {
  const left = new Map<string, Manager>()
  for (const [id, manager] of managers) {
    if (id === except || !overlap(manager.fields, paths)) {
      left.set(id, manager)
      continue
    }
    const fields = without(manager.fields, paths)
    if (!isEmptyFieldSet(fields)) left.set(id, withFields(manager, fields))
  }
  return left
}

/** A manager with other fields than were written. */
export function withFields(manager: Manager, fields: FieldSet, time = manager.time): Manager {
  const { written: _, ...rest } = manager
  return { ...rest, fields, time }
}

/** Fields that nobody manages: identity and what the server keeps itself. */
export function withoutServerFields(fields: FieldSet): FieldSet {
  return without(fields, serverFields)
}

/** The set without fields that a write cannot set (status in the main resource, spec in `status`). */
export function withoutResetFields(fields: FieldSet, reset: readonly string[]): FieldSet {
  return reset.length === 0 ? fields : withoutBelow(fields, resetSet(reset))
}

const resetSets = new WeakMap<readonly string[], FieldSet>()

function resetSet(reset: readonly string[]): FieldSet {
  const known = resetSets.get(reset)
  if (known) return known
  const set = emptyFieldSet()
  for (const path of reset) insertPath(set, path.split('.').map(fieldElement))
  const shared = sharedSet(set)
  resetSets.set(reset, shared)
  return shared
}

const maxUpdaters = 10
const oldUpdates = 'ancient-changes'

/** Folds the oldest updaters of a version into one, so that no more than ten are left. */
export function capUpdaters(managers: Managers): Managers {
  const updaters = [...managers].filter(([, manager]) => manager.operation === 'Update')
  if (updaters.length <= maxUpdaters) return managers
  const left = new Map(managers)
  const first = new Map<string, string>()
  let count = updaters.length
  for (const [id, manager] of updaters.toSorted(([a, x], [b, y]) => compareText(x.time ?? '', y.time ?? '') || compareText(a, b))) {
    if (count <= maxUpdaters) break
    const firstId = first.get(manager.apiVersion)
    if (firstId === undefined) {
      first.set(manager.apiVersion, id)
      continue
    }
    const bucket: Manager = {
      manager: oldUpdates,
      operation: 'Update',
      apiVersion: manager.apiVersion,
      subresource: '',
      time: manager.time,
      fields: emptyFieldSet(),
    }
    const bucketId = managerId(bucket)
    const known = left.get(bucketId) ?? left.get(firstId)
    if (!left.has(bucketId)) left.delete(firstId)
    left.set(bucketId, withFields(bucket, union(manager.fields, known?.fields ?? emptyFieldSet())))
    left.delete(id)
    count--
  }
  return left
}

const serverFields = makeServerFields()

function makeServerFields(): FieldSet {
  const set = emptyFieldSet()
  for (const name of ['apiVersion', 'kind', 'metadata']) insertPath(set, [fieldElement(name)])
  for (const name of ['name', 'namespace', 'creationTimestamp', 'selfLink', 'uid', 'clusterName', 'generation', 'managedFields', 'resourceVersion']) {
    insertPath(set, [fieldElement('metadata'), fieldElement(name)])
  }
  return sharedSet(set)
}

function overlap(a: FieldSet, b: FieldSet): boolean {
  if (a.member && b.member) return true
  for (const [element, child] of b.children) {
    const other = a.children.get(element)
    if (other && overlap(other, child)) return true
  }
  return false
}

/** Writes one manager's entry. */
export function writeManager(manager: Manager): ManagedFieldsEntry {
  const { written } = manager
  if (written) return written
  return {
    ...(manager.manager === '' ? {} : { manager: manager.manager }),
    operation: manager.operation,
    apiVersion: manager.apiVersion,
    ...(manager.time === undefined ? {} : { time: manager.time }),
    fieldsType: 'FieldsV1',
    fieldsV1: writeFields(manager.fields),
    ...(manager.subresource === '' ? {} : { subresource: manager.subresource }),
  }
}

/** Appliers first, then by time, name, version, subresource. */
function byAge(a: Manager, b: Manager): number {
  return (
    compareText(a.operation, b.operation) ||
    compareText(a.time ?? '', b.time ?? '') ||
    compareText(a.manager, b.manager) ||
    compareText(a.apiVersion, b.apiVersion) ||
    compareText(a.subresource, b.subresource)
  )
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
