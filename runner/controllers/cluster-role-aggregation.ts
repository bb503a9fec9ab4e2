// Fills aggregated cluster roles with the rules of those that their selectors match.
import { equal } from '../base/json.ts'
import { aggregatedRules } from '../kubernetes/kinds/rbac/aggregation.ts'
import { keyOf } from '../kubernetes/object.ts'
import { type ControllerContext, defineController } from './controller.ts'
import { clusterRoles } from './resources.ts'

export const clusterRoleAggregation = defineController({
  name: 'clusterrole-aggregation-controller',
  fieldManager: 'clusterrole-aggregation-controller',
  watches: [{ resource: clusterRoles, keys: () => ['*'] }],
  async reconcile(_key: string, { client }: ControllerContext) {
    const { items } = await client.list(clusterRoles)
    for (const role of items) {
      if (role.aggregationRule === undefined) continue
      const rules = aggregatedRules(role, items)
      if (equal(role.rules ?? [], rules)) continue
      const { apiVersion, kind, metadata } = role
      await client.patch(
        clusterRoles,
        keyOf(role),
        { apiVersion, kind, metadata: { name: metadata.name ?? '' }, rules: rules.map((rule) => ({ ...rule })) },
        { type: 'apply', force: true },
      )
    }
    return undefined
  },
})
