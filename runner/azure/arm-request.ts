// An ARM request taken apart: who asks, which version, which path, which body. Everything after this trusts it.
import { isObject, type JsonObject } from '../base/json.ts'
import { armErrors } from './arm-error.ts'
import type { Caller } from './resource-type.ts'

const bodyLimit = 4 * 1024 * 1024
const versionForm = /^\d{4}-\d{2}-\d{2}(-[a-z]+)?$/i

/** A request to `management.azure.com`. */
export interface ArmRequest {
  readonly method: string
  /** Scheme and host that the client called, for absolute links. */
  readonly origin: string
  readonly path: string
  readonly segments: readonly string[]
  /** Query parameters by lower-case name. */
  readonly query: ReadonlyMap<string, string>
  readonly apiVersion: string
  readonly headers: Headers
  readonly body: JsonObject
  readonly caller: Caller
  readonly correlationId: string
}

/** Reads the parts that every request has; throws what is wrong with them. */
export async function readArmRequest(request: Request, caller: Caller, correlationId: string): Promise<ArmRequest> {
  const url = new URL(request.url)
  const query = new Map([...url.searchParams].map(([name, value]) => [name.toLowerCase(), value]))
  return {
    method: request.method,
    origin: url.origin,
    path: url.pathname,
    segments: withProvider(segmentsOf(url.pathname)),
    query,
    apiVersion: apiVersionOf(query),
    headers: request.headers,
    body: ['PUT', 'PATCH', 'POST'].includes(request.method) ? await bodyOf(request) : {},
    caller,
    correlationId,
  }
}

function apiVersionOf(query: ReadonlyMap<string, string>): string {
  const version = query.get('api-version')
  if (version === undefined || version === '') throw armErrors.apiVersionMissing()
  if (!versionForm.test(version)) throw armErrors.apiVersionInvalid(version, ['2025-04-01', '2024-11-01', '2022-12-01'])
  return version
}

function segmentsOf(path: string): string[] {
  return path
    .split('/')
    .filter((segment) => segment !== '')
    .map(decode)
}

/** Deployments of a group have an older path too, without their provider. */
function withProvider(segments: readonly string[]): readonly string[] {
  const [, , groups, , deployments] = segments
  const older = groups?.toLowerCase() === 'resourcegroups' && deployments?.toLowerCase() === 'deployments'
  return older ? [...segments.slice(0, 4), 'providers', 'Microsoft.Resources', ...segments.slice(4)] : segments
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

async function bodyOf(request: Request): Promise<JsonObject> {
  const text = await request.text()
  if (text.length > bodyLimit) throw armErrors.contentTooLarge(bodyLimit)
  if (text.trim() === '') return {}
  const type = request.headers.get('content-type') ?? 'application/json'
  if (!/\bjson\b/i.test(type)) throw armErrors.contentTypeInvalid(type)
  const value = parse(text)
  if (!isObject(value)) throw armErrors.contentInvalid("Error converting value to an object. Path '', line 1, position 1.")
  return value
}

function withoutComments(text: string): string {
  return text.replace(/("(?:[^"\\]|\\.)*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (_, quoted: string | undefined) => quoted ?? '')
}

/** The CLI puts a template's own text into its body: the name before it has no quotes, and it may have comments. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const plain = withoutComments(text.replace(/, template:(?=\s*\{)/, ', "template":'))
    if (plain !== text) return parse(plain)
    throw armErrors.contentInvalid(error instanceof Error ? error.message : 'Unexpected character encountered while parsing value.')
  }
}
