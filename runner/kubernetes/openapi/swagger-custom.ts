// Schemas of custom resources in the older OpenAPI form, which says less: what it cannot say is left open, never narrowed.
import { isObject, type Json, type JsonObject } from '../../base/json.ts'

/**
 * A custom resource's schema as version 2 may publish it (apiextensions-apiserver's `ToStructuralOpenAPIV2`): no alternatives, no defaults, nothing
 * below what may be null or keeps unknown fields. One that keeps them at its root is an object and no more, since kubectl
 * refuses what a schema with properties does not name.
 */
export function customForSwagger(schema: JsonObject): JsonObject {
  const kinds = schema['x-kubernetes-group-version-kind'] ?? []
  if (schema[preserve] === true) return { type: 'object', 'x-kubernetes-group-version-kind': kinds }
  return weaken(schema)
}

const preserve = 'x-kubernetes-preserve-unknown-fields'
const embedded = 'x-kubernetes-embedded-resource'

function weaken(schema: JsonObject): JsonObject {
  const { nullable, properties, items, additionalProperties, required, ...others } = withoutAlternatives(schema)
  const { oneOf: _one, anyOf: _any, not: _not, default: _default, ...rest } = others
  const open = nullable === true || schema[preserve] === true
  const untyped = nullable === true || (schema[preserve] === true && schema.type === 'object') || (schema.type === 'array' && (open || items === undefined))
  const { type, ...plain } = rest
  const named = open || !isObject(properties) ? undefined : properties
  // What every resource has is not asked of one within another that keeps unknown fields.
  const asked = (name: Json): boolean => !(schema[preserve] === true && schema[embedded] === true && (name === 'kind' || name === 'apiVersion'))
  const needed = (Array.isArray(required) ? required : []).filter(
    (name) => asked(name) && !isNullable(isObject(properties) ? properties[String(name)] : undefined),
  )
  return {
    ...plain,
    ...(type === undefined || untyped ? {} : { type }),
    ...(needed.length === 0 || isNullable(additionalProperties) ? {} : { required: needed }),
    ...(items === undefined || open ? {} : { items: child(items) }),
    ...(additionalProperties === undefined ? {} : { additionalProperties: child(additionalProperties) }),
    ...(named === undefined ? {} : { properties: Object.fromEntries(Object.entries(named).map(([name, value]) => [name, child(value ?? {})])) }),
  }
}

/** `allOf` with one reference is how version 3 puts a description beside it; any other is a rule. */
function withoutAlternatives(schema: JsonObject): JsonObject {
  const { allOf, ...rest } = schema
  const wraps = Array.isArray(allOf) && allOf.length === 1 && isObject(allOf[0]) && allOf[0].$ref !== undefined
  return wraps ? schema : rest
}

function isNullable(schema: Json | undefined): boolean {
  return isObject(schema) && schema.nullable === true
}

function child(schema: Json): Json {
  return isObject(schema) ? weaken(schema) : schema
}
