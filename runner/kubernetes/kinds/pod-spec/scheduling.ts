// Validation of what steers scheduling: affinity, tolerations, topology spread, gates.
import type { Json, JsonObject } from '../../../base/json.ts'
import { child, duplicate, type Findings, forbidden, invalid, invalidAll, item, notSupported, required } from '../validation/findings.ts'
import { isDns1123Label, isDns1123Subdomain, isLabelValue, isQualifiedName } from '../validation/names.ts'
import { fields, list, number, objects, present, text, texts } from '../validation/read.ts'
import { validateSelector } from '../validation/selectors.ts'

const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute']
const requiredTerms = 'requiredDuringSchedulingIgnoredDuringExecution'
const preferred = 'preferredDuringSchedulingIgnoredDuringExecution'

/** Findings on `affinity`. */
export function* validateAffinity(affinity: Json | undefined, path: string): Findings {
  const { nodeAffinity, podAffinity, podAntiAffinity } = fields(affinity)
  if (present(nodeAffinity)) yield* validateNodeAffinity(fields(nodeAffinity), child(path, 'nodeAffinity'))
  if (present(podAffinity)) yield* validatePodAffinity(fields(podAffinity), child(path, 'podAffinity'))
  if (present(podAntiAffinity)) yield* validatePodAffinity(fields(podAntiAffinity), child(path, 'podAntiAffinity'))
}

/** Findings on a node selector: of affinity, of a volume. */
export function* validateNodeSelector(selector: JsonObject, path: string): Findings {
  const terms = objects(selector.nodeSelectorTerms)
  if (terms.length === 0) return yield required(child(path, 'nodeSelectorTerms'), 'must have at least one node selector term')
  for (const [index, term] of terms.entries()) yield* validateTerm(term, item(child(path, 'nodeSelectorTerms'), index))
}

/** Findings on tolerations. */
export function* validateTolerations(tolerations: Json | undefined, path: string): Findings {
  for (const [index, toleration] of objects(tolerations).entries()) {
    const here = item(path, index)
    const { key, operator, value, effect } = {
      key: text(toleration.key),
      operator: text(toleration.operator),
      value: text(toleration.value),
      effect: text(toleration.effect),
    }
    if (key !== '') yield* invalidAll(child(here, 'key'), key, isQualifiedName(key))
    if (key === '' && operator !== 'Exists')
      yield invalid(child(here, 'operator'), operator, 'operator must be Exists when `key` is empty, which means "match all values and all keys"')
    if (present(toleration.tolerationSeconds) && effect !== 'NoExecute')
      yield invalid(child(here, 'effect'), effect, "effect must be 'NoExecute' when `tolerationSeconds` is set")
    yield* validateOperator(operator, value, child(here, 'operator'))
    if (effect !== '' && !effects.includes(effect)) yield notSupported(child(here, 'effect'), effect, effects)
  }
}

/** Findings on taints of a node. */
export function* validateTaints(taints: Json | undefined, path: string): Findings {
  const seen = new Set<string>()
  for (const [index, taint] of objects(taints).entries()) {
    const here = item(path, index)
    const { key, value, effect } = { key: text(taint.key), value: text(taint.value), effect: text(taint.effect) }
    yield* invalidAll(child(here, 'key'), key, isQualifiedName(key))
    if (isLabelValue(value).length > 0) yield invalid(child(here, 'value'), value, isLabelValue(value).join(';'))
    if (effect === '') yield required(child(here, 'effect'))
    else if (!effects.includes(effect)) yield notSupported(child(here, 'effect'), effect, effects)
    if (seen.has(`${key}\n${effect}`)) {
      const { message, ...rest } = duplicate(here, { Key: key, Value: value, Effect: effect, TimeAdded: taint.timeAdded ?? null })
      yield { ...rest, message: `${message}: taints must be unique by key and effect pair` }
    }
    seen.add(`${key}\n${effect}`)
  }
}

/** Findings on topology spread constraints. */
export function* validateSpread(constraints: Json | undefined, path: string): Findings {
  const all = objects(constraints)
  for (const [index, constraint] of all.entries()) {
    const here = item(path, index)
    const { topologyKey, whenUnsatisfiable } = { topologyKey: text(constraint.topologyKey), whenUnsatisfiable: text(constraint.whenUnsatisfiable) }
    if (number(constraint.maxSkew) <= 0) yield invalid(child(here, 'maxSkew'), constraint.maxSkew ?? 0, 'must be greater than zero')
    if (topologyKey === '') yield required(child(here, 'topologyKey'), 'can not be empty')
    else yield* invalidAll(child(here, 'topologyKey'), topologyKey, isQualifiedName(topologyKey))
    if (!['DoNotSchedule', 'ScheduleAnyway'].includes(whenUnsatisfiable))
      yield notSupported(child(here, 'whenUnsatisfiable'), whenUnsatisfiable, ['DoNotSchedule', 'ScheduleAnyway'])
    for (const later of all.slice(index + 1))
      if (text(later.topologyKey) === topologyKey && text(later.whenUnsatisfiable) === whenUnsatisfiable)
        yield duplicate(child(here, '{topologyKey, whenUnsatisfiable}'), `{${topologyKey}, ${whenUnsatisfiable}}`)
    yield* validateMinDomains(constraint, child(here, 'minDomains'))
    for (const name of ['nodeAffinityPolicy', 'nodeTaintsPolicy'])
      if (present(constraint[name]) && !['Honor', 'Ignore'].includes(text(constraint[name])))
        yield notSupported(child(here, name), constraint[name], ['Honor', 'Ignore'])
    yield* validateMatchLabelKeys(constraint, child(here, 'matchLabelKeys'))
    yield* validateSelector(constraint.labelSelector, child(here, 'labelSelector'))
  }
}

/** Findings on scheduling gates. */
export function* validateGates(gates: Json | undefined, path: string): Findings {
  const seen = new Set<string>()
  for (const [index, gate] of objects(gates).entries()) {
    const name = text(gate.name)
    yield* invalidAll(item(path, index), name, isQualifiedName(name))
    if (seen.has(name)) yield duplicate(item(path, index), name)
    seen.add(name)
  }
}

/** Operators behind a gate that is off: the refusal names them to who asks for them (`TaintTolerationComparisonOperators`). */
const comparing = ['Lt', 'Gt']

function* validateOperator(operator: string, value: string, path: string): Findings {
  if (operator === 'Equal' || operator === '') {
    const problems = isLabelValue(value)
    if (problems.length > 0) yield invalid(path, value, problems.join(';'))
  } else if (operator === 'Exists') {
    if (value !== '') yield invalid(path, value, "value must be empty when `operator` is 'Exists'")
  } else yield notSupported(path, operator, comparing.includes(operator) ? ['Equal', 'Exists', ...comparing] : ['Equal', 'Exists'])
}

function* validateNodeAffinity(affinity: JsonObject, path: string): Findings {
  if (present(affinity[requiredTerms])) yield* validateNodeSelector(fields(affinity[requiredTerms]), child(path, requiredTerms))
  for (const [index, term] of objects(affinity[preferred]).entries()) {
    const here = item(child(path, preferred), index)
    yield* validateWeight(term, here)
    yield* validateTerm(fields(term.preference), child(here, 'preference'))
  }
}

function* validatePodAffinity(affinity: JsonObject, path: string): Findings {
  for (const [index, term] of objects(affinity[requiredTerms]).entries()) yield* validatePodTerm(term, item(child(path, requiredTerms), index))
  for (const [index, term] of objects(affinity[preferred]).entries()) {
    const here = item(child(path, preferred), index)
    yield* validateWeight(term, here)
    yield* validatePodTerm(fields(term.podAffinityTerm), child(here, 'podAffinityTerm'))
  }
}

function* validateWeight(term: JsonObject, path: string): Findings {
  const weight = number(term.weight)
  if (weight <= 0 || weight > 100) yield invalid(child(path, 'weight'), weight, 'must be in the range 1-100')
}

function* validatePodTerm(term: JsonObject, path: string): Findings {
  yield* validateSelector(term.labelSelector, child(path, 'labelSelector'))
  yield* validateSelector(term.namespaceSelector, child(path, 'namespaceSelector'))
  for (const name of texts(term.namespaces)) yield* invalidAll(child(path, 'namespace'), name, isDns1123Label(name))
  yield* validateMatchLabelKeys(term, child(path, 'matchLabelKeys'))
  const key = text(term.topologyKey)
  if (key === '') yield required(child(path, 'topologyKey'), 'can not be empty')
  yield* invalidAll(child(path, 'topologyKey'), key, isQualifiedName(key))
}

function* validateTerm(term: JsonObject, path: string): Findings {
  for (const [index, requirement] of objects(term.matchExpressions).entries())
    yield* validateRequirement(requirement, item(child(path, 'matchExpressions'), index))
  for (const [index, requirement] of objects(term.matchFields).entries()) yield* validateFieldRequirement(requirement, item(child(path, 'matchFields'), index))
}

function* validateRequirement(requirement: JsonObject, path: string): Findings {
  const operator = text(requirement.operator)
  const count = list(requirement.values).length
  if (operator === 'In' || operator === 'NotIn') {
    if (count === 0) yield required(child(path, 'values'), "must be specified when `operator` is 'In' or 'NotIn'")
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (count > 0) yield forbidden(child(path, 'values'), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")
  } else if (operator === 'Gt' || operator === 'Lt') {
    if (count !== 1) yield required(child(path, 'values'), "must be specified single value when `operator` is 'Lt' or 'Gt'")
  } else yield invalid(child(path, 'operator'), operator, 'not a valid selector operator')
  yield* invalidAll(child(path, 'key'), text(requirement.key), isQualifiedName(text(requirement.key)))
}

function* validateFieldRequirement(requirement: JsonObject, path: string): Findings {
  const operator = text(requirement.operator)
  if (operator !== 'In' && operator !== 'NotIn') yield invalid(child(path, 'operator'), operator, 'not a valid selector operator')
  else if (list(requirement.values).length !== 1)
    yield required(child(path, 'values'), "must be only one value when `operator` is 'In' or 'NotIn' for node field selector")
  if (requirement.key !== 'metadata.name') return yield invalid(child(path, 'key'), text(requirement.key), 'not a valid field selector key')
  for (const [index, value] of texts(requirement.values).entries()) yield* invalidAll(item(child(path, 'values'), index), value, isDns1123Subdomain(value))
}

function* validateMinDomains(constraint: JsonObject, path: string): Findings {
  if (!present(constraint.minDomains)) return
  if (number(constraint.minDomains) <= 0) yield invalid(path, constraint.minDomains, 'must be greater than zero')
  if (constraint.whenUnsatisfiable !== 'DoNotSchedule')
    yield invalid(path, constraint.minDomains, `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${text(constraint.whenUnsatisfiable)}`)
}

function* validateMatchLabelKeys(holder: JsonObject, path: string): Findings {
  const keys = texts(holder.matchLabelKeys)
  if (keys.length > 0 && !present(holder.labelSelector)) return yield forbidden(path, 'must not be specified when labelSelector is not set')
  for (const [index, key] of keys.entries()) {
    yield* invalidAll(item(path, index), key, isQualifiedName(key))
  }
}
