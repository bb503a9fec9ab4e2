// Fleet networking's kinds and names, and what its controllers share (github.com/Azure/fleet-networking).
import { equal, type JsonObject } from '../../../base/json.ts'
import type { Client } from '../../../kubernetes/client.ts'
import { at, type KubernetesObject, keyOf, type ObjectKey, type Resource } from '../../../kubernetes/object.ts'

const alpha = { group: 'networking.fleet.azure.com', version: 'v1alpha1', namespaced: true }

export const serviceExports: Resource = { ...alpha, version: 'v1beta1', plural: 'serviceexports', kind: 'ServiceExport' }
export const serviceImports: Resource = { ...alpha, plural: 'serviceimports', kind: 'ServiceImport' }
export const multiClusterServices: Resource = { ...alpha, plural: 'multiclusterservices', kind: 'MultiClusterService' }
export const internalServiceExports: Resource = { ...alpha, plural: 'internalserviceexports', kind: 'InternalServiceExport' }
export const internalServiceImports: Resource = { ...alpha, plural: 'internalserviceimports', kind: 'InternalServiceImport' }
export const endpointSliceExports: Resource = { ...alpha, plural: 'endpointsliceexports', kind: 'EndpointSliceExport' }
export const endpointSliceImports: Resource = { ...alpha, plural: 'endpointsliceimports', kind: 'EndpointSliceImport' }

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

/** An object of one of these kinds as it is created. */
export function objectOf(resource: Resource, { namespace = '', name }: ObjectKey, rest: JsonObject = {}): KubernetesObject {
  const { metadata, ...other } = rest
  return { apiVersion: `${resource.group}/${resource.version}`, kind: resource.kind, metadata: { name, namespace, ...(metadata as JsonObject) }, ...other }
}

/** Makes an object, or makes its spec what is wanted; resolves to what is stored then. */
export async function keep(client: Client, resource: Resource, wanted: KubernetesObject): Promise<KubernetesObject> {
  const found = await client.get(resource, keyOf(wanted))
  if (!found) return client.create(resource, wanted)
  return equal(found.spec, wanted.spec) ? found : client.update(resource, { ...found, spec: wanted.spec as JsonObject })
}

/** Writes a status if it says anything new. */
export async function report(client: Client, resource: Resource, object: KubernetesObject, status: JsonObject): Promise<void> {
  if (!equal(object.status ?? {}, status)) await client.update(resource, { ...object, status }, { subresource: 'status' })
}

/** Deletes an object; one that is not there is no matter. */
export async function discard(client: Client, resource: Resource, key: ObjectKey): Promise<void> {
  if (await client.get(resource, key)) await client.delete(resource, key)
}

/** The service that an export or import on the hub is of, as a controller's key. */
export function referredService(object: KubernetesObject): string {
  const reference = at(object, 'spec', 'serviceReference') ?? at(object, 'spec', 'ownerServiceReference') ?? at(object, 'spec', 'serviceImportReference')
  return `${at(reference, 'namespace')}/${at(reference, 'name')}`
}
