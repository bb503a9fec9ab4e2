// A managed namespace of a fleet: a namespace on its hub with labels and annotations, and the placement that takes it to members.
import type { AzureHooks } from '../../azure/hooks.ts'
import type { Resource } from '../../azure/state.ts'
import { isObject, type JsonObject } from '../../base/json.ts'
import type { Client } from '../../kubernetes/client.ts'
import { systemUser } from '../../kubernetes/identity.ts'
import { at, type KubernetesObject } from '../../kubernetes/object.ts'
import { StatusError } from '../../kubernetes/status-error.ts'
import type { BridgeGround } from './ground.ts'

const installer = systemUser('aks-service')
const fieldManager = 'fleet-managed-namespaces'
const managed = { 'kubernetes.azure.com/managedByArm': 'true' }

/** What the world does when Azure makes, changes or deletes a managed namespace. */
export function namespaceHooks(ground: BridgeGround): NonNullable<AzureHooks['namespace']> {
  const hubOf = (fleet: Resource): Client | undefined => ground.cluster(fleet.id.toLowerCase())?.clientOf(installer, fieldManager)
  return {
    async applied(namespace, fleet) {
      const hub = hubOf(fleet)
      if (!hub) return
      for (const object of objectsOf(namespace)) await applyTo(hub, object)
    },
    async deleted(namespace, fleet) {
      const hub = hubOf(fleet)
      if (!hub) return
      const keeps = at(namespace.body, 'properties', 'deletePolicy') !== 'Delete'
      const [first, ...others] = objectsOf(namespace)
      for (const object of [...others.toReversed(), ...(keeps || !first ? [] : [first])]) await removeFrom(hub, object)
    },
  }
}

/** The namespace first, then what stands in it, then its placement. */
function objectsOf({ body }: Resource): readonly KubernetesObject[] {
  const { name } = body
  const wanted = at(body, 'properties', 'managedNamespaceProperties')
  const quota = at(wanted, 'defaultResourceQuota')
  const policy = at(body, 'properties', 'propagationPolicy', 'placementProfile', 'defaultClusterResourcePlacement', 'policy')
  const namespace: KubernetesObject = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: { ...textsOf(at(wanted, 'labels')), ...managed }, annotations: textsOf(at(wanted, 'annotations')) },
  }
  return [namespace, ...(isObject(quota) ? [quotaOf(name, quota)] : []), ...(isObject(policy) ? [placementOf(name, policy)] : [])]
}

/** Azure's names of limits as Kubernetes has them. */
const limits: Readonly<Record<string, string>> = {
  cpuRequest: 'requests.cpu',
  cpuLimit: 'limits.cpu',
  memoryRequest: 'requests.memory',
  memoryLimit: 'limits.memory',
}

function quotaOf(namespace: string, quota: JsonObject): KubernetesObject {
  const hard = Object.fromEntries(Object.entries(limits).flatMap(([own, theirs]) => (typeof quota[own] === 'string' ? [[theirs, quota[own]]] : [])))
  return { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'defaultresourcequota', namespace, labels: managed }, spec: { hard } } as KubernetesObject
}

function placementOf(name: string, policy: JsonObject): KubernetesObject {
  const resourceSelectors = [{ group: '', version: 'v1', kind: 'Namespace', name, selectionScope: 'NamespaceOnly' }]
  return {
    apiVersion: 'placement.kubernetes-fleet.io/v1beta1',
    kind: 'ClusterResourcePlacement',
    metadata: { name, labels: managed },
    spec: { resourceSelectors, policy },
  } as KubernetesObject
}

async function applyTo(client: Client, object: KubernetesObject): Promise<void> {
  const resource = await client.resourceFor(object.apiVersion, object.kind)
  const { name = '', namespace } = object.metadata
  if (resource)
    await client.patch(resource, namespace === undefined ? { name } : { name, namespace }, object as unknown as JsonObject, { type: 'apply', force: true })
}

async function removeFrom(client: Client, { apiVersion, kind, metadata }: KubernetesObject): Promise<void> {
  const resource = await client.resourceFor(apiVersion, kind)
  const { name = '', namespace } = metadata
  if (!resource) return
  await client.delete(resource, namespace === undefined ? { name } : { name, namespace }).catch((error: unknown) => {
    if (!(error instanceof StatusError && error.reason === 'NotFound')) throw error
  })
}

function textsOf(value: unknown): Readonly<Record<string, string>> {
  return isObject(value) ? Object.fromEntries(Object.entries(value).map(([key, text]) => [key, String(text)])) : {}
}
