// Names of a definition are accepted unless another has them, and then it is established (apiextensions' naming and
// establishing controllers, as one step).
import { equal, type Json, type JsonObject } from '../../base/json.ts'
import { fields, objects, text, texts } from '../kinds/validation/read.ts'
import { formatTime, type KubernetesObject } from '../object.ts'

const nameFields = ['plural', 'singular', 'kind', 'listKind'] as const

/**
 * Status of a definition after its names were compared with those of all definitions of its group. The same status object
 * if nothing changes.
 */
export function acceptedStatus(definition: KubernetesObject, all: readonly KubernetesObject[], now: number): JsonObject {
  const status = fields(definition.status)
  const names = fields(fields(definition.spec).names)
  const others = all.filter((other) => other.metadata.name !== definition.metadata.name && fields(other.spec).group === fields(definition.spec).group)
  const conflict = conflictOf(
    names,
    others.map((other) => fields(fields(other.status).acceptedNames)),
  )
  const accepted: JsonObject = conflict === undefined ? names : fields(status.acceptedNames)
  const time = formatTime(now)
  const wasEstablished = objects(status.conditions).some((condition) => condition.type === 'Established' && condition.status === 'True')
  const conditions = withCondition(
    withCondition(objects(status.conditions), namesCondition(conflict), time),
    establishedCondition(conflict, wasEstablished),
    time,
  )
  const next = { ...status, acceptedNames: accepted, conditions }
  return equal(next, status) ? status : next
}

function namesCondition(conflict: { readonly reason: string; readonly message: string } | undefined): JsonObject {
  return conflict === undefined
    ? { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' }
    : { type: 'NamesAccepted', status: 'False', ...conflict }
}

function establishedCondition(conflict: object | undefined, wasEstablished: boolean): JsonObject | undefined {
  if (wasEstablished) return undefined
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

function conflictOf(names: JsonObject, others: readonly JsonObject[]): { readonly reason: string; readonly message: string } | undefined {
  const resources = new Set(others.flatMap((other) => [text(other.plural), text(other.singular), ...texts(other.shortNames)]))
  const kinds = new Set(others.flatMap((other) => [text(other.kind), text(other.listKind)]))
  for (const name of nameFields) {
    const taken = name === 'kind' || name === 'listKind' ? kinds : resources
    const reason = { plural: 'PluralConflict', singular: 'SingularConflict', kind: 'KindConflict', listKind: 'ListKindConflict' }[name]
    if (text(names[name]) !== '' && taken.has(text(names[name]))) return { reason, message: `${JSON.stringify(text(names[name]))} is already in use` }
  }
  const short = texts(names.shortNames).find((name) => resources.has(name))
  return short === undefined ? undefined : { reason: 'ShortNamesConflict', message: `${JSON.stringify(short)} is already in use` }
}
