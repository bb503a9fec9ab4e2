// Fleet networking's kinds and names (github.com/Azure/fleet-networking).
import type { Resource } from '../../../kubernetes/object.ts'

const alpha = { group: 'networking.fleet.azure.com', version: 'v1alpha1', namespaced: true }

export const serviceExports: Resource = { ...alpha, version: 'v1beta1', plural: 'serviceexports', kind: 'ServiceExport' }
export const serviceImports: Resource = { ...alpha, plural: 'serviceimports', kind: 'ServiceImport' }
export const multiClusterServices: Resource = { ...alpha, plural: 'multiclusterservices', kind: 'MultiClusterService' }
export const internalServiceExports: Resource = { ...alpha, plural: 'internalserviceexports', kind: 'InternalServiceExport' }
export const internalServiceImports: Resource = { ...alpha, plural: 'internalserviceimports', kind: 'InternalServiceImport' }
export const endpointSliceExports: Resource = { ...alpha, plural: 'endpointsliceexports', kind: 'EndpointSliceExport' }
export const endpointSliceImports: Resource = { ...alpha, plural: 'endpointsliceimports', kind: 'EndpointSliceImport' }
export const trafficManagerProfiles: Resource = { ...alpha, version: 'v1beta1', plural: 'trafficmanagerprofiles', kind: 'TrafficManagerProfile' }
export const trafficManagerBackends: Resource = { ...alpha, version: 'v1beta1', plural: 'trafficmanagerbackends', kind: 'TrafficManagerBackend' }

/** Labels, annotations and finalizers. */
export const marks = {
  serviceImport: 'networking.fleet.azure.com/service-import',
  derivedService: 'networking.fleet.azure.com/derived-service',
  inUseBy: 'networking.fleet.azure.com/service-in-use-by',
  weight: 'networking.fleet.azure.com/weight',
  exportCleanup: 'networking.fleet.azure.com/svc-export-cleanup',
  importCleanup: 'networking.fleet.azure.com/multiclusterservice-cleanup',
  managedBy: 'endpointslice-import-controller.networking.fleet.azure.com',
} as const

/** Field managers of the two agents. */
export const netManagers = { hub: 'hub-net-controller-manager', member: 'member-net-controller-manager' } as const
