// JSON Web Tokens signed with ES256: written, and read again.
import { sha256 } from '@noble/hashes/sha2.js'
import { isObject, type JsonObject } from '../../base/json.ts'
import { type PrivateKey, publicKeyInfo, publicPoint, sign, toBase64, verify } from '../../base/p256.ts'

/** A signed token with these claims. */
export function signToken(key: PrivateKey, claims: JsonObject): string {
  const content = `${encode({ alg: 'ES256', kid: keyId(key) })}.${encode(claims)}`
  return `${content}.${base64Url(sign(key, utf8(content)))}`
}

/** The claims of a token that was signed with `key`, or undefined. */
export function verifyToken(key: PrivateKey, token: string): JsonObject | undefined {
  const [header, claims, signature, ...rest] = token.split('.')
  if (header === undefined || claims === undefined || signature === undefined || rest.length > 0) return undefined
  try {
    if (!verify(publicPoint(key), utf8(`${header}.${claims}`), fromBase64Url(signature))) return undefined
    const value: unknown = JSON.parse(new TextDecoder().decode(fromBase64Url(claims)))
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** The public key as a JSON Web Key, as `/openid/v1/jwks` shows it. */
export function publicJwk(key: PrivateKey): JsonObject {
  const point = publicPoint(key)
  return { use: 'sig', kty: 'EC', kid: keyId(key), crv: 'P-256', alg: 'ES256', x: base64Url(point.slice(1, 33)), y: base64Url(point.slice(33)) }
}

/** Name of a key: the hash of its public form, as kube-apiserver makes it. */
function keyId(key: PrivateKey): string {
  return base64Url(sha256(publicKeyInfo(key)))
}

function encode(value: JsonObject): string {
  return base64Url(utf8(JSON.stringify(value)))
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

function base64Url(bytes: Uint8Array): string {
  return toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

function fromBase64Url(text: string): Uint8Array {
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0))
}
