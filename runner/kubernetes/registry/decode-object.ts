// From what a client sent to an object of a resource: typed, pruned, defaulted, with what was wrong said as the client wished.
import type { JsonObject } from '../../base/json.ts'
import { decode } from '../encoding/decode.ts'
import { DecodeError } from '../encoding/reading.ts'
import { noProblems, problemList, strictProblems, type TextProblems, warningsOfProblem } from '../encoding/strict.ts'
import { at, type KubernetesObject } from '../object.ts'
import { builtInSchema } from '../openapi/schema.ts'
import { badRequest, unregistered } from './errors.ts'
import { isOtherVersion } from './other-versions.ts'
import { asJson } from './plain.ts'
import type { ServedResource } from './served-resource.ts'

/** What is done about fields that the server does not know. */
export type FieldValidation = 'Strict' | 'Warn' | 'Ignore'

/** How to decode. */
export interface DecodeOptions {
  readonly fieldValidation: FieldValidation
  /** What the text itself has wrong. */
  readonly text?: TextProblems
  readonly warn?: ((text: string) => void) | undefined
  /** What is stored and frozen, if the body may share parts with it. */
  readonly live?: KubernetesObject | undefined
}

/** The body of a create or update. Throws StatusError BadRequest in the server's words. */
export function decodeBody(resource: ServedResource, body: JsonObject, options: DecodeOptions): KubernetesObject {
  const { info } = resource
  const typed = resource.custom ? requireKind(resource, body) : convertible(resource, body)
  try {
    return decodeTyped(resource, typed, options)
  } catch (error) {
    if (!(error instanceof DecodeError) && !(error instanceof StrictError)) throw error
    throw badRequest(`${String(typed.kind)} in version "${info.version}" cannot be handled as a ${info.kind}: ${error.message}`)
  }
}

/** The object that a patch made. Throws DecodeError or StrictError, to be put into the words of a patch. */
export function decodeTyped(resource: ServedResource, typed: JsonObject, options: DecodeOptions): KubernetesObject {
  const { object, unknown } = resource.custom?.read(typed) ?? decode(typed, resource.schema, options.live && asJson(options.live))
  const said = options.text ?? noProblems
  const problems = resource.custom ? { duplicates: said.duplicates, yaml: said.yaml } : said
  if (options.fieldValidation === 'Strict') {
    const found = strictProblems(problems, unknown)
    if (found !== undefined) throw new StrictError(found)
  }
  if (options.fieldValidation === 'Warn') for (const warning of problemList(problems, unknown).flatMap(warningsOfProblem)) options.warn?.(warning)
  return withDefaults(resource, object as unknown as KubernetesObject)
}

/** What an apply made: a custom resource is taken as it is, its fields were held against the schema before. */
export function decodeApplied(resource: ServedResource, applied: JsonObject, options: DecodeOptions): KubernetesObject {
  if (resource.custom) return withDefaults(resource, applied as unknown as KubernetesObject)
  return decodeTyped(resource, applied, { ...options, fieldValidation: 'Ignore' })
}

/** Static defaults of a kind, as decoding applies them. */
export function withDefaults(resource: ServedResource, object: KubernetesObject): KubernetesObject {
  const whole = object.metadata === undefined ? { ...object, metadata: {} } : object
  if (resource.custom) return resource.custom.defaults(whole)
  return resource.rules?.defaults?.(whole) ?? whole
}

/** Fields that were not known, of a client that is strict. */
export class StrictError extends Error {
  override readonly name = 'StrictError'
}

/** A built-in kind: what is not said is taken from the path; another kind cannot be converted. */
function convertible(resource: ServedResource, body: JsonObject): JsonObject {
  const { info, apiVersion } = resource
  const kind = text(body.kind) || info.kind
  const version = text(body.apiVersion) || apiVersion
  if (kind === info.kind && version !== apiVersion && isOtherVersion(version, kind)) throw badRequest(otherVersion(version, apiVersion))
  const problem = kindProblem(resource, { kind, version })
  if (problem !== undefined) throw badRequest(`${kind} in version "${shortVersion(version)}" cannot be handled as a ${info.kind}: ${problem}`)
  return { ...body, kind, apiVersion: version }
}

/** Why an object of this kind and version cannot become one of the resource; undefined if it is one (apimachinery `runtime.Scheme`). */
export function kindProblem(resource: ServedResource, { kind, version }: { readonly kind: string; readonly version: string }): string | undefined {
  const { info, apiVersion } = resource
  if (kind === info.kind && version === apiVersion) return undefined
  if (!builtInSchema(version, kind)) return unregistered(kind, version)
  const group = (info.group === '' ? 'core' : info.group.split('.')[0]) ?? ''
  return `converting (${shortVersion(version)}.${kind}) to (${group}.${info.kind}): unknown conversion`
}

function otherVersion(given: string, expected: string): string {
  return `the API version in the data (${given}) does not match the expected API version (${expected})`
}

function shortVersion(version: string): string {
  return version.slice(version.lastIndexOf('/') + 1)
}

/** A custom resource: apiVersion and kind must be there and right. */
function requireKind(resource: ServedResource, body: JsonObject): JsonObject {
  const { info, apiVersion } = resource
  if (text(body.kind) === '') throw badRequest(unrecognized(info.kind, JSON.stringify(body)))
  if (body.apiVersion !== apiVersion) throw badRequest(otherVersion(text(body.apiVersion), apiVersion))
  if (body.kind !== info.kind && at(body, 'kind') !== undefined) return body
  return body
}

/** What is said of an object without a kind: it, and how it begins (apiserver `transformDecodeError`). */
function unrecognized(kind: string, body: string): string {
  const summary = body.length > 30 ? `${body.slice(0, 30)} ...` : body
  return `the object provided is unrecognized (must be of type ${kind}): Object 'Kind' is missing in '${body}' (${summary})`
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
