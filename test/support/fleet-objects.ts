// Objects of a fleet under test, made and read in few words.
import { conditionsOf } from '#runner/controllers/fleet/conditions.ts'
import type { Client } from '#runner/kubernetes/client.ts'
import { type KubernetesObject, keyOf } from '#runner/kubernetes/object.ts'

const placementVersion = 'placement.kubernetes-fleet.io/v1beta1'

/** An object of KubeFleet's placement group; a name with a slash stands in a namespace. */
export function fleetObject(kind: string, name: string, rest: object = {}): KubernetesObject {
  const [first = '', second] = name.split('/')
  const metadata = second === undefined ? { name: first } : { namespace: first, name: second }
  return { apiVersion: placementVersion, kind, metadata, ...rest }
}

/** A namespace, and in it a ConfigMap `settings`. */
export function smallApp(name: string): readonly KubernetesObject[] {
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings', namespace: name }, data: { color: 'blue' } },
  ]
}

/** A ClusterResourcePlacement of a namespace of the same name. */
export function placementOf(name: string, spec: object = {}): KubernetesObject {
  const resourceSelectors = [{ group: '', version: 'v1', kind: 'Namespace', name }]
  return fleetObject('ClusterResourcePlacement', name, { spec: { resourceSelectors, policy: { placementType: 'PickAll' }, ...spec } })
}

/** Creates objects, one after another. */
export async function make(client: Client, ...objects: readonly KubernetesObject[]): Promise<void> {
  for (const object of objects) await client.create(await resourceOf(client, object), object)
}

/** An object as it is stored. */
export async function read(client: Client, object: KubernetesObject): Promise<KubernetesObject | undefined> {
  return client.get(await resourceOf(client, object), keyOf(object))
}

/** Merges a change into an object. */
export async function change(client: Client, object: KubernetesObject, patch: object): Promise<KubernetesObject> {
  return client.patch(await resourceOf(client, object), keyOf(object), patch as never, { type: 'merge' })
}

/** Deletes an object. */
export async function remove(client: Client, object: KubernetesObject): Promise<void> {
  await client.delete(await resourceOf(client, object), keyOf(object))
}

/** Conditions as `Type Status Reason`, without what the types of placements begin with. */
export function told(object: unknown): readonly string[] {
  return conditionsOf(object).map(({ type, status, reason }) => `${type.replace(/^(Cluster)?ResourcePlacement/, '')} ${status} ${reason}`)
}

async function resourceOf(client: Client, { apiVersion, kind }: KubernetesObject) {
  const resource = await client.resourceFor(apiVersion, kind)
  if (!resource) throw new Error(`${kind} of ${apiVersion} is not served`)
  return resource
}
