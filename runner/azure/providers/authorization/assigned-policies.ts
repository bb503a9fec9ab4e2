// Which policies hold over a resource: assignments of definitions and of sets, less what is excluded or exempt.
import { isObject, type Json, type JsonObject } from '../../../base/json.ts'
import { idKey, nameOf, parentOf, within } from '../../resource-id.ts'
import { type AzureContext, propertiesOf } from '../../resource-type.ts'
import type { Resource } from '../../state.ts'
import { policyAssignmentType } from './policy-assignments.ts'
import { findDefinition } from './policy-definitions.ts'
import { findSet, policyExemptionType } from './policy-sets.ts'

/** A definition that is assigned somewhere, by itself or within a set. */
export interface AssignedPolicy {
  readonly assignment: Resource
  readonly definition: Resource
  /** The set that it stands in, and by which name. */
  readonly set?: { readonly id: string; readonly reference: string }
  readonly enforced: boolean
  /** A parameter's value: the assignment's, or the definition's own default. */
  parameter(name: string): Json
}

/** The policies over a resource, assignment by assignment. */
export function assignedPolicies(id: string, context: AzureContext): readonly AssignedPolicy[] {
  const assignments = context.store.list(policyAssignmentType)
  return assignments.length === 0 ? [] : assignments.filter((one) => holdsOver(one, id, context)).flatMap((one) => policiesOf(one, context))
}

/** The rule of a definition; undefined for one without, as those of clusters. */
export function ruleOf({ definition }: AssignedPolicy): JsonObject | undefined {
  const { policyRule } = propertiesOf(definition)
  return isObject(policyRule) ? policyRule : undefined
}

function holdsOver(assignment: Resource, id: string, { store, clock }: AzureContext): boolean {
  const { notScopes } = propertiesOf(assignment)
  if (!within(id, parentOf(assignment.id) ?? '')) return false
  if (Array.isArray(notScopes) && notScopes.some((scope) => within(id, String(scope)))) return false
  return !store.list(policyExemptionType).some((exemption) => {
    const { policyAssignmentId, expiresOn } = propertiesOf(exemption)
    const over = typeof expiresOn === 'string' && Date.parse(expiresOn) <= clock.now()
    return !over && idKey(String(policyAssignmentId)) === idKey(assignment.id) && within(id, parentOf(exemption.id) ?? '')
  })
}

function policiesOf(assignment: Resource, context: AzureContext): readonly AssignedPolicy[] {
  const { policyDefinitionId, parameters, enforcementMode } = propertiesOf(assignment)
  const given = objectOf(parameters)
  const enforced = enforcementMode !== 'DoNotEnforce'
  const definition = findDefinition(String(policyDefinitionId), context)
  if (definition) return [{ assignment, definition, enforced, parameter: parameterOf(definition, given) }]
  const set = findSet(String(policyDefinitionId), context)
  const listed = set && propertiesOf(set).policyDefinitions
  if (!set || !Array.isArray(listed)) return []
  const ofSet = parameterOf(set, given)
  return listed.filter(isObject).flatMap((one: JsonObject) => {
    const found = findDefinition(String(one.policyDefinitionId), context)
    if (!found) return []
    const reference = String(one.policyDefinitionReferenceId ?? nameOf(found.id))
    return [
      { assignment, definition: found, set: { id: set.id, reference }, enforced, parameter: parameterOf(found, passedOn(objectOf(one.parameters), ofSet)) },
    ]
  })
}

/** What a set hands its definitions: values, or its own parameters by name. */
function passedOn(parameters: JsonObject, ofSet: (name: string) => Json): JsonObject {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, one]) => {
      const value = objectOf(one).value ?? null
      const named = typeof value === 'string' ? /^\[parameters\('([^']+)'\)\]$/i.exec(value)?.[1] : undefined
      return [name, { value: named === undefined ? value : ofSet(named) }]
    }),
  )
}

function parameterOf(definition: Resource, given: JsonObject): (name: string) => Json {
  const declared = objectOf(propertiesOf(definition).parameters)
  return (name) => {
    const own = given[name]
    const usual = declared[name]
    if (isObject(own)) return own.value ?? null
    return isObject(usual) ? (usual.defaultValue ?? null) : null
  }
}

function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {}
}
