// The schema of a custom resource as the server publishes it: with the members that every resource has.
import { isObject, type JsonObject } from '../../base/json.ts'

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

/** The schema with apiVersion, kind and metadata. */
export function withResourceFields(schema: JsonObject): JsonObject {
  return { ...schema, type: 'object', properties: { ...(isObject(schema.properties) ? schema.properties : {}), ...ownFields } }
}
