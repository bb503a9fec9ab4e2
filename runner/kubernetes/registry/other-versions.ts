// The versions of kinds that the server's scheme knows beside the one that is asked for: objects of them could be read, and are not taken
// (apiserver `endpoints/handlers/create.go`; the kinds are those of `k8s.io/api/*/register.go`).

const rows = `admissionregistration.k8s.io/v1alpha1 ValidatingAdmissionPolicy,ValidatingAdmissionPolicyBinding,MutatingAdmissionPolicy,MutatingAdmissionPolicyBinding
  admissionregistration.k8s.io/v1beta1 ValidatingWebhookConfiguration,MutatingWebhookConfiguration,ValidatingAdmissionPolicy,ValidatingAdmissionPolicyBinding
  apiextensions.k8s.io/v1beta1 CustomResourceDefinition
  apps/v1beta1 Deployment,StatefulSet,ControllerRevision
  apps/v1beta2 Deployment,StatefulSet,DaemonSet,ReplicaSet,ControllerRevision
  autoscaling/v1 HorizontalPodAutoscaler
  autoscaling/v2 HorizontalPodAutoscaler
  autoscaling/v2beta1 HorizontalPodAutoscaler
  autoscaling/v2beta2 HorizontalPodAutoscaler
  batch/v1beta1 CronJob
  certificates.k8s.io/v1beta1 CertificateSigningRequest
  coordination.k8s.io/v1beta1 Lease
  discovery.k8s.io/v1beta1 EndpointSlice
  events.k8s.io/v1 Event
  events.k8s.io/v1beta1 Event
  extensions/v1beta1 Deployment,DaemonSet,Ingress,ReplicaSet,NetworkPolicy
  flowcontrol.apiserver.k8s.io/v1beta1 FlowSchema,PriorityLevelConfiguration
  flowcontrol.apiserver.k8s.io/v1beta2 FlowSchema,PriorityLevelConfiguration
  flowcontrol.apiserver.k8s.io/v1beta3 FlowSchema,PriorityLevelConfiguration
  networking.k8s.io/v1beta1 Ingress,IngressClass,IPAddress,ServiceCIDR
  node.k8s.io/v1alpha1 RuntimeClass
  node.k8s.io/v1beta1 RuntimeClass
  policy/v1beta1 PodDisruptionBudget
  rbac.authorization.k8s.io/v1alpha1 Role,RoleBinding,ClusterRole,ClusterRoleBinding
  rbac.authorization.k8s.io/v1beta1 Role,RoleBinding,ClusterRole,ClusterRoleBinding
  resource.k8s.io/v1beta1 DeviceClass,ResourceClaim,ResourceClaimTemplate,ResourceSlice
  resource.k8s.io/v1beta2 DeviceClass,ResourceClaim,ResourceClaimTemplate,ResourceSlice
  scheduling.k8s.io/v1alpha1 PriorityClass
  scheduling.k8s.io/v1beta1 PriorityClass
  storage.k8s.io/v1alpha1 VolumeAttachment,CSIStorageCapacity,VolumeAttributesClass
  storage.k8s.io/v1beta1 StorageClass,VolumeAttachment,CSIDriver,CSINode,CSIStorageCapacity,VolumeAttributesClass
  v1 Event`

const known: ReadonlySet<string> = new Set(
  rows.split('\n').flatMap((row) => {
    const [apiVersion = '', kinds = ''] = row.trim().split(' ')
    return kinds.split(',').map((kind) => `${apiVersion} ${kind}`)
  }),
)

/** True if the scheme can read a kind of this version, wherever it is asked for. */
export function isOtherVersion(apiVersion: string, kind: string): boolean {
  return known.has(`${apiVersion} ${kind}`)
}
