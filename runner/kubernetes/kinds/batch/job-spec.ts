// Validation of the spec of Jobs, in Jobs and in the templates of CronJobs.
import type { Json, JsonObject } from '../../../base/json.ts'
import { validateTemplate } from '../pod-spec/pod-spec.ts'
import {
  child,
  duplicate,
  type Findings,
  invalid,
  invalidAll,
  invalidWhole,
  item,
  nonNegative,
  notSupported,
  required,
  tooLong,
  tooMany,
} from '../validation/findings.ts'
import { internalForm } from '../validation/internal-form.ts'
import { isQualifiedName } from '../validation/names.ts'
import { fields, list, number, objects, present, text } from '../validation/read.ts'
import { domainPrefixedPath } from '../validation/references.ts'
import { validateSuccessPolicy } from './success-policy.ts'

const actions = ['Count', 'FailIndex', 'FailJob', 'Ignore']
const counts = ['parallelism', 'completions', 'activeDeadlineSeconds', 'backoffLimit', 'ttlSecondsAfterFinished', 'backoffLimitPerIndex', 'maxFailedIndexes']

/** Findings on the spec of a Job but for its selector. */
export function* validateJobSpec(spec: JsonObject, path: string): Findings {
  for (const name of counts) yield* nonNegative(child(path, name), spec[name])
  if (present(spec.maxFailedIndexes) && !present(spec.backoffLimitPerIndex))
    yield required(child(path, 'backoffLimitPerIndex'), 'when maxFailedIndexes is specified')
  if (present(spec.managedBy)) {
    yield* domainPrefixedPath(child(path, 'managedBy'), text(spec.managedBy))
    if (text(spec.managedBy).length > 63) yield tooLong(child(path, 'managedBy'), 63)
  }
  yield* validateCompletionMode(spec, path)
  if (present(spec.podFailurePolicy)) yield* validateFailurePolicy(spec, child(path, 'podFailurePolicy'))
  if (present(spec.successPolicy) && spec.completionMode === 'Indexed') yield* validateSuccessPolicy(spec, child(path, 'successPolicy', 'rules'))
  yield* validateReplacement(spec, child(path, 'podReplacementPolicy'))
  yield* validateTemplate(fields(spec.template), child(path, 'template'))
  const field = child(path, 'template', 'spec', 'restartPolicy')
  const { restartPolicy } = fields(fields(spec.template).spec)
  if (restartPolicy === 'Always' || text(restartPolicy) === '') yield required(field, 'valid values: "OnFailure", "Never"')
  else if (restartPolicy !== 'OnFailure' && restartPolicy !== 'Never') yield notSupported(field, restartPolicy, ['OnFailure', 'Never'])
  else if (present(spec.podFailurePolicy) && restartPolicy !== 'Never')
    yield invalid(field, restartPolicy, 'only "Never" is supported when podFailurePolicy is specified')
}

const manyIndexes = 100_000

/** Jobs of very many indexes may do less of everything. */
function* validateManyIndexes(spec: JsonObject, path: string): Findings {
  const [failed, field] = [number(spec.maxFailedIndexes), child(path, 'maxFailedIndexes')]
  if (failed > manyIndexes) yield invalid(field, failed, `must be less than or equal to ${manyIndexes}`)
  if (number(spec.completions) <= manyIndexes || !present(spec.backoffLimitPerIndex)) return
  const limit = 10_000
  const says = `must be less than or equal to ${limit} when completions are above ${manyIndexes} and used with backoff limit per index`
  if (!present(spec.maxFailedIndexes)) yield required(field, `must be specified when completions is above ${manyIndexes}`)
  if (number(spec.parallelism) > limit) yield invalid(child(path, 'parallelism'), spec.parallelism, says)
  if (failed > limit) yield invalid(field, failed, says)
}

function* validateCompletionMode(spec: JsonObject, path: string): Findings {
  const mode = spec.completionMode
  if (present(mode) && mode !== 'NonIndexed' && mode !== 'Indexed') yield notSupported(child(path, 'completionMode'), mode, ['NonIndexed', 'Indexed'])
  if (mode === 'Indexed') {
    if (!present(spec.completions)) yield required(child(path, 'completions'), 'when completion mode is Indexed')
    if (number(spec.parallelism) > 100000)
      yield invalid(child(path, 'parallelism'), spec.parallelism, 'must be less than or equal to 100000 when completion mode is Indexed')
    if (present(spec.maxFailedIndexes) && number(spec.maxFailedIndexes) > number(spec.completions))
      yield invalid(child(path, 'maxFailedIndexes'), spec.maxFailedIndexes, 'must be less than or equal to completions')
    yield* validateManyIndexes(spec, path)
    return
  }
  for (const name of ['backoffLimitPerIndex', 'maxFailedIndexes'])
    if (present(spec[name]) && (!present(mode) || mode === 'NonIndexed')) yield invalid(child(path, name), spec[name], 'requires indexed completion mode')
  if (present(spec.successPolicy))
    yield invalid(child(path, 'successPolicy'), internalForm(spec.successPolicy, 'batch.v1.SuccessPolicy'), 'requires indexed completion mode')
}

function* validateReplacement(spec: JsonObject, path: string): Findings {
  const policy = spec.podReplacementPolicy
  if (!present(policy)) return
  const allowed = present(spec.podFailurePolicy) ? ['Failed'] : ['Failed', 'TerminatingOrFailed']
  if (!allowed.includes(text(policy))) yield notSupported(path, policy, allowed)
}

function* validateFailurePolicy(spec: JsonObject, path: string): Findings {
  const rules = objects(fields(spec.podFailurePolicy).rules)
  const names = [...objects(fields(fields(spec.template).spec).containers), ...objects(fields(fields(spec.template).spec).initContainers)].map((container) =>
    text(container.name),
  )
  if (rules.length > 20) yield tooMany(child(path, 'rules'), rules.length, 20)
  for (const [index, rule] of rules.entries()) {
    const here = item(child(path, 'rules'), index)
    const action = text(rule.action)
    if (action === '') yield required(child(here, 'action'), `valid values: ${JSON.stringify(actions).replaceAll(',', ' ')}`)
    else if (action === 'FailIndex' && !present(spec.backoffLimitPerIndex))
      yield invalid(child(here, 'action'), action, 'requires the backoffLimitPerIndex to be set')
    else if (!actions.includes(action)) yield notSupported(child(here, 'action'), action, actions)
    yield* validateRule(rule, here, names)
  }
}

function* validateRule(rule: JsonObject, path: string, names: readonly string[]): Findings {
  const conditions = objects(rule.onPodConditions)
  if (present(rule.onExitCodes)) yield* validateExitCodes(fields(rule.onExitCodes), child(path, 'onExitCodes'), names)
  if (conditions.length > 20) yield tooMany(child(path, 'onPodConditions'), conditions.length, 20)
  for (const [index, condition] of conditions.entries()) {
    const here = item(child(path, 'onPodConditions'), index)
    yield* invalidAll(child(here, 'type'), text(condition.type), isQualifiedName(text(condition.type)))
    const statuses = ['False', 'True', 'Unknown']
    if (text(condition.status) === '') yield required(child(here, 'status'), `valid values: ${JSON.stringify(statuses).replaceAll(',', ' ')}`)
    else if (!statuses.includes(text(condition.status))) yield notSupported(child(here, 'status'), condition.status, statuses)
  }
  if (present(rule.onExitCodes) && conditions.length > 0) yield invalidWhole(path, 'specifying both OnExitCodes and OnPodConditions is not supported')
  if (!present(rule.onExitCodes) && conditions.length === 0) yield invalidWhole(path, 'specifying one of OnExitCodes and OnPodConditions is required')
}

function* validateExitCodes(codes: JsonObject, path: string, names: readonly string[]): Findings {
  const operators = ['In', 'NotIn']
  const operator = text(codes.operator)
  const values = list(codes.values)
  if (operator === '') yield required(child(path, 'operator'), `valid values: ${JSON.stringify(operators).replaceAll(',', ' ')}`)
  else if (!operators.includes(operator)) yield notSupported(child(path, 'operator'), operator, operators)
  if (present(codes.containerName) && !names.includes(text(codes.containerName)))
    yield invalid(child(path, 'containerName'), codes.containerName, 'must be one of the container or initContainer names in the pod template')
  const field = child(path, 'values')
  if (values.length === 0) return yield invalid(field, values, 'at least one value is required')
  if (values.length > 255) yield tooMany(field, values.length, 255)
  const isOrdered = values.every((value: Json, index) => index === 0 || Number(values[index - 1]) <= Number(value))
  for (const [index, value] of values.entries()) {
    if (operator === 'In' && value === 0) yield invalid(item(field, index), value, 'must not be 0 for the In operator')
    if (values.indexOf(value) < index) yield duplicate(item(field, index), value)
  }
  if (!isOrdered) yield invalid(field, values, 'must be ordered')
}
