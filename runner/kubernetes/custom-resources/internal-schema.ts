// A schema as the server's own struct prints it in errors (apiextensions `types_jsonschema.go`): every field, under its Go name.
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import { objects, present } from '../kinds/validation/read.ts'

/** The fields of the struct in its order: what the API calls them, what Go does, and what stands for nothing. */
export const schemaFields: readonly (readonly [string, string, Json])[] = [
  ['id', 'ID', ''],
  ['$schema', 'Schema', ''],
  ['$ref', 'Ref', null],
  ['description', 'Description', ''],
  ['type', 'Type', ''],
  ['nullable', 'Nullable', false],
  ['format', 'Format', ''],
  ['title', 'Title', ''],
  ['default', 'Default', null],
  ['maximum', 'Maximum', null],
  ['exclusiveMaximum', 'ExclusiveMaximum', false],
  ['minimum', 'Minimum', null],
  ['exclusiveMinimum', 'ExclusiveMinimum', false],
  ['maxLength', 'MaxLength', null],
  ['minLength', 'MinLength', null],
  ['pattern', 'Pattern', ''],
  ['maxItems', 'MaxItems', null],
  ['minItems', 'MinItems', null],
  ['uniqueItems', 'UniqueItems', false],
  ['multipleOf', 'MultipleOf', null],
  ['enum', 'Enum', null],
  ['maxProperties', 'MaxProperties', null],
  ['minProperties', 'MinProperties', null],
  ['required', 'Required', null],
  ['items', 'Items', null],
  ['allOf', 'AllOf', null],
  ['oneOf', 'OneOf', null],
  ['anyOf', 'AnyOf', null],
  ['not', 'Not', null],
  ['properties', 'Properties', null],
  ['additionalProperties', 'AdditionalProperties', null],
  ['patternProperties', 'PatternProperties', null],
  ['dependencies', 'Dependencies', null],
  ['additionalItems', 'AdditionalItems', null],
  ['definitions', 'Definitions', null],
  ['externalDocs', 'ExternalDocs', null],
  ['example', 'Example', null],
  ['x-kubernetes-preserve-unknown-fields', 'XPreserveUnknownFields', null],
  ['x-kubernetes-embedded-resource', 'XEmbeddedResource', false],
  ['x-kubernetes-int-or-string', 'XIntOrString', false],
  ['x-kubernetes-list-map-keys', 'XListMapKeys', null],
  ['x-kubernetes-list-type', 'XListType', null],
  ['x-kubernetes-map-type', 'XMapType', null],
  ['x-kubernetes-validations', 'XValidations', null],
]

/** The schema in that form. */
export function internalSchema(schema: JsonObject): JsonObject {
  return Object.fromEntries(schemaFields.map(([name, goName, nothing]) => [goName, present(schema[name]) ? partForm(name, schema[name]) : nothing]))
}

/** A rule in that form. */
export function internalRule(rule: JsonObject): JsonObject {
  return {
    Rule: rule.rule ?? '',
    Message: rule.message ?? '',
    MessageExpression: rule.messageExpression ?? '',
    Reason: rule.reason ?? null,
    FieldPath: rule.fieldPath ?? '',
    OptionalOldSelf: rule.optionalOldSelf ?? null,
  }
}

function partForm(name: string, value: Json | undefined): Json {
  switch (name) {
    case 'items':
      return Array.isArray(value) ? { Schema: null, JSONSchemas: objects(value).map(internalSchema) } : { Schema: form(value), JSONSchemas: null }
    case 'additionalProperties':
    case 'additionalItems':
      return isObject(value) ? { Allows: true, Schema: internalSchema(value) } : { Allows: value === true, Schema: null }
    case 'allOf':
    case 'oneOf':
    case 'anyOf':
      return objects(value).map(internalSchema)
    case 'not':
      return form(value)
    case 'properties':
    case 'patternProperties':
    case 'definitions':
      return sorted(isObject(value) ? value : {})
    case 'x-kubernetes-validations':
      return objects(value).map(internalRule)
    default:
      return value ?? null
  }
}

function form(value: Json | undefined): Json {
  return isObject(value) ? internalSchema(value) : null
}

function sorted(parts: JsonObject): JsonObject {
  const names = Object.keys(parts).sort()
  return Object.fromEntries(names.map((name) => [name, form(parts[name])]))
}
