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

/** What a signer of the controller manager refuses to sign, and why (`certificates/signer`, `certificates.ValidateKubeletClientCSR`). */
export function refusalOf(request: CertificateRequest, signer: string, usages: readonly string[]): string | undefined {
  return refusals[signer]?.(request, usages)
}

type Refusal = (request: CertificateRequest, usages: readonly string[]) => string | undefined

const refusals: Readonly<Record<string, Refusal>> = {
  'kubernetes.io/kube-apiserver-client': (_request, usages) => {
    const alien = usages.find((usage) => !['client auth', ...optional].includes(usage))
    if (alien !== undefined) return `invalid usage for client certificate: ${alien}`
    return usages.includes('client auth') ? undefined : 'missing required usage for client certificate: client auth'
  },
  'kubernetes.io/kube-apiserver-client-kubelet': (request, usages) => {
    const { organizations, hosts } = request
    if (!isOfNodes(organizations)) return notOfNodes
    const address = hosts.find(isAddress)
    if (hosts.some((host) => !isAddress(host))) return 'DNS subjectAltNames are not allowed'
    if (address !== undefined) return 'IP subjectAltNames are not allowed'
    return nameProblem(request) ?? usageProblem(usages, 'client auth')
  },
  'kubernetes.io/kubelet-serving': (request, usages) => {
    if (!isOfNodes(request.organizations)) return notOfNodes
    if (request.hosts.length === 0) return 'DNS or IP subjectAltName is required'
    return usageProblem(usages, 'server auth') ?? nameProblem(request)
  },
}

const optional = ['digital signature', 'key encipherment']
const notOfNodes = 'subject organization is not system:nodes'

function isOfNodes(organizations: readonly string[]): boolean {
  return organizations.length === 1 && organizations[0] === 'system:nodes'
}

function isAddress(host: string): boolean {
  return host.includes(':') || /^\d+(\.\d+){3}$/.test(host)
}

function nameProblem({ commonName }: CertificateRequest): string | undefined {
  return commonName.startsWith('system:node:') ? undefined : 'subject common name does not begin with system:node:'
}

/** A key that is none of RSA need not encipher keys. */
function usageProblem(usages: readonly string[], own: string): string | undefined {
  const given = new Set(usages)
  const needed = ['digital signature', own]
  const fits = needed.every((usage) => given.has(usage)) && [...given].every((usage) => needed.includes(usage) || usage === 'key encipherment')
  return fits ? undefined : `usages did not match [${[...needed, 'key encipherment'].sort().join(' ')}]`
}

/** True for a signer that the controller manager is. */
export function isOwnSigner(signer: string): boolean {
  return signer in refusals
}
