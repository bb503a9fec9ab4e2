// Resources within resources (`x-kubernetes-embedded-resource`): they say what they are and have metadata that is in order
// (apiextensions `pkg/apiserver/schema/objectmeta`).
import { isObject, type Json, type JsonObject, sortKeys } from '../../base/json.ts'
import { validateMeta } from '../kinds/metadata.ts'
import { child, type Findings, invalid, item, required } from '../kinds/validation/findings.ts'
import { isDns1035Label, isPathSegment } from '../kinds/validation/names.ts'
import { text } from '../kinds/validation/read.ts'
import type { KubernetesObject } from '../object.ts'
import { itemsOf, propertiesOf } from './structural.ts'

/** Findings on the resources that a value holds. */
export function* validateEmbedded(value: Json, schema: JsonObject, path: string): Findings {
  if (Array.isArray(value)) {
    const items = itemsOf(schema)
    if (items !== undefined) for (const [index, part] of (value as readonly Json[]).entries()) yield* validateEmbedded(part, items, item(path, index))
    return
  }
  if (!isObject(value)) return
  if (schema['x-kubernetes-embedded-resource'] === true) yield* validateResource(value, path)
  const declared = new Map(propertiesOf(schema))
  for (const [name, part] of Object.entries(value)) {
    if (part === undefined) continue
    const member = declared.get(name)
    if (member !== undefined) yield* validateEmbedded(part, member, child(path, name))
    else if (isObject(schema.additionalProperties)) yield* validateEmbedded(part, schema.additionalProperties, item(path, name))
  }
}

function* validateResource(value: JsonObject, path: string): Findings {
  for (const name of ['apiVersion', 'kind']) if (value[name] === undefined) yield required(child(path, name))
  for (const [name, part] of Object.entries(value)) {
    if (part === undefined) continue
    if (name === 'metadata') yield* validateMetadata(part, path)
    if (name !== 'apiVersion' && name !== 'kind') continue
    const field = child(path, name)
    if (typeof part !== 'string') yield invalid(field, part, 'must be a string')
    else if (part === '') yield invalid(field, part, 'must not be empty')
    else if (name === 'apiVersion' && part.split('/').length > 2) yield invalid(field, part, `unexpected GroupVersion string: ${part}`)
    else if (name === 'kind' && isDns1035Label(part.toLowerCase()).length > 0)
      yield invalid(field, part, `may have mixed case, but should otherwise match: ${isDns1035Label(part.toLowerCase()).join(',')}`)
  }
}

function* validateMetadata(value: Json, path: string): Findings {
  const problem = misfit(value)
  if (problem !== undefined) return yield invalid(child(path, 'metadata'), sortKeys(value), `json: cannot unmarshal ${problem}`)
  if (!isObject(value)) return
  const named = { metadata: { ...value, name: text(value.name) || 'fakename' } } as unknown as KubernetesObject
  for (const found of validateMeta(named, text(value.namespace) !== '', (name) => isPathSegment(name))) yield { ...found, field: child(path, found.field) }
}

/** What Go says of metadata that has a member of another type than its own, of those that people write. */
function misfit(value: Json): string | undefined {
  if (value === null) return undefined
  if (!isObject(value)) return `${typeName(value)} into Go value of type v1.ObjectMeta`
  for (const name of ['name', 'generateName', 'namespace'])
    if (value[name] !== undefined && value[name] !== null && typeof value[name] !== 'string')
      return `${typeName(value[name])} into Go struct field ObjectMeta.${name} of type string`
  for (const name of ['labels', 'annotations']) {
    const map = value[name]
    if (map === undefined || map === null) continue
    if (!isObject(map)) return `${typeName(map)} into Go struct field ObjectMeta.${name} of type map[string]string`
    for (const part of Object.values(map))
      if (typeof part !== 'string' && part !== null) return `${typeName(part)} into Go struct field ObjectMeta.${name} of type string`
  }
  return undefined
}

function typeName(value: Json | undefined): string {
  if (Array.isArray(value)) return 'array'
  return typeof value === 'boolean' ? 'bool' : typeof value
}
