// az cloud: which Azure is meant. Here it is always the public one; others can be listed and registered.
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import { AzError } from '../cli-error.ts'
import { type Call, type CommandGroup, flag, required, text } from '../command.ts'
import { formatIni, type IniSections, parseIni } from '../config.ts'
import clouds from '../facts/clouds.json' with { type: 'json' }
import { sendOnce, userAgents } from '../http-client.ts'

/** Commands of `az cloud`. */
export const group: CommandGroup = {
  handlers: {
    'cloud list': listClouds,
    'cloud show': show,
    'cloud set': set,
    'cloud register': register,
    'cloud unregister': unregister,
    'cloud list-profiles': async () => ['latest'],
  },
}

type Clouds = Readonly<Record<string, { readonly endpoints: JsonObject; readonly suffixes: JsonObject }>>
const known = clouds as unknown as Clouds

async function registered(call: Call): Promise<IniSections> {
  return parseIni((await call.context.files.read(`${call.config.folder}/clouds.config`)) ?? '')
}

async function allClouds(call: Call): Promise<readonly JsonObject[]> {
  const active = call.config.get('cloud', 'name') ?? 'AzureCloud'
  const own = [...(await registered(call))].filter(([name]) => !(name in known)).map(([name, options]) => ({ name, ...fromOptions(options) }))
  const builtIn = Object.entries(known).map(([name, { endpoints, suffixes }]) => ({ name, endpoints, suffixes }))
  return [...builtIn, ...own].map((cloud) => ({ ...cloud, isActive: cloud.name === active, profile: 'latest' }))
}

function camel(name: string): string {
  return name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

function fromOptions(options: ReadonlyMap<string, string>): { endpoints: JsonObject; suffixes: JsonObject } {
  const part = (prefix: string): JsonObject =>
    Object.fromEntries([...options].filter(([name]) => name.startsWith(prefix)).map(([name, value]) => [camel(name.slice(prefix.length)), value]))
  const blank = (keys: JsonObject | undefined): JsonObject => Object.fromEntries(Object.keys(keys ?? {}).map((key) => [key, null]))
  const model = known.AzureCloud
  return { endpoints: { ...blank(model?.endpoints), ...part('endpoint_') }, suffixes: { ...blank(model?.suffixes), ...part('suffix_') } }
}

async function listClouds(call: Call): Promise<readonly JsonObject[]> {
  return allClouds(call)
}

async function show(call: Call): Promise<JsonObject> {
  const name = text(call.values, 'cloud_name') ?? call.config.get('cloud', 'name') ?? 'AzureCloud'
  const found = (await allClouds(call)).find((cloud) => cloud.name === name)
  if (found === undefined) throw new AzError(`The cloud '${name}' is not registered.`)
  return found
}

async function set(call: Call): Promise<void> {
  const name = required(call.values, 'cloud_name')
  if (!(await allClouds(call)).some((cloud) => cloud.name === name)) throw new AzError(`The cloud '${name}' is not registered.`)
  const before = call.config.get('cloud', 'name') ?? 'AzureCloud'
  if (before !== name) call.log.warning(`Switched active cloud to '${name}'.`)
  await call.config.set('cloud', 'name', name)
  if (before !== name) call.log.warning("Use 'az login' to log in to this cloud.\nUse 'az account set' to set the active subscription.")
}

const endpointOptions: Readonly<Record<string, string>> = {
  endpoint_management: 'management',
  endpoint_resource_manager: 'resource_manager',
  endpoint_sql_management: 'sql_management',
  endpoint_gallery: 'gallery',
  endpoint_active_directory: 'active_directory',
  endpoint_active_directory_resource_id: 'active_directory_resource_id',
  endpoint_active_directory_graph_resource_id: 'active_directory_graph_resource_id',
  endpoint_active_directory_data_lake_resource_id: 'active_directory_data_lake_resource_id',
  endpoint_vm_image_alias_doc: 'vm_image_alias_doc',
}

async function register(call: Call): Promise<void> {
  const name = required(call.values, 'cloud_name')
  const sections = await registered(call)
  if (name in known || sections.has(name)) throw new AzError(`The cloud '${name}' is already registered.`)
  const options = new Map<string, string>(await discovered(call))
  for (const [dest, key] of Object.entries(endpointOptions)) {
    const value = text(call.values, dest)
    if (value !== undefined) options.set(`endpoint_${key}`, value)
  }
  const sorted = [...options].sort(([a], [b]) => (a < b ? -1 : 1))
  await call.context.files.write(`${call.config.folder}/clouds.config`, formatIni(new Map([...sections, [name, new Map(sorted)]])))
}

/** What the endpoint says of itself: the names of the answer and those that az keeps them under. */
async function discovered(call: Call): Promise<readonly (readonly [string, string])[]> {
  const manager = text(call.values, 'endpoint_resource_manager')
  if (manager === undefined || flag(call.values, 'skip_endpoint_discovery')) return []
  const url = `${manager.replace(/\/$/, '')}/metadata/endpoints?api-version=2022-09-01`
  const response = await sendOnce(call.context, { url, headers: { accept: '*/*', 'user-agent': userAgents.requests } })
  const metadata: unknown = await response.json()
  if (!isObject(metadata)) return []
  const rows = Object.entries(discoveryNames).map(([key, path]) => [key, at(metadata, path)] as const)
  const fallback = known[String(metadata.name ?? '')]
  const named = (key: string): Json | undefined =>
    key.startsWith('suffix_') ? fallback?.suffixes[camel(key.slice(7))] : fallback?.endpoints[camel(key.slice(9))]
  return rows
    .map(([key, value]) => [key, value ?? named(key)] as const)
    .flatMap(([key, value]) => (typeof value === 'string' ? [[key, dotted(key, value)] as const] : []))
}

function at(value: JsonObject, path: string): Json | undefined {
  let found: Json | undefined = value
  for (const part of path.split('.')) found = Array.isArray(found) ? found[Number(part)] : isObject(found) ? found[part] : undefined
  return found
}

/** Suffixes that are used as ends of host names begin with a dot. */
function dotted(key: string, value: string): string {
  const bare = [
    'suffix_storage_endpoint',
    'suffix_storage_sync_endpoint',
    'suffix_azure_datalake_store_file_system_endpoint',
    'suffix_azure_datalake_analytics_catalog_and_job_endpoint',
  ]
  return key.startsWith('suffix_') && value !== '' && !bare.includes(key) && !value.startsWith('.') ? `.${value}` : value
}

const discoveryNames: Readonly<Record<string, string>> = {
  endpoint_management: 'authentication.audiences.0',
  endpoint_resource_manager: 'resourceManager',
  endpoint_sql_management: 'sqlManagement',
  endpoint_batch_resource_id: 'batch',
  endpoint_gallery: 'gallery',
  endpoint_active_directory: 'authentication.loginEndpoint',
  endpoint_active_directory_resource_id: 'authentication.audiences.0',
  endpoint_active_directory_graph_resource_id: 'graphAudience',
  endpoint_microsoft_graph_resource_id: 'microsoftGraphResourceId',
  endpoint_active_directory_data_lake_resource_id: 'activeDirectoryDataLake',
  endpoint_vm_image_alias_doc: 'vmImageAliasDoc',
  endpoint_media_resource_id: 'media',
  endpoint_ossrdbms_resource_id: 'ossrDbmsResourceId',
  endpoint_app_insights_resource_id: 'appInsightsResourceId',
  endpoint_log_analytics_resource_id: 'logAnalyticsResourceId',
  endpoint_synapse_analytics_resource_id: 'synapseAnalyticsResourceId',
  endpoint_app_insights_telemetry_channel_resource_id: 'appInsightsTelemetryChannelResourceId',
  endpoint_attestation_resource_id: 'attestationResourceId',
  endpoint_portal: 'portal',
  endpoint_app_service_resource_id: 'appServiceResourceId',
  suffix_acr_login_server_endpoint: 'suffixes.acrLoginServer',
  suffix_attestation_endpoint: 'suffixes.attestationEndpoint',
  suffix_azure_datalake_analytics_catalog_and_job_endpoint: 'suffixes.azureDataLakeAnalyticsCatalogAndJob',
  suffix_azure_datalake_store_file_system_endpoint: 'suffixes.azureDataLakeStoreFileSystem',
  suffix_keyvault_dns: 'suffixes.keyVaultDns',
  suffix_mariadb_server_endpoint: 'suffixes.mariadbServerEndpoint',
  suffix_mhsm_dns: 'suffixes.mhsmDns',
  suffix_mysql_server_endpoint: 'suffixes.mysqlServerEndpoint',
  suffix_postgresql_server_endpoint: 'suffixes.postgresqlServerEndpoint',
  suffix_sql_server_hostname: 'suffixes.sqlServerHostname',
  suffix_storage_endpoint: 'suffixes.storage',
  suffix_storage_sync_endpoint: 'suffixes.storageSyncEndpointSuffix',
  suffix_synapse_analytics_endpoint: 'suffixes.synapseAnalytics',
}

async function unregister(call: Call): Promise<void> {
  const name = required(call.values, 'cloud_name')
  if (name in known) throw new AzError(`The cloud '${name}' cannot be unregistered as it's not a custom cloud.`)
  const sections = await registered(call)
  if (!sections.has(name)) throw new AzError(`The cloud '${name}' is not registered.`)
  await call.context.files.write(`${call.config.folder}/clouds.config`, formatIni(new Map([...sections].filter(([section]) => section !== name))))
}
