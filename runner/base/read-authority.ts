// An authority from the files in which somebody keeps it.
import type { AuthorityState } from './certificates.ts'
import { type PrivateKey, pem, publicPoint, toHex } from './p256.ts'
import { childrenOf, type Element, elementAt, identifierOf } from './read-der.ts'

/** The authority of a PEM certificate and its key; undefined for keys that are not on P-256. */
export function readAuthority(certificate: string, key: string): AuthorityState | undefined {
  const secret = keyOf(derOf(key, '(?:EC )?PRIVATE KEY'))
  const der = derOf(certificate, 'CERTIFICATE')
  if (secret === undefined || der === undefined) return undefined
  return { name: subjectOf(der), key: secret, certificate: pem('CERTIFICATE', der) }
}

function derOf(text: string, label: string): Uint8Array | undefined {
  const [, base64] = new RegExp(`-----BEGIN ${label}-----([\\s\\S]+?)-----END ${label}-----`).exec(text) ?? []
  try {
    return base64 === undefined ? undefined : Uint8Array.from(atob(base64.replace(/\s/g, '')), (letter) => letter.charCodeAt(0))
  } catch {
    return undefined
  }
}

/** The number of a key on P-256: in SEC 1 or in PKCS#8 it stands as an octet string of 32 bytes. */
function keyOf(der: Uint8Array | undefined): PrivateKey | undefined {
  const hex = der === undefined ? '' : toHex(der)
  const [, secret] = /0201010420([0-9a-f]{64})/.exec(hex) ?? []
  if (secret === undefined || !hex.includes(curve)) return undefined
  const key = secret as PrivateKey // 32 bytes of a key on this very curve
  return publicPoint(key).length === 65 ? key : undefined
}

/** prime256v1, as an object identifier. */
const curve = '06082a8648ce3d030107'

function subjectOf(der: Uint8Array): string {
  const body = childrenOf(elementAt(der, 0))[0]
  const subject = body && childrenOf(body)[5]
  const parts = subject ? childrenOf(subject).flatMap((set) => childrenOf(set).map((part) => childrenOf(part))) : []
  const [, name] = parts.find(([type]) => type && identifierOf(type.contents) === '2.5.4.3') ?? []
  return name ? textOf(name) : ''
}

function textOf({ contents }: Element): string {
  return new TextDecoder().decode(contents)
}
