// Finalizers of an object: whether it is held, and the object with or without one.
import type { KubernetesObject } from '../../kubernetes/object.ts'

/** The object with a finalizer added at the end. */
export function withFinalizer(object: KubernetesObject, finalizer: string): KubernetesObject {
  return { ...object, metadata: { ...object.metadata, finalizers: [...(object.metadata.finalizers ?? []), finalizer] } }
}

/** The object without a finalizer. */
export function withoutFinalizer(object: KubernetesObject, finalizer: string): KubernetesObject {
  const finalizers = (object.metadata.finalizers ?? []).filter((each) => each !== finalizer)
  return { ...object, metadata: { ...object.metadata, finalizers } }
}

/** True if the object is held by a finalizer. */
export function hasFinalizer(object: KubernetesObject, finalizer: string): boolean {
  return object.metadata.finalizers?.includes(finalizer) === true
}
