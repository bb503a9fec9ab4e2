// What the fleet extension's groups share: paths, models, waiting, and the commonest handlers.
import type { Json, JsonObject } from '../../base/json.ts'
import type { OperationOptions } from '../arm-client.ts'
import { type Call, flag, type Handler, required } from '../command.ts'
import models from '../facts/models-fleet.json' with { type: 'json' }
import { type Models, modelInput, modelOutput } from '../models.ts'

const version = 'api-version=2025-08-01-preview'
const fleetModels = models as unknown as Models

/** Path of a fleet, of something below it, or of a list; with the version that the extension speaks. */
export function fleetPath(call: Call, parts: readonly string[] = [], query = ''): string {
  const group = required(call.values, 'resource_group_name')
  const below = parts.map((part) => `/${encodeURIComponent(part)}`).join('')
  return `${call.arm.scope()}/resourceGroups/${encodeURIComponent(group)}/providers/Microsoft.ContainerService/fleets${below}?${query}${version}`
}

/** All fleets of the subscription. */
export function subscriptionFleetsPath(call: Call): string {
  return `${call.arm.scope()}/providers/Microsoft.ContainerService/fleets?${version}`
}

/** What is printed of a fleet resource. */
export function fleetOutput(model: string, value: Json | undefined): JsonObject {
  return modelOutput(fleetModels, model, value)
}

/** What is sent of a fleet resource. */
export function fleetInput(model: string, value: Json | undefined): JsonObject {
  return modelInput(fleetModels, model, value)
}

/** Sends a change and prints the resource that it leads to; nothing with --no-wait. */
export async function change(
  call: Call,
  method: 'PUT' | 'PATCH' | 'POST',
  request: { path: string; body?: Json; headers?: Record<string, string> },
  model: string,
  options: OperationOptions = {},
): Promise<JsonObject | undefined> {
  const noWait = flag(call.values, 'no_wait')
  const result = await call.arm.operate(method, request, { interval: 5, ...options, noWait })
  return noWait ? undefined : fleetOutput(model, result)
}

/** A resource type below a fleet, for the handlers that all of them have. */
export interface ChildType {
  /** Its collection in the path. */
  readonly collection: string
  readonly model: string
  /** The argument that names one. */
  readonly name: string
}

/** `show`, `list` and `delete` of a type below a fleet. */
export function childHandlers(type: ChildType): { readonly show: Handler; readonly list: Handler; readonly delete: Handler } {
  const path = (call: Call): string => fleetPath(call, [required(call.values, 'fleet_name'), type.collection, required(call.values, type.name)])
  return {
    show: async (call) => fleetOutput(type.model, await call.arm.get(path(call))),
    list: async (call) => {
      const items = await call.arm.list(fleetPath(call, [required(call.values, 'fleet_name'), type.collection]))
      return items.map((item) => fleetOutput(type.model, item))
    },
    delete: async (call) => {
      await call.arm.operate('DELETE', { path: path(call) }, { final: 'location', interval: 5, noWait: flag(call.values, 'no_wait') })
    },
  }
}
