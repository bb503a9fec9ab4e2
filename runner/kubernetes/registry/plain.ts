// Kubernetes objects are JSON objects; the compiler is told so here, where it cannot see it.
import type { JsonObject } from '../../base/json.ts'
import type { KubernetesObject } from '../object.ts'

/** An object as plain JSON. */
export function asJson(object: KubernetesObject): JsonObject {
  return object as unknown as JsonObject
}

/** Plain JSON, of which a schema has made an object, as one. */
export function asObject(value: JsonObject): KubernetesObject {
  return value as unknown as KubernetesObject
}
