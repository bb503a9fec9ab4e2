// Starting and stopping update runs, and what their timers do: a run goes on a step at a time, on the world's clock.
import { isObject, type Json, type JsonObject } from '../../../base/json.ts'
import { type AzureContext, propertiesOf, type WriteRequest } from '../../resource-type.ts'
import type { Resource, ResourceBody } from '../../state.ts'
import { fleetError } from './fleet-error.ts'
import { openGate } from './gate-resource.ts'
import { beginUpgrade, lookAtUpgrade, type UpgradeGoal, type UpgradeInFlight } from './member-upgrade.ts'
import {
  type Concurrency,
  type GateStep,
  type GroupStep,
  type RunSteps,
  resumed,
  type StageStep,
  type StepState,
  stepRun,
  type UpgradePort,
} from './update-run-steps.ts'

/** Owner of the runs' timers; the key is the run's id. */
export const updateRunOwner = 'azure.updateRuns'
const second = 1000
const startable = ['NotStarted', 'Stopped', 'Failed']
const stoppable = ['Running', 'Pending']
/** States in which a run goes on by itself. */
const moving = ['Running', 'Stopping', 'Pending']

type Acted = WriteRequest & { readonly old: Resource }

/** Starts a run or goes on with one; the answer still shows it as it was, a moment later it runs. */
export function startRun(request: Acted): ResourceBody {
  const { old, context } = request
  refuseUnless(startable, 'started', request)
  context.store.put({ ...old, inner: { ...old.inner, starting: true } })
  context.clock.arm({ at: context.clock.now() + second, owner: updateRunOwner, key: old.id })
  return old.body
}

/** Stops a run: members in flight are finished, no other is begun. */
export function stopRun(request: Acted): ResourceBody {
  const { old, context } = request
  refuseUnless(stoppable, 'stopped', request)
  const steps = stepsOf(old)
  const stopping = withSteps(old, { ...steps, status: { ...steps.status, state: 'Stopping' } })
  context.store.put(stopping)
  context.clock.arm({ at: context.clock.now() + second, owner: updateRunOwner, key: old.id })
  return stopping.body
}

/** The state of a run as a whole. */
export function runState(run: Resource): string {
  return stepsOf(run).status.state
}

/** Takes a run one step further; its next timer is armed. Nothing happens to a run that is gone, or stands still. */
export async function continueRun(id: string, context: AzureContext): Promise<void> {
  const run = context.store.get(id)
  if (!run) return
  const now = context.clock.now()
  const starting = run.inner?.starting === true
  if (!starting && !moving.includes(runState(run))) return
  const flights: Record<string, UpgradeInFlight> = { ...((run.inner?.flights ?? {}) as unknown as Record<string, UpgradeInFlight>) }
  const before = starting ? resumed(stepsOf(run), now) : stepsOf(run)
  const { run: steps, again } = starting
    ? { run: before, again: now + second }
    : await stepRun(before, { now, port: portOf(run, flights, context), concurrency: concurrencyOf(run) })
  const latest = context.store.get(id)
  if (!latest) return
  const after = withSteps(latest, starting ? steps : asAsked(steps, stepsOf(latest)))
  context.store.put({ ...after, inner: { ...latest.inner, starting: false, flights: flights as unknown as JsonObject } })
  if (again !== undefined) context.clock.arm({ at: again, owner: updateRunOwner, key: id })
}

/** Stops and skips that were asked for while a member was looked at came through the store: they stand, whatever was found meanwhile. */
function asAsked(steps: RunSteps, latest: RunSteps): RunSteps {
  const kept = <step extends { readonly status: StepState }>(own: step, asked: step | undefined, skippable = ['NotStarted', 'Pending']): step => {
    return asked?.status.state === 'Skipped' && skippable.includes(own.status.state) ? asked : own
  }
  const stages = steps.stages.map((stage, index) => {
    const asked = latest.stages[index]
    const groups = stage.groups.map((group, place) => {
      const members = group.members?.map((member, at) => kept(member, asked?.groups[place]?.members?.[at]))
      return { ...kept(group, asked?.groups[place]), ...passed(group, asked?.groups[place]), ...(members ? { members } : {}) }
    })
    // A wait can be cut short while it runs: nothing but time is at work in it.
    const wait = stage.afterStageWaitStatus && kept(stage.afterStageWaitStatus, asked?.afterStageWaitStatus, ['NotStarted', 'Running'])
    return { ...kept(stage, asked), ...passed(stage, asked), groups, ...(wait ? { afterStageWaitStatus: wait } : {}) }
  })
  const stopping = latest.status.state === 'Stopping' && steps.status.state === 'Running'
  return { status: stopping ? { ...steps.status, state: 'Stopping' } : steps.status, stages }
}

/** Gates that were passed meanwhile are passed. */
function passed(own: StageStep | GroupStep, asked: StageStep | GroupStep | undefined): Partial<Pick<StageStep, 'beforeGates' | 'afterGates'>> {
  const latest = (gates: readonly GateStep[], theirs: readonly GateStep[] = []): readonly GateStep[] =>
    gates.map((gate, index) => (['Completed', 'Skipped'].includes(theirs[index]?.status.state ?? '') ? (theirs[index] ?? gate) : gate))
  return {
    ...(own.beforeGates ? { beforeGates: latest(own.beforeGates, asked?.beforeGates) } : {}),
    ...(own.afterGates ? { afterGates: latest(own.afterGates, asked?.afterGates) } : {}),
  }
}

function portOf(run: Resource, flights: Record<string, UpgradeInFlight>, context: AzureContext): UpgradePort {
  const goal = goalOf(run)
  const keep = (name: string, flight: UpgradeInFlight | undefined): void => {
    if (flight) flights[name] = flight
    else delete flights[name]
  }
  return {
    operationId: () => context.requestId(),
    openGate: (gate, place) => openGate(run, { gate, place }, context),
    async begin(member) {
      const { upgrade, flight } = beginUpgrade(member, goal, context)
      keep(member.name, flight)
      return upgrade
    },
    async look(member) {
      const known = flights[member.name]
      if (!known) return { is: 'failed', code: 'InternalServerError', message: 'The upgrade is not known.' }
      const { upgrade, flight } = await lookAtUpgrade(member, known, context)
      keep(member.name, flight)
      return upgrade
    },
  }
}

/** How many members of a group at a time: its own limit within its stage's; one, and fifty, where nothing is said. */
function concurrencyOf(run: Resource): Concurrency {
  const strategy = propertiesOf(run).strategy
  const stages = isObject(strategy) && Array.isArray(strategy.stages) ? strategy.stages.filter(isObject) : []
  const steps = stepsOf(run)
  return (stageName, groupName) => {
    const stage = stages.find(({ name }) => name === stageName)
    const group = stage && Array.isArray(stage.groups) ? stage.groups.filter(isObject).find(({ name }) => name === groupName) : undefined
    const members = steps.stages.find(({ name }) => name === stageName)?.groups.find(({ name }) => name === groupName)?.members?.length ?? 0
    return Math.min(limitOf(group?.maxConcurrency, members, 1), limitOf(stage?.maxConcurrency, members, 50))
  }
}

/** A number, or a share of the members that comes to one at least. */
function limitOf(given: Json | undefined, members: number, usual: number): number {
  if (typeof given !== 'string') return usual
  return given.endsWith('%') ? Math.max(1, Math.floor((members * Number.parseInt(given, 10)) / 100)) : Math.max(1, Number(given))
}

function goalOf(run: Resource): UpgradeGoal {
  const update = propertiesOf(run).managedClusterUpdate
  const upgrade = isObject(update) && isObject(update.upgrade) ? update.upgrade : {}
  const type = upgrade.type === 'ControlPlaneOnly' || upgrade.type === 'NodeImageOnly' ? upgrade.type : 'Full'
  return { type, ...(typeof upgrade.kubernetesVersion === 'string' ? { kubernetesVersion: upgrade.kubernetesVersion } : {}) }
}

/** The part of a run's body that its steps are; PUT made it of this form. */
function stepsOf(run: Resource): RunSteps {
  return propertiesOf(run).status as unknown as RunSteps
}

function withSteps(run: Resource, steps: RunSteps): Resource {
  const properties = { ...propertiesOf(run), status: steps as unknown as JsonObject }
  return { ...run, body: { ...run.body, properties } }
}

function refuseUnless(states: readonly string[], done: string, request: Acted): void {
  const state = runState(request.old)
  const starting = request.old.inner?.starting === true
  if (states.includes(state) && !(done === 'started' && starting)) return
  throw fleetError(
    409,
    'OperationNotAllowed',
    `The update run is in state '${starting && done === 'started' ? 'Running' : state}' and cannot be ${done}.`,
    request,
  )
}
