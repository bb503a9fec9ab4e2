// What built-in kinds' strategies differ in beyond their fields (kubernetes `pkg/registry/*/strategy.go`), as tables.
import type { ResourceInfo } from '../kind.ts'
import { qualifiedName } from '../object.ts'

const generation = new Set(
  `pods replicationcontrollers podtemplates deployments.apps replicasets.apps statefulsets.apps daemonsets.apps jobs.batch cronjobs.batch
   ingresses.networking.k8s.io networkpolicies.networking.k8s.io ingressclasses.networking.k8s.io poddisruptionbudgets.policy
   endpointslices.discovery.k8s.io flowschemas.flowcontrol.apiserver.k8s.io prioritylevelconfigurations.flowcontrol.apiserver.k8s.io
   priorityclasses.scheduling.k8s.io customresourcedefinitions.apiextensions.k8s.io resourceslices.resource.k8s.io deviceclasses.resource.k8s.io
   validatingwebhookconfigurations.admissionregistration.k8s.io mutatingwebhookconfigurations.admissionregistration.k8s.io
   validatingadmissionpolicies.admissionregistration.k8s.io validatingadmissionpolicybindings.admissionregistration.k8s.io`.split(/\s+/),
)

const returnedWhenDeleted = new Set(
  `pods persistentvolumes persistentvolumeclaims podtemplates resourcequotas serviceaccounts services csidrivers.storage.k8s.io csinodes.storage.k8s.io
   storageclasses.storage.k8s.io volumeattachments.storage.k8s.io volumeattributesclasses.storage.k8s.io
   resourceclaims.resource.k8s.io resourceclaimtemplates.resource.k8s.io deviceclasses.resource.k8s.io resourceslices.resource.k8s.io`.split(/\s+/),
)

const versionNeededForUpdate = new Set(
  `apiservices.apiregistration.k8s.io customresourcedefinitions.apiextensions.k8s.io leases.coordination.k8s.io poddisruptionbudgets.policy
   validatingwebhookconfigurations.admissionregistration.k8s.io mutatingwebhookconfigurations.admissionregistration.k8s.io
   validatingadmissionpolicies.admissionregistration.k8s.io validatingadmissionpolicybindings.admissionregistration.k8s.io
   csinodes.storage.k8s.io csidrivers.storage.k8s.io volumeattachments.storage.k8s.io runtimeclasses.node.k8s.io
   flowschemas.flowcontrol.apiserver.k8s.io prioritylevelconfigurations.flowcontrol.apiserver.k8s.io`.split(/\s+/),
)

const createdByUpdate = new Set(
  `endpoints events events.events.k8s.io services limitranges leases.coordination.k8s.io roles.rbac.authorization.k8s.io rolebindings.rbac.authorization.k8s.io
   clusterroles.rbac.authorization.k8s.io clusterrolebindings.rbac.authorization.k8s.io`.split(/\s+/),
)

const bornWithStatus = new Set(['nodes'])

const orphansByDefault = new Set(['jobs.batch', 'replicationcontrollers'])

/** True for kinds that carry `metadata.generation`. Every custom resource does. */
export function hasGeneration(info: ResourceInfo): boolean {
  return info.source === 'custom' || generation.has(qualifiedName(info))
}

/** True where a create keeps the status that is sent. */
export function keepsStatusOnCreate(info: ResourceInfo): boolean {
  return bornWithStatus.has(qualifiedName(info))
}

/** True where a delete answers the object instead of a Status. */
export function returnsDeleted(info: ResourceInfo): boolean {
  return returnedWhenDeleted.has(qualifiedName(info))
}

/** True where a PUT without resource version is refused. */
export function needsVersionForUpdate(info: ResourceInfo): boolean {
  return info.source === 'custom' || versionNeededForUpdate.has(qualifiedName(info))
}

/** True where a PUT makes what is not there. */
export function createsOnUpdate(info: ResourceInfo): boolean {
  return createdByUpdate.has(qualifiedName(info))
}

/** True where a delete without policy leaves the dependents alone. */
export function orphansDependents(info: ResourceInfo): boolean {
  return orphansByDefault.has(qualifiedName(info))
}

/** Groups whose status writes keep the stored labels. */
export function statusKeepsLabels(info: ResourceInfo): boolean {
  return info.group === 'apps' || info.group === 'batch' || info.plural === 'replicationcontrollers'
}
