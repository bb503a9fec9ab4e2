// The vendor's clients, unmodified, for a small Azure: each signs its requests with Ada's token.
import { AuthorizationManagementClient } from '@azure/arm-authorization'
import { ContainerServiceClient } from '@azure/arm-containerservice'
import { ManagementLockClient } from '@azure/arm-locks'
import { PolicyClient } from '@azure/arm-policy'
import { ResourceManagementClient } from '@azure/arm-resources'
import { DeploymentsClient } from '@azure/arm-resourcesdeployments'
import type { TokenCredential } from '@azure/core-auth'
import { type SmallAzure, subscriptionId } from './small-azure.ts'
import { vendorClient } from './vendor-client.ts'

/** Polls of operations come at once: the clock moves on at each. */
export const quickly = { updateIntervalInMs: 1 }

/** One client of each library. */
export function vendorClients(small: SmallAzure): {
  readonly clusters: ContainerServiceClient
  readonly resources: ResourceManagementClient
  readonly deployments: DeploymentsClient
  readonly authorization: AuthorizationManagementClient
  readonly policies: PolicyClient
  readonly locks: ManagementLockClient
} {
  const credential: TokenCredential = { getToken: async () => ({ token: small.token(), expiresOnTimestamp: Date.now() + 3_600_000 }) }
  // What is tried again is tried at once: nothing in a test sleeps.
  const options = { httpClient: vendorClient(small), retryOptions: { retryDelayInMs: 0, maxRetryDelayInMs: 0 } }
  return {
    clusters: new ContainerServiceClient(credential, subscriptionId, options),
    resources: new ResourceManagementClient(credential, subscriptionId, options),
    deployments: new DeploymentsClient(credential, subscriptionId, options),
    authorization: new AuthorizationManagementClient(credential, subscriptionId, options),
    policies: new PolicyClient(credential, subscriptionId, options),
    locks: new ManagementLockClient(credential, subscriptionId, options),
  }
}

/** Every item of a paged list. */
export async function all<item>(pages: AsyncIterable<item>): Promise<item[]> {
  const items: item[] = []
  for await (const item of pages) items.push(item)
  return items
}
