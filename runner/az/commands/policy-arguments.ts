// Arguments that the policy commands share: where, and JSON given inline or in a file.
import { isObject, type Json } from '../../base/json.ts'
import { AzError } from '../cli-error.ts'
import { type Call, text } from '../command.ts'
import { absolutePath } from '../paths.ts'

/** The scope that `--scope` or `--resource-group` names; else the subscription. */
export function policyScope(call: Call): string {
  const group = text(call.values, 'resource_group') ?? text(call.values, 'resource_group_name')
  return text(call.values, 'scope') ?? (group === undefined ? call.arm.scope() : `${call.arm.scope()}/resourceGroups/${group}`)
}

/** JSON inline or in a file; `undefined` where none was given. */
export async function jsonArgument(call: Call, option: string, value: string | undefined): Promise<Json | undefined> {
  if (value === undefined) return undefined
  const given = /^\s*[[{]/.test(value) ? value : ((await call.context.files.read(absolutePath(call.context, value))) ?? value)
  try {
    const parsed = JSON.parse(given) as Json
    if (isObject(parsed) || Array.isArray(parsed)) return parsed
  } catch {
    // Said below, as for any other value that is no object.
  }
  throw new AzError(`Failed to parse '${option}' argument: dict type value expected, got '${value}'(<class 'str'>)`)
}
