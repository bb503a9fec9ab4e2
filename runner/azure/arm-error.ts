// A refused ARM request: one class, one shape, and the vendor's words for what goes wrong everywhere. Words of one type stand in that type's file.
import type { JsonObject } from '../base/json.ts'

/** An error as ARM tells it: code and message, perhaps with what it points at and further errors. */
export interface ArmErrorBody {
  readonly code: string
  readonly message: string
  readonly target?: string
  readonly details?: readonly ArmErrorBody[]
  readonly additionalInfo?: readonly JsonObject[]
}

/** A refused request. `toBody()` is what goes over the wire. */
export class ArmError extends Error {
  override readonly name = 'ArmError'
  readonly status: number
  readonly body: ArmErrorBody
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, body: ArmErrorBody, headers: Readonly<Record<string, string>> = {}) {
    super(body.message)
    this.status = status
    this.body = body
    this.headers = headers
  }

  toBody(): JsonObject {
    return { error: { ...this.body } as unknown as JsonObject }
  }
}

/** Every answer that is the same for all types of resource, by its code. */
export const armErrors = {
  authenticationHeaderMissing: (tenant: string) =>
    challenge(
      tenant,
      'AuthenticationFailed',
      "Authentication failed. The 'Authorization' header is missing.",
      "The authentication failed because of missing 'Authorization' header.",
    ),
  tokenInvalid: (tenant: string) => challenge(tenant, 'InvalidAuthenticationToken', 'The access token is invalid.'),
  tokenExpired: (tenant: string, expiry: string, now: string) =>
    challenge(tenant, 'ExpiredAuthenticationToken', `The access token expiry UTC time '${expiry}' is earlier than current UTC time '${now}'.`),
  tokenAudience: (tenant: string, audience: string, allowed: readonly string[]) =>
    challenge(
      tenant,
      'InvalidAuthenticationTokenAudience',
      `The access token has been obtained for wrong audience or resource '${audience}'. It should exactly match with one of the allowed audiences ${allowed.map((one) => `'${one}'`).join(',')}.`,
    ),
  forbidden: (client: string, objectId: string, action: string, scope: string) =>
    new ArmError(403, {
      code: 'AuthorizationFailed',
      message: `The client '${client}' with object id '${objectId}' does not have authorization to perform action '${action}' over scope '${scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
    }),
  apiVersionMissing: () => error(400, 'MissingApiVersionParameter', 'The api-version query parameter (?api-version=) is required for all requests.'),
  apiVersionInvalid: (version: string, supported: readonly string[]) =>
    error(400, 'InvalidApiVersionParameter', `The api-version '${version}' is invalid. The supported versions are '${supported.join(',')}'.`),
  subscriptionMalformed: (id: string) => error(400, 'InvalidSubscriptionId', `The provided subscription identifier '${id}' is malformed or invalid.`),
  subscriptionNotFound: (id: string) => error(404, 'SubscriptionNotFound', `The subscription '${id}' could not be found.`),
  groupNotFound: (name: string) => error(404, 'ResourceGroupNotFound', `Resource group '${name}' could not be found.`),
  groupBeingDeleted: (name: string) =>
    error(409, 'ResourceGroupBeingDeleted', `The resource group '${name}' is in deprovisioning state and cannot perform this operation.`),
  resourceNotFound: (type: string, group: string) =>
    error(
      404,
      'ResourceNotFound',
      `The Resource '${type}' under resource group '${group}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
    ),
  parentNotFound: (type: string, parent: string) =>
    error(
      404,
      'ParentResourceNotFound',
      `Failed to perform 'write' on resource(s) of type '${type}', because the parent resource '${parent}' could not be found.`,
    ),
  namespaceInvalid: (namespace: string) => error(404, 'InvalidResourceNamespace', `The resource namespace '${namespace}' is invalid.`),
  typeInvalid: (type: string, namespace: string, version: string, supported: readonly string[]) =>
    error(
      404,
      'InvalidResourceType',
      `The resource type '${type}' could not be found in the namespace '${namespace}' for api version '${version}'. The supported api-versions are '${supported.join(',')}'.`,
    ),
  pathInvalid: (path: string) => error(404, 'NotFound', `The requested path '${path}' is not simulated.`),
  methodNotAllowed: (method: string) => error(405, 'HttpMethodNotAllowed', `The http method '${method}' is not supported for this resource.`, { allow: 'GET' }),
  contentInvalid: (reason: string) => error(400, 'InvalidRequestContent', `The request content was invalid and could not be deserialized: '${reason}'.`),
  contentTooLarge: (limit: number) => error(413, 'RequestContentTooLarge', `The request content size exceeds the maximum size of ${limit} bytes.`),
  contentTypeInvalid: (type: string) =>
    error(415, 'UnsupportedMediaType', `The content media type '${type}' is not supported. Only 'application/json' is supported.`),
  locationRequired: () => error(400, 'LocationRequired', 'The location property is required for this definition.'),
  locationInvalid: (location: string, type: string, regions: readonly string[]) =>
    error(
      400,
      'LocationNotAvailableForResourceType',
      `The provided location '${location}' is not available for resource type '${type}'. List of available regions for the resource type is '${regions.join(',')}'.`,
    ),
  locationChanged: (name: string, from: string, group: string, to: string) =>
    error(
      409,
      'InvalidResourceLocation',
      `The resource '${name}' already exists in location '${from}' in resource group '${group}'. A resource with the same name cannot be created in location '${to}'. Please select a new resource name.`,
    ),
  preconditionFailed: () => error(412, 'PreconditionFailed', 'The condition specified using HTTP conditional header(s) is not met.'),
  providerNotRegistered: (namespace: string) =>
    new ArmError(409, {
      code: 'MissingSubscriptionRegistration',
      message: notRegistered(namespace),
      details: [{ code: 'MissingSubscriptionRegistration', target: namespace, message: notRegistered(namespace) }],
    }),
  internal: () => error(500, 'InternalServerError', 'Encountered internal server error.'),
} as const

/** An error of code and message alone. */
export function error(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}): ArmError {
  return new ArmError(status, { code, message }, headers)
}

function notRegistered(namespace: string): string {
  return `The subscription is not registered to use namespace '${namespace}'. See https://aka.ms/rps-not-found for how to register subscriptions.`
}

function challenge(tenant: string, code: string, message: string, description = message): ArmError {
  const header = `Bearer authorization_uri="https://login.microsoftonline.com/${tenant}", error="invalid_token", error_description="${description}"`
  return error(401, code, message, { 'www-authenticate': header })
}
