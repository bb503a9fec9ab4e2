// How a refusal prints the object that a patch made: parts that the patch touched with sorted keys, the others as they stood.
import { isObject, type Json, type JsonObject } from '../../base/json.ts'

/** The JSON of `patched`, the result of a JSON merge patch or a JSON patch. */
export function patchedText(patched: Json, patch: Json): string {
  return Array.isArray(patch) ? printTouched(patched, touchedBy(patch)) : printMerged(patched, patch)
}

function printMerged(value: Json, patch: Json | undefined): string {
  if (!isObject(value) || !isObject(patch)) return JSON.stringify(value)
  return printObject(value, (key) => printMerged(value[key] ?? null, patch[key]))
}

interface Touched {
  readonly [key: string]: Touched
}

function touchedBy(operations: readonly Json[]): Touched {
  const root: Record<string, Touched> = {}
  for (const operation of operations) {
    if (!isObject(operation) || typeof operation.path !== 'string') continue
    let here: Record<string, Touched> = root
    for (const part of operation.path.split('/').slice(1, -1)) {
      const next: Record<string, Touched> = here[part] ?? {}
      here[part] = next
      here = next
    }
  }
  return root
}

function printTouched(value: Json, touched: Touched | undefined): string {
  if (touched === undefined) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map((item, index) => printTouched(item, touched[index])).join(',')}]`
  return isObject(value) ? printObject(value, (key) => printTouched(value[key] ?? null, touched[key])) : JSON.stringify(value)
}

function printObject(value: JsonObject, member: (key: string) => string): string {
  const keys = Object.keys(value)
    .filter((key) => value[key] !== undefined)
    .sort()
  return `{${keys.map((key) => `${JSON.stringify(key)}:${member(key)}`).join(',')}}`
}
