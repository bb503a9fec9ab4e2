// serviceaccounts/token: a bearer token for a service account.
import type { JsonObject } from '../../../base/json.ts'
import { builtInSchema } from '../../openapi/schema.ts'
import { decodeBody } from '../../registry/decode-object.ts'
import { liveObject } from '../../registry/engine.ts'
import { invalid, notFound, plainError } from '../../registry/errors.ts'
import { ordered, withManagedFields } from '../../registry/field-management.ts'
import { asJson } from '../../registry/plain.ts'
import type { ServedResource } from '../../registry/served-resource.ts'
import { type Call, keyOfCall, scopeOf, showingOf } from '../call.ts'
import { readWriteOptions } from '../query-options.ts'
import { parseObject } from '../read-body.ts'
import { respond } from '../respond.ts'

/** Answers a TokenRequest. */
export function answerToken(call: Call): Response {
  const { server, resource } = call
  const showing = showingOf(call)
  const options = readWriteOptions(call.query, 'CreateOptions')
  const account = liveObject(server, resource, keyOfCall(call))
  const { value } = parseObject(call.body, call.headers.get('content-type') ?? '', 'TokenRequest')
  const request = tokenRequests(resource)
  const scope = { ...scopeOf(call, options), resource: request }
  const decoded = decodeBody(request, withExpiration(value), { fieldValidation: options.fieldValidation, warn: scope.warn })
  if (!account) throw notFound(resource.info, call.asked.name)
  const { name = '' } = decoded.metadata
  if (name !== '' && name !== call.asked.name) {
    const message = `Invalid value: ${JSON.stringify(name)}: must match the service account name if specified`
    throw invalid(request.info, call.asked.name, [{ field: 'metadata.name', reason: 'FieldValueInvalid', message }])
  }
  if (!server.tokenRequest) throw plainError('this server issues no tokens')
  const body = withManagedFields(scope, server.clock.now(), { next: decoded, live: undefined, given: undefined, requested: undefined })
  return respond(asJson(ordered(request, server.tokenRequest(account, body))), showing.format, { status: 201 })
}

/** Decoding sets an hour for a request that names no time. */
function withExpiration(body: JsonObject): JsonObject {
  const spec = body.spec as JsonObject | undefined
  return { ...body, spec: { ...spec, expirationSeconds: spec?.expirationSeconds ?? 3600 } }
}

/** The subresource as a resource of its own kind. */
function tokenRequests(accounts: ServedResource): ServedResource {
  const apiVersion = 'authentication.k8s.io/v1'
  const schema = builtInSchema(apiVersion, 'TokenRequest') ?? accounts.schema
  const info = { ...accounts.info, group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest', subresources: [] }
  return { ...accounts, info, apiVersion, schema, rules: undefined }
}
