// What a path of Graph is: a method, a form, and an answer.
import type { JsonObject } from '../../base/json.ts'
import type { Directory } from '../entra/directory.ts'
import type { TokenClaims } from '../entra/tokens.ts'

/** What the host needs: the directory, and who a request comes from. */
export interface GraphSetting {
  readonly directory: Directory
  readonly tenant: { readonly id: string; readonly domain: string }
  now(): number
  requestId(): string
  /** A fresh id that lasts, and a fresh secret. */
  newId(): string
  newSecret(): string
  /** The caller's claims, or what is wrong with the token in Graph's words. */
  identify(request: Request): TokenClaims | string
}

/** A request that a route has matched. */
export interface GraphRequest {
  readonly names: Readonly<Record<string, string>>
  readonly body: JsonObject
  readonly query: URLSearchParams
  readonly caller: TokenClaims
  readonly setting: GraphSetting
}

/** An answer: a body with 200 (or 201 for what was made), or nothing (204). */
export type GraphAnswer = { readonly body: JsonObject; readonly status?: 200 | 201 } | undefined

/** A path below the version, with `{names}` for its variable segments; fixed ones compare without case. */
export interface GraphRoute {
  readonly method: string
  readonly path: string
  answer(request: GraphRequest): GraphAnswer
}

const base = 'https://graph.microsoft.com/v1.0/$metadata#'

/** One object, as an answer of a collection. */
export function entity(collection: string, shown: JsonObject): JsonObject {
  return { '@odata.context': `${base}${collection}/$entity`, ...shown }
}

/** A list, as an answer of a collection. */
export function listOf(collection: string, value: readonly JsonObject[]): JsonObject {
  return { '@odata.context': `${base}${collection}`, value: [...value] }
}

/** A time as Graph writes it. */
export function graphTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`
}
