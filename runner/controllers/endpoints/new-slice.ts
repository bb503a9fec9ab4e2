// An EndpointSlice without endpoints, as the controllers that make slices begin it.
import type { KubernetesObject } from '../../kubernetes/object.ts'
import { controllerReference } from '../owners.ts'

/** A new slice of IPv4 addresses that belongs to a Service or Endpoints, with these labels. */
export function sliceOf(owner: KubernetesObject, labels: Readonly<Record<string, string>>): KubernetesObject & { readonly addressType: 'IPv4' } {
  const { name = '', namespace = '' } = owner.metadata
  const metadata = { generateName: `${name}-`, namespace, labels, ownerReferences: [controllerReference(owner)] }
  return { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata, addressType: 'IPv4' }
}
