// The admission plugins of a cluster in kube-apiserver's order, one line each, by their Kubernetes names.
import { certificateApproval, certificateSigning, certificateSubjectRestriction } from './certificates.ts'
import { persistentVolumeClaimResize } from './claim-resize.ts'
import { defaultIngressClass, defaultStorageClass } from './default-classes.ts'
import { defaultTolerationSeconds } from './default-tolerations.ts'
import { limitRanger } from './limit-ranger.ts'
import { namespaceLifecycle } from './namespace-lifecycle.ts'
import type { AdmissionPlugin } from './plugin.ts'
import { podSecurity } from './pod-security/pod-security.ts'
import { podTopologyLabels } from './pod-topology-labels.ts'
import { mutatingAdmissionPolicy } from './policies/mutating-policy.ts'
import { validatingAdmissionPolicy } from './policies/validating-policy.ts'
import { priority } from './priority.ts'
import { rbacEscalation } from './rbac-escalation.ts'
import { resourceQuota } from './resource-quota.ts'
import { runtimeClass } from './runtime-class.ts'
import { serviceAccount } from './service-account.ts'
import { storageObjectInUseProtection } from './storage-protection.ts'
import { taintNodesByCondition } from './taint-nodes-by-condition.ts'
import { mutatingAdmissionWebhook, validatingAdmissionWebhook } from './webhooks/webhooks.ts'

const all: readonly AdmissionPlugin[] = [
  namespaceLifecycle,
  limitRanger,
  serviceAccount,
  taintNodesByCondition,
  podSecurity,
  priority,
  defaultTolerationSeconds,
  defaultStorageClass,
  storageObjectInUseProtection,
  runtimeClass,
  certificateApproval,
  certificateSigning,
  certificateSubjectRestriction,
  defaultIngressClass,
  podTopologyLabels,
  rbacEscalation,
  persistentVolumeClaimResize,
  mutatingAdmissionPolicy,
  mutatingAdmissionWebhook,
  validatingAdmissionPolicy,
  validatingAdmissionWebhook,
  resourceQuota,
]

/** The plugins that call webhooks: a server whose webhooks are plugins of its own does without them. */
export const callingPlugins: readonly string[] = [mutatingAdmissionWebhook.name, validatingAdmissionWebhook.name]

/** All plugins that are on by default, but those that are named. */
export function admissionChain(without: readonly string[]): readonly AdmissionPlugin[] {
  return all.filter(({ name }) => !without.includes(name))
}
