// The schema of a custom resource as the server publishes it: with the members that every resource has.
import { isObject, type Json, type JsonObject } from '../../base/json.ts'

/** What every resource has. Whoever publishes the schema adds what is said of it. */
const text: JsonObject = { type: 'string' }
const metadata: JsonObject = { allOf: [{ $ref: '#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta' }] }
const ownFields: JsonObject = { apiVersion: text, kind: text, metadata }

const conventions = 'More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md'
/** The same of a resource within another, with what is said of it. */
const innerFields: JsonObject = {
  apiVersion: { ...text, description: `apiVersion defines the versioned schema of this representation of an object. ${conventions}#resources` },
  kind: { ...text, description: `kind is a string value representing the type of this object. In CamelCase. ${conventions}#types-kinds` },
  metadata: { ...metadata, description: `Standard object's metadata. ${conventions}#metadata` },
}

/**
 * The schema with apiVersion, kind and metadata, its own and those of resources within it (`addEmbeddedProperties`), and the
 * fields by which it can be selected.
 */
export function withResourceFields(schema: JsonObject, selectable: readonly string[] = []): JsonObject {
  const whole = withEmbeddedFields(schema)
  const fields = selectable.map((path) => ({ fieldPath: path.replace(/^\./, '') }))
  const published = fields.length === 0 ? {} : { 'x-kubernetes-selectable-fields': fields }
  return { ...whole, type: 'object', properties: withFields(whole.properties, ownFields), ...published }
}

function withEmbeddedFields(schema: JsonObject): JsonObject {
  const { properties, items, additionalProperties } = schema
  const inner = {
    ...schema,
    ...(isObject(properties) && { properties: Object.fromEntries(Object.entries(properties).map(([name, each]) => [name, embeddedIn(each)])) }),
    ...(items !== undefined && { items: embeddedIn(items) }),
    ...(additionalProperties !== undefined && { additionalProperties: embeddedIn(additionalProperties) }),
  }
  if (schema['x-kubernetes-embedded-resource'] !== true) return inner
  const required = Array.isArray(schema.required) ? schema.required : []
  const more = ['kind', 'apiVersion'].filter((name) => !required.includes(name))
  return { ...inner, required: [...required, ...more], properties: withFields(inner.properties, innerFields) }
}

/** In the order in which Go prints a map. */
function withFields(properties: Json | undefined, more: JsonObject): JsonObject {
  const all = { ...(isObject(properties) ? properties : {}), ...more }
  return Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)))
}

function embeddedIn(value: Json | undefined): Json | undefined {
  return isObject(value) ? withEmbeddedFields(value) : value
}
