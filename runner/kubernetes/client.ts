// The client that controllers, checks and seeds use; over the inner door of an API server, or over any fetch.
import type { Json, JsonObject } from '../base/json.ts'
import type { KubernetesObject, ObjectKey, Resource } from './object.ts'
import type { StatusError } from './status-error.ts'

/** Which objects of a resource are meant. Selectors in query syntax (`app=web,tier!=x`). */
export interface ListOptions {
  readonly namespace?: string
  readonly labelSelector?: string
  readonly fieldSelector?: string
}

/** A list and the resource version that it shows. */
export interface ObjectList {
  readonly items: readonly KubernetesObject[]
  readonly resourceVersion: string
}

/** Options of every write. */
export interface WriteOptions {
  readonly subresource?: string
  readonly fieldManager?: string
  readonly dryRun?: boolean
}

/** Options of a patch. */
export interface PatchOptions extends WriteOptions {
  readonly type: 'json' | 'merge' | 'strategic' | 'apply'
  readonly force?: boolean
}

/** Options of a delete. */
export interface DeleteOptions {
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan'
  readonly gracePeriodSeconds?: number
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string }
}

/** A change seen by a watch. BOOKMARKs are kept from listeners. */
export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly object: KubernetesObject
  /** The object before the change, where the server is in the same process. */
  readonly old?: KubernetesObject
}

/** A resource and what can be done with it. */
export interface ServedResource extends Resource {
  readonly verbs: readonly string[]
}

/**
 * Stands for all resources at once in a watch in process, also for ones that come later: the garbage collector's one
 * listener. Such a watch starts now (its resource version does not count) and takes no selector; it cannot be listed.
 */
export const everyResource: Resource = { group: '*', version: '*', plural: '*', kind: '*', namespaced: true }

/** What a watch calls. In process, `event` is called synchronously within the write that caused it. */
export interface WatchListener {
  event(event: WatchEvent): void
  /** The watch is over: cleanly, or with an error (410 Expired: list again). */
  end?(error?: StatusError): void
}

/**
 * Reads and writes objects of one API server as one user. Objects handed out are frozen. Errors are `StatusError`;
 * `get` alone answers a missing object with undefined.
 */
export interface Client {
  /** With `subresource: 'scale'` its Scale. */
  get(resource: Resource, key: ObjectKey, options?: { readonly subresource?: 'scale' }): Promise<KubernetesObject | undefined>
  list(resource: Resource, options?: ListOptions): Promise<ObjectList>
  create(resource: Resource, object: KubernetesObject, options?: WriteOptions): Promise<KubernetesObject>
  /** PUT; `metadata.resourceVersion` of the object, if given, must be the stored one. `subresource: 'status'` writes status only. */
  update(resource: Resource, object: KubernetesObject, options?: WriteOptions): Promise<KubernetesObject>
  patch(resource: Resource, key: ObjectKey, patch: Json, options: PatchOptions): Promise<KubernetesObject>
  /** Resolves when the delete was accepted; the object may live on until its finalizers are gone. A missing object: StatusError NotFound. */
  delete(resource: Resource, key: ObjectKey, options?: DeleteOptions): Promise<void>
  /** Changes after `resourceVersion` (from a list). Ends when stopped or when the server says so. */
  watch(resource: Resource, options: ListOptions & { readonly resourceVersion: string }, listener: WatchListener): { stop(): void }
  /** POST to a subresource that makes something: eviction, binding, token. */
  postSubresource(resource: Resource, key: ObjectKey, subresource: string, body: JsonObject): Promise<JsonObject>
  /** The served resource of an apiVersion and kind, or undefined: from the server's own table or from discovery. */
  resourceFor(apiVersion: string, kind: string): Promise<Resource | undefined>
  /** Every served resource with its verbs, one version of each, as discovery's preferred resources. */
  resources(): Promise<readonly ServedResource[]>
}
