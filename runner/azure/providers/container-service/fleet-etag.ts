// The eTag of fleet resources: a string with its quotes inside, new at each write, the time of writing in its fourth part.
import type { AzureContext } from '../../resource-type.ts'

/** A new eTag. */
export function fleetETag(context: AzureContext): string {
  const seconds = Math.floor(context.clock.now() / 1000)
  return `"${context.requestId().slice(0, 8)}-0000-0700-0000-${seconds.toString(16).padStart(8, '0')}0000"`
}
