// Tables of the AKS commands.
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import type { TableTransformer } from '../command.ts'

/** Table transformers by the names that the command tables use. */
export const aksTables: Readonly<Record<string, TableTransformer>> = {
  aks_list_table_format: (result) => each(result, clusterRow),
  aks_show_table_format: (result) => each([result], clusterRow),
  aks_agentpool_list_table_format: (result) => each(result, poolRow),
  aks_agentpool_show_table_format: (result) => (isObject(result) ? poolRow(result) : {}),
  aks_upgrades_table_format: upgradesTable,
  aks_versions_table_format: versionsTable,
  aks_run_command_result_format: runCommandTable,
}

function each(result: unknown, row: (entry: JsonObject) => JsonObject): readonly JsonObject[] {
  return (Array.isArray(result) ? (result as readonly Json[]) : []).filter(isObject).map(row)
}

function pick(entry: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(names.map((name) => [name, entry[name] ?? null]))
}

function clusterRow(entry: JsonObject): JsonObject {
  return {
    ...pick(entry, ['name', 'location', 'resourceGroup', 'kubernetesVersion', 'currentKubernetesVersion', 'provisioningState']),
    fqdn: entry.fqdn || entry.privateFqdn || null,
  }
}

function poolRow(entry: JsonObject): JsonObject {
  return {
    ...pick(entry, ['name', 'osType']),
    kubernetesVersion: entry.orchestratorVersion ?? null,
    ...pick(entry, ['vmSize', 'osDiskSizeGB', 'count', 'maxPods', 'provisioningState', 'mode']),
  }
}

function versionKey(version: string): readonly number[] {
  return version.replace('(preview)', '').split('.').map(Number)
}

/** Orders versions by their numbers. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [versionKey(a), versionKey(b)]
  const at = left.findIndex((part, index) => part !== right[index])
  return at < 0 ? 0 : (left[at] ?? 0) - (right[at] ?? 0)
}

function upgradesTable(result: unknown): unknown {
  const profile = isObject(result) ? result : {}
  const plane = isObject(profile.controlPlaneProfile) ? profile.controlPlaneProfile : {}
  const upgrades = Array.isArray(plane.upgrades) ? plane.upgrades.filter(isObject) : []
  const versions = upgrades.map((entry) => `${String(entry.kubernetesVersion)}${entry.isPreview === true ? '(preview)' : ''}`).sort(compareVersions)
  return {
    ...pick(profile, ['name', 'resourceGroup']),
    masterVersion: plane.kubernetesVersion || 'unknown',
    upgrades: versions.length === 0 ? 'None available' : versions.join(', '),
  }
}

function versionsTable(result: unknown): unknown {
  const values = isObject(result) && Array.isArray(result.values) ? result.values.filter(isObject) : []
  const rows = values.flatMap((release) => {
    const plans = isObject(release.capabilities) && Array.isArray(release.capabilities.supportPlan) ? release.capabilities.supportPlan : []
    const patches = isObject(release.patchVersions) ? Object.entries(release.patchVersions) : []
    return patches.map(([version, patch]) => {
      const upgrades = isObject(patch) && Array.isArray(patch.upgrades) ? patch.upgrades.map(String).sort(compareVersions) : []
      return {
        kubernetesVersion: version,
        isPreview: release.isPreview ?? null,
        upgrades: upgrades.length === 0 ? 'None available' : upgrades.join(', '),
        supportPlan: plans.join(', '),
      }
    })
  })
  return rows.sort((a, b) => compareVersions(b.kubernetesVersion, a.kubernetesVersion))
}

function runCommandTable(result: unknown): unknown {
  const answer = isObject(result) ? result : {}
  if (answer.provisioningState === 'Succeeded') return { 'exit code': answer.exitCode, logs: answer.logs }
  if (answer.provisioningState === 'Failed') return { 'provisioning state': answer.provisioningState, reason: answer.reason }
  return { 'provisioning state': answer.provisioningState, 'started At': answer.startedAt }
}
