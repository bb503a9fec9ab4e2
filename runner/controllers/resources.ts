// The resources that the cluster's own controllers work on.
import type { Resource } from '../kubernetes/object.ts'

function resource(group: string, plural: string, kind: string, scope: 'Namespaced' | 'Cluster' = 'Namespaced'): Resource {
  return { group, version: 'v1', plural, kind, namespaced: scope === 'Namespaced' }
}

export const apiServices = resource('apiregistration.k8s.io', 'apiservices', 'APIService', 'Cluster')
export const certificateSigningRequests = resource('certificates.k8s.io', 'certificatesigningrequests', 'CertificateSigningRequest', 'Cluster')
export const clusterRoles = resource('rbac.authorization.k8s.io', 'clusterroles', 'ClusterRole', 'Cluster')
export const configMaps = resource('', 'configmaps', 'ConfigMap')
export const controllerRevisions = resource('apps', 'controllerrevisions', 'ControllerRevision')
export const cronJobs = resource('batch', 'cronjobs', 'CronJob')
export const csiDrivers = resource('storage.k8s.io', 'csidrivers', 'CSIDriver', 'Cluster')
export const customResourceDefinitions = resource('apiextensions.k8s.io', 'customresourcedefinitions', 'CustomResourceDefinition', 'Cluster')
export const daemonSets = resource('apps', 'daemonsets', 'DaemonSet')
export const deployments = resource('apps', 'deployments', 'Deployment')
export const endpoints = resource('', 'endpoints', 'Endpoints')
export const endpointSlices = resource('discovery.k8s.io', 'endpointslices', 'EndpointSlice')
export const horizontalPodAutoscalers: Resource = { ...resource('autoscaling', 'horizontalpodautoscalers', 'HorizontalPodAutoscaler'), version: 'v2' }
export const ingressClasses = resource('networking.k8s.io', 'ingressclasses', 'IngressClass', 'Cluster')
export const ingresses = resource('networking.k8s.io', 'ingresses', 'Ingress')
export const ipAddresses = resource('networking.k8s.io', 'ipaddresses', 'IPAddress', 'Cluster')
export const jobs = resource('batch', 'jobs', 'Job')
export const leases = resource('coordination.k8s.io', 'leases', 'Lease')
export const namespaces = resource('', 'namespaces', 'Namespace', 'Cluster')
export const nodes = resource('', 'nodes', 'Node', 'Cluster')
export const persistentVolumeClaims = resource('', 'persistentvolumeclaims', 'PersistentVolumeClaim')
export const flowSchemas = resource('flowcontrol.apiserver.k8s.io', 'flowschemas', 'FlowSchema', 'Cluster')
export const priorityLevels = resource('flowcontrol.apiserver.k8s.io', 'prioritylevelconfigurations', 'PriorityLevelConfiguration', 'Cluster')
export const volumeAttributesClasses = resource('storage.k8s.io', 'volumeattributesclasses', 'VolumeAttributesClass', 'Cluster')
export const persistentVolumes = resource('', 'persistentvolumes', 'PersistentVolume', 'Cluster')
export const podMetrics: Resource = { ...resource('metrics.k8s.io', 'pods', 'PodMetrics'), version: 'v1beta1' }
export const podDisruptionBudgets = resource('policy', 'poddisruptionbudgets', 'PodDisruptionBudget')
export const pods = resource('', 'pods', 'Pod')
export const replicaSets = resource('apps', 'replicasets', 'ReplicaSet')
export const replicationControllers = resource('', 'replicationcontrollers', 'ReplicationController')
export const resourceQuotas = resource('', 'resourcequotas', 'ResourceQuota')
export const secrets = resource('', 'secrets', 'Secret')
export const serviceAccounts = resource('', 'serviceaccounts', 'ServiceAccount')
export const serviceCidrs = resource('networking.k8s.io', 'servicecidrs', 'ServiceCIDR', 'Cluster')
export const services = resource('', 'services', 'Service')
export const storageClasses = resource('storage.k8s.io', 'storageclasses', 'StorageClass', 'Cluster')
export const statefulSets = resource('apps', 'statefulsets', 'StatefulSet')
export const validatingAdmissionPolicies = resource('admissionregistration.k8s.io', 'validatingadmissionpolicies', 'ValidatingAdmissionPolicy', 'Cluster')
