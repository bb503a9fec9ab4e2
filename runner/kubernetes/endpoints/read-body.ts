// The body of a request: bytes within the limit, then JSON, YAML or protobuf by its content type, refused in the server's words.
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import { toHex } from '../../base/p256.ts'
import { JsonSyntaxError, memberOrder, parseJson } from '../encoding/json.ts'
import { decodeProtobuf } from '../encoding/protobuf.ts'
import { noProblems, type TextProblems } from '../encoding/strict.ts'
import { parseYaml, repeatedKeys } from '../encoding/yaml.ts'
import { badRequest, unregistered } from '../registry/errors.ts'
import { StatusError } from '../status-error.ts'

const limit = 3 * 1024 * 1024

/** A body that was parsed. */
export interface Parsed {
  readonly value: Json
  readonly problems: TextProblems
}

/** The bytes of a request's body; throws 413 beyond 3 MiB. */
export async function readBytes(request: Request): Promise<Uint8Array> {
  if (Number(request.headers.get('content-length') ?? 0) > limit) throw tooLarge()
  if (request.body === null) return new Uint8Array()
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of request.body) {
    length += chunk.length
    if (length > limit) throw tooLarge()
    chunks.push(chunk)
  }
  const [only] = chunks
  return chunks.length === 1 && only ? only : joined(chunks, length)
}

/** The object in a body, for a resource of this kind. */
export function parseObject(bytes: Uint8Array, contentType: string, kind: string): { readonly value: JsonObject; readonly problems: TextProblems } {
  const parse = parsers[mediaType(contentType) || 'application/json']
  if (!parse) {
    const accepted = Object.keys(parsers).join(', ')
    throw new StatusError('UnsupportedMediaType', `the body of the request was in an unknown format - accepted media types include: ${accepted}`)
  }
  try {
    const { value, problems } = parse(bytes)
    return { value: readHead(value), problems }
  } catch (error) {
    if (error instanceof StatusError) throw error
    throw badRequest(`the object provided is unrecognized (must be of type ${kind}): ${messageOf(error)} (${summary(bytes)})`)
  }
}

/** What says which kind it is; nothing at all is an object without members. */
export function readHead(value: Json): JsonObject {
  const wrong = (where: string): JsonSyntaxError => new JsonSyntaxError(`couldn't get version/kind; json parse error: json: cannot unmarshal ${where}`)
  if (value === null) return {}
  if (!isObject(value)) throw wrong(`${describe(value)} into Go value of type ${headType}`)
  for (const name of ['apiVersion', 'kind']) {
    const member = value[name] ?? ''
    if (typeof member !== 'string') throw wrong(`${describe(member)} into Go struct field .${name} of type string`)
  }
  const version = String(value.apiVersion ?? '')
  if (version.split('/').length > 2) throw new JsonSyntaxError(`unexpected GroupVersion string: ${version}`)
  return value
}

const headType = 'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }'

/** The options in the body of a delete; what is wrong with them is told without saying what they should have been. */
export function parseDeleteOptions(bytes: Uint8Array, contentType: string): JsonObject {
  const parse = parsers[mediaType(contentType) || 'application/json'] ?? parseJsonBytes
  let value: JsonObject
  try {
    value = readHead(parse(bytes).value)
  } catch (error) {
    throw error instanceof StatusError ? error : badRequest(messageOf(error))
  }
  const { kind = '', apiVersion = '', gracePeriodSeconds: grace } = value
  if (kind !== '' && kind !== 'DeleteOptions') throw badRequest(unregistered(String(kind), String(apiVersion || 'meta.k8s.io/v1')))
  if (grace !== undefined && grace !== null && typeof grace !== 'number')
    throw badRequest(`json: cannot unmarshal ${describe(grace)} into Go struct field DeleteOptions.gracePeriodSeconds of type int64`)
  return value
}

/** How the refusal of a text that is none begins, by the type of the patch. */
const refusals = {
  json: 'error decoding patch: ',
  merge: 'error decoding patch: ',
  strategic: '',
  apply: 'error decoding YAML: error converting YAML to JSON: ',
} as const

/** A JSON or YAML patch. */
export function parsePatch(bytes: Uint8Array, type: 'json' | 'merge' | 'strategic' | 'apply'): Parsed {
  try {
    if (type === 'apply') return parseYamlBytes(bytes)
    const { value, duplicates } = parseJson(text(bytes))
    return { value, problems: { duplicates } }
  } catch (error) {
    throw badRequest(`${refusals[type]}${messageOf(error)}`)
  }
}

/** The media type of a content type, without parameters. */
export function mediaType(contentType: string): string {
  return (contentType.split(';')[0] ?? '').trim().toLowerCase()
}

const parsers: Readonly<Record<string, (bytes: Uint8Array) => Parsed>> = {
  'application/json': parseJsonBytes,
  'application/yaml': parseYamlBytes,
  'application/vnd.kubernetes.protobuf': (bytes) => {
    const { apiVersion, kind, object } = decodeProtobuf(bytes)
    return { value: { ...object, apiVersion, kind }, problems: noProblems }
  },
}

function parseJsonBytes(bytes: Uint8Array): Parsed {
  try {
    return parseJsonText(text(bytes))
  } catch (error) {
    throw new JsonSyntaxError(`couldn't get version/kind; json parse error: ${messageOf(error)}`)
  }
}

function parseJsonText(source: string): Parsed {
  const { value, duplicates } = parseJson(source)
  return { value, problems: { duplicates, order: () => memberOrder(source) } }
}

/** JSON is YAML, and is read as such many times faster. */
function parseYamlBytes(bytes: Uint8Array): Parsed {
  const source = text(bytes)
  if (source.trimStart().startsWith('{')) {
    try {
      const { value, duplicates } = parseJson(source)
      return { value, problems: { duplicates: [], yaml: duplicates.length === 0 ? undefined : repeatedKeys(source) } }
    } catch {
      return { value: parseYaml(source), problems: noProblems }
    }
  }
  return { value: parseYaml(source), problems: { duplicates: [], yaml: repeatedKeys(source) } }
}

function summary(bytes: Uint8Array): string {
  const most = 30
  if (bytes.length === 0) return '<empty>'
  const shown = bytes.length > most ? bytes.slice(0, most) : bytes
  return `${bytes[0] === 0x7b ? text(shown) : toHex(shown)}${bytes.length > most ? ' ...' : ''}`
}

function describe(value: Json): string {
  return Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  let offset = 0
  for (const chunk of chunks) {
    bytes.set(chunk, offset)
    offset += chunk.length
  }
  return bytes
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function tooLarge(): StatusError {
  return new StatusError('RequestEntityTooLarge', `Request entity too large: limit is ${limit}`)
}
