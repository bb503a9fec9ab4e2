// What may be done to a managed cluster beside writing it: POST `{id}/{action}`.
import { isObject, type JsonObject } from '../../../base/json.ts'
import { toBase64 } from '../../../base/p256.ts'
import { error } from '../../arm-error.ts'
import { type ClusterCredentials, type CredentialHolder, clusterKubeconfig, credentialNames } from '../../hooks.ts'
import { nameOf, parseId } from '../../resource-id.ts'
import { type Action, type ActionAnswer, type AzureContext, isSettled, propertiesOf, provisioningState, type WriteRequest } from '../../resource-type.ts'
import type { Resource } from '../../state.ts'
import { clusterBusy } from './cluster-busy.ts'

const minutes = 60_000

/** The actions of the row of managed clusters. */
export const clusterActions: readonly Action[] = [
  { name: 'listClusterUserCredential', run: (request) => credentials(request, 'user') },
  { name: 'listClusterAdminCredential', run: (request) => credentials(request, 'admin') },
  { name: 'listClusterMonitoringUserCredential', run: (request) => credentials(request, 'monitoring') },
  power('start', 'Starting', 'Running'),
  power('stop', 'Stopping', 'Stopped'),
  operation('rotateClusterCertificates', 'RotatingClusterCertificates', 10 * minutes),
  operation('rotateServiceAccountSigningKeys', 'RotatingServiceAccountSigningKeys', 5 * minutes),
]

/** A cluster's properties without its pools, which are resources of their own. */
export function withoutPools(cluster: Resource): JsonObject {
  const { agentPoolProfiles: _, ...properties } = propertiesOf(cluster)
  return properties
}

/** A kubeconfig of a cluster, base64: what the world hands out, or where none stands behind one that opens nothing. */
export async function kubeconfigOf(cluster: Resource, who: CredentialHolder, context: AzureContext, format?: 'azure' | 'exec'): Promise<string> {
  const properties = propertiesOf(cluster)
  const hook = context.hooks.managedCluster?.credentials
  const byEntra = who === 'user' && format !== 'azure' && properties.aadProfile !== undefined
  const place = { name: nameOf(cluster.id), group: parseId(cluster.id).group ?? '', fqdn: String(properties.fqdn), tenant: context.tenant.id }
  const text = hook ? await hook(cluster, who, format) : clusterKubeconfig(place, who, byEntra ? { certificateAuthority: '' } : nobody)
  return toBase64(new TextEncoder().encode(text))
}

/** Credentials where no world stands behind: they open nothing. */
const nobody: ClusterCredentials = { certificateAuthority: '', clientCertificate: '', clientKey: '', token: '' }

async function credentials(request: WriteRequest & { old: Resource }, who: CredentialHolder): Promise<ActionAnswer> {
  const { old, context, query } = request
  if (propertiesOf(old).disableLocalAccounts === true && who !== 'user')
    throw error(400, 'BadRequest', 'Getting static credential is not allowed because this cluster is set to disable local accounts.')
  const format = query.get('format') === 'exec' ? 'exec' : query.get('format') === 'azure' ? 'azure' : undefined
  return { body: { kubeconfigs: [{ name: credentialNames[who], value: await kubeconfigOf(old, who, context, format) }] } }
}

function power(name: string, state: string, code: string): Action {
  return {
    name,
    run({ old }): ActionAnswer {
      if (provisioningState(old) !== 'Succeeded') throw clusterBusy(old.body.name, provisioningState(old))
      const already = powerOf(old) === code
      return { draft: { body: { ...old.body, properties: withoutPools(old) }, operation: { state, takes: { real: already ? 1000 : 2 * minutes } } } }
    },
  }
}

function operation(name: string, state: string, real: number): Action {
  return {
    name,
    run({ old }): ActionAnswer {
      if (!isSettled(old)) throw clusterBusy(old.body.name, provisioningState(old))
      refuseStopped(old)
      return { draft: { body: { ...old.body, properties: withoutPools(old) }, operation: { state, takes: { real } } } }
    },
  }
}

/** `Running` or `Stopped`. */
export function powerOf(cluster: Resource): string {
  const { powerState } = propertiesOf(cluster)
  return isObject(powerState) ? String(powerState.code) : 'Running'
}

/** What a stopped cluster says to everything but a start or a deletion. */
export function refuseStopped(cluster: Resource): void {
  if (powerOf(cluster) === 'Stopped')
    throw error(400, 'OperationNotAllowed', 'managed cluster is in (Stopped) state, no operations except start/delete are allowed.')
}
