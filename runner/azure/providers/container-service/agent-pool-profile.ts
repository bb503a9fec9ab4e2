// A node pool's properties: what a client may leave out, and what is refused. Shared by clusters, which carry their first pools, and by pools of their own.
import { isObject, type JsonObject } from '../../../base/json.ts'
import { error } from '../../arm-error.ts'
import { compareVersions, fullVersion, minorNumber, nodeImages } from './kubernetes-versions.ts'
import { defaultVmSize, vmSizeNamed, vmSizes } from './vm-sizes.ts'

/** What a pool is completed and checked against. */
export interface PoolSetting {
  readonly location: string
  /** The control plane's version as the cluster shows it, and in full. */
  readonly version: string
  readonly currentVersion: string
  readonly old?: JsonObject
}

const defaults: JsonObject = {
  count: 3,
  vmSize: defaultVmSize,
  osDiskSizeGB: 300,
  osDiskType: 'Ephemeral',
  kubeletDiskType: 'OS',
  workloadRuntime: 'OCIContainer',
  maxPods: 250,
  type: 'VirtualMachineScaleSets',
  enableAutoScaling: false,
  scaleDownMode: 'Delete',
  powerState: { code: 'Running' },
  enableNodePublicIP: false,
  mode: 'User',
  enableEncryptionAtHost: false,
  enableUltraSSD: false,
  osType: 'Linux',
  osSKU: 'Ubuntu',
  nodeImageVersion: nodeImages.current,
  upgradeStrategy: 'Rolling',
  upgradeSettings: { maxSurge: '10%', maxUnavailable: '0' },
  upgradeSettingsBlueGreen: { drainBatchSize: '1' },
  enableFIPS: false,
  networkProfile: {},
  securityProfile: { sshAccess: 'LocalUser', enableVTPM: false, enableSecureBoot: false },
}

/** Members that the service never shows unless they say something. */
const shownWhenSet = ['scaleSetPriority', 'scaleSetEvictionPolicy', 'spotMaxPrice', 'nodeTaints', 'nodeLabels', 'tags', 'availabilityZones']

/** A pool's properties, complete; throws what the service refuses. `provisioningState` and `eTag` are the engine's. */
export function completePool(given: JsonObject, setting: PoolSetting): JsonObject {
  const { name: _, eTag: _eTag, provisioningState: _state, currentOrchestratorVersion: _version, ...rest } = given
  const asked = Object.fromEntries(
    Object.entries(rest).filter(([key, value]) => !(isUnset(value) && key !== 'count') && !(shownWhenSet.includes(key) && isPlain(key, value))),
  )
  const old = setting.old ?? {}
  const version = textOf(rest.orchestratorVersion) || textOf(old.orchestratorVersion) || setting.version
  const full = versionOfPool(version, textOf(old.currentOrchestratorVersion), setting)
  const changed = old.currentOrchestratorVersion !== undefined && old.currentOrchestratorVersion !== full
  const nodeImageVersion = changed ? nodeImages.latest : (old.nodeImageVersion ?? nodeImages.current)
  const upgradeSettings = { ...objectOf(defaults.upgradeSettings), ...objectOf(old.upgradeSettings), ...objectOf(asked.upgradeSettings) }
  const pool: JsonObject = {
    ...defaults,
    ...kept(old),
    ...asked,
    upgradeSettings,
    orchestratorVersion: version,
    currentOrchestratorVersion: full,
    nodeImageVersion,
  }
  checkSize(textOf(pool.vmSize), setting.location)
  return pool
}

function versionOfPool(version: string, current: string, setting: PoolSetting): string {
  if (current !== '' && current.startsWith(`${version}.`)) return current
  const full = fullVersion(version) ?? (version === current ? current : undefined)
  if (full === undefined) throw unsupportedVersion(version)
  if (minorNumber(full) > minorNumber(setting.currentVersion)) throw tooNew(full, setting.currentVersion)
  return version === setting.version && compareVersions(full, setting.currentVersion) > 0 ? setting.currentVersion : full
}

/** The refusal of a version that is not offered. */
export function unsupportedVersion(version: string): Error {
  return error(
    400,
    'K8sVersionNotSupported',
    `Managed cluster is on version ${version} which is not supported in this region. Please use [az aks get-versions] command to get the supported version list in this region. For more information, please check https://aka.ms/supported-version-list`,
  )
}

function tooNew(pool: string, control: string): Error {
  return error(
    400,
    'NodePoolMcVersionIncompatible',
    `Node pool version ${pool} and control plane version ${control} are incompatible. Minor version of node pool version ${minorNumber(pool)} is bigger than control plane version ${minorNumber(control)}. For more information, please check https://aka.ms/aks/UpgradeVersionRules`,
  )
}

function checkSize(name: string, location: string): void {
  if (vmSizeNamed(name)) return
  const sizes = vmSizes.map((size) => size.name.toLowerCase()).join(',')
  throw error(400, 'BadRequest', `The VM size of ${name} is not allowed in your subscription in location '${location}'. The available VM sizes are '${sizes}'`)
}

/** What a write that does not speak of it leaves as it was. */
function kept(old: JsonObject): JsonObject {
  return Object.fromEntries(Object.keys(defaults).flatMap((key) => (old[key] === undefined ? [] : [[key, old[key]]])))
}

function isUnset(value: unknown): boolean {
  return value === '' || value === null || value === undefined || value === 0
}

function isPlain(key: string, value: unknown): boolean {
  if (key === 'scaleSetPriority') return value === 'Regular'
  if (Array.isArray(value)) return value.length === 0
  return key.startsWith('s') || (isObject(value) && Object.keys(value).length === 0)
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {}
}
