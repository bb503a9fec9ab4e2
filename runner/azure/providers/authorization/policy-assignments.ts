// Microsoft.Authorization/policyAssignments: which policies hold where.
import { isObject } from '../../../base/json.ts'
import { error } from '../../arm-error.ts'
import { nameOf, parentOf, within } from '../../resource-id.ts'
import { defineResourceType, propertiesOf } from '../../resource-type.ts'
import { preciseTime } from '../../resource-writer.ts'
import { findDefinition, policyApiVersions } from './policy-definitions.ts'
import { findSet } from './policy-sets.ts'

/** Type of policy assignments. */
export const policyAssignmentType = 'Microsoft.Authorization/policyAssignments'

/** The row of policy assignments. */
export const policyAssignments = defineResourceType({
  type: policyAssignmentType,
  apiVersions: policyApiVersions,
  anyScope: true,
  alwaysCreated: true,
  provisioned: false,
  missing: (id) => error(404, 'PolicyAssignmentNotFound', `The policy assignment '${nameOf(id)}' is not found.`),
  put({ id, body, old, caller, context }) {
    const given = isObject(body.properties) ? body.properties : {}
    const { policyDefinitionId, metadata } = given
    const definition = typeof policyDefinitionId === 'string' ? findDefinition(policyDefinitionId, context) : undefined
    if (!definition && !findSet(String(policyDefinitionId), context))
      throw error(
        404,
        'PolicyDefinitionNotFound',
        `The policy definition specified in policy assignment '${nameOf(id)}' is out of scope or could not be found: '${String(policyDefinitionId ?? '')}'.`,
      )
    const now = preciseTime(context.clock.now())
    const before = old && propertiesOf(old)
    const made = isObject(before?.metadata)
      ? { ...before.metadata, updatedBy: caller.objectId, updatedOn: now }
      : { createdBy: caller.objectId, createdOn: now, updatedBy: null, updatedOn: null }
    const properties = {
      ...given,
      scope: parentOf(id) ?? '/',
      notScopes: given.notScopes ?? [],
      parameters: given.parameters ?? {},
      metadata: { ...(isObject(metadata) ? metadata : {}), ...made },
      enforcementMode: given.enforcementMode ?? 'Default',
      definitionVersion: given.definitionVersion ?? '1.*.*',
      instanceId: before?.instanceId ?? context.requestId(),
    }
    return {
      body: {
        ...(body.location === undefined ? {} : { location: body.location }),
        ...(body.identity === undefined ? {} : { identity: body.identity }),
        properties,
      },
    }
  },
  patch({ body, old }) {
    const given = isObject(body.properties) ? body.properties : {}
    const { identity = old.body.identity, location = old.body.location } = body
    return {
      body: {
        ...old.body,
        ...(identity === undefined ? {} : { identity }),
        ...(location === undefined ? {} : { location }),
        properties: { ...propertiesOf(old), ...given },
      },
    }
  },
  remove: () => undefined,
  listAt: (scope, context) =>
    context.store.list(policyAssignmentType).filter((one) => within(scope, parentOf(one.id) ?? '') || within(parentOf(one.id) ?? '', scope)),
})
