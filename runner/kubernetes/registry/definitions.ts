// What follows from a definition of custom resources: its names are accepted, and it goes when its last object is gone.
import { acceptedStatus } from '../custom-resources/accept-names.ts'
import { systemUser } from '../identity.ts'
import { type KubernetesObject, keyOf } from '../object.ts'
import { store } from './create.ts'
import type { Engine } from './engine.ts'
import { ordered } from './field-management.ts'
import { definitionsStorage } from './registry.ts'
import type { ServedResource } from './served-resource.ts'
import { updateObject } from './update.ts'

/** Holds a definition until its objects are gone. */
export const cleanupFinalizer = 'customresourcecleanup.apiextensions.k8s.io'

/** Follows definitions and their objects; call once for a server. */
export function followDefinitions(engine: Engine): void {
  engine.store.subscribe('*', ({ type, resource }) => {
    if (engine.store.repeating) return
    if (resource === definitionsStorage) acceptNames(engine)
    else if (type === 'DELETED' && resource.includes('/')) finishDefinition(engine, resource)
  })
}

/** Drops a definition whose objects are gone. */
export function dropDefinition(engine: Engine, resource: ServedResource, live: KubernetesObject): void {
  const finalizers = (live.metadata.finalizers ?? []).filter((name) => name !== cleanupFinalizer)
  if (finalizers.length === 0) engine.store.remove(resource.storage, live.metadata.name ?? '')
  else store(engine, resource, ordered(resource, { ...live, metadata: { ...live.metadata, finalizers } }))
}

/** Accepts the names of definitions that wait for it: after changes were repeated, the last of which may have been their own. */
export function acceptNames(engine: Engine): void {
  const resource = engine.registry.forKind('apiextensions.k8s.io/v1', 'CustomResourceDefinition')
  if (!resource) return
  const all = engine.store.list(definitionsStorage)
  for (const definition of all) {
    const status = acceptedStatus(definition, all, engine.clock.now())
    if (status === definition.status || definition.metadata.deletionTimestamp !== undefined) continue
    const user = systemUser('system:apiserver')
    const scope = { resource, key: keyOf(definition), subresource: 'status', user, manager: 'kube-apiserver', dryRun: false }
    updateObject({ ...engine, admission: [] }, scope, { change: (live) => ({ ...live, status }) })
    return
  }
}

function finishDefinition(engine: Engine, storage: string): void {
  const [group = '', plural = ''] = storage.split('/')
  const resource = engine.registry.forKind('apiextensions.k8s.io/v1', 'CustomResourceDefinition')
  const definition = engine.store.get(definitionsStorage, `${plural}.${group}`)
  if (!resource || definition?.metadata.deletionTimestamp === undefined) return
  if (engine.store.list(storage).length === 0) dropDefinition(engine, resource, definition)
}
