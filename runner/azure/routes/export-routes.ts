// A group written as a template.
import { armErrors } from '../arm-error.ts'
import { textResponse } from '../arm-response.ts'
import { resourceTypes } from '../providers/index.ts'
import { exportTemplate } from '../providers/resources/export-template.ts'
import type { Route } from '../route.ts'

/** Routes of exports. */
export const exportRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/subscriptions/{subscription}/resourceGroups/{group}/exportTemplate',
    permission: 'Microsoft.Resources/subscriptions/resourceGroups/exportTemplate/action',
    answer({ body }, names, { context }) {
      const group = context.store.get(`/subscriptions/${names.subscription ?? ''}/resourceGroups/${names.group ?? ''}`)
      if (!group) throw armErrors.groupNotFound(names.group ?? '')
      const wanted = Array.isArray(body.resources) ? body.resources.filter((one) => typeof one === 'string') : ['*']
      const plain = /Skip(All|ResourceName)Parameterization/i.test(String(body.options ?? ''))
      const apiVersionOf = (type: string): string => resourceTypes.find((row) => row.type === type && row.put !== undefined)?.apiVersions[0] ?? ''
      const template = exportTemplate(group, { wanted, plain, context, apiVersionOf })
      return textResponse(JSON.stringify({ template }))
    },
  },
]
