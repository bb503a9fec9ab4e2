// How admission refuses: a 403 on the object, which may not have its name yet.
import { forbiddenResource } from '../authorization/forbidden.ts'
import type { StatusCause, StatusError } from '../status-error.ts'
import type { AdmissionRequest } from './plugin.ts'

/** The 403 of a plugin; the object is called by its name, by the start of its generated name, or `Unknown`. */
export function refusal({ resource, key, object }: AdmissionRequest, words: string, causes: readonly StatusCause[] = []): StatusError {
  const name = key.name || object?.metadata.name || object?.metadata.generateName || 'Unknown'
  return forbiddenResource(resource, name, words, causes)
}

/** True for a write of this resource itself, not of one of its subresources. */
export function isWriteOf({ resource, subresource }: AdmissionRequest, group: string, plural: string): boolean {
  return subresource === '' && resource.group === group && resource.plural === plural
}

/** True for a pod that is to have other resources. */
export function isResize({ resource, subresource, operation }: AdmissionRequest): boolean {
  return operation === 'UPDATE' && subresource === 'resize' && resource.group === '' && resource.plural === 'pods'
}
