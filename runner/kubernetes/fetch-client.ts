// A client over any fetch: the same interface as in process, spoken in JSON over HTTP.
import { isObject, type Json, type JsonObject } from '../base/json.ts'
import type { Client, DeleteOptions, ListOptions, PatchOptions, ServedResource, WatchListener, WriteOptions } from './client.ts'
import { apiVersionOf, type KubernetesObject, keyOf, type ObjectKey, type Resource } from './object.ts'
import { type StatusCause, StatusError, type StatusReason } from './status-error.ts'

/** Where the server is and how it is reached. `headers` carry the credentials. */
export interface FetchClientOptions {
  /** `https://host:port`, without a slash at its end. */
  readonly server: string
  fetch(request: Request): Promise<Response>
  readonly headers?: Readonly<Record<string, string>>
}

/** A client of the API server at `server`. */
export function createFetchClient(options: FetchClientOptions): Client {
  return new FetchClient(options)
}

const patchMedia: Readonly<Record<PatchOptions['type'], string>> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
}

interface Asked {
  readonly method: string
  readonly path: string
  readonly query?: Readonly<Record<string, string | undefined>>
  readonly body?: Json | KubernetesObject
  readonly contentType?: string
  readonly signal?: AbortSignal
}

class FetchClient implements Client {
  readonly #options: FetchClientOptions

  constructor(options: FetchClientOptions) {
    this.#options = options
  }

  async get(resource: Resource, key: ObjectKey, options: Parameters<Client['get']>[2] = {}): Promise<KubernetesObject | undefined> {
    try {
      return await this.#object({ method: 'GET', path: pathOf(resource, key, options.subresource) })
    } catch (error) {
      if (error instanceof StatusError && error.reason === 'NotFound' && error.details?.name === key.name) return undefined
      throw error
    }
  }

  async list(resource: Resource, options: ListOptions = {}): ReturnType<Client['list']> {
    const { namespace, ...query } = options
    const list = await this.#json({ method: 'GET', path: pathOf(resource, { name: '', ...(namespace === undefined ? {} : { namespace }) }), query })
    const metadata = isObject(list.metadata) ? list.metadata : {}
    const items = Array.isArray(list.items) ? list.items.filter(isObject) : []
    const typed = items.map((item) => ({ apiVersion: apiVersionOf(resource), kind: resource.kind, ...item }) as unknown as KubernetesObject)
    return { items: typed, resourceVersion: String(metadata.resourceVersion ?? '') }
  }

  create(resource: Resource, object: KubernetesObject, options: WriteOptions = {}): Promise<KubernetesObject> {
    const key = { ...keyOf(object), name: '' }
    return this.#object({ method: 'POST', path: pathOf(resource, key, options.subresource), query: queryOf(options), body: object })
  }

  update(resource: Resource, object: KubernetesObject, options: WriteOptions = {}): Promise<KubernetesObject> {
    return this.#object({ method: 'PUT', path: pathOf(resource, keyOf(object), options.subresource), query: queryOf(options), body: object })
  }

  patch(resource: Resource, key: ObjectKey, patch: Json, options: PatchOptions): Promise<KubernetesObject> {
    const query = { ...queryOf(options), ...(options.type === 'apply' ? { force: String(options.force ?? false) } : {}) }
    return this.#object({ method: 'PATCH', path: pathOf(resource, key, options.subresource), query, body: patch, contentType: patchMedia[options.type] })
  }

  async delete(resource: Resource, key: ObjectKey, options: DeleteOptions = {}): Promise<void> {
    const body = { kind: 'DeleteOptions', apiVersion: 'v1', ...options } as unknown as JsonObject
    await this.#json({ method: 'DELETE', path: pathOf(resource, key), body })
  }

  watch(resource: Resource, options: ListOptions & { readonly resourceVersion: string }, listener: WatchListener): { stop(): void } {
    const stopped = new AbortController()
    const { namespace, ...selection } = options
    const path = pathOf(resource, { name: '', ...(namespace === undefined ? {} : { namespace }) })
    this.#follow({ method: 'GET', path, query: { ...selection, watch: 'true' }, signal: stopped.signal }, listener).then(
      () => stopped.signal.aborted || listener.end?.(),
      (error: unknown) => stopped.signal.aborted || listener.end?.(error instanceof StatusError ? error : unreachable(error)),
    )
    return { stop: () => stopped.abort() }
  }

  postSubresource(resource: Resource, key: ObjectKey, subresource: string, body: JsonObject): Promise<JsonObject> {
    return this.#json({ method: 'POST', path: pathOf(resource, key, subresource), body })
  }

  async resourceFor(apiVersion: string, kind: string): Promise<Resource | undefined> {
    return (await this.#versionResources(apiVersion)).find((resource) => resource.kind === kind)
  }

  async resources(): Promise<readonly ServedResource[]> {
    const groups = await this.#json({ method: 'GET', path: '/apis' })
    const versions = (Array.isArray(groups.groups) ? groups.groups.filter(isObject) : []).flatMap((group) => {
      const all = Array.isArray(group.versions) ? group.versions.filter(isObject) : []
      return all.map(({ groupVersion }) => String(groupVersion))
    })
    const served = await Promise.all(['v1', ...versions].map((version) => this.#versionResources(version)))
    const seen = new Set(['events.k8s.io/events'])
    return served.flat().filter(({ group, plural }) => !seen.has(`${group}/${plural}`) && seen.add(`${group}/${plural}`))
  }

  async #versionResources(apiVersion: string): Promise<readonly ServedResource[]> {
    const [group = '', version = ''] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion]
    try {
      const list = await this.#json({ method: 'GET', path: group === '' ? `/api/${version}` : `/apis/${apiVersion}` })
      const rows = Array.isArray(list.resources) ? list.resources.filter(isObject) : []
      return rows.filter(({ name }) => !String(name).includes('/')).map((row) => resourceOf(row, group, version))
    } catch (error) {
      if (error instanceof StatusError && error.code === 404) return []
      throw error
    }
  }

  async #follow(asked: Asked, listener: WatchListener): Promise<void> {
    const response = await this.#send(asked)
    let rest = ''
    const decoder = new TextDecoder()
    for await (const chunk of response.body ?? []) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) if (!asked.signal?.aborted) tell(JSON.parse(line) as WatchLine, listener)
    }
  }

  async #object(asked: Asked): Promise<KubernetesObject> {
    return (await this.#json(asked)) as unknown as KubernetesObject
  }

  async #json(asked: Asked): Promise<JsonObject> {
    return (await (await this.#send(asked)).json()) as JsonObject
  }

  async #send({ method, path, query = {}, body, contentType = 'application/json', signal }: Asked): Promise<Response> {
    const url = new URL(this.#options.server + path)
    for (const [name, value] of Object.entries(query)) if (value !== undefined && value !== '') url.searchParams.set(name, value)
    const headers = { accept: 'application/json', ...this.#options.headers, ...(body === undefined ? {} : { 'content-type': contentType }) }
    const request = new Request(url, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }), ...(signal ? { signal } : {}) })
    const response = await this.#options.fetch(request)
    if (response.ok) return response
    throw await errorOf(response)
  }
}

interface WatchLine {
  readonly type: string
  readonly object: JsonObject
}

function tell({ type, object }: WatchLine, listener: WatchListener): void {
  if (type === 'ERROR') throw statusError(object, 500)
  if (type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED') listener.event({ type, object: object as unknown as KubernetesObject })
}

function pathOf(resource: Resource, { name, namespace }: ObjectKey, subresource = ''): string {
  const root = resource.group === '' ? '/api' : '/apis'
  const place = namespace === undefined || !resource.namespaced ? [] : ['namespaces', namespace]
  const rest = [...place, resource.plural, name, subresource].filter((part) => part !== '').map(encodeURIComponent)
  return [root, apiVersionOf(resource), ...rest].join('/')
}

function queryOf({ fieldManager, dryRun }: WriteOptions): Readonly<Record<string, string | undefined>> {
  return { fieldManager, dryRun: dryRun ? 'All' : undefined }
}

function resourceOf(row: JsonObject, group: string, version: string): ServedResource {
  const verbs = Array.isArray(row.verbs) ? row.verbs.map(String) : []
  return { group, version, plural: String(row.name), kind: String(row.kind), namespaced: row.namespaced === true, verbs }
}

async function errorOf(response: Response): Promise<StatusError> {
  const text = await response.text()
  try {
    const status: unknown = JSON.parse(text)
    if (isObject(status)) return statusError(status, response.status)
  } catch {
    // No Status: a proxy's page, or Go's plain 404.
  }
  return new StatusError(response.status === 404 ? 'NotFound' : '', text.trim(), { code: response.status })
}

function statusError({ reason, message, details, code }: JsonObject, fallback: number): StatusError {
  const known = isObject(details) ? { ...details, causes: details.causes as readonly StatusCause[] | undefined } : undefined
  return new StatusError((reason ?? '') as StatusReason | '', String(message ?? ''), {
    code: typeof code === 'number' ? code : fallback,
    ...(known === undefined ? {} : { details: Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined)) }),
  })
}

function unreachable(error: unknown): StatusError {
  return new StatusError('ServiceUnavailable', error instanceof Error ? error.message : String(error))
}
