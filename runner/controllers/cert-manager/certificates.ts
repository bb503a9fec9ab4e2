// Certificates: issued into their Secrets, with a CertificateRequest for each time (cert-manager `pkg/controller/certificates`).
import { at, formatTime, type KubernetesObject } from '../../kubernetes/object.ts'
import type { ControllerContext, EventNotice, ReconcileResult } from '../controller.ts'
import { controllerReference } from '../owners.ts'
import { secrets } from '../resources.ts'
import { annotationsFor, type Issued, issueFor, keep } from './issue.ts'
import { certificateRequests, certificates, clusterIssuers, conditionOf, issuers, listed, running, type Said, tell, textIn } from './shape.ts'

/** Brings a Certificate's Secret up to date, and says how it stands. */
export async function settleCertificate(certificate: KubernetesObject, context: ControllerContext): Promise<ReconcileResult | undefined> {
  const { namespace = '' } = certificate.metadata
  const secret = await context.client.get(secrets, { namespace, name: String(at(certificate, 'spec', 'secretName') ?? '') })
  const why = reasonToIssue(certificate, secret, context)
  if (why === undefined) {
    await tell(certificates, certificate, [ready], context)
    const renewal = Date.parse(String(at(certificate, 'status', 'renewalTime') ?? ''))
    return Number.isNaN(renewal) ? undefined : { requeueAfter: Math.max(renewal - context.clock.now(), 1000) }
  }
  const [reason, message] = why
  if (conditionOf(certificate, 'Issuing')?.status !== 'True') await say(certificate, context, ['Issuing', message, 'trigger'])
  const revision = Number(at(certificate, 'status', 'revision') ?? 0) + 1
  const issuer = await issuerOf(certificate, context)
  const issued = issuer && conditionOf(issuer, 'Ready')?.status === 'True' ? await issueFor(certificate, issuer, context) : undefined
  if (issued) return finish(certificate, { issued, revision }, context)
  const pending: Said[] = [
    ['Ready', 'False', reason, message],
    ['Issuing', 'True', reason, message],
  ]
  await tell(certificates, certificate, pending, context)
  return undefined
}

const ready: Said = ['Ready', 'True', 'Ready', 'Certificate is up to date and has not expired']

/** Why a Certificate has to be issued now (`policies/checks.go`). */
function reasonToIssue(
  certificate: KubernetesObject,
  secret: KubernetesObject | undefined,
  { clock }: ControllerContext,
): readonly [string, string] | undefined {
  if (!secret) return ['DoesNotExist', 'Issuing certificate as Secret does not exist']
  if (textIn(secret, 'tls.crt') === '' || textIn(secret, 'tls.key') === '')
    return ['MissingData', 'Issuing certificate as Secret does not contain a private key']
  const wanted = Object.entries(annotationsFor(certificate))
  const changed = wanted.some(([name, value]) => (secret.metadata.annotations?.[name] ?? '') !== value)
  if (changed) return ['SecretMismatch', 'Issuing certificate as Existing issued Secret is not up to date for spec']
  const renewal = Date.parse(String(at(certificate, 'status', 'renewalTime') ?? ''))
  if (renewal <= clock.now()) return ['Renewing', `Renewing certificate as renewal was scheduled at ${formatTime(renewal)}`]
  return Number.isNaN(renewal) ? ['IncorrectCertificate', 'Issuing certificate as Secret was issued for another Certificate'] : undefined
}

/** The issuer that a Certificate refers to, where it is there. */
async function issuerOf(certificate: KubernetesObject, context: ControllerContext): Promise<KubernetesObject | undefined> {
  const [kind, name] = [at(certificate, 'spec', 'issuerRef', 'kind') ?? 'Issuer', at(certificate, 'spec', 'issuerRef', 'name')]
  const found = await listed(kind === 'ClusterIssuer' ? clusterIssuers : issuers, context)
  return found.find(({ metadata }) => metadata.name === name && (kind === 'ClusterIssuer' || metadata.namespace === certificate.metadata.namespace))
}

async function finish(
  certificate: KubernetesObject,
  { issued, revision }: { readonly issued: Issued; readonly revision: number },
  context: ControllerContext,
): Promise<undefined> {
  const name = `${certificate.metadata.name}-${revision}`
  const temporary = `${certificate.metadata.name}-${context.random.letters(5, 'bcdfghjklmnpqrstvwxz2456789')}`
  await say(certificate, context, ['Generated', `Stored new private key in temporary Secret resource "${temporary}"`, 'key-manager'])
  await makeRequest(certificate, { issued, revision, name }, context)
  await say(certificate, context, ['Requested', `Created new CertificateRequest resource "${name}"`, 'request-manager'])
  await keep(certificate, issued, context)
  await say(certificate, context, ['Issuing', 'The certificate has been successfully issued', 'issuing'])
  const third = (issued.to - issued.from) / 3
  const more = { notAfter: formatTime(issued.to), notBefore: formatTime(issued.from), renewalTime: formatTime(issued.to - third), revision }
  await tell(certificates, certificate, [ready], context, more)
}

async function makeRequest(
  certificate: KubernetesObject,
  { issued, revision, name }: { readonly issued: Issued; readonly revision: number; readonly name: string },
  context: ControllerContext,
): Promise<void> {
  const { namespace = '' } = certificate.metadata
  const place = (await running('controller', context))?.metadata.namespace ?? 'cert-manager'
  const spec = {
    extra: { 'authentication.kubernetes.io/pod-name': [(await running('controller', context))?.metadata.name ?? ''] },
    groups: ['system:serviceaccounts', `system:serviceaccounts:${place}`, 'system:authenticated'],
    ...(at(certificate, 'spec', 'isCA') === true && { isCA: true }),
    issuerRef: at(certificate, 'spec', 'issuerRef') ?? {},
    request: btoa(issued.request),
    usages: at(certificate, 'spec', 'usages') ?? ['digital signature', 'key encipherment'],
    username: `system:serviceaccount:${place}:cert-manager`,
  }
  const annotations = { 'cert-manager.io/certificate-name': certificate.metadata.name ?? '', 'cert-manager.io/certificate-revision': String(revision) }
  const metadata = { name, namespace, annotations, ownerReferences: [controllerReference(certificate)] }
  const object = { apiVersion: 'cert-manager.io/v1', kind: 'CertificateRequest', metadata, spec }
  const stale = (await listed(certificateRequests, context)).find((each) => each.metadata.name === name && each.metadata.namespace === namespace)
  if (stale) await context.client.delete(certificateRequests, { namespace, name })
  const made = await context.client.create(certificateRequests, object as unknown as KubernetesObject)
  const said: Said[] = [
    ['Approved', 'True', 'cert-manager.io', 'Certificate request has been approved by cert-manager.io'],
    ['Ready', 'True', 'Issued', 'Certificate fetched from issuer successfully'],
  ]
  await tell(certificateRequests, made, said, context, { ca: btoa(issued.authority), certificate: btoa(issued.certificate) })
  await context.event(made, { ...normal('cert-manager.io', said[0]?.[3] ?? ''), component: 'cert-manager-certificaterequests-approver' })
  await context.event(made, { ...normal('CertificateIssued', said[1]?.[3] ?? ''), component: 'cert-manager-certificaterequests-issuer' })
}

function normal(reason: string, message: string): EventNotice {
  return { type: 'Normal', reason, message }
}

async function say(certificate: KubernetesObject, { event }: ControllerContext, [reason, message, part]: readonly [string, string, string]): Promise<void> {
  await event(certificate, { ...normal(reason, message), component: `cert-manager-certificates-${part}` })
}
