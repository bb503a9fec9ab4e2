// The objects that all clusters of a shape are born with: indexed and frozen once, shared by reference, never changed.
import { deepFreeze } from '../../base/json.ts'
import type { KubernetesObject } from '../object.ts'

/** Objects by resource (`apps/deployments`) and key (`namespace/name`). */
export type Layer = ReadonlyMap<string, ReadonlyMap<string, KubernetesObject>>

/** Where an object is kept, and how it is written there; undefined for a kind that is not served. */
export type Locate = (object: KubernetesObject) => { readonly resource: string; readonly key: string; readonly object: KubernetesObject } | undefined

const layers = new WeakMap<readonly KubernetesObject[], Layer>()

/** The layer of a list of objects. The same list gives the same layer, so that clusters share it. */
export function birthLayer(objects: readonly KubernetesObject[], locate: Locate): Layer {
  const known = layers.get(objects)
  if (known) return known
  const layer = new Map<string, Map<string, KubernetesObject>>()
  for (const [index, object] of objects.entries()) {
    const place = locate(object)
    if (!place) throw new Error(`Read the birth object "${object.kind} ${object.metadata.name}": its kind is not served`)
    const row = layer.get(place.resource) ?? new Map<string, KubernetesObject>()
    row.set(place.key, deepFreeze(withVersion(place.object, index + 1)))
    layer.set(place.resource, row)
  }
  layers.set(objects, layer)
  return layer
}

/** An object that does not say its version was stored in the order of the list. */
function withVersion(object: KubernetesObject, revision: number): KubernetesObject {
  const { resourceVersion } = object.metadata
  if (resourceVersion !== undefined && resourceVersion !== '' && resourceVersion !== '0') return object
  return { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } }
}
