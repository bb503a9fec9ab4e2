// Names of a definition are accepted unless another has them, and then it is established; a definition in a group of
// Kubernetes' own says how far it was approved (apiextensions' naming, establishing and approval controllers, as one step).
import { equal, type Json, type JsonObject } from '../../base/json.ts'
import { fields, objects, text, texts } from '../kinds/validation/read.ts'
import { formatTime, type KubernetesObject } from '../object.ts'
import { type Approval, approvalOf, isProtected } from './approval.ts'
import { bundleProblemOf } from './check-conversion.ts'

interface Names {
  readonly accepted: JsonObject
  /** The last name that another has, if one does. */
  readonly conflict: { readonly reason: string; readonly message: string } | undefined
}

interface Taken {
  readonly resources: ReadonlySet<string>
  readonly kinds: ReadonlySet<string>
}

/**
 * Status of a definition after its names were compared with those of all definitions of its group. The same status object
 * if nothing changes.
 */
export function acceptedStatus(definition: KubernetesObject, all: readonly KubernetesObject[], now: number): JsonObject {
  const status = fields(definition.status)
  const group = fields(definition.spec).group
  const taken = takenNames(all.filter((other) => fields(other.spec).group === group).map((other) => fields(fields(other.status).acceptedNames)))
  const { accepted, conflict } = acceptNames(fields(fields(definition.spec).names), fields(status.acceptedNames), taken)
  const wasEstablished = objects(status.conditions).some((condition) => condition.type === 'Established' && condition.status === 'True')
  const wanted = [
    namesCondition(conflict),
    establishedCondition(conflict, wasEstablished, bundleProblemOf(fields(definition.spec)) !== undefined),
    approvalCondition(definition),
  ]
  const conditions = wanted.reduce((found, condition) => withCondition(found, condition, formatTime(now)), objects(status.conditions))
  const next = { ...status, acceptedNames: accepted, conditions }
  return equal(next, status) ? status : next
}

function takenNames(accepted: readonly JsonObject[]): Taken {
  return {
    resources: new Set(accepted.flatMap(({ plural, singular, shortNames }) => [text(plural), text(singular), ...texts(shortNames)])),
    kinds: new Set(accepted.flatMap(({ kind, listKind }) => [text(kind), text(listKind)])),
  }
}

/** Each name that is free, or already its own, is taken; the others stay what they were. */
function acceptNames(names: JsonObject, old: JsonObject, { resources, kinds }: Taken): Names {
  const accepted: Record<string, Json> = { ...(old as Record<string, Json>) }
  const take = (field: string): void => {
    const value = names[field]
    if (value === undefined) delete accepted[field]
    else accepted[field] = value
  }
  let conflict: Names['conflict']
  const inUse = (name: string): string => `${JSON.stringify(name)} is already in use`
  const accept = (field: string, reason: string, taken: ReadonlySet<string>): void => {
    const name = text(names[field])
    if (name !== text(old[field]) && taken.has(name)) conflict = { reason, message: inUse(name) }
    else take(field)
  }
  accept('plural', 'PluralConflict', resources)
  accept('singular', 'SingularConflict', resources)
  const refused = texts(names.shortNames).filter((name) => !texts(old.shortNames).includes(name) && resources.has(name))
  if (refused.length === 0) take('shortNames')
  else conflict = { reason: 'ShortNamesConflict', message: refused.length === 1 ? inUse(refused[0] ?? '') : `[${refused.map(inUse).join(', ')}]` }
  accept('kind', 'KindConflict', kinds)
  accept('listKind', 'ListKindConflict', kinds)
  take('categories')
  return { accepted, conflict }
}

const approvalReasons: Readonly<Record<Approval['state'], string>> = {
  approved: 'ApprovedAnnotation',
  bypassed: 'UnapprovedAnnotation',
  invalid: 'InvalidAnnotation',
  missing: 'MissingAnnotation',
}

function approvalCondition(definition: KubernetesObject): JsonObject | undefined {
  if (!isProtected(definition)) return undefined
  const { state, reason } = approvalOf(definition)
  const status = state === 'approved' ? 'True' : 'False'
  return { type: 'KubernetesAPIApprovalPolicyConformant', status, reason: approvalReasons[state], message: reason }
}

function namesCondition(conflict: Names['conflict']): JsonObject {
  return conflict === undefined
    ? { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' }
    : { type: 'NamesAccepted', status: 'False', ...conflict }
}

function establishedCondition(conflict: object | undefined, wasEstablished: boolean, distrusted: boolean): JsonObject | undefined {
  if (wasEstablished) return undefined
  if (conflict === undefined && distrusted)
    return { type: 'Established', status: 'False', reason: 'InvalidCABundle', message: 'The conversion webhook CABundle is invalid' }
  return conflict === undefined
    ? { type: 'Established', status: 'True', reason: 'InitialNamesAccepted', message: 'the initial names have been accepted' }
    : { type: 'Established', status: 'False', reason: 'NotAccepted', message: 'not all names are accepted' }
}

function withCondition(conditions: readonly JsonObject[], condition: JsonObject | undefined, time: string): readonly JsonObject[] {
  if (condition === undefined) return conditions
  const old = conditions.find(({ type }) => type === condition.type)
  const lastTransitionTime: Json = old !== undefined && old.status === condition.status ? text(old.lastTransitionTime) : time
  const { type, status, reason, message } = condition
  const next: JsonObject = { lastTransitionTime, message, reason, status, type }
  return old === undefined ? [...conditions, next] : conditions.map((candidate) => (candidate === old ? next : candidate))
}
