// The words of a request that authorization refused.
import type { AccessAttributes } from '../identity.ts'
import { qualifiedName } from '../object.ts'
import { type StatusCause, StatusError } from '../status-error.ts'

/** The 403 of what was asked for; an authorizer's reason is put at its end. */
export function forbidden(attributes: AccessAttributes, reason = ''): StatusError {
  const words = reason === '' ? denial(attributes) : `${denial(attributes)}: ${reason}`
  if (attributes.type === 'path') return new StatusError('Forbidden', `forbidden: ${words}`, { details: {} })
  return forbiddenResource({ group: attributes.group, plural: attributes.resource }, attributes.name, words)
}

/** A 403 about a resource, or with a name about one object of it. */
export function forbiddenResource(
  resource: { readonly group: string; readonly plural: string },
  name: string,
  words: string,
  causes: readonly StatusCause[] = [],
): StatusError {
  const subject = name === '' ? qualifiedName(resource) : `${qualifiedName(resource)} ${JSON.stringify(name)}`
  const details = {
    ...(name !== '' && { name }),
    ...(resource.group !== '' && { group: resource.group }),
    kind: resource.plural,
    ...(causes.length > 0 && { causes }),
  }
  return new StatusError('Forbidden', `${subject} is forbidden: ${words}`, { details })
}

function denial(attributes: AccessAttributes): string {
  const who = `User ${JSON.stringify(attributes.user.name)} cannot ${attributes.verb}`
  if (attributes.type === 'path') return `${who} path ${JSON.stringify(attributes.path)}`
  const { resource, subresource, group, namespace } = attributes
  const full = subresource === '' ? resource : `${resource}/${subresource}`
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace ${JSON.stringify(namespace)}`
  return `${who} resource ${JSON.stringify(full)} in API group ${JSON.stringify(group)} ${where}`
}
