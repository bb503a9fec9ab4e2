// Microsoft.Authorization/policyDefinitions: rules about resources, built-in ones and users' own.
import { isObject } from '../../../base/json.ts'
import { error } from '../../arm-error.ts'
import { nameOf, parentOf, resourceId } from '../../resource-id.ts'
import { type AzureContext, defineResourceType } from '../../resource-type.ts'
import type { Resource } from '../../state.ts'
import builtInPolicies from './built-in-policies.json' with { type: 'json' }

const type = 'Microsoft.Authorization/policyDefinitions'

/** API versions of policy resources. */
export const policyApiVersions = ['2025-11-01', '2025-03-01', '2025-01-01', '2024-05-01', '2023-04-01', '2021-06-01', '2020-09-01']

/** The row of policy definitions. */
export const policyDefinitions = defineResourceType({
  type,
  apiVersions: policyApiVersions,
  anyScope: true,
  alwaysCreated: true,
  openAtRoot: true,
  provisioned: false,
  systemData: true,
  missing: (id) => error(404, 'PolicyDefinitionNotFound', `The policy definition '${nameOf(id)}' could not be found.`),
  read: (id, context) => findDefinition(id, context)?.body,
  put({ body }) {
    const given = isObject(body.properties) ? body.properties : {}
    if (!isObject(given.policyRule))
      throw error(400, 'InvalidPolicyRule', "The policy definition's rule is invalid. The 'policyRule' property must be an object.")
    const version = typeof given.version === 'string' ? given.version : '1.0.0'
    return { body: { properties: { policyType: 'Custom', mode: 'All', ...given, version, versions: [version] } } }
  },
  remove: () => undefined,
  listAt: (scope, context) => [
    ...builtIns,
    ...context.store.list(type).filter((one) => scope.toLowerCase().startsWith((parentOf(one.id) ?? '').toLowerCase())),
  ],
})

/** A definition by its id; built-in ones have none but their name's, whatever the scope before it. */
export function findDefinition(id: string, context: AzureContext): Resource | undefined {
  const found = context.store.get(id)
  return found?.type === type ? found : builtIns.find((one) => nameOf(one.id) === nameOf(id).toLowerCase())
}

const builtIns: readonly Resource[] = builtInPolicies.map(({ name, ...properties }) => {
  const id = resourceId(`/providers/${type}/${name}`)
  return { id, type, body: { properties: { policyType: 'BuiltIn', ...properties, versions: [properties.version] }, id, type, name } }
})
