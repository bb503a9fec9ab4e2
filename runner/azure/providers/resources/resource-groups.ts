// Microsoft.Resources/resourceGroups: what holds resources, and takes them along when it goes.
import { isObject, type JsonObject } from '../../../base/json.ts'
import { error } from '../../arm-error.ts'
import { normalLocation } from '../../checks.ts'
import { nameOf, parseId } from '../../resource-id.ts'
import { type Draft, defineResourceType, type WriteRequest } from '../../resource-type.ts'
import type { Resource } from '../../state.ts'
import locations from './locations.json' with { type: 'json' }

const minutes = 60_000

/** The row of resource groups. */
export const resourceGroups = defineResourceType({
  type: 'Microsoft.Resources/resourceGroups',
  apiVersions: ['2025-04-01', '2024-11-01', '2022-09-01', '2021-04-01'],
  name: {
    pattern: /^[\p{L}\p{N}._()-]{0,89}[\p{L}\p{N}_()-]$/u,
    refuse: (name) => refuseName(name),
  },
  mustExist: true,
  missing: (id) => error(404, 'ResourceGroupNotFound', `Resource group '${nameOf(id)}' could not be found.`),
  put(request): Draft {
    const { body, old } = request
    const location = locationOf(request)
    const tags = isObject(body.tags) ? { tags: body.tags } : {}
    const managedBy = body.managedBy ?? old?.body.managedBy
    return { body: { location, ...tags, ...(typeof managedBy === 'string' ? { managedBy } : {}) } }
  },
  patch: ({ body, old }) => ({ body: { ...old.body, ...(isObject(body.tags) ? { tags: body.tags } : {}) } }),
  remove: ({ old, context }) => ({ state: 'Deleting', takes: { real: context.store.below(old.id).length === 0 ? 15_000 : 8 * minutes } }),
  listAt: (scope, context) =>
    context.store.list('Microsoft.Resources/resourceGroups').filter((group) => parseId(group.id).subscription === parseId(scope).subscription),
  matches: (group, filter) => matchesTag(group, filter),
})

/** `tagname eq 'env' and tagvalue eq 'lab'` in any spelling of its words. */
export function matchesTag(resource: Resource, filter: string): boolean {
  const name = /tagname\s+eq\s+'((?:[^']|'')*)'/i.exec(filter)?.[1]
  const value = /tagvalue\s+eq\s+'((?:[^']|'')*)'/i.exec(filter)?.[1]
  if (name === undefined) return true
  const tags: JsonObject = isObject(resource.body.tags) ? resource.body.tags : {}
  const found = Object.entries(tags).find(([key]) => key.toLowerCase() === name.toLowerCase())
  return found !== undefined && (value === undefined || found[1] === value)
}

function locationOf({ body, old }: WriteRequest): string {
  const given = typeof body.location === 'string' ? normalLocation(body.location) : ''
  const before = old?.body.location
  if (given === '') {
    if (before === undefined) throw error(400, 'LocationRequired', 'The location property is required for this definition.')
    return before
  }
  if (before !== undefined && before !== given)
    throw error(409, 'InvalidResourceGroupLocation', `Invalid resource group location '${given}'. The Resource group already exists in location '${before}'.`)
  const names = locations.map((location) => location.name)
  if (!names.includes(given))
    throw error(
      400,
      'LocationNotAvailableForResourceGroup',
      `The provided location '${String(body.location)}' is not available for resource group. List of available regions is '${names.join(',')}'.`,
    )
  return given
}

function refuseName(name: string): ReturnType<typeof error> {
  const wrong = [...name].filter((character) => !/[\p{L}\p{N}._()-]/u.test(character)).join('')
  if (wrong !== '')
    return error(
      400,
      'InvalidResourceGroup',
      `The provided resource group name '${name}' has these invalid characters: '${wrong}'. The name can only be a letter, digit, '-', '.', '(', ')' or '_'. Please visit https://aka.ms/ResourceGroupNamingRestrictions for more information.`,
    )
  if (name.endsWith('.'))
    return error(
      400,
      'InvalidResourceGroup',
      `Invalid resource group name '${name}'. The name cannot end with a period. Please visit https://aka.ms/ResourceGroupNamingRestrictions for more information.`,
    )
  return error(400, 'InvalidResourceGroup', `The provided resource group name '${name}' exceeds the maximum length of '90'.`)
}
