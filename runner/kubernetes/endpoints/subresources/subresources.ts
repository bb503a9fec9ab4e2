// Which subresource is answered by what: parts of the object itself, Scales, and those that do something.
import type { Json, JsonObject } from '../../../base/json.ts'
import { columnsOf } from '../../custom-resources/cells.ts'
import { humanDuration } from '../../duration.ts'
import { noProblems } from '../../encoding/strict.ts'
import type { Column, KindRules } from '../../kind.ts'
import { apiVersionOf, at, type KubernetesObject } from '../../object.ts'
import { builtInSchema } from '../../openapi/schema.ts'
import { decodeBody } from '../../registry/decode-object.ts'
import { liveObject } from '../../registry/engine.ts'
import { badRequest, methodNotAllowed, noSuchResource, notFound, notSupported, unregistered } from '../../registry/errors.ts'
import { patchObject } from '../../registry/patch.ts'
import { bindPod, evictPod } from '../../registry/pod-writes.ts'
import { checkName, putObject } from '../../registry/put.ts'
import { getScale, patchScale, scaleProblem, updateScale } from '../../registry/scale.ts'
import { withWebhooks } from '../../registry/suspended.ts'
import { type Call, keyOfCall, scopeOf, showingOf } from '../call.ts'
import { readWriteOptions, type WriteOptionsRead } from '../query-options.ts'
import { parseObject, parsePatch } from '../read-body.ts'
import { objectBody, respond, type Showing } from '../respond.ts'
import { patchType, written } from '../written.ts'
import { answerConnect } from './connect.ts'
import { answerLog } from './log.ts'
import { answerToken } from './token.ts'

type Handler = (call: Call, method: string) => Response | Promise<Response>

/** Answers a request for a subresource. */
export function handleSubresource(call: Call, method: string): Response | Promise<Response> {
  const { asked, resource } = call
  const known = resource.info.subresources.find(({ name }) => name === asked.subresource)
  const inPlace = resource.info.namespaced === (asked.namespace !== '') || resource.info.plural === 'namespaces'
  if (!known || !inPlace) throw noSuchResource()
  const verb = subresourceVerbs[method] ?? (asked.subresource === 'proxy' ? proxyVerbs[method] : undefined)
  const handlers = byName[asked.subresource] ?? ofObject
  const handler = verb === undefined ? undefined : handlers[verb]
  if (verb === undefined || !known.verbs.includes(verb) || !handler) throw resource.custom && verb ? notSupported(resource.info, verb) : methodNotAllowed()
  return handler(call, method)
}

const subresourceVerbs: Readonly<Record<string, string>> = { GET: 'get', POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' }

/** A proxy takes every method. */
const proxyVerbs: Readonly<Record<string, string>> = { HEAD: 'get', OPTIONS: 'get' }

const ofObject: Readonly<Record<string, Handler>> = { get: getPart, update: updatePart, patch: patchPart }
const connect: Readonly<Record<string, Handler>> = {
  get: answerConnect,
  create: answerConnect,
  update: answerConnect,
  patch: answerConnect,
  delete: answerConnect,
}

const byName: Readonly<Record<string, Readonly<Record<string, Handler>>>> = {
  scale: { get: readScale, update: writeScale, patch: changeScale },
  binding: { create: (call) => answerPod(call, bindPod) },
  eviction: { create: (call) => answerPod(call, evictPod) },
  token: { create: answerToken },
  log: { get: answerLog },
  exec: connect,
  attach: connect,
  portforward: connect,
  proxy: connect,
}

function getPart(call: Call): Response {
  const showing = showingOf(call)
  const object = liveObject(call.server, call.resource, keyOfCall(call))
  if (!object) throw notFound(call.resource.info, call.asked.name)
  return respond(objectBody(object, showing), showing.format)
}

async function updatePart(call: Call): Promise<Response> {
  const showing = showingOf(call)
  const options = readWriteOptions(call.query, 'UpdateOptions')
  const scope = scopeOf(call, options)
  const { value, problems } = parseObject(call.body, call.headers.get('content-type') ?? '', call.resource.info.kind)
  const next = decodeBody(call.resource, value, { fieldValidation: options.fieldValidation, text: problems, warn: scope.warn })
  const { object } = await withWebhooks(call.server, (engine) => putObject(engine, scope, next))
  return written(call, object, { status: 200, showing })
}

async function patchPart(call: Call): Promise<Response> {
  const { patch, options, showing } = readPatch(call)
  const { object } = await withWebhooks(call.server, (engine) => patchObject(engine, scopeOf(call, options), patch))
  return written(call, object, { status: 200, showing })
}

function readScale(call: Call): Response {
  const showing = showingOfScale(call)
  return respond(objectBody(getScale(call.server, { resource: call.resource, key: keyOfCall(call) }), showing), showing.format)
}

async function writeScale(call: Call): Promise<Response> {
  const showing = showingOfScale(call)
  const options = readWriteOptions(call.query, 'UpdateOptions')
  const { value } = parseObject(call.body, call.headers.get('content-type') ?? '', 'Scale')
  checkScaleKind(value)
  const problem = scaleProblem(value)
  if (problem !== undefined) throw badRequest(`Scale in version "v1" cannot be handled as a Scale: ${problem}`)
  checkName({ key: keyOfCall(call), resource: call.resource }, { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: {}, ...value })
  const scale = await withWebhooks(call.server, (engine) => updateScale(engine, scopeOf(call, options), value))
  return written(call, scale, { status: 200, showing })
}

async function changeScale(call: Call): Promise<Response> {
  const { patch, options } = readPatch(call)
  const scale = await withWebhooks(call.server, (engine) => patchScale(engine, scopeOf(call, options), patch))
  return written(call, scale, { status: 200, showing: showingOfScale(call) })
}

const scaleColumns: readonly Column[] = [
  { name: 'Name', type: 'string', format: 'name', description: '', priority: 0 },
  { name: 'Desired', type: 'integer', format: '', description: '', priority: 0 },
  { name: 'Available', type: 'integer', format: '', description: '', priority: 0 },
  { name: 'Age', type: 'string', format: '', description: '', priority: 0 },
]

/** The columns of a custom resource's Scale say what they are. */
function customScaleColumns(): readonly Column[] {
  const [name, age] = columnsOf({})
  const [, desired, available] = scaleColumns
  if (!name || !age || !desired || !available) return scaleColumns
  return [name, { ...desired, description: 'Number of desired replicas' }, { ...available, description: 'Number of actual replicas' }, age]
}

/** A Scale has a table of its own, whatever it is a Scale of. */
function showingOfScale(call: Call): Showing {
  const { resource } = call
  const rules: KindRules = { apiVersion: 'autoscaling/v1', kind: 'Scale', cells: scaleCells }
  const scales = {
    ...resource,
    info: { ...resource.info, columns: resource.custom ? customScaleColumns() : scaleColumns, source: 'built-in' as const },
    custom: undefined,
    rules,
  }
  return { ...showingOf(call), resource: scales }
}

function scaleCells(scale: KubernetesObject, now: number): readonly Json[] {
  const { name = '', creationTimestamp } = scale.metadata
  const age = creationTimestamp === undefined ? '<unknown>' : humanDuration(now - Date.parse(creationTimestamp))
  return [name, at(scale, 'spec', 'replicas') ?? 0, at(scale, 'status', 'replicas') ?? 0, age]
}

function readPatch(call: Call) {
  const showing = showingOf(call)
  const type = patchType(call)
  const options: WriteOptionsRead = readWriteOptions(call.query, 'PatchOptions', type)
  const { value, problems } = parsePatch(call.body, type)
  const { warn } = scopeOf(call, options)
  const decoding = { fieldValidation: options.fieldValidation, text: type === 'json' ? noProblems : problems, warn }
  return { showing, options, patch: { type, body: value, force: options.force, decoding } }
}

/** A version that has no Scale is one that nobody knows. */
function checkScaleKind({ kind = 'Scale', apiVersion = 'autoscaling/v1' }: JsonObject): void {
  const [sent, version] = [String(kind) || 'Scale', String(apiVersion) || 'autoscaling/v1']
  if (!builtInSchema(version, sent) && sent === 'Scale' && version !== 'autoscaling/v1')
    throw badRequest(`no kind is registered for the type ${version.replace('/', '.')}.${sent} in scheme "pkg/runtime/scheme.go:111"`)
}

/** A body that says to be of another kind cannot be converted. */
function checkKind(kind: 'Binding' | 'Eviction', body: JsonObject): void {
  const [sent, version] = [String(body.kind ?? '') || kind, String(body.apiVersion ?? '')]
  if (sent === kind) return
  const group = kind === 'Binding' ? 'core' : 'policy'
  const own = { group: kind === 'Binding' ? '' : 'policy', version: 'v1' }
  const short = version === '' ? own.version : version.slice(version.lastIndexOf('/') + 1)
  const whole = version || apiVersionOf(own)
  const why = builtInSchema(whole, sent) ? `converting (${short}.${sent}) to (${group}.${kind}): unknown conversion` : unregistered(sent, whole)
  throw badRequest(`${sent} in version "${short}" cannot be handled as a ${kind}: ${why}`)
}

/** Bindings and evictions are answered with a Status. */
async function answerPod(call: Call, answer: typeof bindPod): Promise<Response> {
  const showing = showingOf(call)
  const options = readWriteOptions(call.query, 'CreateOptions')
  const kind = call.asked.subresource === 'binding' ? 'Binding' : 'Eviction'
  const { value } = parseObject(call.body, call.headers.get('content-type') ?? '', kind)
  checkKind(kind, value)
  const answered = await withWebhooks(call.server, (engine) => answer(engine, scopeOf(call, options), value))
  return respond(answered, { ...showing.format }, { status: 201 })
}
