// The schema of a custom resource as the server publishes it: with the members that every resource has.
import { isObject, type Json, type JsonObject } from '../../base/json.ts'

const conventions = 'https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md'
const ownFields: JsonObject = {
  apiVersion: {
    description: `APIVersion defines the versioned schema of this representation of an object. Servers should convert recognized schemas to the latest internal value, and may reject unrecognized values. More info: ${conventions}#resources`,
    type: 'string',
  },
  kind: {
    description: `Kind is a string value representing the REST resource this object represents. Servers may infer this from the endpoint the client submits requests to. Cannot be updated. In CamelCase. More info: ${conventions}#types-kinds`,
    type: 'string',
  },
  metadata: {
    description: `Standard object's metadata. More info: ${conventions}#metadata`,
    allOf: [{ $ref: '#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta' }],
  },
}

/** What the parts that are resources themselves have, in the words that only they are given (`addEmbeddedProperties`). */
const embeddedFields: JsonObject = {
  ...ownFields,
  apiVersion: {
    description: `apiVersion defines the versioned schema of this representation of an object. More info: ${conventions}#resources`,
    type: 'string',
  },
  kind: {
    description: `kind is a string value representing the type of this object. In CamelCase. More info: ${conventions}#types-kinds`,
    type: 'string',
  },
}

/** The schema with apiVersion, kind and metadata, its own and those of resources within it. */
export function withResourceFields(schema: JsonObject): JsonObject {
  const whole = withEmbeddedFields(schema)
  return { ...whole, type: 'object', properties: { ...(isObject(whole.properties) ? whole.properties : {}), ...ownFields } }
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
  return { ...inner, required: [...required, ...more], properties: { ...(isObject(inner.properties) ? inner.properties : {}), ...embeddedFields } }
}

function embeddedIn(value: Json | undefined): Json | undefined {
  return isObject(value) ? withEmbeddedFields(value) : value
}
