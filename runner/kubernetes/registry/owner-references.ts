// An owner that is named twice is kept once, and whoever sent it so is told (apiserver `endpoints/handlers/rest.go`).
import { equal } from '../../base/json.ts'
import type { KubernetesObject } from '../object.ts'
import type { WriteScope } from './engine.ts'

/** The object without owner references that repeat another one. */
export function withoutDoubleOwners({ warn }: Pick<WriteScope, 'warn'>, object: KubernetesObject, afterAdmission: boolean): KubernetesObject {
  const { ownerReferences: owners = [] } = object.metadata
  const isDouble = (index: number): boolean => owners.findIndex((other) => equal(other, owners[index])) < index
  const doubles = owners.filter((_, index) => isDouble(index))
  if (doubles.length === 0) return object
  const when = afterAdmission ? ' after mutating admission happens' : ''
  const promise = 'API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests'
  warn?.(`.metadata.ownerReferences contains duplicate entries${when}; ${promise}; duplicate UID(s) observed: ${doubles.map(({ uid }) => uid).join(', ')}`)
  return { ...object, metadata: { ...object.metadata, ownerReferences: owners.filter((_, index) => !isDouble(index)) } }
}
