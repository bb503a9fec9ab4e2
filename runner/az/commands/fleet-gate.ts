// az fleet gate: approvals that update runs wait for.
import type { JsonObject } from '../../base/json.ts'
import { AzError } from '../cli-error.ts'
import { type Call, type CommandGroup, required, text } from '../command.ts'
import { pythonRepr } from '../python.ts'
import { change, childHandlers, fleetOutput, fleetPath } from './fleet-resource.ts'

const common = childHandlers({ collection: 'gates', model: 'Gate', name: 'gate_name' })
const filterStates = ['Pending', 'Skipped', 'Completed']
const patchStates = ['Completed']

/** Commands of `az fleet gate`. */
export const group: CommandGroup = {
  handlers: {
    'fleet gate list': listGates,
    'fleet gate show': common.show,
    'fleet gate update': (call) => patch(call, text(call.values, 'gate_state')),
    'fleet gate approve': (call) => patch(call, 'Completed'),
  },
}

async function listGates(call: Call): Promise<readonly JsonObject[]> {
  const state = text(call.values, 'state_filter')
  if (state !== undefined && state !== '' && !filterStates.includes(state)) {
    throw new AzError(`Unsupported gate state filter value: '${state}'. Allowed values are ${pythonRepr(filterStates)}`)
  }
  const query = state ? `$filter=${encodeURIComponent(`state eq ${state}`)}&` : ''
  return (await call.arm.list(fleetPath(call, [required(call.values, 'fleet_name'), 'gates'], query))).map((gate) => fleetOutput('Gate', gate))
}

async function patch(call: Call, state: string | undefined): Promise<JsonObject | undefined> {
  if (state === undefined || !patchStates.includes(state)) {
    throw new AzError(`Unsupported gate state value: '${state ?? 'None'}'. Allowed values are ${pythonRepr(patchStates)}`)
  }
  const path = fleetPath(call, [required(call.values, 'fleet_name'), 'gates', required(call.values, 'gate_name')])
  return change(call, 'PATCH', { path, body: { properties: { state } } }, 'Gate')
}
