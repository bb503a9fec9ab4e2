// Azure's activity log: who changed what, when, and how it ended. Kept as plain data, newest last; reading leaves no trace.
import type { ArmRequest } from './arm-request.ts'
import type { AzureContext } from './resource-type.ts'
import type { ActivityEvent, Operation } from './state.ts'

/** How many events are kept; the service keeps ninety days of them. */
const kept = 1000

/** What is written down of requests and of the operations that they begin. */
export interface ActivityLog {
  /** A write, or an action, as `action` (`Microsoft.ContainerService/fleets/write`) over a resource, that was answered with this status. */
  note(request: ArmRequest, what: { readonly action: string; readonly resource: string; readonly status: number; readonly operation?: string }): void
  /** A long-running operation came to its end. */
  ended(operation: Operation): void
  events(): readonly ActivityEvent[]
}

/** A log that goes on from these events. */
export function createActivityLog(start: readonly ActivityEvent[], context: AzureContext): ActivityLog {
  let events = start
  function add(event: ActivityEvent): void {
    events = [...events.slice(1 - kept), Object.freeze(event)]
  }
  return {
    note({ caller, correlationId }, { action, resource, status, operation }) {
      const state = status >= 400 ? 'Failed' : operation === undefined ? 'Succeeded' : 'Accepted'
      const { objectId, name } = caller
      const at = context.clock.now()
      const id = context.requestId()
      add({ id, at, action, resource, state, status, caller: { objectId, name }, correlationId, ...(operation === undefined ? {} : { operation }) })
    },
    ended({ id, status, endTime }) {
      const begun = events.findLast(({ operation, state }) => operation === id && state === 'Accepted')
      if (!begun || status === 'InProgress') return
      const failed = status === 'Failed'
      add({ ...begun, id: context.requestId(), at: endTime ?? context.clock.now(), state: failed ? 'Failed' : 'Succeeded', status: failed ? 409 : 200 })
    },
    events: () => events,
  }
}
