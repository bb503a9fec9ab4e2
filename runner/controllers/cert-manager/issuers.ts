// Issuers and ClusterIssuers: whether they can issue (cert-manager `pkg/issuer`).
import { readAuthority } from '../../base/read-authority.ts'
import { at, type KubernetesObject, type Resource } from '../../kubernetes/object.ts'
import type { ControllerContext } from '../controller.ts'
import { secrets } from '../resources.ts'
import { clusterIssuers, issuers, running, type Said, tell, textIn } from './shape.ts'

/** Where an issuer's Secrets are: its own namespace, or for a ClusterIssuer that of cert-manager. */
export async function namespaceOf(issuer: KubernetesObject, context: ControllerContext): Promise<string> {
  return issuer.metadata.namespace ?? (await running('controller', context))?.metadata.namespace ?? 'cert-manager'
}

/** Says of an issuer whether it is ready. */
export async function settleIssuer(issuer: KubernetesObject, context: ControllerContext): Promise<void> {
  const of: Resource = issuer.kind === 'Issuer' ? issuers : clusterIssuers
  const found = await readiness(issuer, context)
  if (!found) return
  const [, status, reason, message] = found.said
  const changed = await tell(of, issuer, [found.said], context, found.more)
  if (changed && message !== undefined)
    await context.event(issuer, { type: status === 'True' ? 'Normal' : 'Warning', reason, message, component: `cert-manager-${of.plural}` })
}

async function readiness(issuer: KubernetesObject, context: ControllerContext): Promise<{ said: Said; more?: { acme: Record<string, string> } } | undefined> {
  if (at(issuer, 'spec', 'selfSigned') !== undefined) return { said: ['Ready', 'True', 'IsReady'] }
  if (at(issuer, 'spec', 'ca') !== undefined) return { said: await authorityReadiness(issuer, context) }
  if (at(issuer, 'spec', 'acme') === undefined) return undefined
  const server = String(at(issuer, 'spec', 'acme', 'server') ?? '')
  const account = 1_000_000 + (Number.parseInt((issuer.metadata.uid ?? '0').slice(0, 6), 16) % 9_000_000)
  const acme = {
    lastRegisteredEmail: String(at(issuer, 'spec', 'acme', 'email') ?? ''),
    uri: `${/^https:\/\/[^/]+/.exec(server)?.[0] ?? ''}/acme/acct/${account}`,
  }
  return { said: ['Ready', 'True', 'ACMEAccountRegistered', 'The ACME account was registered with the ACME server'], more: { acme } }
}

async function authorityReadiness(issuer: KubernetesObject, context: ControllerContext): Promise<Said> {
  const name = String(at(issuer, 'spec', 'ca', 'secretName') ?? '')
  const secret = await context.client.get(secrets, { namespace: await namespaceOf(issuer, context), name })
  if (!secret) return ['Ready', 'False', 'ErrGetKeyPair', `Error getting keypair for CA issuer: secrets "${name}" not found`]
  const whole = textIn(secret, 'tls.crt') !== '' && textIn(secret, 'tls.key') !== ''
  if (!whole) return ['Ready', 'False', 'ErrGetKeyPair', 'Error getting keypair for CA issuer: error decoding certificate PEM block']
  if (!readAuthority(textIn(secret, 'tls.crt'), textIn(secret, 'tls.key')))
    return ['Ready', 'False', 'ErrInvalidKeyPair', 'drydock: keys of authorities other than those on the curve P-256 are not simulated']
  return ['Ready', 'True', 'KeyPairVerified', 'Signing CA verified']
}
