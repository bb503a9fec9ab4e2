// Conflicts of server-side apply, and the Status that tells of them.
import { StatusError } from '../status-error.ts'
import type { FieldPath } from './field-set.ts'
import type { Manager } from './managers.ts'
import { formatPath } from './path-element.ts'

/** A field that somebody else manages and that would change. `id` is the manager's identity. */
export interface Conflict {
  readonly id: string
  readonly manager: Manager
  readonly path: FieldPath
}

/** 409 with one cause for each conflict. */
export function conflictError(conflicts: readonly Conflict[]): StatusError {
  const causes = conflicts.map(({ manager, path }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${describeManager(manager)}`,
    field: formatPath(path),
  }))
  return new StatusError('Conflict', message(conflicts), { details: { causes } })
}

function message(conflicts: readonly Conflict[]): string {
  const [first] = conflicts
  if (first && conflicts.length === 1) return `Apply failed with 1 conflict: conflict with ${describeManager(first.manager)}: ${formatPath(first.path)}`
  const byManager = Map.groupBy(
    conflicts.toSorted((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)),
    ({ manager }) => manager,
  )
  const parts = [...byManager].map(([manager, mine]) => {
    const paths = mine.map(({ path }) => `\n- ${formatPath(path)}`)
    return `conflicts with ${describeManager(manager)}:${paths.join('')}`
  })
  return `Apply failed with ${conflicts.length} conflicts: ${parts.join('\n')}`
}

/** An updater is named with its version, an applier by its name alone. */
function describeManager({ manager, subresource, operation, apiVersion }: Manager): string {
  const name = subresource === '' ? JSON.stringify(manager) : `${JSON.stringify(manager)} with subresource ${JSON.stringify(subresource)}`
  return operation === 'Update' ? `${name} using ${apiVersion}` : name
}
