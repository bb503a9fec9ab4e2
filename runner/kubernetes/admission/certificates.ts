// CertificateSigningRequests: who may approve and sign for a signer, and subjects that nobody is given (apiserver `plugin/pkg/admission/certificates`).
import { readCertificateRequest } from '../../base/certificate-request.ts'
import { isObject } from '../../base/json.ts'
import { at, formatTime, type KubernetesObject } from '../object.ts'
import type { AdmissionPlugin, AdmissionRequest } from './plugin.ts'
import { refusal } from './refusal.ts'

const group = 'certificates.k8s.io'
const masters = 'system:masters'

/** Approval needs the verb `approve` on the signer; conditions get the times that a client leaves out. */
export const certificateApproval: AdmissionPlugin = {
  name: 'CertificateApproval',
  admit(request) {
    const { object, context } = request
    if (!object || !isRequest(request) || (request.subresource !== 'approval' && request.subresource !== 'status')) return undefined
    const conditions = at(object, 'status', 'conditions')
    if (!Array.isArray(conditions) || !isObject(object.status)) return undefined
    const time = formatTime(context.now)
    const timed = conditions
      .filter(isObject)
      .map((condition) => ({ ...condition, lastUpdateTime: condition.lastUpdateTime ?? time, lastTransitionTime: condition.lastTransitionTime ?? time }))
    return { ...object, status: { ...object.status, conditions: timed } }
  },
  validate(request) {
    if (!request.old || !isRequest(request) || request.subresource !== 'approval') return
    const signer = signerOf(request.old)
    if (!maySignFor(request, 'approve', signer)) throw refusal(request, `user not permitted to approve requests with signerName ${JSON.stringify(signer)}`)
  },
}

/** Writing a certificate needs the verb `sign` on the signer. */
export const certificateSigning: AdmissionPlugin = {
  name: 'CertificateSigning',
  validate(request) {
    const { object, old } = request
    if (!object || !old || !isRequest(request) || request.subresource !== 'status') return
    if (at(object, 'status', 'certificate') === at(old, 'status', 'certificate')) return
    const signer = signerOf(old)
    if (!maySignFor(request, 'sign', signer)) throw refusal(request, `user not permitted to sign requests with signerName ${JSON.stringify(signer)}`)
  },
}

/** No client certificate makes anybody a master. */
export const certificateSubjectRestriction: AdmissionPlugin = {
  name: 'CertificateSubjectRestriction',
  validate(request) {
    const { object, operation } = request
    if (!object || operation !== 'CREATE' || !isRequest(request) || signerOf(object) !== 'kubernetes.io/kube-apiserver-client') return
    const asked = readCertificateRequest(decoded(String(at(object, 'spec', 'request') ?? '')))
    if (asked?.organizations.includes(masters)) throw refusal(request, `use of kubernetes.io/kube-apiserver-client signer with ${masters} group is not allowed`)
  },
}

function isRequest({ resource }: AdmissionRequest): boolean {
  return resource.group === group && resource.plural === 'certificatesigningrequests'
}

function signerOf(request: KubernetesObject): string {
  return String(at(request, 'spec', 'signerName') ?? '')
}

function maySignFor({ user, context }: AdmissionRequest, verb: string, signer: string): boolean {
  const domain = signer.split('/')[0] ?? ''
  const ask = { type: 'resource', user, verb, group, version: '*', resource: 'signers', subresource: '', namespace: '' } as const
  return [signer, `${domain}/*`].some((name) => context.decide?.({ ...ask, name }).verdict === 'allow')
}

function decoded(text: string): string {
  try {
    return atob(text)
  } catch {
    return ''
  }
}
