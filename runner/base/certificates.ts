// The world's own certificate authorities: X.509 (RFC 5280) certificates for its hosts and for users of its clusters.
import type { CertificateRequest } from './certificate-request.ts'
import { bitString, element, integer, objectIdentifier, octetString, sequence, set, time, utf8, yes } from './der.ts'
import { createPrivateKey, fromHex, type PrivateKey, pem, privateKeyPem, publicKeyInfo, sign } from './p256.ts'
import { createRandom, type Random } from './random.ts'

/** An authority as it stands in a snapshot. */
export interface AuthorityState {
  readonly name: string
  readonly key: PrivateKey
  /** PEM of its self-signed certificate. */
  readonly certificate: string
}

/** A key and its certificate, both PEM. */
export interface KeyPair {
  readonly key: string
  readonly certificate: string
}

const day = 86_400_000
const names = { commonName: '2.5.4.3', organization: '2.5.4.10' }
const ecdsaWithSha256 = sequence(objectIdentifier('1.2.840.10045.4.3.2'))

/** A new authority, valid for ten years (or until `to`) from a day before `now` (ms). Signing is dear: its certificate is made when it is first read. */
export function createAuthority(name: string, options: { secret: Random; now: number; to?: number }): AuthorityState {
  const key = createPrivateKey(options.secret)
  const extensions = [extension('2.5.29.15', bitString(new Uint8Array([0xa6]), 1), true), extension('2.5.29.19', sequence(yes), true)]
  const body = {
    issuer: [{ commonName: name }],
    subject: [{ commonName: name }],
    publicKey: publicKeyInfo(key),
    seed: `${key}`,
    from: options.now - day,
    to: options.to ?? options.now + 3650 * day,
  }
  let certificate: string | undefined
  return {
    name,
    key,
    get certificate() {
      certificate ??= issue(key, { ...body, extensions })
      return certificate
    },
  }
}

/** A server certificate for DNS names and IPv4 addresses. */
export function serverCertificate(authority: AuthorityState, hosts: readonly string[], options: { secret: Random; now: number }): KeyPair {
  const alternatives = sequence(...hosts.map(generalName))
  const extensions = [extension('2.5.29.37', usages('1.3.6.1.5.5.7.3.1')), extension('2.5.29.17', alternatives)]
  return leaf(authority, {
    subject: [{ commonName: hosts[0] ?? 'host' }],
    extensions,
    ...options,
  })
}

/** A client certificate: `user` becomes the common name, `groups` the organizations, as Kubernetes reads them. */
export function clientCertificate(
  authority: AuthorityState,
  user: { name: string; groups: readonly string[] },
  options: { secret: Random; now: number },
): KeyPair {
  const subject: NamePart[] = [...user.groups.map((organization) => ({ organization })), { commonName: user.name }]
  return leaf(authority, {
    subject,
    extensions: [extension('2.5.29.37', usages('1.3.6.1.5.5.7.3.2'))],
    ...options,
  })
}

const extendedUsages: Readonly<Record<string, string>> = { 'client auth': '1.3.6.1.5.5.7.3.2', 'server auth': '1.3.6.1.5.5.7.3.1' }

/** The certificate of a request, PEM, as the authority's signer makes it: for the subject and names that are asked for. */
export function signRequest(
  authority: AuthorityState,
  { commonName, organizations, hosts, publicKeyInfo: publicKey }: CertificateRequest,
  { from, to, usages: asked }: { readonly from: number; readonly to: number; readonly usages: readonly string[] },
): string {
  const extended = asked.flatMap((usage) => extendedUsages[usage] ?? [])
  const extensions = [
    extension('2.5.29.15', bitString(new Uint8Array([0xa0]), 5), true),
    extension('2.5.29.37', usages(...extended)),
    ...(hosts.length > 0 ? [extension('2.5.29.17', sequence(...hosts.map(generalName)))] : []),
  ]
  const subject: NamePart[] = [...organizations.map((organization) => ({ organization })), ...(commonName === '' ? [] : [{ commonName }])]
  return issue(authority.key, {
    issuer: [{ commonName: authority.name }],
    subject,
    publicKey,
    seed: `${commonName}/${from}/${publicKey.join('')}`,
    from,
    to,
    extensions,
  })
}

/** A PEM request for a certificate (PKCS#10, RFC 2986), for a key of one's own. */
export function createCertificateRequest(key: PrivateKey, { commonName, hosts }: { readonly commonName: string; readonly hosts: readonly string[] }): string {
  const asked = sequence(extension('2.5.29.17', sequence(...hosts.map(generalName))))
  const attributes = element(0xa0, sequence(objectIdentifier('1.2.840.113549.1.9.14'), set(asked)))
  const subject = distinguishedName(commonName === '' ? [] : [{ commonName }])
  const body = sequence(integer(new Uint8Array([0])), subject, publicKeyInfo(key), attributes)
  const signature = sign(key, body)
  const signatureValue = sequence(integer(signature.slice(0, 32)), integer(signature.slice(32)))
  return pem('CERTIFICATE REQUEST', sequence(body, ecdsaWithSha256, bitString(signatureValue)))
}

type NamePart = { readonly commonName: string } | { readonly organization: string }

interface CertificateBody {
  readonly issuer: readonly NamePart[]
  readonly subject: readonly NamePart[]
  /** The subject's public key, in DER. */
  readonly publicKey: Uint8Array
  /** What the serial number follows from. */
  readonly seed: string
  readonly from: number
  readonly to: number
  readonly extensions: readonly Uint8Array[]
}

function leaf(
  authority: AuthorityState,
  options: {
    subject: readonly NamePart[]
    extensions: readonly Uint8Array[]
    secret: Random
    now: number
  },
): KeyPair {
  const key = createPrivateKey(options.secret)
  const extensions = [extension('2.5.29.15', bitString(new Uint8Array([0xa0]), 5), true), ...options.extensions]
  const body = {
    issuer: [{ commonName: authority.name }],
    subject: options.subject,
    publicKey: publicKeyInfo(key),
    seed: `${key}`,
    from: options.now - day,
    to: options.now + 730 * day,
    extensions,
  }
  return { key: privateKeyPem(key), certificate: issue(authority.key, body) }
}

function issue(issuerKey: PrivateKey, body: CertificateBody): string {
  const serial = createRandom(`${body.seed}serial`).bytes(16)
  const toBeSigned = sequence(
    element(0xa0, integer(new Uint8Array([2]))),
    integer(serial),
    ecdsaWithSha256,
    distinguishedName(body.issuer),
    sequence(time(body.from), time(body.to)),
    distinguishedName(body.subject),
    body.publicKey,
    element(0xa3, sequence(...body.extensions)),
  )
  const signature = sign(issuerKey, toBeSigned)
  const signatureValue = sequence(integer(signature.slice(0, 32)), integer(signature.slice(32)))
  return pem('CERTIFICATE', sequence(toBeSigned, ecdsaWithSha256, bitString(signatureValue)))
}

function distinguishedName(parts: readonly NamePart[]): Uint8Array {
  return sequence(
    ...parts.map((part) => {
      const [type, value] = 'commonName' in part ? [names.commonName, part.commonName] : [names.organization, part.organization]
      return set(sequence(objectIdentifier(type), utf8(value)))
    }),
  )
}

function extension(identifier: string, value: Uint8Array, critical = false): Uint8Array {
  return sequence(objectIdentifier(identifier), ...(critical ? [yes] : []), octetString(value))
}

function usages(...identifiers: readonly string[]): Uint8Array {
  return sequence(...identifiers.map(objectIdentifier))
}

function generalName(host: string): Uint8Array {
  const parts = host.split('.').map(Number)
  const isAddress = parts.length === 4 && parts.every((part) => Number.isInteger(part) && part >= 0 && part < 256)
  if (isAddress) return element(0x87, fromHex(parts.map((part) => part.toString(16).padStart(2, '0')).join('')))
  return element(0x82, new TextEncoder().encode(host))
}
