// Verbs on a resource: which handler answers which request.

import type { JsonObject } from '../../base/json.ts'
import type { DeleteOptions } from '../client.ts'
import { noProblems } from '../encoding/strict.ts'
import { isMeasured, measuredList, measuredObject } from '../metrics/measured.ts'
import { at, keyOf } from '../object.ts'
import { createObject } from '../registry/create.ts'
import { decodeBody } from '../registry/decode-object.ts'
import { type Deleted, deletedStatus } from '../registry/delete.ts'
import { isStored, liveObject } from '../registry/engine.ts'
import { methodNotAllowed, noSpace, noSuchResource, notFound, plainError } from '../registry/errors.ts'
import { checkResourceVersion, listObjects } from '../registry/list.ts'
import { patchObject } from '../registry/patch.ts'
import { bindPod } from '../registry/pod-writes.ts'
import { putObject } from '../registry/put.ts'
import { remove } from '../registry/remove.ts'
import { withConversions, withWebhooks } from '../registry/suspended.ts'
import { warnOfDelete } from '../registry/warnings.ts'
import { type Call, keyOfCall, scopeOf, showingOf } from './call.ts'
import { warnOfDeprecation } from './deprecations.ts'
import { readDeleteOptions, readListOptions, readWriteOptions } from './query-options.ts'
import { parseDeleteOptions, parseObject, parsePatch } from './read-body.ts'
import { listBody, objectBody, respond } from './respond.ts'
import { respondList } from './respond-list.ts'
import { allViewed, viewed } from './server.ts'
import { handleSubresource } from './subresources/subresources.ts'
import { answerVirtual } from './subresources/virtual.ts'
import { watchStream } from './watch-stream.ts'
import { patchType, written } from './written.ts'

/** Answers a request for a resource, a review, or a subresource. */
export function handleResource(call: Call, method: string): Response | Promise<Response> {
  // Nothing but reads is done over again as it is; writes see to it themselves.
  if (method === 'GET' && call.resource.custom?.conversions) return withConversions(call.server, () => answer(call, method))
  return answer(call, method)
}

function answer(call: Call, method: string): Response | Promise<Response> {
  const { asked, resource } = call
  const { info } = resource
  if (asked.subresource !== '') return handleSubresource(call, method)
  const named = asked.name !== ''
  if (named && info.namespaced && asked.namespace === '') throw noSuchResource()
  if (!info.namespaced && asked.namespace !== '' && info.plural !== 'namespaces') throw noSuchResource()
  const wanted = verbOf(call, method, named)
  // Discovery does not name all that a definition that goes still does.
  if (wanted === undefined || !(resource.custom || info.verbs.includes(wanted))) throw isRouted(call, named) ? methodNotAllowed() : noSuchResource()
  warnOfDeprecation(call)
  if (isVirtual(call)) return answerVirtual(call)
  if (info.group === '' && info.plural === 'bindings') return bind(call)
  return handlers[wanted]?.(call) ?? Promise.reject(methodNotAllowed())
}

/** A review is answered by its own function; nothing of it is stored. */
function isVirtual({ server, resource: { info } }: Call): boolean {
  return `${info.group}/${info.version}/${info.plural}` in server.virtual
}

/** True if any verb of the resource is asked for by a path like this one; where none is, nothing is there. */
function isRouted({ asked, resource: { info } }: Call, named: boolean): boolean {
  const everywhere = info.namespaced && asked.namespace === ''
  const verbs = named ? ['get', 'update', 'patch', 'delete'] : everywhere ? ['list'] : ['list', 'create', 'deletecollection']
  return verbs.some((verb) => info.verbs.includes(verb))
}

function verbOf({ asked, resource }: Call, method: string, named: boolean): string | undefined {
  if (method === 'GET') return asked.verb
  if (named) return { PUT: 'update', PATCH: 'patch', DELETE: 'delete' }[method]
  const inPlace = !resource.info.namespaced || asked.namespace !== ''
  return inPlace ? { POST: 'create', DELETE: 'deletecollection' }[method] : undefined
}

const handlers: Readonly<Record<string, (call: Call) => Response | Promise<Response>>> = {
  get,
  list,
  watch,
  create,
  update,
  patch,
  delete: deleteOne,
  deletecollection: deleteCollection,
}

function get(call: Call): Response {
  const { server, resource } = call
  const showing = showingOf(call)
  checkObjectVersion(call)
  const object = isMeasured(resource) ? measuredObject(server, resource, keyOfCall(call)) : liveObject(server, resource, keyOfCall(call))
  if (!object) throw notFound(resource.info, call.asked.name)
  return respond(objectBody(viewed(server, resource, object), showing), showing.format)
}

function list(call: Call): Response {
  const { server, resource, asked } = call
  const showing = showingOf(call, true)
  const options = readListOptions(call.query, false)
  const request = { ...options, namespace: namespaceOf(asked.namespace, resource.info.namespaced) }
  const page = isMeasured(resource) ? measuredList(server, resource, request) : listObjects(server, resource, request)
  return respondList({ ...page, items: allViewed(server, resource, page.items) }, showing)
}

function watch(call: Call): Response {
  const { server, resource, asked, timers, query } = call
  const { format } = showingOf(call, true)
  const options = readListOptions(query, true)
  const fieldSelector = asked.watchPath && asked.name !== '' ? `metadata.name=${asked.name}` : options.fieldSelector
  const namespace = namespaceOf(asked.namespace, resource.info.namespaced)
  const stream = watchStream(server, timers, { resource, namespace, options: { ...options, fieldSelector }, format, query })
  const mark = format.media === 'application/json' ? '' : ';stream=watch'
  return new Response(stream, { headers: { 'content-type': `${format.media}${mark}` } })
}

async function create(call: Call): Promise<Response> {
  const { server, resource } = call
  const showing = showingOf(call)
  const options = readWriteOptions(call.query, 'CreateOptions')
  const scope = scopeOf(call, options)
  const { value, problems } = parseObject(call.body, call.headers.get('content-type') ?? '', resource.info.kind)
  const sent = decodeBody(resource, value, { fieldValidation: options.fieldValidation, text: problems, warn: scope.warn })
  const object = await withWebhooks(server, (engine) => createObject(engine, scope, sent))
  return written(call, object, { status: 201, showing })
}

async function update(call: Call): Promise<Response> {
  const { server, resource } = call
  if (server.store.refuses(call.body.length)) throw noSpace()
  const showing = showingOf(call)
  const options = readWriteOptions(call.query, 'UpdateOptions')
  const scope = scopeOf(call, options)
  const { value, problems } = parseObject(call.body, call.headers.get('content-type') ?? '', resource.info.kind)
  const next = decodeBody(resource, value, { fieldValidation: options.fieldValidation, text: problems, warn: scope.warn })
  const { object, created } = await withWebhooks(server, (engine) => putObject(engine, scope, next))
  return written(call, object, { status: created ? 201 : 200, showing })
}

async function patch(call: Call): Promise<Response> {
  if (call.server.store.refuses(call.body.length)) throw noSpace()
  const showing = showingOf(call)
  const type = patchType(call)
  const options = readWriteOptions(call.query, 'PatchOptions', type)
  const scope = scopeOf(call, options)
  const { value, problems } = parsePatch(call.body, type)
  const decoding = { fieldValidation: options.fieldValidation, text: type === 'json' ? noProblems : problems, warn: scope.warn }
  const wanted = { type, body: value, force: options.force, decoding }
  const { object, created } = await withWebhooks(call.server, (engine) => patchObject(engine, scope, wanted))
  return written(call, object, { status: created ? 201 : 200, showing })
}

/** A Binding is stored nowhere: it assigns the pod of its name. */
async function bind(call: Call): Promise<Response> {
  const { server, asked } = call
  const showing = showingOf(call)
  const pods = server.registry.find('', 'v1', 'pods')
  if (!pods) throw noSuchResource()
  const { value } = parseObject(call.body, call.headers.get('content-type') ?? '', 'Binding')
  const name = String(at(value, 'metadata', 'name') ?? '')
  const scope = {
    ...scopeOf(call, readWriteOptions(call.query, 'CreateOptions')),
    resource: pods,
    key: { name, namespace: asked.namespace },
    subresource: 'binding',
  }
  return respond(await withWebhooks(server, (engine) => bindPod(engine, scope, value)), showing.format, { status: 201 })
}

async function deleteOne(call: Call): Promise<Response> {
  const { server } = call
  const showing = showingOf(call)
  const { dryRun, ...options } = deleteOptions(call)
  const scope = scopeOf(call, { dryRun })
  warnOfDelete(scope, options)
  const deleted = await withWebhooks(server, (engine) => remove(engine, scope, options))
  const { resourceVersion } = deleted.object.metadata
  if (resourceVersion !== undefined) call.outcome.resourceVersion = resourceVersion
  return respond(deletedBody(call, deleted, showing), showing.format)
}

function deletedBody({ resource }: Call, { object, answersObject }: Deleted, showing: ReturnType<typeof showingOf>): JsonObject {
  return answersObject ? objectBody(object, showing) : deletedStatus(resource, object)
}

async function deleteCollection(call: Call): Promise<Response> {
  const { server, resource, asked } = call
  const showing = showingOf(call)
  const listOptions = readListOptions(call.query, false)
  const { dryRun, ...options }: DeleteOptions & { dryRun: boolean } = deleteOptions(call)
  const namespace = namespaceOf(asked.namespace, resource.info.namespaced)
  const page = await withConversions(server, () => listObjects(server, resource, { ...listOptions, namespace }))
  const scope = scopeOf(call, { dryRun })
  warnOfDelete(scope, options)
  for (const object of page.items) {
    const key = keyOf(object)
    if (isStored(server, resource, key)) await withWebhooks(server, (engine) => remove(engine, { ...scope, key }, options))
  }
  return respond(listBody(page, showing), showing.format)
}

function deleteOptions(call: Call): ReturnType<typeof readDeleteOptions> {
  if (call.body.length === 0) return readDeleteOptions(undefined, call.query)
  return readDeleteOptions(parseDeleteOptions(call.body, call.headers.get('content-type') ?? ''), call.query)
}

/** The version that a read names: one that is none is told as it comes, without a reason. */
function checkObjectVersion({ server, query }: Call): void {
  const version = query.get('resourceVersion') ?? ''
  if (version !== '' && !/^\d+$/.test(version))
    throw plainError(`resourceVersion: Invalid value: ${JSON.stringify(version)}: strconv.ParseUint: parsing ${JSON.stringify(version)}: invalid syntax`)
  checkResourceVersion(server.store, version)
}

function namespaceOf(namespace: string, namespaced: boolean): string | undefined {
  return namespaced && namespace !== '' ? namespace : undefined
}
