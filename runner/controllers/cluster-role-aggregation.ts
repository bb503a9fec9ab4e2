// Fills aggregated cluster roles with the rules of those that their selectors match.
import { equal } from '../base/json.ts'
import { aggregatedRules } from '../kubernetes/kinds/rbac/aggregation.ts'
import { type ControllerContext, defineController } from './controller.ts'
import { clusterRoles } from './resources.ts'

export const clusterRoleAggregation = defineController({
  name: 'clusterrole-aggregation-controller',
  watches: [{ resource: clusterRoles, keys: () => ['*'] }],
  async reconcile(_key: string, { client }: ControllerContext) {
    const { items } = await client.list(clusterRoles)
    for (const role of items) {
      if (role.aggregationRule === undefined) continue
      const rules = aggregatedRules(role, items)
      if (!equal(role.rules ?? [], rules)) await client.update(clusterRoles, { ...role, rules })
    }
    return undefined
  },
})
