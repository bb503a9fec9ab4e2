// The engine behind every row of the table of types: GET, PUT, PATCH, DELETE, HEAD, lists and actions, with the checks that are the same for all.
import { isObject, type JsonObject } from '../base/json.ts'
import { armErrors } from './arm-error.ts'
import type { ArmRequest } from './arm-request.ts'
import { acceptedResponse, emptyResponse, listResponse, operationHeaders, resourceResponse } from './arm-response.ts'
import { checkConditions, checkLocation, checkName, checkParents, checkSubscription } from './checks.ts'
import type { Engine } from './engine.ts'
import { lockedBy } from './providers/authorization/locks.ts'
import { changedBy, deniedBy } from './providers/authorization/policies.ts'
import { parentOf, parseId, type ResourceId, resourceId, within } from './resource-id.ts'
import { type Action, type Draft, isSettled, type ResourceType, type WriteRequest } from './resource-type.ts'
import type { Resource } from './state.ts'
import type { Target } from './target.ts'

type Item = Extract<Target, { kind: 'item' }>
type Found = Exclude<Target, { kind: 'unknown' }>

/** Answers a request for a target; throws `ArmError`. */
export async function manageResource(request: ArmRequest, target: Found, engine: Engine): Promise<Response> {
  const here = target.kind === 'collection' ? target.scope : target.id
  checkSubscription(here, request.caller, engine)
  if (target.kind === 'collection') return list(request, target, engine)
  authorize(request, target, engine)
  const locked = target.row.type.endsWith('/locks') ? undefined : lockedBy(target.id, request.method, engine.context)
  if (locked) throw locked
  checkParents(here, target.row, request.method === 'PUT', engine)
  if (target.kind === 'action') return act(request, target, engine)
  const methods: Record<string, (() => Response | Promise<Response>) | undefined> = {
    GET: () => read(target, engine),
    HEAD: () => emptyResponse(engine.context.store.get(target.id) ? 204 : 404),
    PUT: () => put(request, target, engine),
    PATCH: () => patch(request, target, engine),
    DELETE: () => remove(request, target, engine),
  }
  const answer = methods[request.method]
  if (!answer) throw armErrors.methodNotAllowed(request.method)
  return answer()
}

function authorize(request: ArmRequest, target: Exclude<Found, { kind: 'collection' }>, engine: Engine): void {
  const scope = target.row.anyScope ? (parentOf(target.id) ?? resourceId('/')) : target.id
  if (target.row.openAtRoot && request.method === 'GET' && parseId(target.id).subscription === undefined) return
  const action = wantedAction(request.method, target)
  if (!engine.access.allows(request.caller.objectId, scope, action)) throw armErrors.forbidden(request.caller.name, request.caller.objectId, action, scope)
}

/** What a request wants to do, as permissions spell it. */
export function wantedAction(method: string, target: Exclude<Found, { kind: 'collection' }>): string {
  const verbs: Record<string, string> = { GET: 'read', HEAD: 'read', PUT: 'write', PATCH: 'write', DELETE: 'delete' }
  const wanted = target.kind === 'action' ? `${actionOf(target)?.name ?? target.action}/action` : (verbs[method] ?? 'action')
  return `${permissionType(target.row)}/${wanted}`
}

function list(request: ArmRequest, target: Extract<Target, { kind: 'collection' }>, engine: Engine): Response {
  const { row, scope } = target
  const { context, access } = engine
  if (request.method !== 'GET') throw armErrors.methodNotAllowed(request.method)
  checkListScope(scope, row, engine)
  if (row.listVirtual) return listResponse(row.listVirtual(scope, context, request.caller), request)
  const filter = request.query.get('$filter')
  const found = row.listAt?.(scope, context) ?? context.store.list(row.type).filter((resource) => isListedAt(resource, scope, row))
  // What belongs to the whole tenant, as built-in policies do, everybody sees.
  const visible = found.filter(
    (resource) => parseId(resource.id).subscription === undefined || access.allows(request.caller.objectId, resource.id, `${permissionType(row)}/read`),
  )
  const wanted = filter === undefined || !row.matches ? visible : visible.filter((resource) => row.matches?.(resource, filter, { scope, context }))
  return listResponse(
    wanted.map((resource) => engine.writer.shown(resource)),
    request,
    row,
  )
}

/** Items directly below a resource, but any depth below a group or a subscription. */
function isListedAt(resource: Resource, scope: ResourceId, row: ResourceType): boolean {
  return row.type.split('/').length > 2 ? within(parentOf(resource.id) ?? '', scope) && within(scope, parentOf(resource.id) ?? '') : within(resource.id, scope)
}

function checkListScope(scope: ResourceId, row: ResourceType, engine: Engine): void {
  const { group, namespace } = parseId(scope)
  if (group !== undefined) checkParents(resourceId(`${scope}/providers/x/y/z`), { ...row, anyScope: true }, false, engine)
  if (namespace !== undefined && !row.anyScope && !engine.context.store.get(scope)) throw engine.writer.notFound(scope)
}

function read(target: Item, engine: Engine): Response {
  const { row, id } = target
  const computed = row.read?.(id, engine.context)
  if (computed) return resourceResponse(computed, row)
  const resource = engine.context.store.get(id)
  if (!resource) throw row.missing?.(id) ?? engine.writer.notFound(id)
  return resourceResponse(engine.writer.shown(resource).body, row)
}

async function put(request: ArmRequest, target: Item, engine: Engine): Promise<Response> {
  if (!target.row.put) throw armErrors.methodNotAllowed(request.method)
  const old = engine.context.store.get(target.id)
  checkName(target, old, request.correlationId)
  checkConditions(request, target.row, old)
  const body = checkLocation(request.body, target, old)
  if (old && !isSettled(old) && target.row.busy) throw target.row.busy(old)
  const asked = changedBy(policyTarget(target, { body }), engine.context)
  const draft = target.row.put({ ...writing(request, target, engine), body: asked, old })
  const denied = deniedBy(policyTarget(target, draft), engine.context)
  if (denied) throw denied
  return written({ request, target, draft, verb: 'PUT', old }, engine)
}

async function patch(request: ArmRequest, target: Item, engine: Engine): Promise<Response> {
  const old = existing(target, engine)
  if (!target.row.patch) throw armErrors.methodNotAllowed(request.method)
  checkConditions(request, target.row, old)
  if (!isSettled(old) && target.row.busy) throw target.row.busy(old)
  const draft = target.row.patch({ ...writing(request, target, engine), old })
  const denied = deniedBy(policyTarget(target, draft), engine.context)
  if (denied) throw denied
  return written({ request, target, draft, verb: 'PATCH', old }, engine)
}

function policyTarget({ row, id, name }: Item, { body }: Draft): Parameters<typeof deniedBy>[0] {
  return { id, type: permissionType(row), body: { name, ...body }, tracked: row.tracked === true }
}

async function written(write: { request: ArmRequest; target: Item; draft: Draft; verb: string; old: Resource | undefined }, engine: Engine): Promise<Response> {
  const { request, target, draft, old } = write
  const saved = engine.writer.save({ row: target.row, id: target.id, name: target.name, draft, verb: write.verb, caller: request.caller })
  if (!saved.operation) await target.row.saved?.(saved.resource, engine.context)
  const status = old && !(target.row.alwaysCreated && write.verb === 'PUT') ? 200 : 201
  const headers = saved.operation ? operationHeaders(saved.operation, request, target.row, false) : {}
  return resourceResponse(engine.writer.shown(saved.resource).body, target.row, status, headers)
}

async function remove(request: ArmRequest, target: Item, engine: Engine): Promise<Response> {
  const { row, id } = target
  const old = engine.context.store.get(id)
  if (!row.remove) throw armErrors.methodNotAllowed(request.method)
  if (!old && row.mustExist) existing(target, engine)
  if (!old) return emptyResponse(204)
  checkConditions(request, row, old)
  if (!isSettled(old) && row.busy) throw row.busy(old)
  const plan = row.remove({ ...writing(request, target, engine), old })
  if (!plan) return removedNow(row, old, engine)
  const saved = engine.writer.save({ row, id, name: target.name, draft: { body: old.body, operation: plan }, verb: 'DELETE', caller: request.caller })
  if (!saved.operation) return emptyResponse(202)
  return acceptedResponse(deletingBody(row, saved.resource, engine), operationHeaders(saved.operation, request, row, true), row)
}

/** Fleets' types show what is going; groups and clusters answer with nothing. */
function deletingBody(row: ResourceType, resource: Resource, engine: Engine): JsonObject | undefined {
  return row.sorted ? engine.writer.shown(resource).body : undefined
}

async function removedNow(row: ResourceType, old: Resource, engine: Engine): Promise<Response> {
  await row.removed?.(old, engine.context)
  engine.context.store.remove(old.id)
  if (row.deleted === 204) return emptyResponse(204)
  return row.provisioned === false ? resourceResponse(old.body, row) : emptyResponse(200)
}

async function act(request: ArmRequest, target: Extract<Target, { kind: 'action' }>, engine: Engine): Promise<Response> {
  const action = actionOf(target)
  if (!action || request.method !== 'POST') throw armErrors.methodNotAllowed(request.method)
  const old = action.anew ? (engine.context.store.get(target.id) ?? blank(target)) : existing(target, engine)
  const answer = await action.run({ ...writing(request, target, engine), old: engine.writer.shown(old) })
  if ('body' in answer) return resourceResponse(answer.body, target.row)
  if ('accepted' in answer) return emptyResponse(202, { location: `${request.origin}${answer.accepted}?api-version=${request.apiVersion}`, 'retry-after': '1' })
  const saved = engine.writer.save({ row: target.row, id: old.id, name: target.name, draft: answer.draft, verb: target.action, caller: request.caller })
  return acceptedResponse(undefined, saved.operation ? operationHeaders(saved.operation, request, target.row, true) : {}, target.row)
}

function actionOf(target: { row: ResourceType; action: string }): Action | undefined {
  return target.row.actions?.find(({ name }) => name.toLowerCase() === target.action)
}

/** A type as permissions spell it: groups stand below subscriptions there. */
function permissionType(row: ResourceType): string {
  return row.type === 'Microsoft.Resources/resourceGroups' ? 'Microsoft.Resources/subscriptions/resourceGroups' : row.type
}

function blank({ row, id, name }: { row: ResourceType; id: ResourceId; name: string }): Resource {
  return { id, type: row.type, body: { id, name, type: row.type } }
}

function existing(target: { row: ResourceType; id: ResourceId }, engine: Engine): Resource {
  const resource = engine.context.store.get(target.id)
  if (!resource) throw target.row.missing?.(target.id) ?? engine.writer.notFound(target.id)
  return resource
}

function writing(request: ArmRequest, target: { id: ResourceId; name: string }, engine: Engine): Omit<WriteRequest, 'old'> {
  const { body, caller, query, correlationId } = request
  return {
    id: engine.context.store.get(target.id)?.id ?? target.id,
    name: target.name,
    body: isObject(body) ? body : {},
    caller,
    query,
    correlationId,
    context: engine.context,
  }
}
