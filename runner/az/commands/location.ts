// The location of a new resource: as given, else that of its resource group.
import { isObject } from '../../base/json.ts'
import { HttpError } from '../arm-error.ts'
import { AzError } from '../cli-error.ts'
import { type Call, required, text } from '../command.ts'

/** Reads the resource group where no location was given; an unknown group is an error of usage then. */
export async function locationOrGroups(call: Call): Promise<string> {
  const given = text(call.values, 'location')
  if (given !== undefined) return given
  const group = required(call.values, 'resource_group_name')
  try {
    const body = await call.arm.get(`${call.arm.scope()}/resourcegroups/${encodeURIComponent(group)}?api-version=2024-11-01`)
    return isObject(body) ? String(body.location ?? '') : ''
  } catch (error) {
    if (error instanceof HttpError && error.status === 404) throw new AzError(error.message, { exitCode: 2 })
    throw error
  }
}
