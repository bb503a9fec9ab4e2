// The schema of a custom resource as the server publishes it: with the members that every resource has.
import { isObject, type Json, type JsonObject } from '../../base/json.ts'

/** What every resource has. Whoever publishes the schema adds what is said of it. */
const ownFields: JsonObject = {
  apiVersion: { type: 'string' },
  kind: { type: 'string' },
  metadata: { allOf: [{ $ref: '#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta' }] },
}

/** The schema with apiVersion, kind and metadata, its own and those of resources within it (`addEmbeddedProperties`). */
export function withResourceFields(schema: JsonObject): JsonObject {
  const whole = withEmbeddedFields(schema)
  return { ...whole, type: 'object', properties: withFields(whole.properties, ownFields) }
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
  return { ...inner, required: [...required, ...more], properties: withFields(inner.properties, ownFields) }
}

/** In the order in which Go prints a map. */
function withFields(properties: Json | undefined, more: JsonObject): JsonObject {
  const all = { ...(isObject(properties) ? properties : {}), ...more }
  return Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)))
}

function embeddedIn(value: Json | undefined): Json | undefined {
  return isObject(value) ? withEmbeddedFields(value) : value
}
