// The inner door: a client in the same process. Plain frozen objects in and out, by the same path as HTTP, without JSON.
import type { Json, JsonObject } from '../base/json.ts'
import { type Client, type DeleteOptions, everyResource, type ListOptions, type PatchOptions, type WatchListener, type WriteOptions } from './client.ts'
import { accessTo, allViewed, authorize, type Server, viewed } from './endpoints/server.ts'
import type { UserInfo } from './identity.ts'
import { isMeasured, measuredList, measuredObject } from './metrics/measured.ts'
import { apiVersionOf, type KubernetesObject, keyOf, type ObjectKey, type Resource } from './object.ts'
import { createObject } from './registry/create.ts'
import { decodeBody } from './registry/decode-object.ts'
import { liveObject, type WriteScope } from './registry/engine.ts'
import { noSuchResource } from './registry/errors.ts'
import { listObjects } from './registry/list.ts'
import { patchObject } from './registry/patch.ts'
import { asJson } from './registry/plain.ts'
import { postToSubresource } from './registry/post-subresource.ts'
import { putObject } from './registry/put.ts'
import { remove } from './registry/remove.ts'
import { getScale, patchScale, updateScale } from './registry/scale.ts'
import type { ServedResource } from './registry/served-resource.ts'
import { withConversions, withWebhooks } from './registry/suspended.ts'
import { watchObjects } from './registry/watch.ts'
import { StatusError } from './status-error.ts'

/** How the client calls itself. */
export interface DirectClientOptions {
  readonly fieldManager?: string
  readonly userAgent?: string
}

/** A client of a server in the same process, as a user. */
export function createDirectClient(server: Server, user: UserInfo, options: DirectClientOptions = {}): Client {
  return new DirectClient(server, user, options)
}

class DirectClient implements Client {
  readonly #server: Server
  readonly #user: UserInfo
  readonly #manager: string
  readonly #userAgent: string | undefined

  constructor(server: Server, user: UserInfo, { fieldManager, userAgent }: DirectClientOptions) {
    this.#server = server
    this.#user = user
    this.#userAgent = userAgent
    this.#manager = fieldManager ?? userAgent?.split('/')[0] ?? 'unknown'
  }

  get(target: Resource, key: ObjectKey, { subresource }: { readonly subresource?: 'scale' } = {}): Promise<KubernetesObject | undefined> {
    return this.#run(async () => {
      const resource = this.#find(target)
      await this.#authorize(resource, { verb: 'get', subresource, ...key })
      const read = (): KubernetesObject | undefined => liveObject(this.#server, resource, key)
      if (subresource !== undefined) return this.#read(resource, () => read() && getScale(this.#server, { resource, key }))
      const object = isMeasured(resource) ? measuredObject(this.#server, resource, key) : await this.#read(resource, read)
      return object && viewed(this.#server, resource, object)
    })
  }

  list(target: Resource, options: ListOptions = {}): ReturnType<Client['list']> {
    return this.#run(async () => {
      const resource = this.#find(target)
      await this.#authorize(resource, { verb: 'list', namespace: options.namespace })
      const { items, resourceVersion } = isMeasured(resource)
        ? measuredList(this.#server, resource, options)
        : await this.#read(resource, () => listObjects(this.#server, resource, options))
      return { items: allViewed(this.#server, resource, items), resourceVersion }
    })
  }

  create(target: Resource, object: KubernetesObject, options: WriteOptions = {}): Promise<KubernetesObject> {
    const { name = '', namespace } = object.metadata
    const key = namespace === undefined ? { name } : { name, namespace }
    return this.#write({ target, verb: 'create', key, options }, (scope, engine) => createObject(engine, scope, this.#decode(scope, asJson(object))))
  }

  update(target: Resource, object: KubernetesObject, options: WriteOptions = {}): Promise<KubernetesObject> {
    return this.#write({ target, verb: 'update', key: keyOf(object), options }, (scope, engine) =>
      scope.subresource === 'scale'
        ? updateScale(engine, scope, asJson(object))
        : putObject(engine, scope, this.#decode(scope, asJson(object), liveObject(engine, scope.resource, scope.key))).object,
    )
  }

  patch(target: Resource, key: ObjectKey, body: Json, options: PatchOptions): Promise<KubernetesObject> {
    return this.#write({ target, verb: 'patch', key, options }, (scope, engine) => {
      const decoding = { fieldValidation: 'Ignore' } as const
      const patch = { type: options.type, body, force: options.force ?? false, decoding }
      return scope.subresource === 'scale' ? patchScale(engine, scope, patch) : patchObject(engine, scope, patch).object
    })
  }

  async delete(target: Resource, key: ObjectKey, options: DeleteOptions = {}): Promise<void> {
    await this.#write({ target, verb: 'delete', key, options: {} }, (scope, engine) => remove(engine, scope, options).object)
  }

  watch(target: Resource, options: ListOptions & { readonly resourceVersion: string }, listener: WatchListener): { stop(): void } {
    if (target.plural === everyResource.plural) return this.#watchEverything(listener)
    const resource = this.#find(target)
    const watching = watchObjects(this.#server, resource, options, {
      event: (type, object, old) => listener.event(old === undefined ? { type, object } : { type, object, old }),
      expired: (error) => listener.end?.(error),
    })
    this.#authorize(resource, { verb: 'watch', namespace: options.namespace }).catch((error: unknown) => {
      watching.stop()
      listener.end?.(error instanceof StatusError ? error : undefined)
    })
    return watching
  }

  postSubresource(target: Resource, key: ObjectKey, subresource: string, body: JsonObject): Promise<JsonObject> {
    return this.#write({ target, verb: 'create', key, options: { subresource } }, (scope, engine) =>
      postToSubresource(engine, scope, body, this.#server.tokenRequest),
    )
  }

  async resourceFor(apiVersion: string, kind: string): Promise<Resource | undefined> {
    return this.#server.registry.forKind(apiVersion, kind)?.info
  }

  async resources(): ReturnType<Client['resources']> {
    const seen = new Set(['events.k8s.io/events'])
    return this.#server.registry.resources().filter(({ group, plural }) => {
      const name = `${group}/${plural}`
      return !seen.has(name) && seen.add(name)
    })
  }

  #watchEverything(listener: WatchListener): { stop(): void } {
    const stop = this.#server.store.subscribe('*', ({ type, object, previous }) =>
      listener.event(previous === undefined ? { type, object } : { type, object, old: previous }),
    )
    return { stop }
  }

  #find({ group, version, plural }: Resource): ServedResource {
    const resource = this.#server.registry.find(group, version, plural)
    if (!resource) throw noSuchResource()
    return resource
  }

  #authorize(resource: ServedResource, asked: Parameters<typeof accessTo>[2]): Promise<void> {
    return authorize(this.#server, accessTo(resource, this.#user, asked))
  }

  /** A controller's object shares most of its parts with the stored one. What was converted on its way out of the store is not as it is stored. */
  #decode({ resource }: WriteScope, body: JsonObject, stored?: KubernetesObject): KubernetesObject {
    const live = stored && Object.isFrozen(stored) ? stored : undefined
    return decodeBody(resource, body, { fieldValidation: 'Ignore', live })
  }

  /** At once, but for objects that a webhook converts. */
  #read<result>(resource: ServedResource, read: () => result): result | Promise<result> {
    return resource.custom?.conversions ? withConversions(this.#server, read) : read()
  }

  #run<result>(work: () => Promise<result>): Promise<result> {
    return this.#server.activity.run(work)
  }

  #write<result>(
    write: { readonly target: Resource; readonly verb: string; readonly key: ObjectKey; readonly options: WriteOptions },
    work: (scope: WriteScope, engine: Server) => result,
  ): Promise<result> {
    const { target, verb, key, options } = write
    const { subresource = '', dryRun = false, fieldManager = this.#manager } = options
    return this.#run(async () => {
      const path = pathOf(target, verb === 'create' && subresource === '' ? { ...key, name: '' } : key, subresource)
      const started = this.#server.clock.now()
      try {
        const resource = this.#find(target)
        await this.#authorize(resource, { verb, subresource, ...key })
        const scope: WriteScope = { resource, key, subresource, user: this.#user, manager: fieldManager, dryRun }
        const result = await withWebhooks(this.#server, (engine) => work(scope, engine))
        this.#log({ verb, path, started, status: verb === 'create' ? 201 : 200, result })
        return result
      } catch (error) {
        this.#log({ verb, path, started, status: error instanceof StatusError ? error.code : 500 })
        throw error
      }
    })
  }

  #log({ verb, path, started, status, result }: { verb: string; path: string; started: number; status: number; result?: unknown }): void {
    const { log, clock } = this.#server
    if (!log) return
    const time = clock.now()
    const resourceVersion = versionOf(result)
    log({
      time,
      user: this.#user.name,
      groups: this.#user.groups,
      verb,
      path,
      status,
      durationMs: time - started,
      ...(this.#userAgent === undefined ? {} : { userAgent: this.#userAgent }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    })
  }
}

function pathOf(resource: Resource, { name, namespace }: ObjectKey, subresource: string): string {
  const root = resource.group === '' ? '/api' : '/apis'
  const place = namespace === undefined || namespace === '' ? '' : `/namespaces/${namespace}`
  return `${root}/${apiVersionOf(resource)}${place}/${resource.plural}${name && `/${name}`}${subresource && `/${subresource}`}`
}

function versionOf(result: unknown): string | undefined {
  const { metadata } = (result ?? {}) as { readonly metadata?: { readonly resourceVersion?: string } }
  return metadata?.resourceVersion
}
