// What is issued: keys, certificates, and the Secret in which they are kept.

import { readCertificateRequest } from '../../base/certificate-request.ts'
import { type AuthorityState, createAuthority, createCertificateRequest, signRequest } from '../../base/certificates.ts'
import { readGoDuration } from '../../base/go-duration.ts'
import type { JsonObject } from '../../base/json.ts'
import { createPrivateKey, type PrivateKey, privateKeyPem } from '../../base/p256.ts'
import { createRandom } from '../../base/random.ts'
import { readAuthority } from '../../base/read-authority.ts'
import { at, type KubernetesObject } from '../../kubernetes/object.ts'
import type { ControllerContext } from '../controller.ts'
import { secrets } from '../resources.ts'
import { namespaceOf } from './issuers.ts'
import { prefix, textIn } from './shape.ts'

/** A certificate with its key, that of whoever signed it, and how long it holds, ms. */
export interface Issued {
  readonly key: string
  readonly certificate: string
  readonly authority: string
  readonly request: string
  readonly from: number
  readonly to: number
}

const ninetyDays = 90 * 86_400_000

/** A list of texts in a Certificate's spec. */
export function textsOf(certificate: KubernetesObject, name: string): readonly string[] {
  const value = at(certificate, 'spec', name)
  return Array.isArray(value) ? value.map(String) : []
}

/** Issues what a Certificate asks for; undefined where its issuer's own pair cannot sign. */
export async function issueFor(certificate: KubernetesObject, issuer: KubernetesObject, context: ControllerContext): Promise<Issued | undefined> {
  const secret = createRandom(context.random.uuid())
  const hosts = [...textsOf(certificate, 'dnsNames'), ...textsOf(certificate, 'ipAddresses')]
  const commonName = String(at(certificate, 'spec', 'commonName') ?? '')
  const from = Math.floor(context.clock.now() / 1000) * 1000
  const to = from + durationOf(certificate)
  const isAuthority = at(certificate, 'spec', 'isCA') === true
  const selfSigned = at(issuer, 'spec', 'selfSigned') !== undefined
  if (isAuthority && selfSigned) return ownAuthority(createAuthority(commonName, { secret, now: from, to }), { hosts, from, to })
  const key = createPrivateKey(secret)
  const signer = selfSigned ? { name: commonName, key, certificate: '' } : await authorityOf(issuer, context)
  if (!signer) return undefined
  return { ...signed(key, signer, { commonName, hosts, from, to, usages: textsOf(certificate, 'usages') }), from, to }
}

function durationOf(certificate: KubernetesObject): number {
  const asked = at(certificate, 'spec', 'duration')
  return (typeof asked === 'string' ? readGoDuration(asked) : undefined) ?? ninetyDays
}

function ownAuthority(
  { name, key, certificate }: AuthorityState,
  { hosts, from, to }: { readonly hosts: readonly string[]; readonly from: number; readonly to: number },
): Issued {
  return { key: privateKeyPem(key), certificate, authority: certificate, request: createCertificateRequest(key, { commonName: name, hosts }), from, to }
}

interface Asked {
  readonly commonName: string
  readonly hosts: readonly string[]
  readonly from: number
  readonly to: number
  readonly usages: readonly string[]
}

function signed(key: PrivateKey, signer: AuthorityState, { commonName, hosts, from, to, usages }: Asked): Omit<Issued, 'from' | 'to'> {
  const request = createCertificateRequest(key, { commonName, hosts })
  const read = readCertificateRequest(request) ?? { commonName, organizations: [], hosts, publicKeyInfo: new Uint8Array() }
  const certificate = signRequest(signer, read, { from, to, usages: usages.length > 0 ? usages : ['server auth'] })
  return { key: privateKeyPem(key), certificate, authority: signer.certificate === '' ? certificate : signer.certificate, request }
}

async function authorityOf(issuer: KubernetesObject, context: ControllerContext): Promise<AuthorityState | undefined> {
  const name = String(at(issuer, 'spec', 'ca', 'secretName') ?? '')
  const secret = await context.client.get(secrets, { namespace: await namespaceOf(issuer, context), name })
  return readAuthority(textIn(secret, 'tls.crt'), textIn(secret, 'tls.key'))
}

/** The annotations by which a Secret is known to be a Certificate's. */
export function annotationsFor(certificate: KubernetesObject): Record<string, string> {
  const reference = (name: string): string => String(at(certificate, 'spec', 'issuerRef', name) ?? '')
  return {
    [`${prefix}alt-names`]: textsOf(certificate, 'dnsNames').join(','),
    [`${prefix}certificate-name`]: certificate.metadata.name ?? '',
    [`${prefix}common-name`]: String(at(certificate, 'spec', 'commonName') ?? ''),
    [`${prefix}ip-sans`]: textsOf(certificate, 'ipAddresses').join(','),
    [`${prefix}issuer-group`]: reference('group'),
    [`${prefix}issuer-kind`]: reference('kind') || 'Issuer',
    [`${prefix}issuer-name`]: reference('name'),
    [`${prefix}uri-sans`]: textsOf(certificate, 'uris').join(','),
  }
}

/** Keeps what was issued in the Certificate's Secret. */
export async function keep(certificate: KubernetesObject, { key, certificate: own, authority }: Issued, { client }: ControllerContext): Promise<void> {
  const { namespace = '' } = certificate.metadata
  const name = String(at(certificate, 'spec', 'secretName') ?? '')
  const template = (part: string): JsonObject => (at(certificate, 'spec', 'secretTemplate', part) ?? {}) as JsonObject // its schema says so
  const metadata = {
    name,
    namespace,
    annotations: { ...template('annotations'), ...annotationsFor(certificate) },
    labels: { 'controller.cert-manager.io/fao': 'true', ...template('labels') },
  }
  const data = { 'ca.crt': btoa(authority), 'tls.crt': btoa(own), 'tls.key': btoa(key) }
  const object = { apiVersion: 'v1', kind: 'Secret', metadata, type: 'kubernetes.io/tls', data }
  const known = await client.get(secrets, { namespace, name })
  if (known)
    await client.patch(secrets, { namespace, name }, { metadata: { annotations: metadata.annotations, labels: metadata.labels }, data }, { type: 'merge' })
  else await client.create(secrets, object as unknown as KubernetesObject)
}
