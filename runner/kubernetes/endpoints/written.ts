// What every write by HTTP shares: the type of a patch, and the answer that the request log is told of.
import { formatKey, type KubernetesObject } from '../object.ts'
import type { ObjectPatch } from '../registry/patch.ts'
import { StatusError } from '../status-error.ts'
import type { Call } from './call.ts'
import { mediaType } from './read-body.ts'
import { objectBody, respond, type Showing } from './respond.ts'

const patchTypes: Readonly<Record<string, ObjectPatch['type']>> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
  'application/apply-patch+yaml': 'apply',
}

/** The type of a patch by its content type; custom resources have no strategic merge. */
export function patchType({ headers, resource }: Call): ObjectPatch['type'] {
  const type = patchTypes[mediaType(headers.get('content-type') ?? '')]
  if (!resource.custom) {
    if (type === undefined) throw new StatusError('UnsupportedMediaType', '415: Unsupported Media Type', { details: {} })
    return type
  }
  if (type !== undefined && type !== 'strategic') return type
  const accepted = ['application/json-patch+json', 'application/merge-patch+json', 'application/apply-patch+yaml'].join(', ')
  throw new StatusError('UnsupportedMediaType', `the body of the request was in an unknown format - accepted media types include: ${accepted}`)
}

/** The answer to a write. */
export function written(call: Call, object: KubernetesObject, { status, showing }: { readonly status: number; readonly showing: Showing }): Response {
  const { resourceVersion, name = '', namespace } = object.metadata
  call.server.store.weigh(call.resource.storage, formatKey(namespace === undefined ? { name } : { name, namespace }), call.body.length)
  if (resourceVersion !== undefined) call.outcome.resourceVersion = resourceVersion
  return respond(objectBody(object, showing), showing.format, { status })
}
