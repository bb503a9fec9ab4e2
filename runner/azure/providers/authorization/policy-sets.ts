// Microsoft.Authorization/policySetDefinitions and policyExemptions: definitions that are assigned together, and who is let off.
import { isObject, type JsonObject } from '../../../base/json.ts'
import { error } from '../../arm-error.ts'
import { nameOf, parentOf, within } from '../../resource-id.ts'
import { type AzureContext, defineResourceType } from '../../resource-type.ts'
import type { Resource } from '../../state.ts'
import { findDefinition, policyApiVersions } from './policy-definitions.ts'

const setType = 'Microsoft.Authorization/policySetDefinitions'

/** Type of exemptions. */
export const policyExemptionType = 'Microsoft.Authorization/policyExemptions'

/** The row of sets. None is built in. */
export const policySetDefinitions = defineResourceType({
  type: setType,
  apiVersions: policyApiVersions,
  anyScope: true,
  openAtRoot: true,
  provisioned: false,
  systemData: true,
  missing: (id) => error(404, 'PolicySetDefinitionNotFound', `The policy set definition '${nameOf(id)}' could not be found.`),
  put({ body, name, context }) {
    const given = isObject(body.properties) ? body.properties : {}
    const listed = Array.isArray(given.policyDefinitions) ? given.policyDefinitions.filter(isObject) : []
    if (listed.length === 0) throw error(400, 'InvalidPolicySetDefinition', `The policy set definition '${name}' must have at least one policy definition.`)
    const unknown = listed.find((one: JsonObject) => !findDefinition(String(one.policyDefinitionId), context))
    if (unknown)
      throw error(
        404,
        'PolicyDefinitionNotFound',
        `The policy definition '${String(unknown.policyDefinitionId)}' of the policy set definition '${name}' is out of scope or could not be found.`,
      )
    const policyDefinitions = listed.map((one: JsonObject) => ({
      policyDefinitionReferenceId: context.requestId(),
      definitionVersion: '1.*.*',
      effectiveDefinitionVersion: '1.0.0',
      ...one,
    }))
    const version = typeof given.version === 'string' ? given.version : '1.0.0'
    return { body: { properties: { policyType: 'Custom', ...given, policyDefinitions, version, versions: [version] } } }
  },
  remove: () => undefined,
  listAt: (scope, context) => context.store.list(setType).filter((one) => within(scope, parentOf(one.id) ?? '')),
})

/** The row of exemptions. */
export const policyExemptions = defineResourceType({
  type: policyExemptionType,
  apiVersions: ['2026-01-01-preview', '2022-07-01-preview', '2020-07-01-preview'],
  anyScope: true,
  provisioned: false,
  systemData: true,
  missing: (id) => error(404, 'PolicyExemptionNotFound', `The policy exemption '${nameOf(id)}' could not be found.`),
  put({ body, name, context }) {
    const given = isObject(body.properties) ? body.properties : {}
    if (!context.store.get(String(given.policyAssignmentId)))
      throw error(
        404,
        'PolicyAssignmentNotFound',
        `The policy assignment '${String(given.policyAssignmentId ?? '')}' of the policy exemption '${name}' could not be found.`,
      )
    return { body: { properties: { assignmentScopeValidation: 'Default', ...given } } }
  },
  remove: () => undefined,
  listAt: (scope, context) =>
    context.store.list(policyExemptionType).filter((one) => within(scope, parentOf(one.id) ?? '') || within(parentOf(one.id) ?? '', scope)),
})

/** A set by its id. */
export function findSet(id: string, context: AzureContext): Resource | undefined {
  const found = context.store.get(id)
  return found?.type === setType ? found : undefined
}
