// az fleet updatestrategy: stored orders of update.
import { type Call, type CommandGroup, required } from '../command.ts'
import { change, childHandlers, fleetOutput, fleetPath } from './fleet-resource.ts'
import { readStages } from './fleet-stages.ts'
import { waitFor } from './wait.ts'

const common = childHandlers({ collection: 'updateStrategies', model: 'FleetUpdateStrategy', name: 'name' })

/** Commands of `az fleet updatestrategy`. */
export const group: CommandGroup = {
  handlers: {
    'fleet updatestrategy create': async (call) => {
      const strategy = await readStages(call, required(call.values, 'stages'))
      return change(call, 'PUT', { path: onePath(call), body: { properties: { strategy } } }, 'FleetUpdateStrategy')
    },
    'fleet updatestrategy show': common.show,
    'fleet updatestrategy list': common.list,
    'fleet updatestrategy delete': common.delete,
    'fleet updatestrategy wait': (call) =>
      waitFor(call, async () => fleetOutput('FleetUpdateStrategy', await call.arm.get(onePath(call, 'update_strategy_name')))),
  },
}

function onePath(call: Call, name = 'name'): string {
  return fleetPath(call, [required(call.values, 'fleet_name'), 'updateStrategies', required(call.values, name)])
}
