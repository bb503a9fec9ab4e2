// The IPAddress that stands for each address of a Service: who holds one is told by it, and nobody else gets it (`ipallocator.newIPAddress`).
import type { KubernetesObject } from '../../object.ts'
import { parseAddress } from '../validation/addresses.ts'
import { fields, texts } from '../validation/read.ts'
import { isHeadless, needsClusterIp } from './service-needs.ts'

const managedBy = 'ipallocator.k8s.io'

/** The IPAddresses of a Service, as the API server makes them; none for one without addresses of its own. */
export function addressesOfService({ metadata, spec }: KubernetesObject): readonly KubernetesObject[] {
  const asked = fields(spec)
  if (!needsClusterIp(asked) || isHeadless(asked)) return []
  const { name = '', namespace = '' } = metadata
  return texts(asked.clusterIPs).flatMap((address) => {
    const family = parseAddress(address)?.family
    if (family === undefined) return []
    const labels = { 'ipaddress.kubernetes.io/ip-family': `IPv${family}`, 'ipaddress.kubernetes.io/managed-by': managedBy }
    const parentRef = { resource: 'services', namespace, name }
    return [{ apiVersion: 'networking.k8s.io/v1', kind: 'IPAddress', metadata: { name: address, labels }, spec: { parentRef } }]
  })
}

/** True for an IPAddress that stands for a Service. */
export function isOfService({ metadata }: KubernetesObject): boolean {
  return metadata.labels?.['ipaddress.kubernetes.io/managed-by'] === managedBy
}
