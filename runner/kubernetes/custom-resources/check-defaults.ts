// Whether the defaults of a schema fit it (apiextensions `pkg/apiserver/schema/defaulting/validation.go`).
import { equal, isObject, type JsonObject, sortKeys } from '../../base/json.ts'
import { child, type Findings, invalid, item } from '../kinds/validation/findings.ts'
import { present } from '../kinds/validation/read.ts'
import type { FieldError } from '../status-error.ts'
import { validateRules } from './cel/evaluate.ts'
import { validateEmbedded } from './embedded.ts'
import { prune } from './prune.ts'
import { itemsOf, propertiesOf } from './structural.ts'
import { validateValue } from './validate-value.ts'

/** Findings on the defaults of a schema and of what it holds; the root is that of a resource. */
export function* defaultFindings(schema: JsonObject, path: string): Findings {
  yield* checkNode({ ...schema, 'x-kubernetes-embedded-resource': true }, path)
}

function* checkNode(schema: JsonObject, path: string): Findings {
  if (present(schema.default)) yield* checkDefault(schema, child(path, 'default'))
  const items = itemsOf(schema)
  if (items !== undefined) yield* checkNode(items, child(path, 'items'))
  for (const [name, part] of propertiesOf(schema)) yield* checkNode(part, item(child(path, 'properties'), name))
}

function* checkDefault(schema: JsonObject, field: string): Findings {
  const value = sortKeys(schema.default ?? null)
  const pruned = isObject(value) ? prune(value, schema, schema['x-kubernetes-embedded-resource'] === true) : value
  if (!equal(pruned, value)) yield invalid(field, value, 'must not have unknown fields')
  const embedded = [...validateEmbedded(value, schema, field)]
  if (embedded.length > 0) return yield* embedded
  const found = validateValue(value, untyped(schema), '').map((finding) => under(finding, field))
  if (found.length > 0) return yield* found
  yield* [...validateRules({ value, old: undefined, schema, path: '' })].map((finding) => under(finding, field))
}

/** Defaults of what is int-or-string are of any type: the schema that they are checked with is made another way. */
function untyped(schema: JsonObject): JsonObject {
  const { 'x-kubernetes-int-or-string': either, ...rest } = schema
  const own = either === true ? rest : schema
  const { items, additionalProperties: values, properties } = own
  return {
    ...own,
    ...(isObject(items) && { items: untyped(items) }),
    ...(isObject(values) && { additionalProperties: untyped(values) }),
    ...(isObject(properties) && { properties: Object.fromEntries(propertiesOf(own).map(([name, part]) => [name, untyped(part)])) }),
  }
}

/** A finding on a part of a default; its path stands behind a dot even where it begins with a bracket. */
function under(finding: FieldError, field: string): FieldError {
  return { ...finding, field: finding.field === '<nil>' || finding.field === '' ? field : child(field, finding.field) }
}
