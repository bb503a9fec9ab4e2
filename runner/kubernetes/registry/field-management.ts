// Joins field management to a write: what each of its functions wants to know of the resource, the writer and the time.
import { goOrder, type Ordering } from '../encoding/go-order.ts'
import { formatTime, type KubernetesObject, type ManagedFieldsEntry, type ObjectMeta } from '../object.ts'
import { updateManagedFields } from '../patch/managed-fields.ts'
import { resetFields } from '../patch/reset-fields.ts'
import type { WriteScope } from './engine.ts'
import { asJson, asObject } from './plain.ts'
import type { ServedResource } from './served-resource.ts'

/** What an apply and an update both say of themselves. */
export function fieldWriter({ resource, manager, subresource }: WriteScope, now: number) {
  return {
    schema: resource.schema,
    manager,
    apiVersion: resource.apiVersion,
    time: formatTime(now),
    reset: resetFields(resource.info, subresource),
    ...(subresource === '' ? {} : { subresource }),
  }
}

/** The wanted object with its managed fields: those given by an apply, or derived from what differs from the live object. */
export function withManagedFields(
  scope: WriteScope,
  now: number,
  write: {
    readonly next: KubernetesObject
    readonly live: KubernetesObject | undefined
    readonly given: readonly ManagedFieldsEntry[] | undefined
    readonly requested: readonly ManagedFieldsEntry[] | undefined
    readonly ordering?: Ordering
  },
): KubernetesObject {
  const { next, live, given, requested, ordering } = write
  const derived = () =>
    updateManagedFields({
      ...fieldWriter(scope, now),
      live: live && asJson(live),
      next: asJson(ordered(scope.resource, next, ordering)),
      ...(requested === undefined ? {} : { requested }),
    })
  const managedFields = given ?? derived()
  const metadata = next.metadata.managedFields === undefined ? next.metadata : withoutManagedFields(next.metadata)
  return { ...next, metadata: managedFields.length === 0 ? metadata : { ...metadata, managedFields } }
}

function withoutManagedFields({ managedFields: _, ...metadata }: ObjectMeta): ObjectMeta {
  return metadata
}

/** What a write of an object remembers while it orders; `live` is the stored object. */
export function orderingOf(live: KubernetesObject | undefined): Ordering {
  // What was converted on its way out of the store is not as it is stored.
  return { live: live && Object.isFrozen(live) ? asJson(live) : undefined, done: new Map() }
}

/** The object as a Go server holds and prints it. */
export function ordered(resource: ServedResource, object: KubernetesObject, ordering?: Ordering): KubernetesObject {
  return asObject(goOrder(asJson(object), resource.schema, ordering))
}
