// Who manages the count of a workload after its Scale was written (apimachinery `managedfields.ScaleHandler`).
import type { ManagedFieldsEntry } from '../object.ts'
import { difference, emptyFieldSet, hasPath, insertPath, isEmptyFieldSet } from '../patch/field-set.ts'
import { type Manager, managerId, readManagers, takeFrom, withFields, writeManagers } from '../patch/managers.ts'
import { fieldElement } from '../patch/path-element.ts'

/** A write of a Scale: by whom, of which version of the workload, where the count is in it, and whether it is another one. */
export interface CountWrite {
  readonly manager: string
  readonly apiVersion: string
  readonly path: readonly string[]
  readonly changed: boolean
}

/**
 * The managed fields of the workload after a PUT or a patch of its Scale. As the server has it, a count that nobody manages stays so;
 * who changes a managed one takes it from all others, at no time; and if it stays the same, it only leaves the entries that it shares with other fields.
 */
export function scaleManagers(entries: readonly ManagedFieldsEntry[], { manager, apiVersion, path, changed }: CountWrite): readonly ManagedFieldsEntry[] {
  const managers = readManagers(entries) ?? new Map<string, Manager>()
  const steps = path.map(fieldElement)
  if (![...managers.values()].some(({ fields }) => hasPath(fields, steps))) return writeManagers(managers)
  const count = emptyFieldSet()
  insertPath(count, steps)
  if (!changed) return writeManagers(new Map([...managers].flatMap(([id, each]) => (isShared(each) ? apart(id, each) : [[id, each] as const]))))
  const writer: Manager = {
    manager: manager === '' ? 'unknown' : manager,
    operation: 'Update',
    apiVersion,
    subresource: 'scale',
    time: undefined,
    fields: count,
  }
  return writeManagers(takeFrom(managers, count).set(managerId(writer), writer))

  function isShared({ operation, subresource, fields }: Manager): boolean {
    return operation === 'Update' && subresource === '' && hasPath(fields, steps)
  }

  function apart(id: string, shared: Manager): readonly (readonly [string, Manager])[] {
    const others = withFields(shared, difference(shared.fields, count))
    const own = [`${id} of the count`, withFields({ ...shared, time: undefined }, count)] as const
    return isEmptyFieldSet(others.fields) ? [own] : [[id, others], own]
  }
}

/** Managed fields of a workload after an apply to its Scale: what was written there bears no time. */
export function untimedScales(entries: readonly ManagedFieldsEntry[]): readonly ManagedFieldsEntry[] {
  const untimed = entries.map(({ time, ...entry }) => ({ ...entry, ...(time !== undefined && entry.subresource !== 'scale' && { time }) }))
  return writeManagers(readManagers(untimed) ?? new Map())
}
