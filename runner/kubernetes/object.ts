// What every Kubernetes object has in common, and the words for pointing at one.
import type { Json, JsonObject } from '../base/json.ts'

/** A reference from an object to one that owns it (meta/v1 OwnerReference). */
export interface OwnerReference {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly uid: string
  readonly controller?: boolean
  readonly blockOwnerDeletion?: boolean
}

/** Who manages which fields (meta/v1 ManagedFieldsEntry). */
export interface ManagedFieldsEntry {
  readonly manager?: string
  readonly operation?: 'Apply' | 'Update'
  readonly apiVersion?: string
  readonly time?: string
  readonly fieldsType?: string
  readonly fieldsV1?: JsonObject
  readonly subresource?: string
}

/** Object metadata (meta/v1 ObjectMeta). Times are RFC 3339 with whole seconds. */
export interface ObjectMeta {
  readonly name?: string
  readonly generateName?: string
  readonly namespace?: string
  readonly uid?: string
  readonly resourceVersion?: string
  readonly generation?: number
  readonly creationTimestamp?: string
  readonly deletionTimestamp?: string
  readonly deletionGracePeriodSeconds?: number
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly ownerReferences?: readonly OwnerReference[]
  readonly finalizers?: readonly string[]
  readonly managedFields?: readonly ManagedFieldsEntry[]
}

/** Any Kubernetes object. Stored ones are frozen: they are replaced, never changed (decision 2). */
export interface KubernetesObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: ObjectMeta
  readonly [field: string]: unknown
}

/** Name of an object within its resource; `namespace` is absent for cluster-scoped ones. */
export interface ObjectKey {
  readonly name: string
  readonly namespace?: string
}

/** A served resource: group ('' for core), version and plural, as in a URL, with what is needed to speak of it. */
export interface Resource {
  readonly group: string
  readonly version: string
  readonly plural: string
  readonly kind: string
  readonly namespaced: boolean
}

/** `v1` or `apps/v1`. */
export function apiVersionOf(resource: { readonly group: string; readonly version: string }): string {
  return resource.group === '' ? resource.version : `${resource.group}/${resource.version}`
}

/** `pods` or `deployments.apps`, as errors and kubectl name a resource. */
export function qualifiedName(resource: { readonly group: string; readonly plural: string }): string {
  return resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`
}

/** Splits `apps/v1` into group and version; core is `''`. */
export function parseApiVersion(apiVersion: string): { group: string; version: string } {
  const slash = apiVersion.indexOf('/')
  return slash < 0 ? { group: '', version: apiVersion } : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) }
}

/** Key of an object: its name and, if it has one, its namespace. */
export function keyOf(object: KubernetesObject): ObjectKey {
  const { name = '', namespace } = object.metadata
  return namespace === undefined ? { name } : { name, namespace }
}

/** `namespace/name`, or the name alone: the text form of a key. */
export function formatKey(key: ObjectKey): string {
  return key.namespace === undefined ? key.name : `${key.namespace}/${key.name}`
}

/** The inverse of `formatKey`. */
export function parseKey(text: string): ObjectKey {
  const slash = text.indexOf('/')
  return slash < 0 ? { name: text } : { namespace: text.slice(0, slash), name: text.slice(slash + 1) }
}

/** A world time in ms as meta/v1 Time prints it: RFC 3339, UTC, whole seconds. */
export function formatTime(ms: number): string {
  if (ms !== lastTime.ms) lastTime = { ms, text: `${new Date(ms).toISOString().slice(0, 19)}Z` }
  return lastTime.text
}

/** What was formatted last: most objects of a moment are written at the same ms. */
let lastTime = { ms: Number.NaN, text: '' }

/** A world time in ms as meta/v1 MicroTime prints it. */
export function formatMicroTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 23)}000Z`
}

/** Walks down object members; undefined where the path ends early. */
export function at(value: unknown, ...path: readonly string[]): Json | undefined {
  let here: unknown = value
  for (const name of path) {
    if (typeof here !== 'object' || here === null) return undefined
    here = Reflect.get(here, name)
  }
  return here as Json | undefined
}
