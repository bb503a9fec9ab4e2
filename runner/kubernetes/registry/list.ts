// A list: of now, of an exact revision, or page by page as of the first page.
import { formatKey, type KubernetesObject, keyOf } from '../object.ts'
import { StatusError } from '../status-error.ts'
import { formatContinue, fromNow, parseContinue } from '../storage/continue-token.ts'
import type { Store } from '../storage/store.ts'
import type { Engine } from './engine.ts'
import { badRequest } from './errors.ts'
import { dropExpired } from './expiry.ts'
import { compileSelection, type Matcher, type Selection } from './selection.ts'
import type { ServedResource } from './served-resource.ts'

/** What a client asks a list for, already validated. */
export interface ListRequest extends Selection {
  readonly limit?: number | undefined
  readonly continue?: string | undefined
  readonly resourceVersion?: string | undefined
  readonly resourceVersionMatch?: string | undefined
}

/** A page of a list. */
export interface ListPage {
  readonly items: readonly KubernetesObject[]
  readonly resourceVersion: string
  readonly continue?: string
  readonly remainingItemCount?: number
}

/** Lists the objects of a resource; throws StatusError for wrong selectors, tokens and versions. */
export function listObjects(engine: Engine, resource: ServedResource, request: ListRequest): ListPage {
  const { store } = engine
  dropExpired(engine, resource.storage)
  const matcher = compileSelection(resource, request)
  const point = request.continue ? parseContinue(request.continue) : undefined
  const wanted = point?.revision === fromNow ? undefined : point?.revision
  if (point && request.resourceVersion && request.resourceVersion !== '0') throw badRequest('specifying resource version is not allowed when using continue')
  const revision = wanted ?? (point ? undefined : exactRevision(store, request))
  // What may be of any age comes from the watch cache, which has no pages.
  const limit = request.resourceVersion === '0' && !point ? 0 : (request.limit ?? 0)
  const page = pageAt(store, resource, { matcher, limit, revision, after: point?.after })
  const shown = revision ?? store.revision
  return {
    items: page.items,
    resourceVersion: String(shown),
    ...(page.last === undefined ? {} : { continue: formatContinue({ revision: shown, after: page.last }) }),
    ...(page.last !== undefined && matcher.everything ? { remainingItemCount: page.remaining } : {}),
  }
}

/** Refuses a version that is none, or one that is not reached yet; answers it as a number, 0 for none. */
export function checkResourceVersion(store: Store, version: string | undefined): number {
  if (version === undefined || version === '' || version === '0') return 0
  if (!/^\d+$/.test(version)) {
    const why = `strconv.ParseUint: parsing ${JSON.stringify(version)}: invalid syntax`
    throw badRequest(`invalid resource version: resourceVersion: Invalid value: ${JSON.stringify(version)}: ${why}`)
  }
  const revision = Number(version)
  if (revision <= store.revision) return revision
  throw new StatusError('Timeout', `Timeout: Too large resource version: ${version}, current: ${store.revision}`, {
    details: { causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }], retryAfterSeconds: 1 },
  })
}

/** The revision that must be shown, or undefined for now. */
function exactRevision(store: Store, { resourceVersion, resourceVersionMatch, limit = 0 }: ListRequest): number | undefined {
  const revision = checkResourceVersion(store, resourceVersion)
  const exact = resourceVersionMatch === 'Exact' || (resourceVersionMatch === undefined && limit > 0)
  return revision > 0 && exact ? revision : undefined
}

interface Page {
  readonly items: readonly KubernetesObject[]
  /** Where the next page goes on, if there is one. */
  readonly last: string | undefined
  readonly remaining: number
}

interface PageRequest {
  readonly matcher: Matcher
  readonly limit: number
  readonly after: string | undefined
}

/** A page of the present, or as of a revision. */
function pageAt(store: Store, resource: ServedResource, asked: PageRequest & { readonly revision: number | undefined }): Page {
  const { matcher, revision, after } = asked
  if (matcher.everything && isPresent(store, resource.storage, revision)) return presentPage(store, resource, asked)
  const objects = revision === undefined ? presentObjects(store, resource, matcher) : objectsAt(store, resource.storage, matcher, { revision, after })
  return pageOf(resource, objects, asked)
}

/** True if the objects of a resource are as they were at a revision. */
function isPresent(store: Store, storage: string, revision: number | undefined): boolean {
  return revision === undefined || store.log.after(revision, storage)?.length === 0
}

/** A page of everything: what comes after it is counted, not looked at. */
function presentPage(store: Store, resource: ServedResource, { matcher, limit, after }: PageRequest): Page {
  const range = { namespace: matcher.namespace, after: absoluteKey(matcher, after), limit: limit > 0 ? limit : Number.POSITIVE_INFINITY }
  const { objects, remaining } = store.page(resource.storage, range)
  const [items, final] = [objects.map((stored) => resource.fromStorage(stored)), objects.at(-1)]
  return { items, last: remaining > 0 && final ? relativeKey(matcher, final) : undefined, remaining }
}

function presentObjects(store: Store, { storage, info }: ServedResource, matcher: Matcher): readonly KubernetesObject[] {
  if (matcher.name === undefined && matcher.indexed !== undefined) return store.listIndexed(storage, matcher.indexed)
  if (matcher.name === undefined || (info.namespaced && matcher.namespace === undefined)) return store.list(storage, matcher.namespace)
  const key = matcher.namespace === undefined ? { name: matcher.name } : { name: matcher.name, namespace: matcher.namespace }
  const object = store.get(storage, formatKey(key))
  return object ? [object] : []
}

/** The objects as they were: what the log tells is taken back from the present. */
export function objectsAt(
  store: Store,
  storage: string,
  matcher: Matcher,
  at: { readonly revision: number; readonly after?: string | undefined },
): readonly KubernetesObject[] {
  const events = store.log.after(at.revision, storage)
  if (events === undefined) throw expired(at.after)
  const after = absoluteKey(matcher, at.after)
  if (events.length === 0) return store.list(storage, matcher.namespace, after)
  const present = store.list(storage, matcher.namespace)
  const objects = new Map(present.map((object) => [formatKey(keyOf(object)), object]))
  for (const { key, previous } of events.toReversed()) {
    if (previous) objects.set(key, previous)
    else objects.delete(key)
  }
  return [...objects].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object)
}

function pageOf(resource: ServedResource, objects: readonly KubernetesObject[], { matcher, limit, after }: PageRequest): Page {
  const items: KubernetesObject[] = []
  let last: string | undefined
  for (const [index, stored] of objects.entries()) {
    if (after !== undefined && relativeKey(matcher, stored) <= after) continue
    const object = resource.fromStorage(stored)
    if (!matcher.matches(object)) continue
    if (limit > 0 && items.length === limit) return { items, last, remaining: objects.length - index }
    items.push(object)
    last = relativeKey(matcher, stored)
  }
  return { items, last: undefined, remaining: 0 }
}

function relativeKey({ namespace }: Matcher, object: KubernetesObject): string {
  return namespace === undefined ? formatKey(keyOf(object)) : (object.metadata.name ?? '')
}

function absoluteKey({ namespace }: Matcher, key: string | undefined): string | undefined {
  return key === undefined || namespace === undefined ? key : `${namespace}/${key}`
}

/** A page that comes too late is told where to go on as of now. */
function expired(after: string | undefined): StatusError {
  if (after === undefined) return new StatusError('Expired', 'The resourceVersion for the provided list is too old.')
  const words =
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the ' +
    'continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects ' +
    'that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.'
  return new StatusError('Expired', words, { continue: formatContinue({ revision: fromNow, after }) })
}
