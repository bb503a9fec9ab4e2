// Policies at work: what a write is changed to by those that append and modify, and the refusal by those that deny.
import { isObject, type Json, type JsonObject } from '../../../base/json.ts'
import { ArmError } from '../../arm-error.ts'
import { nameOf, parentOf } from '../../resource-id.ts'
import { type AzureContext, propertiesOf } from '../../resource-type.ts'
import { type AssignedPolicy, assignedPolicies, ruleOf } from './assigned-policies.ts'
import { effectDetails, effectOn, type PolicyTarget, writeField } from './policy-rule.ts'

/** A resource about to be written. `tracked`: it has a location and tags, which `Indexed` policies look at alone. */
export type WrittenTarget = PolicyTarget & { readonly tracked: boolean }

/** The effect of a policy on a resource, in lower case; undefined where it has none. */
export function effectOf(policy: AssignedPolicy, target: WrittenTarget): string | undefined {
  const rule = ruleOf(policy)
  const { mode } = propertiesOf(policy.definition)
  // Policies of clusters' own data are constraints in the cluster, and say nothing of the cluster itself.
  if (!rule || mode === 'Microsoft.Kubernetes.Data' || (mode === 'Indexed' && !target.tracked)) return undefined
  return effectOn(rule, target, policy.parameter)
}

/** The body as `append` and `modify` make it. */
export function changedBy(target: WrittenTarget, context: AzureContext): JsonObject {
  let { body } = target
  for (const policy of assignedPolicies(target.id, context)) {
    const effect = policy.enforced ? effectOf(policy, { ...target, body }) : undefined
    if (effect !== 'append' && effect !== 'modify') continue
    const details = effectDetails(ruleOf(policy) ?? {}, policy.parameter)
    for (const { field, value, operation } of changesOf(details)) body = writeField({ ...target, body }, { field, value, operation })
  }
  return body
}

/** `append`: a list of fields with values; `modify`: operations. */
function changesOf(details: Json): readonly { readonly field: string; readonly value: Json; readonly operation: string }[] {
  const operations = isObject(details) ? details.operations : details
  if (!Array.isArray(operations)) return []
  return operations
    .filter(isObject)
    .map((one: JsonObject) => ({ field: String(one.field), value: one.value ?? null, operation: String(one.operation ?? 'add').toLowerCase() }))
}

/** The refusal of a write that some assignment over the resource denies; undefined where none does. */
export function deniedBy(target: WrittenTarget, context: AzureContext): ArmError | undefined {
  const denying = assignedPolicies(target.id, context).filter((policy) => policy.enforced && effectOf(policy, target) === 'deny')
  if (denying.length === 0) return undefined
  const name = nameOf(target.id)
  const additionalInfo = denying.map((policy) => ({ type: 'PolicyViolation', info: infoOf(policy) }))
  return new ArmError(403, { code: 'RequestDisallowedByPolicy', message: `Resource '${name}' was disallowed by policy.`, target: name, additionalInfo })
}

function infoOf({ assignment, definition, set }: AssignedPolicy): JsonObject {
  return {
    policyDefinitionDisplayName: propertiesOf(definition).displayName ?? nameOf(definition.id),
    policyDefinitionEffect: 'deny',
    policyDefinitionId: definition.id,
    policyDefinitionName: nameOf(definition.id),
    ...(set ? { policySetDefinitionId: set.id, policySetDefinitionName: nameOf(set.id), policyDefinitionReferenceId: set.reference } : {}),
    policyAssignmentDisplayName: propertiesOf(assignment).displayName ?? assignment.body.name,
    policyAssignmentId: assignment.id,
    policyAssignmentName: assignment.body.name,
    policyAssignmentScope: parentOf(assignment.id) ?? '/',
  }
}
