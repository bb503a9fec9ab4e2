// The stages of an update strategy or run: what is kept of them, and what is refused.
import { isObject, type JsonObject } from '../../../base/json.ts'
import type { WriteRequest } from '../../resource-type.ts'
import { fleetError, namePattern, propertyMissing } from './fleet-error.ts'

type About = Pick<WriteRequest, 'id' | 'correlationId' | 'context'>

/** A strategy as it is stored: empty gates and waits of zero are left away. Throws what the service refuses. */
export function readStrategy(strategy: unknown, about: About): { readonly stages: readonly JsonObject[] } {
  if (!isObject(strategy)) throw propertyMissing('FleetUpdateStrategyProperties.Strategy', about)
  const stages = Array.isArray(strategy.stages) ? strategy.stages.filter(isObject) : []
  if (stages.length === 0) throw propertyMissing('UpdateRunStrategy.Stages', about)
  const read = stages.map((stage) => readStage(stage, about))
  checkUnique('stage', names(read), about)
  checkUnique('group', names(read.flatMap(groupsOf)), about)
  return { stages: read }
}

/** The groups of a stage. */
export function groupsOf(stage: JsonObject): readonly JsonObject[] {
  return Array.isArray(stage.groups) ? stage.groups.filter(isObject) : []
}

function readStage(stage: JsonObject, about: About): JsonObject {
  const name = readName('stage', stage, about)
  if (!Array.isArray(stage.groups) && !isObject(stage.memberSelector)) throw propertyMissing('UpdateStage.Groups', about)
  const wait = stage.afterStageWaitInSeconds
  if (wait !== undefined && wait !== null && !(Number.isInteger(wait) && Number(wait) >= 0))
    throw invalid(`The afterStageWaitInSeconds of stage '${name}' is invalid.`, about)
  const groups = groupsOf(stage)
  if (groups.length > 50) throw invalid(`The stage '${name}' has more than 50 groups.`, about)
  return {
    name,
    ...(Array.isArray(stage.groups)
      ? { groups: groups.map((group) => ({ name: readName('group', group, about), ...limits(group, about), ...gates(group) })) }
      : {}),
    ...(wait ? { afterStageWaitInSeconds: wait } : {}),
    ...limits(stage, about),
    ...gates(stage),
  }
}

function readName(what: string, holder: JsonObject, about: About): string {
  const name = holder.name
  if (typeof name !== 'string' || name === '') throw propertyMissing(what === 'stage' ? 'UpdateStage.Name' : 'UpdateGroup.Name', about)
  if (!namePattern(50).test(name)) throw invalid(`The ${what} name '${name}' is invalid.`, about)
  return name
}

function limits(holder: JsonObject, about: About): JsonObject {
  const found: Record<string, string> = {}
  for (const key of ['maxConcurrency', 'maxAllowedFailures']) {
    const value = holder[key]
    if (value === undefined || value === null) continue
    if (typeof value !== 'string' || !/^(\d+|([1-9]\d?|100)%)$/.test(value)) throw invalid(`The ${key} '${String(value)}' is invalid.`, about)
    found[key] = value
  }
  return { ...found, ...(isObject(holder.memberSelector) ? { memberSelector: holder.memberSelector } : {}) }
}

function gates(holder: JsonObject): JsonObject {
  const found = ['beforeGates', 'afterGates'].flatMap((key) => (Array.isArray(holder[key]) && holder[key].length > 0 ? [[key, holder[key]]] : []))
  return Object.fromEntries(found)
}

function names(holders: readonly JsonObject[]): string[] {
  return holders.map((holder) => String(holder.name))
}

function checkUnique(what: string, all: readonly string[], about: About): void {
  const twice = all.find((name, index) => all.indexOf(name) !== index)
  if (twice !== undefined) throw invalid(`Duplicate ${what} name '${twice}'.`, about)
}

function invalid(message: string, about: About): Error {
  return fleetError(400, 'InvalidParameter', message, about)
}
