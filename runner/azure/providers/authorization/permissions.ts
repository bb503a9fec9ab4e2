// Microsoft.Authorization: what the caller may do at a scope, and the denials there. Nobody can make a denial; Azure itself does, and here has none.
import { permissionsAt } from '../../access.ts'
import { defineResourceType } from '../../resource-type.ts'

const common = { apiVersions: ['2022-04-01', '2018-07-01', '2015-07-01'], anyScope: true, provisioned: false } as const

/** `{scope}/providers/Microsoft.Authorization/permissions`: the permissions of whoever asks, role by role. */
export const permissions = defineResourceType({
  ...common,
  type: 'Microsoft.Authorization/permissions',
  listVirtual: (scope, context, caller) =>
    permissionsAt(scope, caller.objectId, context).map(({ actions, notActions, dataActions, notDataActions }) => ({
      actions: [...actions],
      notActions: [...notActions],
      dataActions: [...dataActions],
      notDataActions: [...notDataActions],
    })),
})

/** `{scope}/providers/Microsoft.Authorization/denyAssignments`. */
export const denyAssignments = defineResourceType({ ...common, type: 'Microsoft.Authorization/denyAssignments', listVirtual: () => [] })
