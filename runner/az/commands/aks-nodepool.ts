// az aks nodepool: node pools of a cluster.
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import { AzError } from '../cli-error.ts'
import { type Call, type CommandGroup, flag, list, tags, text } from '../command.ts'
import { aksInput, aksOutput, clusterPath } from './aks-resource.ts'
import { aksTables } from './aks-tables.ts'
import { waitFor } from './wait.ts'

/** Commands of `az aks nodepool`. */
export const group: CommandGroup = {
  handlers: {
    'aks nodepool list': async (call) => (await call.arm.list(clusterPath(call, ['agentPools']))).map((pool) => aksOutput('AgentPool', pool)),
    'aks nodepool show': async (call) => aksOutput('AgentPool', await call.arm.get(poolPath(call))),
    'aks nodepool add': (call) => {
      checkName(poolName(call))
      return add(call)
    },
    'aks nodepool update': (call) => changePool(call, updates(call)),
    'aks nodepool upgrade': upgrade,
    'aks nodepool scale': scale,
    'aks nodepool delete': remove,
    'aks nodepool start': (call) => setPower(call, 'Running'),
    'aks nodepool stop': (call) => setPower(call, 'Stopped'),
    'aks nodepool get-upgrades': async (call) => aksOutput('AgentPoolUpgradeProfile', await call.arm.get(poolPath(call, ['upgradeProfiles', 'default']))),
    'aks nodepool wait': (call) => waitFor(call, async () => aksOutput('AgentPool', await call.arm.get(poolPath(call)))),
  },
  tables: aksTables,
}

function poolName(call: Call): string {
  return text(call.values, 'nodepool_name') ?? text(call.values, 'agent_pool_name') ?? ''
}

/** The real az checks a new pool's name before it asks anybody. */
function checkName(name: string): void {
  if (name.length > 12) throw new AzError('--nodepool-name can contain at most 12 characters')
  if (!/^[\p{L}\p{N}]*$/u.test(name)) throw new AzError('--nodepool-name should contain only alphanumeric characters')
}

function poolPath(call: Call, below: readonly string[] = []): string {
  const values = { ...call.values, cluster_name: text(call.values, 'cluster_name') ?? text(call.values, 'resource_name') ?? null }
  return clusterPath({ ...call, values }, ['agentPools', poolName(call), ...below])
}

async function put(call: Call, body: JsonObject): Promise<JsonObject | undefined> {
  const noWait = flag(call.values, 'no_wait')
  const result = await call.arm.operate('PUT', { path: poolPath(call), body }, { noWait })
  return noWait ? undefined : aksOutput('AgentPool', result)
}

async function exists(call: Call): Promise<boolean> {
  const pools = await call.arm.list(clusterPath(call, ['agentPools']))
  return pools.some((pool) => isObject(pool) && String(pool.name).toLowerCase() === poolName(call).toLowerCase())
}

async function mustExist(call: Call): Promise<void> {
  if (!(await exists(call))) throw new AzError(`Node pool ${poolName(call)} doesnt exist, use 'aks nodepool list' to get current node pool list`)
}

function optional(entries: Readonly<Record<string, Json | undefined>>): JsonObject {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined && value !== null && value !== ''))
}

function upgradeSettings({ values }: Call): JsonObject {
  return optional({
    maxSurge: text(values, 'max_surge'),
    drainTimeoutInMinutes: number(values.drain_timeout),
    nodeSoakDurationInMinutes: number(values.node_soak_duration),
    maxUnavailable: text(values, 'max_unavailable'),
  })
}

function number(value: Json | undefined): number | undefined {
  return typeof value === 'number' && value > 0 ? value : undefined
}

function taints(value: string | undefined): readonly string[] {
  return value === undefined || value === '' ? [] : value.split(',').map((taint) => taint.trim())
}

async function add(call: Call): Promise<JsonObject | undefined> {
  const { values } = call
  if (await exists(call)) {
    throw new AzError(`Node pool ${poolName(call)} already exists, please try a different name, use 'aks nodepool list' to get current list of node pool`)
  }
  const autoscaling = flag(values, 'enable_cluster_autoscaler')
  const spot = text(values, 'priority') === 'Spot'
  const properties = {
    ...optional({ orchestratorVersion: text(values, 'kubernetes_version') }),
    vmSize: text(values, 'node_vm_size') ?? '',
    osType: text(values, 'os_type') ?? 'Linux',
    ...optional({
      osSKU: text(values, 'os_sku'),
      vnetSubnetID: text(values, 'vnet_subnet_id'),
      nodeLabels: tags(values, 'labels'),
      tags: tags(values),
      availabilityZones: list(values, 'zones'),
      osDiskSizeGB: number(values.node_osdisk_size),
      osDiskType: text(values, 'node_osdisk_type'),
      maxPods: number(values.max_pods),
    }),
    enableNodePublicIP: flag(values, 'enable_node_public_ip'),
    count: Number(values.node_count ?? 3),
    enableAutoScaling: autoscaling,
    ...(autoscaling ? { minCount: Number(values.min_count), maxCount: Number(values.max_count) } : {}),
    scaleSetPriority: text(values, 'priority') ?? 'Regular',
    ...(spot ? { scaleSetEvictionPolicy: text(values, 'eviction_policy') ?? 'Delete', spotMaxPrice: -1 } : {}),
    nodeTaints: taints(text(values, 'node_taints')),
    upgradeSettings: { ...upgradeSettings(call), undrainableNodeBehavior: text(values, 'undrainable_node_behavior') ?? 'Schedule' },
    type: 'VirtualMachineScaleSets',
    enableEncryptionAtHost: flag(values, 'enable_encryption_at_host'),
    enableUltraSSD: flag(values, 'enable_ultra_ssd'),
    enableFIPS: flag(values, 'enable_fips_image'),
    mode: text(values, 'mode') ?? 'User',
    scaleDownMode: text(values, 'scale_down_mode') ?? 'Delete',
  }
  return put(call, { properties })
}

/** What an update's arguments change. */
function updates(call: Call): JsonObject {
  const { values, given } = call
  const range = { minCount: Number(values.min_count), maxCount: Number(values.max_count) }
  const changes: Readonly<Record<string, () => JsonObject>> = {
    labels: () => ({ nodeLabels: tags(values, 'labels') }),
    tags: () => ({ tags: tags(values) }),
    node_taints: () => ({ nodeTaints: taints(text(values, 'node_taints')) }),
    mode: () => ({ mode: text(values, 'mode') }),
    scale_down_mode: () => ({ scaleDownMode: text(values, 'scale_down_mode') }),
    os_sku: () => ({ osSKU: text(values, 'os_sku') }),
    enable_cluster_autoscaler: () => ({ enableAutoScaling: true, ...range }),
    update_cluster_autoscaler: () => range,
    disable_cluster_autoscaler: () => ({ enableAutoScaling: false, minCount: undefined, maxCount: undefined }),
    max_surge: () => ({ upgradeSettings: upgradeSettings(call) }),
    drain_timeout: () => ({ upgradeSettings: upgradeSettings(call) }),
    node_soak_duration: () => ({ upgradeSettings: upgradeSettings(call) }),
    max_unavailable: () => ({ upgradeSettings: upgradeSettings(call) }),
  }
  const known = given.filter((dest) => dest in changes)
  const quiet = new Set(['resource_group_name', 'cluster_name', 'nodepool_name', 'no_wait', 'yes', 'min_count', 'max_count', 'if_match', 'if_none_match'])
  const unknown = given.find((dest) => !dest.startsWith('_') && !quiet.has(dest) && !known.includes(dest))
  if (unknown !== undefined) throw new AzError(`'az aks nodepool update --${unknown.replaceAll('_', '-')}' is not simulated here.`)
  return Object.assign({}, ...known.map((dest) => changes[dest]?.()))
}

/** Reads the pool, changes it and sends it back. */
async function changePool(call: Call, change: JsonObject): Promise<JsonObject | undefined> {
  const input = aksInput('AgentPool', await call.arm.get(poolPath(call)))
  const before = isObject(input.properties) ? input.properties : {}
  const settings =
    isObject(change.upgradeSettings) && isObject(before.upgradeSettings) ? { upgradeSettings: { ...before.upgradeSettings, ...change.upgradeSettings } } : {}
  return put(call, { ...input, properties: { ...before, ...change, ...settings } })
}

async function upgrade(call: Call): Promise<JsonObject | undefined> {
  const { values } = call
  const version = text(values, 'kubernetes_version') ?? ''
  if (version !== '' && flag(values, 'node_image_only')) {
    throw new AzError(
      'Conflicting flags. Upgrading the Kubernetes version will also upgrade node image version. If you only want to upgrade the node version please use the "--node-image-only" option only.',
    )
  }
  if (flag(values, 'node_image_only')) {
    const noWait = flag(values, 'no_wait')
    const result = await call.arm.operate('POST', { path: poolPath(call, ['upgradeNodeImageVersion']) }, { noWait, final: 'location' })
    return noWait ? undefined : aksOutput('AgentPool', result)
  }
  const settings = upgradeSettings(call)
  return changePool(call, { orchestratorVersion: version, ...(Object.keys(settings).length > 0 ? { upgradeSettings: settings } : {}) })
}

async function scale(call: Call): Promise<JsonObject | undefined> {
  const input = aksInput('AgentPool', await call.arm.get(poolPath(call)))
  const before = isObject(input.properties) ? input.properties : {}
  const count = Number(call.values.node_count ?? 3)
  if (before.enableAutoScaling === true) throw new AzError('Cannot scale cluster autoscaler enabled node pool.')
  if (before.count === count) throw new AzError('The new node count is the same as the current node count.')
  return put(call, { ...input, properties: { ...before, count } })
}

async function remove(call: Call): Promise<void> {
  await mustExist(call)
  const ignore = flag(call.values, 'ignore_pdb') ? '&ignore-pod-disruption-budget=true' : ''
  await call.arm.operate('DELETE', { path: `${poolPath(call)}${ignore}`, accept: '*/*' }, { noWait: flag(call.values, 'no_wait') })
}

async function setPower(call: Call, code: string): Promise<JsonObject | undefined> {
  await mustExist(call)
  return changePool(call, { powerState: { code } })
}
