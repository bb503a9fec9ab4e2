// az fleet autoupgradeprofile: update runs that the fleet makes by itself.
import type { JsonObject } from '../../base/json.ts'
import { AzError } from '../cli-error.ts'
import { type Call, type CommandGroup, flag, required, text } from '../command.ts'
import { change, childHandlers, fleetOutput, fleetPath } from './fleet-resource.ts'
import { waitFor } from './wait.ts'

const common = childHandlers({ collection: 'autoUpgradeProfiles', model: 'AutoUpgradeProfile', name: 'name' })

/** Commands of `az fleet autoupgradeprofile`. */
export const group: CommandGroup = {
  handlers: {
    'fleet autoupgradeprofile create': create,
    'fleet autoupgradeprofile show': common.show,
    'fleet autoupgradeprofile list': common.list,
    'fleet autoupgradeprofile delete': common.delete,
    'fleet autoupgradeprofile generate-update-run': (call) =>
      change(call, 'POST', { path: onePath(call, ['generateUpdateRun'], 'auto_upgrade_profile_name') }, 'GenerateResponse', { final: 'location' }),
    'fleet autoupgradeprofile wait': (call) =>
      waitFor(call, async () => fleetOutput('AutoUpgradeProfile', await call.arm.get(onePath(call, [], 'auto_upgrade_profile_name')))),
  },
}

function onePath(call: Call, below: readonly string[] = [], name = 'name'): string {
  return fleetPath(call, [required(call.values, 'fleet_name'), 'autoUpgradeProfiles', required(call.values, name), ...below])
}

async function create(call: Call): Promise<JsonObject | undefined> {
  const { values } = call
  const channel = required(values, 'channel')
  const selection = text(values, 'node_image_selection')
  if (channel === 'NodeImage' && selection !== undefined) {
    throw new AzError('node_image_selection must NOT be populated when channel type `NodeImage` is selected')
  }
  const strategy = text(values, 'update_strategy_id')
  const version = text(values, 'target_kubernetes_version')
  const properties = {
    ...(strategy === undefined ? {} : { updateStrategyId: strategy }),
    channel,
    ...(selection === undefined ? {} : { nodeImageSelection: { type: selection } }),
    disabled: flag(values, 'disabled'),
    ...(version === undefined ? {} : { targetKubernetesVersion: version }),
    longTermSupport: flag(values, 'long_term_support'),
  }
  return change(call, 'PUT', { path: onePath(call), body: { properties } }, 'AutoUpgradeProfile')
}
