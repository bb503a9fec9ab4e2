// az aks: managed clusters.
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import { AzError, unexpectedError } from '../cli-error.ts'
import { type Call, type CommandGroup, flag, required, text } from '../command.ts'
import { askYesNo } from '../prompts.ts'
import { switchAddons } from './aks-addons.ts'
import { getCredentials } from './aks-credentials.ts'
import { aksOutput, aksVersion, clusterInput, clusterOutput, clusterPath } from './aks-resource.ts'
import { aksTables } from './aks-tables.ts'
import { updateCluster } from './aks-update.ts'
import { waitFor } from './wait.ts'

/** Commands of `az aks`. */
export const group: CommandGroup = {
  handlers: {
    'aks show': async (call) => clusterOutput(await call.arm.get(clusterPath(call))),
    'aks list': listClusters,
    'aks delete': async (call) => {
      await call.arm.operate('DELETE', { path: clusterPath(call), accept: '*/*' }, { noWait: flag(call.values, 'no_wait') })
    },
    'aks get-credentials': getCredentials,
    'aks get-upgrades': async (call) => aksOutput('ManagedClusterUpgradeProfile', await call.arm.get(clusterPath(call, ['upgradeProfiles', 'default']))),
    'aks get-versions': async (call) =>
      aksOutput(
        'KubernetesVersionListResult',
        await call.arm.get(
          `${call.arm.scope()}/providers/Microsoft.ContainerService/locations/${required(call.values, 'location')}/kubernetesVersions?${aksVersion}`,
        ),
      ),
    'aks start': (call) => post(call, 'start'),
    'aks stop': async (call) => {
      await call.arm.get(clusterPath(call))
      return post(call, 'stop')
    },
    'aks scale': scale,
    'aks update': updateCluster,
    'aks upgrade': upgrade,
    'aks enable-addons': (call) => switchAddons(call, true),
    'aks disable-addons': (call) => switchAddons(call, false),
    'aks oidc-issuer rotate-signing-keys': (call) => post(call, 'rotateServiceAccountSigningKeys'),
    'aks rotate-certs': (call) => post(call, 'rotateClusterCertificates'),
    'aks operation-abort': (call) => post(call, 'abort'),
    'aks wait': (call) => waitFor(call, async () => clusterOutput(await call.arm.get(clusterPath(call)))),
  },
  tables: aksTables,
}

async function listClusters(call: Call): Promise<readonly JsonObject[]> {
  const group = text(call.values, 'resource_group_name')
  const below = group === undefined ? '' : `/resourceGroups/${encodeURIComponent(group)}`
  const items = await call.arm.list(`${call.arm.scope()}${below}/providers/Microsoft.ContainerService/managedClusters?${aksVersion}`)
  return items.map(clusterOutput)
}

async function post(call: Call, action: string): Promise<void> {
  await call.arm.operate('POST', { path: clusterPath(call, [action]), accept: '*/*' }, { final: 'location', noWait: flag(call.values, 'no_wait') })
}

async function put(call: Call, body: JsonObject): Promise<JsonObject | undefined> {
  const result = await call.arm.operate('PUT', { path: clusterPath(call), body }, { noWait: flag(call.values, 'no_wait') })
  return flag(call.values, 'no_wait') ? undefined : clusterOutput(result)
}

/** What is sent to change a cluster's size or version: without the service principal, which the service refuses. */
function resized(cluster: Json | undefined, change: (properties: JsonObject) => JsonObject): JsonObject {
  const input = clusterInput(cluster)
  const properties = isObject(input.properties) ? input.properties : {}
  const { servicePrincipalProfile: _, ...rest } = change(properties)
  return { ...input, properties: rest }
}

function pools(properties: JsonObject): readonly JsonObject[] {
  return Array.isArray(properties.agentPoolProfiles) ? properties.agentPoolProfiles.filter(isObject) : []
}

async function scale(call: Call): Promise<JsonObject | undefined> {
  const count = Number(call.values.node_count)
  const wanted = text(call.values, 'nodepool_name') ?? ''
  const cluster = await call.arm.get(clusterPath(call))
  const body = resized(cluster, (properties) => {
    const profiles = pools(properties)
    if (profiles.length > 1 && wanted === '') {
      throw new AzError('There are more than one node pool in the cluster. Please specify nodepool name or use az aks nodepool command to scale node pool')
    }
    const chosen = wanted === '' ? profiles[0] : profiles.find((profile) => profile.name === wanted)
    if (chosen === undefined) throw new AzError(`The nodepool "${wanted}" was not found.`)
    if (chosen.enableAutoScaling === true) throw new AzError('Cannot scale cluster autoscaler enabled node pool.')
    return { ...properties, agentPoolProfiles: profiles.map((profile) => (profile === chosen ? { ...profile, count } : profile)) }
  })
  return put(call, body)
}

/** Asks unless --yes was given; without a terminal the real program breaks off with a traceback. */
async function agreed(call: Call, question: string): Promise<boolean> {
  if (flag(call.values, 'yes')) return true
  const answer = await askYesNo(call.context, question, 'n')
  if (answer === undefined) throw unexpectedError('knack.prompting.NoTTYException', '')
  return answer
}

async function upgrade(call: Call): Promise<JsonObject | undefined> {
  const { values, log } = call
  if (!(await agreed(call, 'Kubernetes may be unavailable during cluster upgrades.\n Are you sure you want to perform this operation?'))) return undefined
  const cluster = await call.arm.get(clusterPath(call))
  const properties = isObject(cluster) && isObject(cluster.properties) ? cluster.properties : {}
  const version = text(values, 'kubernetes_version') ?? ''
  if (flag(values, 'node_image_only')) return upgradeImages(call, version, properties)
  if (version === '' || properties.kubernetesVersion === version) warnOfSameVersion(log.warning, properties)
  const controlPlaneOnly = flag(values, 'control_plane_only')
  const question = controlPlaneOnly
    ? `Since --control-plane-only parameter is specified, this will upgrade only the kubernetes version of the control plane to ${version}. Kubernetes versions of the node pools will remain unchanged, but node image version may be upgraded if there has been cluster config change that requires VM reimage. Continue?`
    : `Since --control-plane-only parameter is not specified, this will upgrade the control plane AND all nodepools to version ${version}. Continue?`
  if (!(await agreed(call, question))) return undefined
  const body = resized(cluster, (before) => {
    const profiles = pools(before).map((profile) => (controlPlaneOnly ? profile : { ...profile, orchestratorVersion: version }))
    return { ...before, kubernetesVersion: version, agentPoolProfiles: profiles }
  })
  return put(call, withTier(call, body))
}

function withTier({ values }: Call, body: JsonObject): JsonObject {
  const tier = text(values, 'tier')
  return tier === undefined || !isObject(body.sku) ? body : { ...body, sku: { ...body.sku, tier } }
}

function warnOfSameVersion(warn: (message: string) => void, properties: JsonObject): void {
  const version = String(properties.kubernetesVersion ?? '')
  if (properties.provisioningState === 'Succeeded') {
    warn(
      `The cluster is already on version ${version} and is not in a failed state. No operations will occur when upgrading to the same version if the cluster is not in a failed state.`,
    )
  } else if (properties.provisioningState === 'Failed') {
    warn(`Cluster currently in failed state. Proceeding with upgrade to existing version ${version} to attempt resolution of failed cluster state.`)
  }
}

async function upgradeImages(call: Call, version: string, properties: JsonObject): Promise<JsonObject | undefined> {
  if (version !== '') {
    throw new AzError(
      'Conflicting flags. Upgrading the Kubernetes version will also upgrade node image version. If you only want to upgrade the node version please use the "--node-image-only" option only.',
    )
  }
  const question = 'This node image upgrade operation will run across every node pool in the clusterand might take a while, do you wish to continue?'
  if (!(await agreed(call, question))) return undefined
  for (const pool of pools(properties)) {
    await call.arm.operate('POST', { path: clusterPath(call, ['agentPools', String(pool.name), 'upgradeNodeImageVersion']) }, { noWait: true })
  }
  return clusterOutput(await call.arm.get(clusterPath(call)))
}
