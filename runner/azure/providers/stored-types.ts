// Types of which Azure keeps what it is given, and no more is simulated: they can be made, listed, tagged and deleted.
import { isObject, type JsonObject } from '../../base/json.ts'
import { defineResourceType, propertiesOf, type ResourceType, type WriteRequest } from '../resource-type.ts'

interface StoredType {
  readonly type: string
  readonly apiVersions: readonly string[]
  /** Belongs to no region. */
  readonly global?: boolean
  /** False where the service tells no state of one. */
  readonly provisioned?: boolean
  /** What the service adds to the properties of a new one. */
  added?(request: WriteRequest): JsonObject
}

const types: readonly StoredType[] = [
  {
    type: 'Microsoft.Monitor/accounts',
    apiVersions: ['2025-10-03', '2025-05-03-preview', '2023-04-03'],
    added: ({ context }) => ({ accountId: context.requestId() }),
  },
  {
    type: 'Microsoft.OperationalInsights/workspaces',
    apiVersions: ['2025-02-01', '2023-09-01', '2022-10-01', '2021-12-01-preview'],
    added: ({ context }) => ({ customerId: context.requestId(), sku: { name: 'PerGB2018' }, retentionInDays: 30 }),
  },
  {
    type: 'Microsoft.Dashboard/grafana',
    apiVersions: ['2024-10-01', '2023-09-01', '2022-08-01'],
    added: ({ name, body }) => ({ endpoint: `https://${name}.${String(body.location)}.grafana.azure.com`, grafanaVersion: '11.2.0' }),
  },
  { type: 'Microsoft.Insights/components', apiVersions: ['2020-02-02'] },
  { type: 'Microsoft.Insights/dataCollectionRules', apiVersions: ['2024-03-11', '2023-03-11', '2022-06-01'] },
  { type: 'Microsoft.Insights/dataCollectionEndpoints', apiVersions: ['2024-03-11', '2023-03-11', '2022-06-01'] },
  {
    type: 'Microsoft.Kubernetes/connectedClusters',
    apiVersions: ['2025-08-01-preview', '2024-12-01-preview', '2024-01-01', '2022-05-01-preview', '2021-10-01'],
    // No agent runs in a cluster that is connected so: it has never been heard of.
    added: () => ({ connectivityStatus: 'Connecting', distribution: 'generic', infrastructure: 'generic' }),
  },
  {
    type: 'Microsoft.ManagedIdentity/userAssignedIdentities',
    provisioned: false,
    apiVersions: ['2025-05-31-preview', '2024-11-30', '2023-07-31-preview', '2023-01-31', '2018-11-30'],
    added: ({ context }) => ({ tenantId: context.tenant.id, principalId: context.requestId(), clientId: context.requestId() }),
  },
  {
    type: 'Microsoft.ContainerRegistry/registries',
    apiVersions: ['2025-04-01', '2023-11-01-preview', '2023-07-01', '2022-02-01-preview'],
    added: ({ name }) => ({ loginServer: `${name.toLowerCase()}.azurecr.io`, adminUserEnabled: false, publicNetworkAccess: 'Enabled' }),
  },
  {
    type: 'Microsoft.KeyVault/vaults',
    apiVersions: ['2024-11-01', '2023-07-01', '2022-07-01'],
    added: ({ name }) => ({ vaultUri: `https://${name}.vault.azure.net/` }),
  },
  { type: 'Microsoft.Network/virtualNetworks', apiVersions: ['2024-05-01', '2023-11-01', '2022-01-01'] },
  {
    type: 'Microsoft.Network/trafficmanagerprofiles',
    global: true,
    apiVersions: ['2022-04-01', '2018-08-01'],
    added: ({ name }) => ({ dnsConfig: { fqdn: `${name}.trafficmanager.net` } }),
  },
  { type: 'Microsoft.Storage/storageAccounts', apiVersions: ['2024-01-01', '2023-05-01', '2022-09-01'] },
]

/** A row for each of them. */
export const storedTypes: readonly ResourceType[] = types.map(({ type, apiVersions, added, global = false, provisioned = true }) =>
  defineResourceType({
    type,
    provisioned,
    apiVersions,
    tracked: true,
    global,
    systemData: true,
    put(request) {
      const { body, old } = request
      const given = isObject(body.properties) ? body.properties : {}
      const before = old ? propertiesOf(old) : (added?.(request) ?? {})
      return { body: { ...body, properties: { ...before, ...given } } }
    },
    patch({ body, old }) {
      const changed = isObject(body.properties) ? body.properties : {}
      const tags = isObject(body.tags) ? { tags: body.tags } : {}
      return { body: { ...old.body, ...tags, properties: { ...propertiesOf(old), ...changed } } }
    },
    remove: () => undefined,
  }),
)
