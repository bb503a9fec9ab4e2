// Microsoft.Authorization/locks: what may not be deleted, or not be changed at all.
import { isObject } from '../../../base/json.ts'
import { type ArmError, error } from '../../arm-error.ts'
import { parentOf, type ResourceId, within } from '../../resource-id.ts'
import { type AzureContext, defineResourceType, propertiesOf } from '../../resource-type.ts'

const lockType = 'Microsoft.Authorization/locks'
const levels = ['CanNotDelete', 'ReadOnly']

/** The row of locks; one hangs on any scope and holds for all below it. */
export const locks = defineResourceType({
  type: lockType,
  apiVersions: ['2020-05-01', '2017-04-01', '2016-09-01'],
  anyScope: true,
  provisioned: false,
  systemData: true,
  put({ body }) {
    const properties = isObject(body.properties) ? body.properties : {}
    if (!levels.includes(String(properties.level)))
      throw error(400, 'InvalidLockLevel', `The lock level '${String(properties.level ?? '')}' is not valid. Valid values are 'CanNotDelete' and 'ReadOnly'.`)
    return { body: { properties } }
  },
  remove: () => undefined,
  deleted: 204,
  listAt: (scope, context) => context.store.list(lockType).filter((lock) => within(parentOf(lock.id) ?? '', scope) || within(scope, parentOf(lock.id) ?? '')),
})

/** The refusal of a write or a deletion that a lock forbids; undefined where none does. */
export function lockedBy(id: ResourceId, method: string, context: AzureContext): ArmError | undefined {
  if (method !== 'DELETE' && method !== 'PUT' && method !== 'PATCH' && method !== 'POST') return undefined
  const deleting = method === 'DELETE'
  const holding = context.store.list(lockType).filter((lock) => {
    const scope = parentOf(lock.id) ?? ''
    // What goes takes along what is below it: a lock there holds it as well.
    const concerned = within(id, scope) || (deleting && within(scope, id))
    return concerned && (deleting || propertiesOf(lock).level === 'ReadOnly')
  })
  if (holding.length === 0) return undefined
  const scopes = [...new Set(holding.map((lock) => `'${parentOf(lock.id)}'`))].join(',')
  const doing = deleting ? 'delete' : 'write'
  return error(
    409,
    'ScopeLocked',
    `The scope '${id}' cannot perform ${doing} operation because following scope(s) are locked: ${scopes}. Please remove the lock and try again.`,
  )
}
