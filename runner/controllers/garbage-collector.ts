// Removes what lost its owners: in the background, before its owner (foreground), or lets it go on alone (orphan).
import { equal, type Json, type JsonObject } from '../base/json.ts'
import { type Client, everyResource, type ServedResource } from '../kubernetes/client.ts'
import { type KubernetesObject, keyOf, type OwnerReference } from '../kubernetes/object.ts'
import { StatusError } from '../kubernetes/status-error.ts'
import { type ControllerContext, type ControllerDefinition, defineController, type Follower } from './controller.ts'

const foreground = 'foregroundDeletion'
const orphan = 'orphan'

/**
 * One watch over everything: it wakes for objects that were deleted, that wait for their dependents, or that are born with
 * owners or given others. Keys are `<verb> <apiVersion> <kind> <namespace>/<name> <uid>`.
 */
export function garbageCollector(): ControllerDefinition {
  const owners = new Owners()
  return defineController({
    name: 'garbage-collector-controller',
    watches: [{ resource: everyResource, keys: keysOf, follower: owners }],
    reconcile: (key, context) => reconcile(key, context, owners),
  })
}

/** Uids that some object names, or once named, as an owner's: most of what is deleted owns nothing, and nobody is looked for then. */
class Owners implements Follower {
  #uids: Set<string> | undefined

  reset(): void {
    this.#uids = undefined
  }

  change({ metadata }: KubernetesObject): void {
    for (const { uid } of metadata.ownerReferences ?? []) this.#uids?.add(uid)
  }

  /** Everything is read once; from then on changes tell. */
  async has(uid: string, client: Client): Promise<boolean> {
    const known = this.#uids ?? (await this.#readAll(client))
    return known.has(uid)
  }

  /** Changes that come meanwhile count too. What cannot be read now is read anew the next time. */
  async #readAll(client: Client): Promise<ReadonlySet<string>> {
    const uids = new Set<string>()
    this.#uids = uids
    try {
      for (const resource of await collectable(client)) for (const object of (await client.list(resource)).items) this.change(object)
    } catch (error) {
      this.#uids = undefined
      throw error
    }
    return uids
  }
}

type Verb = 'gone' | 'waits' | 'born'

function keysOf(object: KubernetesObject, change: string, old: KubernetesObject | undefined): readonly string[] {
  const { metadata, kind } = object
  if (kind === 'Event' || kind === 'Lease') return []
  if (change === 'DELETED') return [keyFor('gone', object), ...ownerWaits(object)]
  if (metadata.deletionTimestamp !== undefined)
    return metadata.finalizers?.some((name) => name === foreground || name === orphan) ? [keyFor('waits', object)] : []
  const owned = metadata.ownerReferences !== undefined && metadata.ownerReferences.length > 0
  const born = owned ? [keyFor('born', object)] : []
  if (change === 'ADDED') return born
  return old && !equal(asOwners(old), asOwners(object)) ? [...ownerWaits(old), ...born] : []
}

function asOwners({ metadata }: KubernetesObject): Json {
  return (metadata.ownerReferences ?? []) as unknown as Json
}

function keyFor(verb: Verb, { apiVersion, kind, metadata }: KubernetesObject): string {
  return [verb, apiVersion, kind, `${metadata.namespace ?? ''}/${metadata.name}`, metadata.uid].join(' ')
}

/** A dependent is gone or blocks no longer: an owner that waited for it looks again. */
function ownerWaits({ metadata }: KubernetesObject): readonly string[] {
  return (metadata.ownerReferences ?? [])
    .filter(({ blockOwnerDeletion }) => blockOwnerDeletion)
    .map(({ apiVersion, kind, name, uid }) => ['waits', apiVersion, kind, `${metadata.namespace ?? ''}/${name}`, uid].join(' '))
}

async function reconcile(key: string, { client }: ControllerContext, owners: Owners): Promise<undefined> {
  const [verb = '', apiVersion = '', kind = '', place = '', uid = ''] = key.split(' ')
  const [namespace = '', name = ''] = place.split('/')
  if (verb === 'gone') {
    if (!(await owners.has(uid, client))) return undefined
    for (const dependent of await dependentsOf(client, { uid, namespace })) await collect(client, dependent)
    return undefined
  }
  const object = await read(client, { apiVersion, kind, name, namespace })
  if (object?.metadata.uid !== uid) return undefined
  if (verb === 'born') await collect(client, object)
  else await settle(client, object)
  return undefined
}

/** Deletes an object whose owners are all gone; takes lost owners out of one that still has another. */
async function collect(client: Client, object: KubernetesObject): Promise<void> {
  const references = object.metadata.ownerReferences ?? []
  if (references.length === 0 || object.metadata.deletionTimestamp !== undefined) return
  const owners = await Promise.all(references.map((reference) => readOwner(client, object, reference)))
  const solid = references.filter((_, index) => owners[index] && !isWaiting(owners[index]))
  const waiting = references.filter((_, index) => owners[index] && isWaiting(owners[index]))
  const lost = references.filter((_, index) => !owners[index])
  if (solid.length > 0) {
    if (lost.length + waiting.length > 0) await dropOwners(client, object, [...lost, ...waiting])
    return
  }
  const dependents = waiting.length === 0 ? [] : await dependentsOf(client, { uid: object.metadata.uid ?? '', namespace: object.metadata.namespace ?? '' })
  const blocking = dependents.length > 0
  if (dependents.some(isWaiting)) await unblock(client, object)
  const asked = object.metadata.finalizers?.includes(orphan)
    ? 'Orphan'
    : object.metadata.finalizers?.includes(foreground) || blocking
      ? 'Foreground'
      : 'Background'
  if (lost.length + waiting.length > 0) await remove(client, object, asked)
}

function isWaiting({ metadata }: KubernetesObject): boolean {
  return metadata.deletionTimestamp !== undefined && (metadata.finalizers?.includes(foreground) ?? false)
}

/** An owner on its way out: dependents are let go (orphan) or removed first (foreground); then its finalizer goes. */
async function settle(client: Client, object: KubernetesObject): Promise<void> {
  const { uid = '', namespace = '', finalizers = [], deletionTimestamp } = object.metadata
  if (deletionTimestamp === undefined) return
  const dependents = await dependentsOf(client, { uid, namespace })
  if (finalizers.includes(orphan)) {
    for (const dependent of dependents)
      await dropOwners(client, dependent, dependent.metadata.ownerReferences?.filter((reference) => reference.uid === uid) ?? [])
    await removeFinalizer(client, object, orphan)
    return
  }
  if (!finalizers.includes(foreground)) return
  const blocking = dependents.filter(({ metadata }) => metadata.ownerReferences?.some((reference) => reference.uid === uid && reference.blockOwnerDeletion))
  for (const dependent of dependents) await collect(client, dependent)
  if (blocking.length === 0) await removeFinalizer(client, object, foreground)
}

/** Every object that names an owner's uid: in the owner's namespace, or anywhere for a cluster-scoped owner. */
async function dependentsOf(client: Client, { uid, namespace }: { uid: string; namespace: string }): Promise<readonly KubernetesObject[]> {
  const found: KubernetesObject[] = []
  for (const resource of await collectable(client)) {
    if (!resource.namespaced && namespace !== '') continue
    const { items } = await client.list(resource, namespace === '' ? {} : { namespace })
    for (const object of items) if (object.metadata.ownerReferences?.some((reference) => reference.uid === uid)) found.push(object)
  }
  return found
}

async function collectable(client: Client): Promise<readonly ServedResource[]> {
  const served = await client.resources()
  return served.filter(({ kind, verbs }) => kind !== 'Event' && verbs.includes('list') && verbs.includes('delete'))
}

async function readOwner(client: Client, object: KubernetesObject, reference: OwnerReference): Promise<KubernetesObject | undefined> {
  const { apiVersion, kind, name, uid } = reference
  const owner = await read(client, { apiVersion, kind, name, namespace: object.metadata.namespace ?? '' })
  return owner?.metadata.uid === uid ? owner : undefined
}

async function read(
  client: Client,
  { apiVersion, kind, name, namespace }: { apiVersion: string; kind: string; name: string; namespace: string },
): Promise<KubernetesObject | undefined> {
  const resource = await client.resourceFor(apiVersion, kind)
  if (!resource) return undefined
  return client.get(resource, resource.namespaced ? { name, namespace } : { name })
}

async function resourceOf(client: Client, object: KubernetesObject): Promise<NonNullable<Awaited<ReturnType<Client['resourceFor']>>>> {
  const resource = await client.resourceFor(object.apiVersion, object.kind)
  if (!resource) throw new StatusError('NotFound', 'the server could not find the requested resource')
  return resource
}

async function remove(client: Client, object: KubernetesObject, propagationPolicy: 'Background' | 'Foreground' | 'Orphan'): Promise<void> {
  const { uid = '' } = object.metadata
  await client.delete(await resourceOf(client, object), keyOf(object), { propagationPolicy, preconditions: { uid } }).catch(ignoreMissing)
}

async function dropOwners(client: Client, object: KubernetesObject, owners: readonly OwnerReference[]): Promise<void> {
  if (owners.length === 0) return
  const gone = new Set(owners.map(({ uid }) => uid))
  const ownerReferences = (object.metadata.ownerReferences ?? []).filter(({ uid }) => !gone.has(uid))
  const patch = { metadata: { uid: object.metadata.uid, ownerReferences } } as unknown as JsonObject
  await client.patch(await resourceOf(client, object), keyOf(object), patch, { type: 'merge' }).catch(ignoreMissing)
}

/** What waits for a dependent that itself waits for this one: a circle, that the collector breaks by blocking no owner. */
async function unblock(client: Client, object: KubernetesObject): Promise<void> {
  const ownerReferences = (object.metadata.ownerReferences ?? []).map((reference) => ({ ...reference, blockOwnerDeletion: false }))
  const patch = { metadata: { uid: object.metadata.uid, ownerReferences } } as unknown as JsonObject
  await client.patch(await resourceOf(client, object), keyOf(object), patch, { type: 'merge' }).catch(ignoreMissing)
}

async function removeFinalizer(client: Client, object: KubernetesObject, finalizer: string): Promise<void> {
  const { resourceVersion, finalizers = [] } = object.metadata
  const patch = { metadata: { resourceVersion, finalizers: finalizers.filter((name) => name !== finalizer) } } as unknown as JsonObject
  await client.patch(await resourceOf(client, object), keyOf(object), patch, { type: 'merge' }).catch(ignoreMissing)
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof StatusError) || error.reason !== 'NotFound') throw error
}
