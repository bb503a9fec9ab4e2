// Reviews: created, answered, kept nowhere.
import type { KubernetesObject } from '../../object.ts'
import { decodeBody } from '../../registry/decode-object.ts'
import { readObject, readObjects } from '../../registry/engine.ts'
import { badRequest } from '../../registry/errors.ts'
import { ordered, withManagedFields } from '../../registry/field-management.ts'
import { type Call, scopeOf, showingOf } from '../call.ts'
import { readWriteOptions } from '../query-options.ts'
import { parseObject } from '../read-body.ts'
import { objectBody, respond } from '../respond.ts'
import { decide, type Server } from '../server.ts'
import type { VirtualServer } from '../virtual-resources.ts'

/** Answers the create of a review. */
export async function answerVirtual(call: Call): Promise<Response> {
  const { server, resource, asked } = call
  const { info } = resource
  const answer = server.virtual[`${info.group}/${info.version}/${info.plural}`]
  const showing = showingOf(call)
  const options = readWriteOptions(call.query, 'CreateOptions')
  const scope = scopeOf(call, options)
  const { value, problems } = parseObject(call.body, call.headers.get('content-type') ?? '', info.kind)
  const decoded = decodeBody(resource, value, { fieldValidation: options.fieldValidation, text: problems, warn: scope.warn })
  const next = inNamespace(decoded, asked.namespace)
  const body = withManagedFields(scope, server.clock.now(), { next, live: undefined, given: undefined, requested: undefined })
  const answered = await answer?.(body, call.user, virtualServer(server), asked.namespace)
  return respond(objectBody(ordered(resource, answered ?? body), showing), showing.format, { status: 201 })
}

/** The object lies where it is made: it may leave its namespace out, and has none where the request has none (`EnsureObjectNamespaceMatchesRequestNamespace`). */
function inNamespace(object: KubernetesObject, wanted: string): KubernetesObject {
  const { namespace = '', ...metadata } = object.metadata
  if (namespace !== '' && wanted !== '' && namespace !== wanted)
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
  return { ...object, metadata: wanted === '' ? metadata : { ...object.metadata, namespace: wanted } }
}

function virtualServer(server: Server): VirtualServer {
  return {
    authorize: (attributes) => decide(server, attributes),
    tokens: server.tokens,
    list: (apiVersion, kind, namespace) => readObjects(server, apiVersion, kind, namespace),
    get: (apiVersion, kind, key) => readObject(server, apiVersion, kind, key),
    now: () => server.clock.now(),
  }
}
