// What a lab makes on clusters that exist: looked for before, remembered by uid, and only that taken away again.
import { type KubernetesObject, type ObjectKey, parseApiVersion } from '../kubernetes/object.ts'
import { StatusError } from '../kubernetes/status-error.ts'
import type { RealPart } from '../labs/lab-schema.ts'
import type { RealCluster } from './kubeconfig.ts'

/** An object of the lab's on one cluster. */
export interface Item {
  readonly cluster: RealCluster
  readonly apiVersion: string
  readonly kind: string
  readonly key: ObjectKey
  /** True for what a placement brings there: it goes when the placement goes. */
  readonly placed: boolean
}

/** An item that is there now. */
export interface Present extends Item {
  readonly uid: string
}

/** What was made, as it is kept between runs: a cluster by its server, an object by its uid. */
export interface Made {
  readonly server: string
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly namespace?: string
  readonly uid: string
}

/** Every object that the lab makes, cluster by cluster, in the order in which it makes them. `rename` puts a lab's parameters in. */
export function itemsOf(part: RealPart, clusters: readonly RealCluster[], rename: (word: string) => string): readonly Item[] {
  return part.creates.flatMap(({ on, apiVersion, kind, name, namespace }) => {
    const key = { name: rename(name), ...(namespace === undefined ? {} : { namespace: rename(namespace) }) }
    const places = clusters.filter((cluster) => (on === 'members' ? cluster.role === 'member' : cluster.name === on))
    return places.map((cluster) => ({ cluster, apiVersion, kind, key, placed: on === 'members' }))
  })
}

/** Those of the items that are there. Throws what the cluster answers where it cannot be asked. */
export async function lookFor(items: readonly Item[]): Promise<readonly Present[]> {
  const found = await Promise.all(items.map(async (item) => ({ ...item, uid: (await read(item))?.metadata.uid })))
  return found.filter((item): item is Present => item.uid !== undefined)
}

/** An item in words: `deployments.apps "web" in namespace "fleet-demo"`. */
export function describeItem({ kind, apiVersion, key }: Pick<Item, 'kind' | 'apiVersion' | 'key'>): string {
  const { group } = parseApiVersion(apiVersion)
  const of = group === '' ? '' : ` (${group})`
  return `${kind}${of} "${key.name}"${key.namespace === undefined ? '' : ` in namespace "${key.namespace}"`}`
}

/** An item as it is kept. */
export function madeOf({ cluster, apiVersion, kind, key, uid }: Present): Made {
  return { server: cluster.server, apiVersion, kind, ...key, uid }
}

/** Takes one object away if it is still the one that was made; false if it is gone, or another now. */
export async function removeMade({ cluster, apiVersion, kind, key, uid }: Present): Promise<boolean> {
  const resource = await cluster.client.resourceFor(apiVersion, kind)
  if (!resource) return false
  try {
    await cluster.client.delete(resource, key, { preconditions: { uid } })
    return true
  } catch (error) {
    if (error instanceof StatusError && (error.reason === 'NotFound' || error.reason === 'Conflict')) return false
    throw error
  }
}

async function read({ cluster, apiVersion, kind, key }: Item): Promise<KubernetesObject | undefined> {
  const resource = await cluster.client.resourceFor(apiVersion, kind)
  return resource && cluster.client.get(resource, key)
}
