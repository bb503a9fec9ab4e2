// The list of routes that are no resource of the table; the first that matches answers.
import type { Route } from '../route.ts'
import { activityRoutes } from './activity-routes.ts'
import { directoryRoutes } from './directory-routes.ts'
import { exportRoutes } from './export-routes.ts'
import { operationRoutes } from './operation-routes.ts'
import { policyStateRoutes } from './policy-state-routes.ts'
import { providerOperationRoutes } from './provider-operation-routes.ts'
import { providerRoutes } from './provider-routes.ts'
import { resourceRoutes } from './resource-routes.ts'
import { tagRoutes } from './tag-routes.ts'
import { usageRoutes } from './usage-routes.ts'
import { versionRoutes } from './version-routes.ts'

/** Every route. */
export const routes: readonly Route[] = [
  ...activityRoutes,
  ...directoryRoutes,
  ...exportRoutes,
  ...operationRoutes,
  ...policyStateRoutes,
  ...providerOperationRoutes,
  ...providerRoutes,
  ...resourceRoutes,
  ...tagRoutes,
  ...usageRoutes,
  ...versionRoutes,
]
