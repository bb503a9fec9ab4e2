// Whether a certificate and a private key in PEM belong together, in the words of Go's `tls.X509KeyPair`.
import { p256, p384, p521 } from '@noble/curves/nist.js'
import { toHex } from './p256.ts'
import { childrenOf, type Element, elementAt, identifierOf } from './read-der.ts'

interface Block {
  readonly type: string
  readonly der: Uint8Array
}

/** A public key: of which sort, and what tells it from others. `point` is undefined where that cannot be told. */
interface PublicKey {
  readonly sort: 'RSA' | 'EC' | 'Ed25519'
  readonly point: string | undefined
}

const sorts: Readonly<Record<string, PublicKey['sort']>> = { '1.2.840.113549.1.1.1': 'RSA', '1.2.840.10045.2.1': 'EC', '1.3.101.112': 'Ed25519' }
const curves: Readonly<Record<string, typeof p256>> = { '1.2.840.10045.3.1.7': p256, '1.3.132.0.34': p384, '1.3.132.0.35': p521 }

/** What is wrong with the pair, or undefined. */
export function keyPairProblem(certificate: string, key: string): string | undefined {
  const [certificates, keys] = [blocksOf(certificate), blocksOf(key)]
  const first = certificates.find(({ type }) => type === 'CERTIFICATE')
  if (!first) return withoutCertificate(certificates.map(({ type }) => type))
  const own = keys.find(({ type }) => isKey(type))
  if (!own) return withoutKey(keys.map(({ type }) => type))
  const certified = attempt(() => certifiedKey(first.der))
  if (certified === undefined) return 'x509: malformed certificate'
  const held = attempt(() => heldKey(own.der))
  if (held === undefined) return 'tls: failed to parse private key'
  if (held === 'unknown') return 'tls: found unknown private key type in PKCS#8 wrapping'
  if (certified === 'unknown') return 'tls: unknown public key algorithm'
  if (held.sort !== certified.sort) return 'tls: private key type does not match public key type'
  const fits = held.point === undefined || held.point === certified.point
  return fits ? undefined : 'tls: private key does not match public key'
}

/** What is wrong with the certificates of authorities in PEM, or undefined: one that can be read is enough (client-go `transport.TLSConfigFor`). */
export function bundleProblem(text: string): string | undefined {
  const certificates = blocksOf(text).filter(({ type }) => type === 'CERTIFICATE')
  const broken = certificates.filter(({ der }) => attempt(() => certifiedKey(der)) === undefined)
  if (broken.length < certificates.length) return undefined
  const rest = text.slice(text.lastIndexOf('-----END ') + 1).replace(/^----END [^\n]*-----\n?/, '')
  const why =
    broken.length > 0
      ? 'failed to parse certificate: x509: malformed certificate'
      : rest === ''
        ? 'no valid certificate authority data seen'
        : 'unable to parse bytes as PEM block'
  return `unable to load root certificates: ${why}`
}

function isKey(type: string): boolean {
  return type === 'PRIVATE KEY' || type.endsWith(' PRIVATE KEY')
}

function withoutCertificate(types: readonly string[]): string {
  if (types.length === 0) return 'tls: failed to find any PEM data in certificate input'
  if (types.length === 1 && types[0]?.endsWith('PRIVATE KEY'))
    return 'tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched'
  return `tls: failed to find "CERTIFICATE" PEM block in certificate input after skipping PEM blocks of the following types: [${types.join(' ')}]`
}

function withoutKey(types: readonly string[]): string {
  if (types.length === 0) return 'tls: failed to find any PEM data in key input'
  if (types.length === 1 && types[0] === 'CERTIFICATE') return 'tls: found a certificate rather than a key in the PEM for the private key'
  return `tls: failed to find PEM block with type ending in "PRIVATE KEY" in key input after skipping PEM blocks of the following types: [${types.join(' ')}]`
}

function blocksOf(text: string): readonly Block[] {
  return [...text.matchAll(/^-----BEGIN ([^\n]*?)-----\s*\n([\s\S]*?)-----END \1-----/gm)].flatMap(([, type = '', base64 = '']) => {
    const der = attempt(() => Uint8Array.from(atob(base64.replace(/\s/g, '')), (letter) => letter.charCodeAt(0)))
    return der ? [{ type, der }] : []
  })
}

function certifiedKey(der: Uint8Array): PublicKey | 'unknown' {
  const [body] = childrenOf(elementAt(der, 0))
  const parts = childrenOf(body ?? elementAt(der, 0))
  const info = parts[parts[0]?.tag === 0xa0 ? 6 : 5]
  const [algorithm, bits] = childrenOf(present(info))
  const sort = sorts[identifierOf(present(childrenOf(present(algorithm))[0]).contents)]
  const bytes = present(bits).contents.slice(1)
  return sort === undefined ? 'unknown' : { sort, point: sort === 'RSA' ? modulus(childrenOf(elementAt(bytes, 0))) : toHex(bytes) }
}

/** PKCS#1, PKCS#8 and SEC 1 differ in their second part. */
function heldKey(der: Uint8Array): PublicKey | 'unknown' {
  const parts = childrenOf(elementAt(der, 0))
  const [, second, third] = parts
  if (present(second).tag === 0x02) return { sort: 'RSA', point: modulus(parts.slice(1)) }
  if (present(second).tag === 0x04) return ellipticKey(parts, undefined)
  const [type, curve] = childrenOf(present(second))
  const sort = sorts[identifierOf(present(type).contents)]
  if (sort === undefined) return 'unknown'
  if (sort === 'Ed25519') return { sort, point: undefined }
  const inner = childrenOf(elementAt(present(third).contents, 0))
  return sort === 'RSA' ? { sort, point: modulus(inner.slice(1)) } : ellipticKey(inner, curve)
}

function ellipticKey(parts: readonly Element[], named: Element | undefined): PublicKey {
  const parameters = parts.find(({ tag }) => tag === 0xa0)
  const name = named ?? (parameters && childrenOf(parameters)[0])
  const curve = curves[name ? identifierOf(name.contents) : '']
  if (!curve) throw new Error('unknown elliptic curve')
  return { sort: 'EC', point: toHex(curve.getPublicKey(present(parts[1]).contents, false)) }
}

function modulus([number, exponent]: readonly Element[]): string {
  return `${toHex(present(number).contents)} ${toHex(present(exponent).contents)}`
}

function present(element: Element | undefined): Element {
  if (!element) throw new Error('DER ends too early')
  return element
}

function attempt<result>(work: () => result): result | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}
