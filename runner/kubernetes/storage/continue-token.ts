// Where a list goes on: the token that a page ends with, opaque to clients and shaped as the server's.
import { isObject } from '../../base/json.ts'
import { JsonSyntaxError, parseJson } from '../encoding/json.ts'
import { StatusError } from '../status-error.ts'

/** The revision that all pages show, and the key after which the next one begins. */
export interface ContinuePoint {
  readonly revision: number
  readonly after: string
}

/** The revision of a token that goes on with what is there now. */
export const fromNow = -1

/** The token of a point. */
export function formatContinue({ revision, after }: ContinuePoint): string {
  const text = `{"v":"meta.k8s.io/v1","rv":${revision},"start":${JSON.stringify(`/${after}\u0000`)}}`
  const bytes = new TextEncoder().encode(text)
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}

/** Reads a token; throws StatusError BadRequest. */
export function parseContinue(token: string): ContinuePoint {
  const value = readToken(token)
  if (!isObject(value) || value.v !== 'meta.k8s.io/v1') throw invalid('server does not recognize this encoded version')
  const start = typeof value.start === 'string' ? value.start : ''
  if (start === '' || !Number(value.rv)) throw invalid('incorrect encoded start resourceVersion (version meta.k8s.io/v1)')
  return { revision: Number(value.rv), after: start.slice(1, -1) }
}

function readToken(token: string): unknown {
  const illegal = token.search(/[^A-Za-z0-9_-]/)
  if (illegal >= 0 || token.length % 4 === 1) throw invalid(`illegal base64 data at input byte ${illegal < 0 ? token.length - 1 : illegal}`)
  const binary = atob(token.replaceAll('-', '+').replaceAll('_', '/'))
  try {
    return parseJson(binary).value
  } catch (error) {
    throw error instanceof JsonSyntaxError ? invalid(notJson(binary) ?? error.message) : error
  }
}

/** Bytes that are no text are named by their number. */
function notJson(binary: string): string | undefined {
  const code = binary.charCodeAt(0)
  return code >= 0x80 ? `invalid character '\\u${code.toString(16).padStart(4, '0')}' looking for beginning of value` : undefined
}

function invalid(why: string): StatusError {
  return new StatusError('BadRequest', `invalid continue token: continue key is not valid: ${why}`)
}
