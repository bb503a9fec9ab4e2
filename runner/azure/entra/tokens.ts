// JSON Web Tokens signed by the tenant (ES256): made, and read back.
import { isObject, type JsonObject } from '../../base/json.ts'
import { type PrivateKey, publicPoint, sign, toBase64, toHex, verify } from '../../base/p256.ts'

/** Claims of a token, as they stand in it. */
export interface TokenClaims extends JsonObject {
  readonly aud: string
  readonly exp: number
  readonly oid: string
  readonly tid: string
  readonly upn?: string
  readonly appid?: string
}

/** Signs and reads the tokens of a tenant. */
export interface Tokens {
  issue(claims: JsonObject): string
  /** The claims of a token that this tenant signed, expired or not; undefined for any other text. */
  read(token: string): TokenClaims | undefined
  /** The public key as a JSON Web Key set holds it. */
  jwk(): JsonObject
}

const remembered = 200

/** Tokens under a key. Those that it issued or read are remembered, since checking a signature is dear. */
export function createTokens(key: PrivateKey): Tokens {
  const point = publicPoint(key)
  const kid = toHex(point.slice(1, 17))
  const header = encode(new TextEncoder().encode(JSON.stringify({ typ: 'JWT', alg: 'ES256', kid })))
  const read = new Map<string, TokenClaims>()
  const remember = (token: string, claims: TokenClaims): void => {
    if (read.size >= remembered) read.clear()
    read.set(token, claims)
  }

  return {
    issue(claims) {
      const content = `${header}.${encode(new TextEncoder().encode(JSON.stringify(claims)))}`
      const token = `${content}.${encode(sign(key, new TextEncoder().encode(content)))}`
      if (isClaims(claims)) remember(token, claims)
      return token
    },
    read(token) {
      const known = read.get(token)
      if (known) return known
      const claims = verified(token, point)
      if (claims) remember(token, claims)
      return claims
    },
    jwk: () => ({ kty: 'EC', crv: 'P-256', use: 'sig', alg: 'ES256', kid, x: encode(point.slice(1, 33)), y: encode(point.slice(33)) }),
  }
}

/** base64url without padding. */
export function encode(bytes: Uint8Array): string {
  return toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

function verified(token: string, point: Uint8Array): TokenClaims | undefined {
  const [header = '', content = '', signature = '', ...more] = token.split('.')
  try {
    if (more.length > 0 || !verify(point, new TextEncoder().encode(`${header}.${content}`), decode(signature))) return undefined
    const claims: unknown = JSON.parse(new TextDecoder().decode(decode(content)))
    return isClaims(claims) ? claims : undefined
  } catch {
    return undefined
  }
}

function isClaims(value: unknown): value is TokenClaims {
  return isObject(value) && typeof value.aud === 'string' && typeof value.exp === 'number' && typeof value.oid === 'string'
}

function decode(text: string): Uint8Array {
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (character) => character.charCodeAt(0))
}
