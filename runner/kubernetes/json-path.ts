// kubectl's dialect of JSONPath. Written out below.
import type { Json } from '../base/json.ts'

/** Values found by a path such as `.spec.replicas`; missing keys give none. */
export function findJsonPath(path: string, value: Json): readonly Json[] {
  const names = path
    .replace(/^\{|\}$/g, '')
    .split('.')
    .filter((name) => name !== '')
  return names.reduce<readonly Json[]>((found, name) => found.flatMap((item) => step(item, name)), [value])
}

function step(value: Json, name: string): readonly Json[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return []
  const member = Object.getOwnPropertyDescriptor(value, name)?.value as Json | undefined
  return member === undefined ? [] : [member]
}
