// What the type of a Service asks the server to allocate.
import type { JsonObject } from '../../../base/json.ts'
import { list, texts } from '../validation/read.ts'

/** True for types that have a cluster address. */
export function needsClusterIp(spec: JsonObject): boolean {
  return spec.type === 'ClusterIP' || spec.type === 'NodePort' || spec.type === 'LoadBalancer'
}

/** True where ports of nodes lead to the Service. */
export function needsNodePort(spec: JsonObject): boolean {
  return spec.type === 'NodePort' || (spec.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts !== false)
}

/** True where a port of nodes tells of local endpoints. */
export function needsHealthCheckPort(spec: JsonObject): boolean {
  return spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local'
}

/** True for a Service without an address of its own. */
export function isHeadless(spec: JsonObject): boolean {
  return texts(spec.clusterIPs)[0] === 'None' || spec.clusterIP === 'None'
}

/** True where traffic comes from outside of the cluster. */
export function isExternal(spec: JsonObject): boolean {
  return spec.type === 'LoadBalancer' || spec.type === 'NodePort' || (spec.type === 'ClusterIP' && list(spec.externalIPs).length > 0)
}
