// Fields that a write through one endpoint cannot set, so that nobody comes to own them by it (strategies' GetResetFields).
import type { ResourceInfo } from '../kind.ts'
import { apiVersionOf } from '../object.ts'

/** Dotted paths that a write to the resource, or to one of its subresources, leaves as they are. */
export function resetFields(resource: ResourceInfo, subresource = ''): readonly string[] {
  const hasStatus = resource.subresources.some(({ name }) => name === 'status')
  if (!hasStatus) return nothing
  if (resource.kind === 'CertificateSigningRequest') return signingResets[subresource] ?? nothing
  if (subresource === '') return statusOnly
  if (subresource !== 'status') return nothing
  if (resource.source === 'custom') return allButStatus
  return statusResets[`${apiVersionOf(resource)} ${resource.kind}`] ?? specOnly
}

const nothing: readonly string[] = []
const statusOnly = ['status']
const specOnly = ['spec']
const allButStatus = ['metadata', 'spec']

/** Whoever asks for a certificate does not come to own what was asked, either. */
const signingResets: Readonly<Record<string, readonly string[]>> = {
  '': ['spec', 'status'],
  status: ['spec', 'status.conditions'],
  approval: ['spec', 'status.certificate'],
}

const statusResets: Readonly<Record<string, readonly string[]>> = {
  'admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy': ['metadata', 'spec'],
  'apiextensions.k8s.io/v1 CustomResourceDefinition': ['metadata', 'spec'],
  'apiregistration.k8s.io/v1 APIService': ['metadata', 'spec'],
  'apps/v1 Deployment': ['spec', 'metadata.labels'],
  'flowcontrol.apiserver.k8s.io/v1 FlowSchema': ['metadata', 'spec'],
  'flowcontrol.apiserver.k8s.io/v1 PriorityLevelConfiguration': ['metadata', 'spec'],
  'resource.k8s.io/v1 ResourceClaim': ['metadata', 'spec'],
  'storage.k8s.io/v1 VolumeAttachment': ['metadata', 'spec'],
  'v1 Pod': ['spec', 'metadata.deletionTimestamp', 'metadata.ownerReferences'],
}
