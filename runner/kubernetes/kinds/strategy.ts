// Pieces of strategies that many kinds share.
import type { KubernetesObject } from '../object.ts'

/** A new object without the status that a client may have sent. */
export function withoutStatus(object: KubernetesObject): KubernetesObject {
  if (object.status === undefined) return object
  const { status: _status, ...rest } = object
  return rest as KubernetesObject
}
