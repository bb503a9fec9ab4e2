// Keys and signatures on the curve P-256, deterministic (RFC 6979), so that the same secret gives the same bytes.
import { p256 } from '@noble/curves/nist.js'
import { sha256 } from '@noble/hashes/sha2.js'
import type { Random } from './random.ts'

// A smaller table of the base point's multiples than usual: it is made in half the time, and a process signs but a few times.
p256.Point.BASE.precompute(4)

/** A private key as it stands in a snapshot: 32 bytes as lower-case hex. */
export type PrivateKey = string & { readonly __brand: 'PrivateKey' }

/** A private key drawn from the world's secret chance. */
export function createPrivateKey(secret: Random): PrivateKey {
  for (;;) {
    const bytes = secret.bytes(32)
    if (p256.utils.isValidSecretKey(bytes)) return toHex(bytes) as PrivateKey
  }
}

/** ECDSA with SHA-256 over `data`: 64 bytes, r and s, as JOSE (ES256) and WebCrypto write it. */
export function sign(key: PrivateKey, data: Uint8Array): Uint8Array {
  return p256.sign(sha256(data), fromHex(key), { prehash: false, lowS: false })
}

/** Whether `signature` (r and s) was made over `data` with the key of this public point. */
export function verify(point: Uint8Array, data: Uint8Array, signature: Uint8Array): boolean {
  return p256.verify(signature, sha256(data), point, {
    prehash: false,
    lowS: false,
  })
}

/** The public key as an uncompressed point, 65 bytes. Nobody times a simulated world's keys: the quicker multiplication will do. */
export function publicPoint(key: PrivateKey): Uint8Array {
  return p256.Point.BASE.multiplyUnsafe(BigInt(`0x${key}`)).toBytes(false)
}

/** The public key as DER SubjectPublicKeyInfo (RFC 5480). */
export function publicKeyInfo(key: PrivateKey): Uint8Array {
  return Uint8Array.from([...fromHex('3059301306072a8648ce3d020106082a8648ce3d030107034200'), ...publicPoint(key)])
}

/** The private key as PEM in the form of SEC 1, as kubeadm writes such keys (client-go `keyutil.MarshalPrivateKeyToPEM`): some clients take PKCS#8 for RSA. */
export function privateKeyPem(key: PrivateKey): string {
  const der = Uint8Array.from([...fromHex('30770201010420'), ...fromHex(key), ...fromHex('a00a06082a8648ce3d030107a144034200'), ...publicPoint(key)])
  return pem('EC PRIVATE KEY', der)
}

/** DER bytes in PEM armour, 64 characters a line. */
export function pem(label: string, der: Uint8Array): string {
  const lines = toBase64(der).match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}

/** Lower-case hex of bytes. */
export function toHex(bytes: Uint8Array): string {
  let hex = ''
  for (const byte of bytes) hex += hexPairs[byte]
  return hex
}

const hexPairs: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** Bytes of lower- or upper-case hex. */
export function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}

/** Standard base64 with padding. */
export function toBase64(bytes: Uint8Array): string {
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary)
}
