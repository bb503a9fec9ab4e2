// Objects that the server itself keeps beside others, as long as those ask for them: IPAddresses of Services.
import { formatKey, formatTime, type KubernetesObject } from '../object.ts'
import { type Engine, storedKey, type WriteScope } from './engine.ts'
import { ordered, withManagedFields } from './field-management.ts'
import type { ServedResource } from './served-resource.ts'

const manager = 'kube-apiserver'

/** Makes what an object asks for and is not there yet; before the object itself is stored. */
export function makeCompanions(engine: Engine, { rules }: ServedResource, object: KubernetesObject): void {
  for (const companion of rules?.companions?.(object) ?? []) {
    const place = placeOf(engine, companion)
    if (place && !engine.store.get(place.resource.storage, place.key))
      engine.store.put(place.resource.storage, place.key, made(engine, place.resource, companion))
  }
}

/** Takes away what an object asked for and its next state does not, after the object itself. */
export function dropCompanions(engine: Engine, { rules }: ServedResource, before: KubernetesObject, next?: KubernetesObject): void {
  const companions = rules?.companions
  if (!companions) return
  const kept = new Set(next ? companions(next).map(({ metadata }) => metadata.name) : [])
  for (const companion of companions(before)) {
    const place = kept.has(companion.metadata.name) ? undefined : placeOf(engine, companion)
    if (place) engine.store.remove(place.resource.storage, place.key)
  }
}

function placeOf(engine: Engine, { apiVersion, kind, metadata }: KubernetesObject): { readonly resource: ServedResource; readonly key: string } | undefined {
  const resource = engine.registry.forKind(apiVersion, kind)
  const { name = '', namespace } = metadata
  return resource && { resource, key: formatKey(storedKey(resource, namespace === undefined ? { name } : { name, namespace })) }
}

function made(engine: Engine, resource: ServedResource, companion: KubernetesObject): KubernetesObject {
  const now = engine.clock.now()
  const user = { name: 'system:apiserver', groups: ['system:masters'] }
  const scope: WriteScope = { resource, key: { name: companion.metadata.name ?? '' }, subresource: '', user, manager, dryRun: false }
  const managed = withManagedFields(scope, now, { next: companion, live: undefined, given: undefined, requested: undefined })
  const metadata = { ...managed.metadata, uid: engine.random.uuid(), resourceVersion: '0', creationTimestamp: formatTime(now) }
  return ordered(resource, { ...managed, metadata })
}
