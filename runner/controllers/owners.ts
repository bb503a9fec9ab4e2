// Who controls whom: controller references, read, written, adopted and released.
import { isObject, type JsonObject } from '../base/json.ts'
import type { Client } from '../kubernetes/client.ts'
import { type KubernetesObject, keyOf, type OwnerReference, type Resource } from '../kubernetes/object.ts'
import { labelSelectorMatcher } from '../kubernetes/selectors.ts'

/** The reference to an object's controller, if it has one. */
export function controllerOf(object: KubernetesObject): OwnerReference | undefined {
  const { ownerReferences } = object.metadata
  if (ownerReferences) for (const reference of ownerReferences) if (reference.controller) return reference
  return undefined
}

/** A controller's reference to itself, for what it makes. */
export function controllerReference(owner: KubernetesObject): OwnerReference {
  const { name = '', uid = '' } = owner.metadata
  return { apiVersion: owner.apiVersion, kind: owner.kind, name, uid, controller: true, blockOwnerDeletion: true }
}

/** Keys for a watch of what a kind of owner controls: the owner's key, and that of the owner whom a change took it from; with `orphans`, for one without a controller `namespace/*`, to look for adopters. */
export function ownerKeys(
  kind: string,
  { orphans }: { readonly orphans: boolean } = { orphans: true },
): (object: KubernetesObject, change: string, old: KubernetesObject | undefined) => readonly string[] {
  return (object, change, old) => {
    const { namespace, labels } = object.metadata
    const controller = controllerOf(object)
    const before = change === 'MODIFIED' && old ? controllerOf(old) : undefined
    const lost = before?.kind === kind && before.uid !== controller?.uid ? [`${namespace}/${before.name}`] : []
    if (controller) return controller.kind === kind ? [`${namespace}/${controller.name}`, ...lost] : lost
    return orphans && labels ? [`${namespace}/*`, ...lost] : lost
  }
}

/** True if a selector (metav1.LabelSelector) matches the object's labels; an empty selector matches nothing here. */
export function selects(selector: unknown, object: KubernetesObject): boolean {
  return selecting(selector)(object)
}

/** A selector (metav1.LabelSelector) made ready for many objects; an empty selector matches nothing here. */
export function selecting(selector: unknown): (object: KubernetesObject) => boolean {
  if (!isObject(selector) || Object.keys(selector).length === 0) return () => false
  const matcher = labelSelectorMatcher(selector)
  return ({ metadata }) => matcher.matches(metadata.labels ?? {})
}

/** Objects that were found to be controlled and selected, with their owner's uid and selector: neither they nor the selector ever change. */
const settled = new WeakMap<KubernetesObject, { readonly uid: string | undefined; readonly selector: unknown }>()

/**
 * What `owner` controls among `candidates`: orphans that its selector matches are adopted, what it no longer matches is
 * released, as controller-manager's ref managers do.
 */
export async function claim(
  client: Client,
  owner: KubernetesObject,
  candidates: { readonly resource: Resource; readonly objects: readonly KubernetesObject[] },
): Promise<readonly KubernetesObject[]> {
  const selector = (owner.spec as JsonObject | undefined)?.selector
  const { uid } = owner.metadata
  const matches = selecting(selector)
  const mine: KubernetesObject[] = []
  for (const object of candidates.objects) {
    const known = settled.get(object)
    if (known && known.uid === uid && known.selector === selector) {
      mine.push(object)
      continue
    }
    const controller = controllerOf(object)
    if (controller ? controller.uid !== uid : !matches(object)) continue
    if (controller && matches(object)) {
      if (Object.isFrozen(object) && Object.isFrozen(selector)) settled.set(object, { uid, selector })
      mine.push(object)
      continue
    }
    const kept = await settleClaim(client, owner, { resource: candidates.resource, object, adopt: !controller })
    if (kept) mine.push(kept)
  }
  return mine
}

async function settleClaim(
  client: Client,
  owner: KubernetesObject,
  { resource, object, adopt }: { resource: Resource; object: KubernetesObject; adopt: boolean },
): Promise<KubernetesObject | undefined> {
  const gone = (adopt ? object : owner).metadata.deletionTimestamp !== undefined
  if (gone || owner.metadata.deletionTimestamp !== undefined) return adopt ? undefined : object
  const { uid } = object.metadata
  const change = adopt ? controllerReference(owner) : { $patch: 'delete', uid: owner.metadata.uid }
  const patch = { metadata: { uid, ownerReferences: [change] } } as unknown as JsonObject
  const patched = await client.patch(resource, keyOf(object), patch, { type: 'strategic' })
  return adopt ? patched : undefined
}
