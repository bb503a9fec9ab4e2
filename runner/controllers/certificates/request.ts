// What the controllers of certificates read of a CertificateSigningRequest.
import { type CertificateRequest, readCertificateRequest } from '../../base/certificate-request.ts'
import { isObject, type JsonObject } from '../../base/json.ts'
import { at, type KubernetesObject } from '../../kubernetes/object.ts'

/** The conditions of a request. */
export function conditionsOf(request: KubernetesObject): readonly JsonObject[] {
  const conditions = at(request, 'status', 'conditions')
  return Array.isArray(conditions) ? conditions.filter(isObject) : []
}

/** What is asked for; undefined for what cannot be read. */
export function requestOf(request: KubernetesObject): CertificateRequest | undefined {
  try {
    return readCertificateRequest(atob(String(at(request, 'spec', 'request') ?? '')))
  } catch {
    return undefined
  }
}

/** What a signer of the controller manager refuses to sign, and why (`certificates/signer`). */
export function refusalOf({ commonName, organizations, hosts }: CertificateRequest, signer: string, usages: readonly string[]): string | undefined {
  const allowed = usagesOf[signer] ?? []
  const clients = signer === 'kubernetes.io/kube-apiserver-client'
  const alien = usages.filter((usage) => !allowed.includes(usage))
  const needed = signer === 'kubernetes.io/kubelet-serving' ? 'server auth' : 'client auth'
  if (alien.length > 0 || !usages.includes(needed)) return `usages did not match ${JSON.stringify(allowed)}`
  if (clients)
    return organizations.includes('system:masters') ? 'use of kubernetes.io/kube-apiserver-client signer with system:masters group is not allowed' : undefined
  if (!organizations.includes('system:nodes') || organizations.length !== 1) return 'organization in subject is not system:nodes'
  if (!commonName.startsWith('system:node:')) return 'subject common name does not begin with system:node: '
  return signer === 'kubernetes.io/kube-apiserver-client-kubelet' && hosts.length > 0 ? 'DNS subjectAltNames are not allowed' : undefined
}

const usagesOf: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/kube-apiserver-client': ['client auth', 'digital signature', 'key encipherment'],
  'kubernetes.io/kube-apiserver-client-kubelet': ['client auth', 'digital signature', 'key encipherment'],
  'kubernetes.io/kubelet-serving': ['digital signature', 'key encipherment', 'server auth'],
}

/** True for a signer that the controller manager is. */
export function isOwnSigner(signer: string): boolean {
  return signer in usagesOf
}
