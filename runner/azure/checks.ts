// What the engine checks of every request before a row sees it: subscription, group, parents, name, conditions, location.

import type { JsonObject } from '../base/json.ts'
import { armErrors } from './arm-error.ts'
import type { ArmRequest } from './arm-request.ts'
import type { Engine } from './engine.ts'
import locations from './providers/resources/locations.json' with { type: 'json' }
import { groupIdOf, nameOf, parentOf, parseId, type ResourceId } from './resource-id.ts'
import { type Caller, provisioningState, type ResourceType } from './resource-type.ts'
import type { Resource } from './state.ts'

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** The subscription must be well formed, exist, and be one where the caller has any role. */
export function checkSubscription(id: string, caller: Caller, engine: Engine): void {
  const { subscription } = parseId(id)
  if (subscription === undefined) return
  if (!guid.test(subscription)) throw armErrors.subscriptionMalformed(subscription)
  const exists = engine.subscriptions.some((one) => one.id.toLowerCase() === subscription.toLowerCase())
  if (!exists || !engine.access.knows(caller.objectId, `/subscriptions/${subscription}`)) throw armErrors.subscriptionNotFound(subscription)
}

/** The group and, for children, the parent must exist; nothing is written into a group that is going. */
export function checkParents(id: ResourceId, row: ResourceType, writing: boolean, engine: Engine): void {
  const group = groupIdOf(id)
  if (group === undefined || row.type === 'Microsoft.Resources/resourceGroups') return
  const holder = engine.context.store.get(group)
  if (!holder) throw armErrors.groupNotFound(nameOf(group))
  if (writing && provisioningState(holder) === 'Deleting') throw armErrors.groupBeingDeleted(nameOf(group))
  const parent = parentOf(id)
  if (!writing || row.anyScope || parent === undefined || engine.context.store.get(parent)) return
  throw armErrors.parentNotFound(row.type.split('/').slice(1).join('/'), parent)
}

/** A new resource's name must follow the row's rule. */
export function checkName(target: { row: ResourceType; name: string }, old: Resource | undefined, correlationId: string): void {
  const rule = target.row.name
  if (!old && rule && !rule.pattern.test(target.name)) throw rule.refuse(target.name, correlationId)
}

/** `If-Match` and `If-None-Match` against the eTag in the body. */
export function checkConditions(request: ArmRequest, row: ResourceType, old: Resource | undefined): void {
  if (!row.eTag) return
  const match = request.headers.get('if-match')
  const noneMatch = request.headers.get('if-none-match')
  if (match !== null && !(old && matches(match, old))) throw armErrors.preconditionFailed()
  if (noneMatch !== null && old && matches(noneMatch, old)) throw armErrors.preconditionFailed()
}

/** The body of a PUT with its location in canonical spelling; a resource never moves. */
export function checkLocation(body: JsonObject, target: { row: ResourceType; id: ResourceId; name: string }, old: Resource | undefined): JsonObject {
  const { row } = target
  if (!row.tracked) return body
  const given = body.location
  if (typeof given !== 'string' || given === '') {
    if (!old?.body.location) throw armErrors.locationRequired()
    return { ...body, location: old.body.location }
  }
  const location = normalLocation(given)
  if (old?.body.location !== undefined && old.body.location !== location)
    throw armErrors.locationChanged(old.body.name, old.body.location, parseId(target.id).group ?? '', location)
  const regions = row.global ? ['global'] : locations.map((one) => one.name)
  if (!regions.includes(location)) throw armErrors.locationInvalid(given, row.type, regions)
  return { ...body, location }
}

/** `East US` as `eastus`. */
export function normalLocation(location: string): string {
  return location.replaceAll(' ', '').toLowerCase()
}

function matches(header: string, resource: Resource): boolean {
  const eTag = resource.body.eTag ?? ''
  return header.split(',').some((one) => one.trim() === '*' || one.trim().replace(/^"|"$/g, '') === eTag.replace(/^"|"$/g, ''))
}
