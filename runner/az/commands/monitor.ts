// az monitor account, log-analytics workspace and activity-log: where metrics and logs go, and what was done.
import { type CommandGroup, text } from '../command.ts'
import { activityHandlers } from './activity-log.ts'
import { handlersOf, type SimpleType } from './simple-resource.ts'

const account: SimpleType = {
  provider: 'Microsoft.Monitor/accounts',
  version: 'api-version=2025-10-03',
  name: 'azure_monitor_workspace_name',
  properties: () => ({}),
}

const workspace: SimpleType = {
  provider: 'Microsoft.OperationalInsights/workspaces',
  version: 'api-version=2025-02-01',
  name: 'workspace_name',
  properties: ({ values }) => ({
    publicNetworkAccessForIngestion: text(values, 'public_network_access_for_ingestion') ?? text(values, 'ingestion_access') ?? 'Enabled',
    publicNetworkAccessForQuery: text(values, 'public_network_access_for_query') ?? text(values, 'query_access') ?? 'Enabled',
    retentionInDays: Number(values.retention_in_days ?? values.retention_time ?? 30),
    sku: { name: text(values, 'sku_name') ?? text(values, 'sku') ?? 'PerGB2018' },
  }),
}

/** Commands of `az monitor`. */
export const group: CommandGroup = {
  handlers: { ...handlersOf('monitor account', account), ...handlersOf('monitor log-analytics workspace', workspace), ...activityHandlers },
}
