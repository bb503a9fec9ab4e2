// A delete of any object. A definition of custom resources takes its objects with it.
import type { DeleteOptions } from '../client.ts'
import { customKind, resourcesOfDefinition } from '../custom-resources/definition.ts'
import { formatTime, type KubernetesObject, keyOf } from '../object.ts'
import { store } from './create.ts'
import { cleanupFinalizer, dropDefinition } from './definitions.ts'
import { type Deleted, deleteObject } from './delete.ts'
import { type Engine, liveObject, type WriteScope } from './engine.ts'
import { ordered } from './field-management.ts'
import { definitionsStorage } from './registry.ts'
import { customResource } from './served-resource.ts'

/** Deletes an object; see `deleteObject`. */
export function remove(engine: Engine, scope: WriteScope, options: DeleteOptions): Deleted {
  if (scope.resource.storage === definitionsStorage) return removeDefinition(engine, scope, options)
  return deleteObject(engine, scope, options)
}

/** Marks a definition and deletes its objects; the last of them ends the definition. */
function removeDefinition(engine: Engine, scope: WriteScope, options: DeleteOptions): Deleted {
  const live = liveObject(engine, scope.resource, scope.key)
  if (!live || scope.dryRun) return deleteObject(engine, scope, options)
  const [info] = resourcesOfDefinition(live)
  const instances = info ? customResource(customKind(live, info.version)) : undefined
  const marked = instances ? markTerminating(engine, scope, live) : undefined
  if (!marked || !instances) return deleteObject(engine, scope, options)
  const objects = engine.store.list(instances.storage)
  for (const object of objects) deleteObject(engine, { ...scope, resource: instances, key: keyOf(object) }, {})
  if (objects.length === 0) dropDefinition(engine, scope.resource, marked)
  return { object: marked, answersObject: true }
}

function markTerminating(engine: Engine, { resource }: WriteScope, live: KubernetesObject): KubernetesObject {
  if (live.metadata.deletionTimestamp !== undefined) return live
  const now = formatTime(engine.clock.now())
  const finalizers = [...(live.metadata.finalizers ?? []).filter((name) => name !== cleanupFinalizer), cleanupFinalizer]
  const status = live.status as { readonly conditions?: readonly { readonly type: string }[] } | undefined
  const terminating = {
    type: 'Terminating',
    status: 'True',
    lastTransitionTime: now,
    reason: 'InstanceDeletionPending',
    message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
  }
  const conditions = [...(status?.conditions ?? []).filter(({ type }) => type !== 'Terminating'), terminating]
  const marked = ordered(resource, { ...live, metadata: { ...live.metadata, deletionTimestamp: now, finalizers }, status: { ...status, conditions } })
  return store(engine, resource, marked)
}
