// Label selectors as fields of objects (`pkg/apis/meta/v1/validation`): what may be wrong with one, and whether it matches.
import type { Json, JsonObject } from '../../../base/json.ts'
import { validateLabels } from '../metadata.ts'
import { child, type Findings, forbidden, invalid, invalidAll, item, required } from './findings.ts'
import { isLabelValue, isQualifiedName } from './names.ts'
import { entries, fields, objects, present, text, texts } from './read.ts'

/** Findings on a label selector; absent is fine. */
export function* validateSelector(selector: Json | undefined, path: string): Findings {
  if (!present(selector)) return
  const { matchLabels, matchExpressions } = fields(selector)
  yield* validateLabels(matchLabels, child(path, 'matchLabels'))
  for (const [index, expression] of objects(matchExpressions).entries()) yield* validateRequirement(expression, item(child(path, 'matchExpressions'), index))
}

/** True if a selector has neither labels nor expressions. */
export function isEmptySelector(selector: Json | undefined): boolean {
  const { matchLabels, matchExpressions } = fields(selector)
  return entries(matchLabels).length === 0 && objects(matchExpressions).length === 0
}

/** True if the selector is well formed, as `LabelSelectorAsSelector` sees it. */
export function isSelector(selector: Json | undefined): boolean {
  return [...validateSelector(selector, '')].length === 0
}

/** Whether a selector matches labels; an absent one matches nothing, an empty one everything. */
export function matchesSelector(selector: Json | undefined, labels: Json | undefined): boolean {
  if (!present(selector)) return false
  const { matchLabels, matchExpressions } = fields(selector)
  const values = fields(labels)
  return (
    entries(matchLabels).every(([key, value]) => values[key] === value) &&
    objects(matchExpressions).every((expression) => matchesExpression(expression, values))
  )
}

function* validateRequirement(expression: JsonObject, path: string): Findings {
  const operator = text(expression.operator)
  const values = texts(expression.values)
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0) yield required(child(path, 'values'), "must be specified when `operator` is 'In' or 'NotIn'")
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0) yield forbidden(child(path, 'values'), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")
  } else yield invalid(child(path, 'operator'), operator, 'not a valid selector operator')
  yield* invalidAll(child(path, 'key'), text(expression.key), isQualifiedName(text(expression.key)))
  for (const [index, value] of values.entries()) yield* invalidAll(item(child(path, 'values'), index), value, isLabelValue(value))
}

function matchesExpression(expression: JsonObject, labels: JsonObject): boolean {
  const value = labels[text(expression.key)]
  const listed = typeof value === 'string' && texts(expression.values).includes(value)
  switch (text(expression.operator)) {
    case 'In':
      return listed
    case 'NotIn':
      return !listed
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
    default:
      return false
  }
}
