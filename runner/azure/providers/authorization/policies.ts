// Policies at work: a write that an assigned policy denies is refused.
import { isObject, type Json, type JsonObject } from '../../../base/json.ts'
import { ArmError } from '../../arm-error.ts'
import { nameOf, parentOf, within } from '../../resource-id.ts'
import { type AzureContext, propertiesOf } from '../../resource-type.ts'
import type { Resource } from '../../state.ts'
import { policyAssignmentType } from './policy-assignments.ts'
import { findDefinition } from './policy-definitions.ts'
import { effectOn, type PolicyTarget } from './policy-rule.ts'

/** The refusal of a write that some assignment over the resource denies; undefined where none does. */
export function deniedBy(target: PolicyTarget & { readonly tracked: boolean }, context: AzureContext): ArmError | undefined {
  const denying = context.store.list(policyAssignmentType).filter((assignment) => denies(assignment, target, context))
  if (denying.length === 0) return undefined
  const name = nameOf(target.id)
  const additionalInfo = denying.map((assignment) => ({ type: 'PolicyViolation', info: infoOf(assignment, context) }))
  return new ArmError(403, { code: 'RequestDisallowedByPolicy', message: `Resource '${name}' was disallowed by policy.`, target: name, additionalInfo })
}

function denies(assignment: Resource, target: PolicyTarget & { readonly tracked: boolean }, context: AzureContext): boolean {
  const { enforcementMode, notScopes, policyDefinitionId, parameters } = propertiesOf(assignment)
  if (enforcementMode === 'DoNotEnforce' || !within(target.id, parentOf(assignment.id) ?? '')) return false
  if (Array.isArray(notScopes) && notScopes.some((scope) => within(target.id, String(scope)))) return false
  const definition = findDefinition(String(policyDefinitionId), context)
  const rule = definition && propertiesOf(definition)
  // `Indexed` policies look at what has a location and tags.
  if (!rule || !isObject(rule.policyRule) || (rule.mode === 'Indexed' && !target.tracked)) return false
  return effectOn(rule.policyRule, target, parameterOf(rule, isObject(parameters) ? parameters : {})) === 'deny'
}

function parameterOf(rule: JsonObject, given: JsonObject): (name: string) => Json {
  const declared = isObject(rule.parameters) ? rule.parameters : {}
  return (name) => {
    const own = given[name]
    const usual = declared[name]
    if (isObject(own)) return own.value ?? null
    return isObject(usual) ? (usual.defaultValue ?? null) : null
  }
}

function infoOf(assignment: Resource, context: AzureContext): JsonObject {
  const { displayName, policyDefinitionId } = propertiesOf(assignment)
  const definition = findDefinition(String(policyDefinitionId), context)
  return {
    policyDefinitionDisplayName: (definition && propertiesOf(definition).displayName) ?? nameOf(String(policyDefinitionId)),
    policyDefinitionEffect: 'deny',
    policyDefinitionId: String(policyDefinitionId),
    policyDefinitionName: nameOf(String(policyDefinitionId)),
    policyAssignmentDisplayName: displayName ?? assignment.body.name,
    policyAssignmentId: assignment.id,
    policyAssignmentName: assignment.body.name,
    policyAssignmentScope: parentOf(assignment.id) ?? '/',
  }
}
