// az identity: managed identities that users assign.
import type { CommandGroup } from '../command.ts'
import { handlersOf } from './simple-resource.ts'

/** Commands of `az identity`. */
export const group: CommandGroup = {
  handlers: handlersOf('identity', {
    provider: 'Microsoft.ManagedIdentity/userAssignedIdentities',
    version: 'api-version=2025-05-31-preview',
    name: 'resource_name',
    properties: () => ({}),
  }),
}
