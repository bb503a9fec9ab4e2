// Loads a lab's checks by name: `checks/<lab>/<criterion>.ts`, one default export each.
import type { Lab } from '../labs/load-labs.ts'
import { FormError } from '../labs/world-file.ts'
import type { Check } from './check.ts'

/** Imports a module of the checks folder, or answers undefined where there is no such file. Path as `fleet-manager/members-joined.ts`. */
export type ImportCheck = (path: string) => Promise<unknown>

/** The checks of a lab's criteria, or of its milestones, in their order. Throws `FormError` naming every file that is missing or no check. */
export async function loadChecks(lab: Lab, importCheck: ImportCheck, list: 'criteria' | 'milestones' = 'criteria'): Promise<readonly Check[]> {
  const problems: string[] = []
  const checks: Check[] = []
  for (const { id } of lab.file[list]) {
    const path = `${lab.id}/${id}.ts`
    const found = await importCheck(path).catch((error: unknown) => error)
    const check = found instanceof Error ? undefined : defaultExport(found)
    if (check?.id === id) checks.push(check)
    else problems.push(`${path}: ${found instanceof Error ? found.message : faultOf(found, check, id)}`)
  }
  if (problems.length > 0) throw new FormError('checks', problems)
  return checks
}

function defaultExport(module: unknown): Check | undefined {
  const value: unknown = typeof module === 'object' && module !== null ? Reflect.get(module, 'default') : undefined
  const isCheck = typeof value === 'object' && value !== null && 'id' in value && 'look' in value && 'watches' in value
  return isCheck ? (value as Check) : undefined
}

function faultOf(module: unknown, check: Check | undefined, id: string): string {
  if (module === undefined) return 'expected a check of the lab for it, found no file'
  if (!check) return 'expected a default export made by defineCheck()'
  return `expected the id "${id}", found "${check.id}"`
}
