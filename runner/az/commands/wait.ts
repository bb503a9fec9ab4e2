// The wait commands: ask again and again until a resource is as wanted.
import { isObject, type JsonObject } from '../../base/json.ts'
import { HttpError } from '../arm-error.ts'
import { AzError } from '../cli-error.ts'
import { type Call, flag, text } from '../command.ts'
import { evaluateQuery } from '../query.ts'

/** Waits for what the arguments say of the resource that `get` reads. */
export async function waitFor(call: Call, get: () => Promise<JsonObject>): Promise<unknown> {
  const { values, context } = call
  const custom = text(values, 'custom')
  if (!['created', 'updated', 'deleted', 'exists'].some((name) => flag(values, name)) && custom === undefined) {
    throw new AzError('incorrect usage: --created | --updated | --deleted | --exists | --custom JMESPATH')
  }
  const interval = Number(values.interval ?? 30)
  const rounds = Math.max(Math.ceil(Number(values.timeout ?? 3600) / Math.max(interval, 1)), 1)
  for (let round = 0; round < rounds; round += 1) {
    const state = await look(get)
    if (isReached(call, state, custom)) return undefined
    await context.sleep(interval * 1000)
  }
  throw new AzError('Wait operation timed-out after {} seconds'.replace('{}', String(values.timeout ?? 3600)))
}

async function look(get: () => Promise<JsonObject>): Promise<JsonObject | undefined> {
  try {
    return await get()
  } catch (error) {
    if (error instanceof HttpError && error.status === 404) return undefined
    throw error
  }
}

function isReached({ values }: Call, state: JsonObject | undefined, custom: string | undefined): boolean {
  if (state === undefined) return flag(values, 'deleted')
  if (flag(values, 'exists')) return true
  const provisioning = provisioningState(state)
  if (provisioning?.toLowerCase() === 'failed') throw new AzError('The operation failed')
  if ((flag(values, 'created') || flag(values, 'updated')) && provisioning?.toLowerCase() === 'succeeded') return true
  return custom !== undefined && truthy(evaluateQuery(custom, state))
}

function provisioningState(state: JsonObject): string | undefined {
  const own = state.provisioningState
  if (typeof own === 'string') return own
  const nested = isObject(state.properties) ? state.properties.provisioningState : undefined
  return typeof nested === 'string' ? nested : undefined
}

function truthy(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0
  return value !== null && value !== undefined && value !== false && value !== '' && value !== 0
}
