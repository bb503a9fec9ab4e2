// JSON patches of overrides: add, remove and replace, with the words of the library that KubeFleet applies them with (evanphx/json-patch).
import { isObject, type Json, type JsonObject } from '../../../base/json.ts'

/** One operation of `jsonPatchOverrides`. */
export interface PatchOperation {
  readonly op: 'add' | 'remove' | 'replace'
  readonly path: string
  readonly value?: Json
}

/** Why a patch does not apply, in the library's words. */
export class PatchError extends Error {
  override readonly name = 'PatchError'
}

/** The document after all operations; throws PatchError. */
export function applyPatch(document: JsonObject, operations: readonly PatchOperation[]): JsonObject {
  return operations.reduce((patched, operation) => {
    const [, ...parts] = operation.path.split('/').map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    return change(patched, parts, operation) as JsonObject
  }, document)
}

/** Copies the way down to the last part, and changes what is there. */
function change(here: Json, [part = '', ...rest]: readonly string[], operation: PatchOperation): Json {
  if (!isObject(here) && !Array.isArray(here)) throw missingPath(operation)
  if (rest.length === 0) return Array.isArray(here) ? changeList(here, part, operation) : changeObject(here, part, operation)
  if (Array.isArray(here)) {
    const index = Number(part)
    const item = (here as readonly Json[])[index]
    if (item === undefined) throw missingPath(operation)
    return (here as Json[]).with(index, change(item, rest, operation))
  }
  const next = here[part]
  if (next === undefined || next === null) throw missingPath(operation)
  return { ...here, [part]: change(next, rest, operation) }
}

function changeObject(here: JsonObject, name: string, operation: PatchOperation): JsonObject {
  const { op, path, value = null } = operation
  if (op === 'replace' && here[name] === undefined) throw new PatchError(`replace operation does not apply: doc is missing key: ${path}: missing value`)
  if (op !== 'remove') return { ...here, [name]: value }
  if (here[name] === undefined) throw new PatchError(`error in remove for path: '${path}': unable to remove nonexistent key: ${name}: missing value`)
  const { [name]: _, ...rest } = here
  return rest
}

function changeList(here: readonly Json[], part: string, operation: PatchOperation): readonly Json[] {
  const { op, path, value = null } = operation
  if (op === 'add' && part === '-') return [...here, value]
  const index = Number(part)
  if (!Number.isInteger(index)) throw new PatchError(`error in ${op} for path: '${path}': value was not a proper array index: '${part}'`)
  const beyond = index < 0 || index > here.length - (op === 'add' ? 0 : 1)
  if (beyond && op === 'replace') throw new PatchError(`replace operation does not apply: doc is missing key: ${path}: missing value`)
  if (beyond) throw new PatchError(`error in ${op} for path: '${path}': Unable to access invalid index: ${index}: invalid index referenced`)
  return op === 'replace' ? [...here].with(index, value) : here.toSpliced(index, op === 'add' ? 0 : 1, ...(op === 'add' ? [value] : []))
}

function missingPath({ op, path }: PatchOperation): PatchError {
  const shown = op === 'replace' ? path : `"${path}"`
  return new PatchError(`${op} operation does not apply: doc is missing path: ${shown}: missing value`)
}
