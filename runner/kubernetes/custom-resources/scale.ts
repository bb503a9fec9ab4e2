// The numbers that a custom resource's scale subresource shows must be usable ones.
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import { formatGo } from '../encoding/format-go.ts'
import { type Findings, invalid } from '../kinds/validation/findings.ts'

/** Where the numbers and the selector are, as `.spec.replicas`. */
interface Paths {
  readonly specReplicasPath: string
  readonly statusReplicasPath: string
  readonly labelSelectorPath?: string
}

const most = 2 ** 31 - 1

/** Findings on replicas and selector; the field is named as the definition writes it, with its dot (`customResourceValidator`). */
export function* validateScale(object: JsonObject, { specReplicasPath, statusReplicasPath, labelSelectorPath }: Paths): Findings {
  for (const path of [specReplicasPath, statusReplicasPath]) {
    const value = valueAt(object, path)
    if (value === undefined) continue
    if (!Number.isInteger(value)) yield invalid(path, 0, misfit(path, value, 'int64'))
    else if (Number(value) < 0) yield invalid(path, value, 'should be a non-negative integer')
    else if (Number(value) > most) yield invalid(path, value, `should be less than or equal to ${most}`)
  }
  const selector = labelSelectorPath === undefined ? undefined : valueAt(object, labelSelectorPath)
  if (labelSelectorPath !== undefined && selector !== undefined && typeof selector !== 'string')
    yield invalid(labelSelectorPath, '', misfit(labelSelectorPath, selector, 'string'))
}

function valueAt(object: JsonObject, path: string): Json | undefined {
  let found: Json | undefined = object
  for (const name of path.replace(/^\./, '').split('.')) found = isObject(found) ? found[name] : undefined
  return found
}

function misfit(path: string, value: Json, expected: string): string {
  return `${path} accessor error: ${formatGo(value)} is of the type ${typeOf(value)}, expected ${expected}`
}

function typeOf(value: Json): string {
  if (value === null) return '<nil>'
  if (Array.isArray(value)) return '[]interface {}'
  if (isObject(value)) return 'map[string]interface {}'
  return typeof value === 'number' ? 'float64' : typeof value === 'boolean' ? 'bool' : 'string'
}
