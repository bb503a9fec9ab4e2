// az fleet updaterun: updates of all members in stages.
import type { Json, JsonObject } from '../../base/json.ts'
import { AzError } from '../cli-error.ts'
import { type Call, type CommandGroup, list, required, text } from '../command.ts'
import { change, childHandlers, fleetOutput, fleetPath } from './fleet-resource.ts'
import { readStages } from './fleet-stages.ts'
import { waitFor } from './wait.ts'

const common = childHandlers({ collection: 'updateRuns', model: 'UpdateRun', name: 'name' })

/** Commands of `az fleet updaterun`. */
export const group: CommandGroup = {
  handlers: {
    'fleet updaterun create': create,
    'fleet updaterun show': common.show,
    'fleet updaterun list': common.list,
    'fleet updaterun delete': common.delete,
    'fleet updaterun start': (call) => act(call, 'start'),
    'fleet updaterun stop': (call) => act(call, 'stop'),
    'fleet updaterun skip': (call) => act(call, 'skip', { targets: skipTargets(call) }),
    'fleet updaterun wait': (call) => waitFor(call, async () => fleetOutput('UpdateRun', await call.arm.get(onePath(call, [], 'update_run_name')))),
  },
}

function onePath(call: Call, below: readonly string[] = [], name = 'name'): string {
  return fleetPath(call, [required(call.values, 'fleet_name'), 'updateRuns', required(call.values, name), ...below])
}

async function act(call: Call, action: string, body?: Json): Promise<JsonObject | undefined> {
  return change(call, 'POST', { path: onePath(call, [action]), ...(body === undefined ? {} : { body }) }, 'UpdateRun', { final: 'location' })
}

async function create(call: Call): Promise<JsonObject | undefined> {
  const { values, context } = call
  const type = required(values, 'upgrade_type')
  const version = text(values, 'kubernetes_version')
  const strategyName = text(values, 'update_strategy_name')
  const stages = text(values, 'stages')
  checkVersion(type, version)
  if (strategyName !== undefined && strategyName.trim() === '') throw new AzError('--update-strategy-name is not a valid name')
  if (stages !== undefined && strategyName !== undefined) throw new AzError('Cannot set stages when update strategy name is set.')
  const properties = {
    ...(strategyName === undefined ? {} : { updateStrategyId: strategyId(call, strategyName) }),
    ...(stages === undefined ? {} : { strategy: await readStages(call, stages) }),
    managedClusterUpdate: {
      upgrade: { type, ...(version === undefined ? {} : { kubernetesVersion: version }) },
      nodeImageSelection: { type: text(values, 'node_image_selection') ?? 'Latest' },
    },
  }
  const result = await change(call, 'PUT', { path: onePath(call), body: { properties } }, 'UpdateRun')
  const [group, fleet, name] = ['resource_group_name', 'fleet_name', 'name'].map((dest) => required(values, dest))
  context.stdout(
    `After successfully creating the run, you need to use the following command to start the run:az fleet updaterun start --resource-group=${group} --fleet=${fleet} --name=${name}\n`,
  )
  return result
}

function strategyId(call: Call, name: string): string {
  const path = fleetPath(call, [required(call.values, 'fleet_name'), 'updateStrategies', name])
  return path.slice(0, path.indexOf('?'))
}

function checkVersion(type: string, version: string | undefined): void {
  if (version !== undefined && version !== '' && !/^[vV|]?\d+\.\d+(?:\.\d+)?$/.test(version)) {
    throw new AzError('--kubernetes-version should be the full version number or alias minor version, such as "1.7.12" or "1.7"')
  }
  if (type === 'NodeImageOnly' && version !== undefined) throw new AzError(`Cannot set kubernetes version when upgrade type is '${type}'.`)
  if (type !== 'NodeImageOnly' && version === undefined) throw new AzError(`Please set kubernetes version when upgrade type is '${type}'.`)
}

const targetTypes = ['AfterStageWait', 'Group', 'Member', 'Stage']

function skipTargets({ values }: Call): readonly JsonObject[] {
  const targets = list(values, 'targets')
  if (targets === undefined || targets.length === 0) throw new AzError('The target list cannot be None or empty.')
  return targets.map((target) => {
    const [type = '', name = '', ...more] = target.split(':')
    if (more.length > 0 || type === '' || name === '') {
      throw new AzError(
        `The target '${target}' is not in the correct format 'targetType:targetName'. It must contain exactly one colon and both parts must be non-empty.See help for details.`,
      )
    }
    if (!targetTypes.includes(type)) {
      throw new AzError("Invalid target type, valid types are the following case-sensitive values:'AfterStageWait', 'Group', 'Member', or 'Stage'.")
    }
    return { type, name }
  })
}
