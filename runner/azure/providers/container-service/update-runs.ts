// Microsoft.ContainerService/fleets/updateRuns: made, edited until they start, started, stopped, skipped in part; they go on by timers.
import { isObject, type Json, type JsonObject } from '../../../base/json.ts'
import { error } from '../../arm-error.ts'
import { nameOf, parentOf, parseId, typeOf } from '../../resource-id.ts'
import { type ActionAnswer, type Draft, defineResourceType, propertiesOf, type WriteRequest } from '../../resource-type.ts'
import type { Resource } from '../../state.ts'
import { fleetError, fleetNameRule, propertyMissing } from './fleet-error.ts'
import { fleetETag } from './fleet-etag.ts'
import { fleetApiVersions } from './fleets.ts'
import { gatesOf } from './gate-resource.ts'
import { nodeImages } from './kubernetes-versions.ts'
import { runState, startRun, stopRun, updateRunOwner } from './update-run-actions.ts'
import { groupsOf, readStrategy } from './update-stages.ts'

/** The row of update runs. */
export const updateRuns = defineResourceType({
  type: 'Microsoft.ContainerService/fleets/updateRuns',
  apiVersions: fleetApiVersions,
  sorted: true,
  systemData: true,
  name: fleetNameRule('updateRuns', 50),
  eTag: fleetETag,
  put,
  remove: () => undefined,
  async removed(run, context) {
    for (const gate of gatesOf(run, context)) context.store.remove(gate.id)
  },
  actions: [
    { name: 'skip', run: skip },
    { name: 'start', run: (request) => ({ body: startRun(request) }) },
    { name: 'stop', run: (request) => ({ body: stopRun(request) }) },
  ],
})

const notStarted = { status: { state: 'NotStarted' } }

function put(request: WriteRequest): Draft {
  const state = request.old && runState(request.old)
  // Not recorded: the documents say only that a run can be edited until it is started.
  if (state !== undefined && state !== 'NotStarted')
    throw fleetError(409, 'OperationNotAllowed', `The update run is in state '${state}' and cannot be updated.`, request)
  const given = objectOf(request.body.properties)
  const update = objectOf(given.managedClusterUpdate)
  if (!isObject(update.upgrade)) throw propertyMissing('UpdateRunProperties.ManagedClusterUpdate', request)
  const { updateStrategyId } = given
  if (updateStrategyId !== undefined && given.strategy !== undefined)
    throw fleetError(400, 'InvalidParameter', 'Only one of the properties strategy and updateStrategyId can be set.', request)
  const strategy =
    typeof updateStrategyId === 'string'
      ? copiedStrategy(updateStrategyId, request)
      : given.strategy === undefined
        ? undefined
        : readStrategy(given.strategy, request)
  const stages = strategy ? strategy.stages.map((stage) => stageStatus(stage, request)) : [defaultStage(request)]
  const consistent = objectOf(update.nodeImageSelection).type === 'Consistent'
  const status = { nodeImageSelection: consistent ? { selectedNodeImageVersions: [{ version: nodeImages.latest }] } : {}, stages, ...notStarted }
  const copied = { ...(strategy ? { strategy: { stages: [...strategy.stages] } } : {}), ...(typeof updateStrategyId === 'string' ? { updateStrategyId } : {}) }
  return { body: { properties: { managedClusterUpdate: update, status, ...copied } } }
}

function copiedStrategy(id: string, { context }: WriteRequest): { readonly stages: readonly JsonObject[] } {
  const strategy = typeOf(id).toLowerCase() === 'microsoft.containerservice/fleets/updatestrategies' ? context.store.get(id) : undefined
  const stages = objectOf(strategy && propertiesOf(strategy).strategy).stages
  if (Array.isArray(stages)) return { stages: stages.filter(isObject) }
  const { names, group = '' } = parseId(id)
  const type = `Microsoft.ContainerService/fleets/${names[0] ?? ''}/updateStrategies/${nameOf(id)}`
  throw error(
    404,
    'ResourceNotFound',
    `The Resource '${type}' under resource group '${group}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
  )
}

function stageStatus(stage: JsonObject, request: WriteRequest): JsonObject {
  const groups = groupsOf(stage).map((group) => {
    const members = membersOf(request, String(group.name))
    return { name: group.name, ...notStarted, ...gates(group), ...(members.length > 0 ? { members } : {}) }
  })
  const wait = stage.afterStageWaitInSeconds
  return {
    groups,
    name: stage.name,
    ...notStarted,
    ...gates(stage),
    ...(wait ? { afterStageWaitStatus: { ...notStarted, waitDurationInSeconds: wait } } : {}),
  }
}

function defaultStage(request: WriteRequest): JsonObject {
  return { groups: [{ members: membersOf(request), name: 'default', ...notStarted }], name: 'default', ...notStarted }
}

function membersOf({ id, context }: WriteRequest, group?: string): JsonObject[] {
  return (
    context.store
      .children(parentOf(id) ?? '', 'Microsoft.ContainerService/fleets/members')
      .filter((member) => group === undefined || propertiesOf(member).group === group)
      // Connected clusters are upgraded by whoever runs them.
      .filter((member) => !/\/Microsoft\.Kubernetes\/connectedClusters\//i.test(String(propertiesOf(member).clusterResourceId)))
      .map((member) => ({ clusterResourceId: propertiesOf(member).clusterResourceId, name: member.body.name, ...notStarted }))
  )
}

function gates(holder: JsonObject): JsonObject {
  const statuses = ['beforeGates', 'afterGates'].flatMap((key) => {
    const listed = holder[key]
    return Array.isArray(listed) ? [[key, listed.filter(isObject).map((gate) => ({ displayName: gate.displayName, ...notStarted }))]] : []
  })
  return Object.fromEntries(statuses)
}

function skip(request: WriteRequest & { old: Resource }): ActionAnswer {
  const { old, context } = request
  const targets = request.body.targets
  const wanted = Array.isArray(targets) ? targets.filter(isObject).map((target) => `${String(target.type)}:${String(target.name)}`) : []
  const at = { completedTime: `${new Date(context.clock.now()).toISOString().slice(0, 23)}000000Z`, state: 'Skipped' }
  const marker = { wanted, at, hits: 0 }
  const status = objectOf(propertiesOf(old).status)
  const stages = list(status.stages).map((stage) => skipStage(stage, marker))
  if (marker.hits === 0) throw fleetError(400, 'InvalidParameter', 'No target matched the request.', request)
  const body = { ...old.body, properties: { ...propertiesOf(old), status: { ...status, stages } } }
  context.store.put({ ...old, body })
  skipGates({ ...old, body }, context)
  // A run that waited at what is skipped now goes on.
  if (['Pending', 'Running'].includes(runState(old))) context.clock.arm({ at: context.clock.now() + 1000, owner: updateRunOwner, key: old.id })
  return { body }
}

/** Gates that have a resource already are skipped in it as well. */
function skipGates(run: Resource, context: WriteRequest['context']): void {
  const stages = list(objectOf(propertiesOf(run).status).stages)
  const holders = [...stages, ...stages.flatMap((stage) => list(stage.groups))]
  const steps = holders.flatMap((holder) => [...list(holder.beforeGates), ...list(holder.afterGates)])
  const skipped = new Set(steps.filter((step) => objectOf(step.status).state === 'Skipped').map(({ gateId }) => gateId))
  for (const gate of gatesOf(run, context)) {
    if (!skipped.has(gate.id)) continue
    context.store.put({ ...gate, body: { ...gate.body, properties: { ...propertiesOf(gate), state: 'Skipped' } } })
  }
}

interface Marker {
  readonly wanted: readonly string[]
  readonly at: JsonObject
  hits: number
}

function skipStage(stage: JsonObject, marker: Marker): JsonObject {
  const whole = hit('Stage', stage, marker)
  const wait = objectOf(stage.afterStageWaitStatus)
  const waits = Object.keys(wait).length > 0 && (whole || hit('AfterStageWait', stage, marker)) ? { afterStageWaitStatus: { ...wait, status: marker.at } } : {}
  return {
    ...stage,
    ...(whole ? { ...skippedGates(stage, marker), status: marker.at } : {}),
    ...waits,
    groups: list(stage.groups).map((group) => skipGroup(group, whole, marker)),
  }
}

function skipGroup(group: JsonObject, outer: boolean, marker: Marker): JsonObject {
  const whole = hit('Group', group, marker) || outer
  const members = list(group.members).map((member) =>
    hit('Member', member, marker) || whole ? { ...member, status: marker.at, message: 'skipped by request.' } : member,
  )
  return { ...group, ...(whole ? { ...skippedGates(group, marker), status: marker.at } : {}), ...(members.length > 0 ? { members } : {}) }
}

function hit(type: string, holder: JsonObject, marker: Marker): boolean {
  const found = marker.wanted.includes(`${type}:${String(holder.name)}`)
  if (found) marker.hits += 1
  return found
}

function skippedGates(holder: JsonObject, marker: Marker): JsonObject {
  const keys = ['beforeGates', 'afterGates'].filter((key) => Array.isArray(holder[key]))
  return Object.fromEntries(keys.map((key) => [key, list(holder[key]).map((gate) => ({ ...gate, status: marker.at }))]))
}

function list(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}

function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {}
}
