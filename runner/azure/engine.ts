// What stands behind every ARM request: the resources, who may do what, and the operations under way.
import type { Access } from './access.ts'
import type { ActivityLog } from './activity-log.ts'
import type { Operations } from './operations.ts'
import type { AzureContext } from './resource-type.ts'
import type { Writer } from './resource-writer.ts'
import type { Subscription } from './state.ts'

/** The parts of an Azure that the engine joins. */
export interface Engine {
  readonly context: AzureContext
  readonly subscriptions: readonly Subscription[]
  readonly access: Access
  readonly operations: Operations
  readonly activity: ActivityLog
  readonly writer: Writer
}
