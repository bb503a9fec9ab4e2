// What is wrong with a placement's policy and strategy, as far as the schema cannot tell (pkg/utils/validator/placement.go).
import type { JsonObject } from '../../../base/json.ts'
import { at } from '../../../kubernetes/object.ts'
import { compareQuantities, parseQuantity, QuantityError } from '../../../kubernetes/quantity.ts'
import { aggregate } from './denied.ts'

/** Problems of `spec.policy`, in the order in which the webhook finds them. */
export function policyProblems(policy: JsonObject): readonly string[] {
  return (byType[String(policy.placementType ?? 'PickAll')] ?? byType.PickAll)?.(policy) ?? []
}

/** Problems of `spec.strategy`. */
export function strategyProblems(strategy: JsonObject): readonly string[] {
  const { type, rollingUpdate, applyStrategy } = strategy
  const mixed = type === 'External' && rollingUpdate !== undefined
  const config = at(applyStrategy, 'serverSideApplyConfig') !== undefined && at(applyStrategy, 'type') !== 'ServerSideApply'
  return [
    ...(mixed ? ['rollingUpdateConifg is not valid for ExternalRollout strategy type'] : []),
    ...(config ? ['serverSideApplyConfig is only valid for ServerSideApply strategy type'] : []),
  ]
}

const byType: Readonly<Record<string, (policy: JsonObject) => readonly string[]>> = {
  PickAll: (policy) => [
    ...requiredProblems(policy),
    ...(listAt(policy, preferredPath).length > 0 ? ['PreferredDuringSchedulingIgnoredDuringExecution will be ignored for placement policy type PickAll'] : []),
    ...tolerationProblems(policy),
  ],
  PickFixed: ({ clusterNames }) => {
    const names = (clusterNames ?? []) as readonly string[]
    const wrong = names.flatMap((name) => [
      ...(subdomain.test(name) && name.length <= 253 ? [] : [`PickFixed cluster name ${name} is not a valid member name: ${subdomainRule}`]),
      ...(name.length > 63 ? [`PickFixed cluster name ${name} cannot have length exceeding 63`] : []),
    ])
    return new Set(names).size < names.length ? [...wrong, 'cluster names must be unique for policy type PickFixed'] : wrong
  },
  PickN: (policy) => [...requiredProblems(policy), ...preferredProblems(policy), ...tolerationProblems(policy)],
}

const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/
const subdomainRule =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"

const affinity = ['affinity', 'clusterAffinity']
const requiredPath = [...affinity, 'requiredDuringSchedulingIgnoredDuringExecution', 'clusterSelectorTerms']
const preferredPath = [...affinity, 'preferredDuringSchedulingIgnoredDuringExecution']

function listAt(policy: unknown, path: readonly string[]): readonly JsonObject[] {
  return (at(policy, ...path) ?? []) as readonly JsonObject[]
}

function requiredProblems(policy: JsonObject): readonly string[] {
  return listAt(policy, requiredPath).flatMap(({ propertySorter, propertySelector }) => [
    ...(propertySorter === undefined ? [] : ['PropertySorter is not allowed for RequiredDuringSchedulingIgnoredDuringExecution affinity']),
    ...requirementProblems(listAt(propertySelector, ['matchExpressions']) as unknown as readonly Requirement[]),
  ])
}

function preferredProblems(policy: JsonObject): readonly string[] {
  return listAt(policy, preferredPath).flatMap(({ preference }) => {
    const sorter = at(preference, 'propertySorter', 'name')
    return [
      ...(at(preference, 'propertySelector') === undefined
        ? []
        : ['PropertySelector is not allowed for PreferredDuringSchedulingIgnoredDuringExecution affinity']),
      ...(sorter === undefined ? [] : nameProblem(String(sorter))),
    ]
  })
}

interface Requirement {
  readonly name: string
  readonly operator: string
  readonly values: readonly string[]
}

const operators = ['Gt', 'Ge', 'Lt', 'Le', 'Eq', 'Ne']

function requirementProblems(requirements: readonly Requirement[]): readonly string[] {
  const single = requirements.flatMap(({ name, operator, values }) => [
    ...nameProblem(name).map((problem) => `invalid property name ${name}: ${problem}`),
    ...valueProblem(operator, values).map((problem) => `invalid requirement on property ${name}: ${problem}`),
  ])
  const names = [...new Set(requirements.map(({ name }) => name))]
  const joint = names.flatMap((name) => {
    const same = requirements.filter((each) => each.name === name && valueProblem(each.operator, each.values).length === 0)
    return contradiction(same).map((problem) => `inconsistent requirements on property ${name}: ${problem}`)
  })
  return [...single, ...joint]
}

const resourcePrefix = 'resources.kubernetes-fleet.io/'

function nameProblem(name: string): readonly string[] {
  if (!name.startsWith(resourcePrefix)) return []
  const [usage = '', ...rest] = name.slice(resourcePrefix.length).split('-')
  if (rest.length === 0) return [`invalid resource property name ${name}, expected format is [PREFIX]/[CAPACITY_TYPE]-[RESOURCE_NAME]`]
  const known = ['allocatable', 'available', 'total']
  return known.includes(usage) ? [] : [`invalid capacity type in resource property name ${name}, supported values are [${known.join(' ')}]`]
}

function valueProblem(operator: string, values: readonly string[] = []): readonly string[] {
  if (!operators.includes(operator)) return [`unsupported operator ${operator}`]
  if (values.length !== 1) return [`operator ${operator} requires exactly one value, got ${values.length}`]
  try {
    parseQuantity(values[0] ?? '')
    return []
  } catch (error) {
    if (!(error instanceof QuantityError)) throw error
    return [`value ${JSON.stringify(values[0])} is not a valid resource.Quantity: ${error.message}`]
  }
}

interface Bound {
  readonly value: string
  readonly strict: boolean
}

/** Requirements on one property that no value meets. */
function contradiction(requirements: readonly Requirement[]): readonly string[] {
  if (requirements.length < 2) return []
  const valuesOf = (operator: string): readonly string[] => requirements.filter((each) => each.operator === operator).map(({ values }) => values[0] ?? '')
  const [equal, ...otherEquals] = valuesOf('Eq')
  const different = otherEquals.find((value) => compareQuantities(value, equal ?? '0') !== 0)
  if (different !== undefined) return [`conflicting Eq values ${equal} and ${different}`]
  if (equal !== undefined && valuesOf('Ne').some((value) => compareQuantities(value, equal) === 0)) return [`conflicting Eq and Ne on same value ${equal}`]
  const lower = tightest([...bounds(valuesOf('Gt'), true), ...bounds(valuesOf('Ge'), false)], 1)
  const upper = tightest([...bounds(valuesOf('Lt'), true), ...bounds(valuesOf('Le'), false)], -1)
  if (lower && upper && outside(lower.value, upper, 1, lower.strict))
    return [`lower bound (${lower.value}) and upper bound (${upper.value}) exclude all values`]
  if (equal !== undefined && lower && outside(equal, lower, -1)) return [`eq value ${equal} violates lower bound ${lower.value}`]
  if (equal !== undefined && upper && outside(equal, upper, 1)) return [`eq value ${equal} violates upper bound ${upper.value}`]
  return []
}

function bounds(values: readonly string[], strict: boolean): readonly Bound[] {
  return values.map((value) => ({ value, strict }))
}

/** The greatest (1) or least (-1) of bounds; at ties the strict one. */
function tightest(all: readonly Bound[], direction: 1 | -1): Bound | undefined {
  return [...all].sort((a, b) => direction * compareQuantities(b.value, a.value) || Number(b.strict) - Number(a.strict))[0]
}

/** True if a value lies beyond a bound, above (1) or below (-1) it, or on one that is strict. */
function outside(value: string, bound: Bound, direction: 1 | -1, strict = false): boolean {
  const order = compareQuantities(value, bound.value) * direction
  return order > 0 || (order === 0 && (bound.strict || strict))
}

function tolerationProblems({ tolerations }: JsonObject): readonly string[] {
  const list = (tolerations ?? []) as readonly JsonObject[]
  const shown = list.map(goToleration)
  return list.flatMap((toleration, index) => [
    ...(toleration.operator === 'Exists' && toleration.value
      ? [`invalid toleration ${shown[index]}: toleration value needs to be empty, when operator is Exists`]
      : []),
    ...(toleration.operator !== 'Exists' && !toleration.key
      ? [`invalid toleration ${shown[index]}: toleration key cannot be empty, when operator is Equal`]
      : []),
    ...(shown.indexOf(shown[index] ?? '') < index ? [`toleration ${shown[index]} already exists, tolerations must be unique`] : []),
  ])
}

/** A toleration as Go's %+v prints it. */
function goToleration({ key = '', operator = 'Equal', value = '', effect = '' }: JsonObject): string {
  return `{Key:${key} Operator:${operator} Value:${value} Effect:${effect}}`
}

/** Nested problems in the words of what they are in; none if there are none. */
export function within(what: string, problems: readonly string[]): readonly string[] {
  return problems.length === 0 ? [] : [`${what} is invalid: ${aggregate(problems)}`]
}
