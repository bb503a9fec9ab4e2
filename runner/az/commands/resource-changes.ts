// az resource create, update, patch and invoke-action: resources of any type, written.
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import { AzError } from '../cli-error.ts'
import { type Call, flag, required, text } from '../command.ts'
import { applyUpdates } from './generic-update.ts'

/** What a resource's body is to be: properties alone, or all of it. */
export async function createdBody(call: Call): Promise<JsonObject> {
  const given = parsed(required(call.values, 'properties'))
  if (flag(call.values, 'is_full_object')) {
    if (given.location === undefined || given.location === null) throw new AzError('location of the resource is required')
    return given
  }
  const location = text(call.values, 'location') ?? (await groupLocation(call))
  return { ...(location === undefined ? {} : { location }), properties: given }
}

async function groupLocation(call: Call): Promise<string | undefined> {
  const group = text(call.values, 'resource_group_name') ?? /\/resourceGroups\/([^/]+)/i.exec(text(call.values, 'resource_id') ?? '')?.[1]
  const found = await call.arm.get(`${call.arm.scope()}/resourcegroups/${encodeURIComponent(group ?? '')}?api-version=2024-11-01`)
  return isObject(found) ? String(found.location) : undefined
}

/** What is patched: properties alone, or a whole body. */
export function patchBody({ values }: Call): JsonObject {
  const given = parsed(required(values, 'properties'))
  return flag(values, 'is_full_object') ? given : { properties: given }
}

/** The resource as `--set`, `--add` and `--remove` make it; what only the service sets goes back as it came. */
export function updatedBody(call: Call, before: Json | undefined): JsonObject {
  const { id: _id, name: _name, type: _type, systemData: _data, eTag: _tag, ...body } = isObject(before) ? before : {}
  return applyUpdates(call, body)
}

/** The body of an action. */
export function actionBody({ values }: Call): JsonObject | undefined {
  const given = text(values, 'request_body')
  return given === undefined ? undefined : parsed(given)
}

function parsed(given: string): JsonObject {
  try {
    const value = JSON.parse(given) as Json
    if (isObject(value)) return value
  } catch (error) {
    throw new AzError(`Error parsing JSON.\n${given}\n${error instanceof Error ? error.message : ''}`)
  }
  throw new AzError(`Error parsing JSON.\n${given}\nAn object was expected.`)
}
