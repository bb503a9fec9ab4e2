// The refusals that the registry makes, each with the server's message and details (apimachinery `pkg/api/errors`).
import type { ResourceInfo } from '../kind.ts'
import { qualifiedName } from '../object.ts'
import { type FieldError, type StatusDetails, StatusError } from '../status-error.ts'

type GroupResource = Pick<ResourceInfo, 'group' | 'plural'>

/** 404 for a missing object. */
export function notFound(resource: GroupResource, name: string): StatusError {
  return new StatusError('NotFound', `${qualifiedName(resource)} "${name}" not found`, { details: detailsOf(resource, name) })
}

/** 404 for a path that nothing answers. */
export function noSuchResource(): StatusError {
  return new StatusError('NotFound', 'the server could not find the requested resource', { details: {} })
}

/** 405. */
export function methodNotAllowed(): StatusError {
  return new StatusError('MethodNotAllowed', 'the server does not allow this method on the requested resource', { details: {} })
}

/** 405 of custom resources, which say what it is that they do not do (`NewMethodNotSupported`). */
export function notSupported(resource: GroupResource, verb: string): StatusError {
  return new StatusError('MethodNotAllowed', `${verb} is not supported on resources of kind "${qualifiedName(resource)}"`, { details: detailsOf(resource, '') })
}

/** 409 for a name that is taken. */
export function alreadyExists(resource: GroupResource, name: string): StatusError {
  return new StatusError('AlreadyExists', `${qualifiedName(resource)} "${name}" already exists`, { details: detailsOf(resource, name) })
}

/** 409 with a reason of its own. */
export function conflict(resource: GroupResource, name: string, why: string): StatusError {
  return new StatusError('Conflict', `Operation cannot be fulfilled on ${qualifiedName(resource)} "${name}": ${why}`, { details: detailsOf(resource, name) })
}

/** 409 for a stale resource version. */
export function modified(resource: GroupResource, name: string): StatusError {
  return conflict(resource, name, 'the object has been modified; please apply your changes to the latest version and try again')
}

/** 422 with the findings of validation; the message says each finding once, the causes hold all. */
export function invalid(kind: { readonly group: string; readonly kind: string }, name: string, errors: readonly FieldError[]): StatusError {
  // Events of the newer API are those of the core inside.
  const group = kind.group === 'events.k8s.io' ? '' : kind.group
  const told = [...new Set(errors.map(({ field, message }) => `${field}: ${message}`))]
  const qualified = group === '' ? kind.kind : `${kind.kind}.${group}`
  const details = {
    ...(name === '' ? {} : { name }),
    ...(group === '' ? {} : { group }),
    ...(kind.kind === '' ? {} : { kind: kind.kind }),
    causes: errors.map(({ field, reason, message }) => ({ reason, message, field })),
  }
  return new StatusError('Invalid', `${qualified} "${name}" is invalid: ${told.length === 1 ? told[0] : `[${told.join(', ')}]`}`, { details })
}

/** 400. */
export function badRequest(message: string): StatusError {
  return new StatusError('BadRequest', message)
}

/** An error that the server did not mean to answer: 500 without a reason. */
export function plainError(message: string): StatusError {
  return new StatusError('', message)
}

/** There is no room for one more object: etcd's words, as the server passes them on. */
export function noSpace(): StatusError {
  return plainError('etcdserver: mvcc: database space exceeded')
}

/** Name, group and plural, as the details of most refusals have them. */
export function detailsOf(resource: GroupResource, name: string): StatusDetails {
  return { ...(name === '' ? {} : { name }), ...(resource.group === '' ? {} : { group: resource.group }), kind: resource.plural }
}

/** A kind that no scheme of the server knows; it names itself by the place where it is made. */
export function unregistered(kind: string, version: string): string {
  return `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(version)} in scheme "pkg/runtime/scheme.go:111"`
}
