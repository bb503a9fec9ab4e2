// Certificates for the TLS of Ingresses that ask for them by an annotation (cert-manager `pkg/controller/certificate-shim`).
import { equal, isObject, type JsonObject } from '../../base/json.ts'
import { at, type KubernetesObject } from '../../kubernetes/object.ts'
import type { ControllerContext } from '../controller.ts'
import { controllerReference } from '../owners.ts'
import { certificates, prefix } from './shape.ts'

const component = 'cert-manager-ingress-shim'

/** The issuer that an Ingress names. */
export function issuerNamed({ metadata: { annotations = {} } }: KubernetesObject): JsonObject | undefined {
  const [cluster, own] = [annotations[`${prefix}cluster-issuer`], annotations[`${prefix}issuer`]]
  if (cluster !== undefined) return { group: 'cert-manager.io', kind: 'ClusterIssuer', name: cluster }
  return own === undefined ? undefined : { group: 'cert-manager.io', kind: 'Issuer', name: own }
}

/** Makes the Certificates of an Ingress, and keeps their names of hosts. */
export async function settleIngress(ingress: KubernetesObject, context: ControllerContext): Promise<void> {
  const issuerRef = issuerNamed(ingress)
  const tls = at(ingress, 'spec', 'tls')
  if (!issuerRef || !Array.isArray(tls)) return
  for (const each of tls.filter(isObject)) {
    if (typeof each.secretName !== 'string' || !Array.isArray(each.hosts)) continue
    await settle(ingress, { dnsNames: each.hosts, issuerRef, secretName: each.secretName, usages: ['digital signature', 'key encipherment'] }, context)
  }
}

async function settle(ingress: KubernetesObject, spec: JsonObject, { client, event }: ControllerContext): Promise<void> {
  const { namespace = '', labels } = ingress.metadata
  const name = String(spec.secretName)
  const known = await client.get(certificates, { namespace, name })
  if (!known) {
    const metadata = { name, namespace, ...(labels && { labels }), ownerReferences: [controllerReference(ingress)] }
    await client.create(certificates, { apiVersion: 'cert-manager.io/v1', kind: 'Certificate', metadata, spec } as unknown as KubernetesObject)
    return event(ingress, { type: 'Normal', reason: 'CreateCertificate', message: `Successfully created Certificate "${name}"`, component })
  }
  const own = known.metadata.ownerReferences?.some(({ uid }) => uid === ingress.metadata.uid)
  if (!own || equal(at(known, 'spec', 'dnsNames') ?? [], spec.dnsNames ?? [])) return
  await client.patch(certificates, { namespace, name }, { spec: { dnsNames: spec.dnsNames ?? [] } }, { type: 'merge' })
  await event(ingress, { type: 'Normal', reason: 'UpdateCertificate', message: `Successfully updated Certificate "${name}"`, component })
}
