// Services and what belongs to them, ingresses, network policies (`pkg/api/service/warnings.go` and their strategies).
import type { JsonObject } from '../../../base/json.ts'
import type { KubernetesObject } from '../../object.ts'
import { child, item } from '../validation/findings.ts'
import { fields, list, objects, present, text, texts } from '../validation/read.ts'
import { addressWarnings, rangeWarnings } from './addresses.ts'
import type { Warnings } from './shapes.ts'

/** A Service. */
export function* serviceWarnings({ metadata, spec: given }: KubernetesObject): Warnings {
  const spec = fields(given)
  const hints = 'service.kubernetes.io/topology-aware-hints'
  if (metadata.annotations?.[hints] !== undefined) yield `annotation ${hints} is deprecated, please use service.kubernetes.io/topology-mode instead`
  if (text(spec.clusterIP) !== '' && spec.clusterIP !== 'None') yield* each('spec.clusterIPs', texts(spec.clusterIPs), addressWarnings)
  if (spec.type === 'ClusterIP' && spec.clusterIP === 'None') yield* headlessWarnings(spec)
  yield* each('spec.externalIPs', texts(spec.externalIPs), addressWarnings)
  if (text(spec.loadBalancerIP) !== '') yield* addressWarnings('spec.loadBalancerIP', text(spec.loadBalancerIP))
  yield* each('spec.loadBalancerSourceRanges', texts(spec.loadBalancerSourceRanges), rangeWarnings)
  const external = spec.type === 'ExternalName'
  if (external && list(spec.externalIPs).length > 0) yield 'spec.externalIPs is ignored when spec.type is "ExternalName"'
  if (!external && text(spec.externalName) !== '') yield 'spec.externalName is ignored when spec.type is not "ExternalName"'
  if (spec.trafficDistribution === 'PreferClose') yield 'spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"'
}

function* headlessWarnings(spec: JsonObject): Warnings {
  if (text(spec.loadBalancerIP) !== '') yield 'spec.loadBalancerIP is ignored for headless services'
  if (list(spec.externalIPs).length > 0) yield 'spec.externalIPs is ignored for headless services'
  if (spec.sessionAffinity !== 'None') yield 'spec.SessionAffinity is ignored for headless services'
}

/** The addresses of balancers in the status of a Service or an Ingress. */
export function* balancerWarnings({ status }: KubernetesObject): Warnings {
  const path = 'status.loadBalancer.ingress'
  for (const [index, { ip }] of objects(fields(fields(status).loadBalancer).ingress).entries()) yield* addressWarnings(item(path, index), text(ip))
}

/** Endpoints that no controller wrote. */
export function* endpointsWarnings(object: KubernetesObject & { readonly subsets?: unknown }): Warnings {
  if (object.metadata.labels?.['endpoints.kubernetes.io/managed-by'] === 'endpoint-controller') return
  for (const [index, subset] of objects(object.subsets).entries())
    for (const name of ['addresses', 'notReadyAddresses'])
      for (const [place, { ip }] of objects(subset[name]).entries())
        yield* addressWarnings(child(item(child(item('subsets', index), name), place), 'ip'), text(ip))
}

const sliceControllers: readonly unknown[] = ['endpointslice-controller.k8s.io', 'endpointslicemirroring-controller.k8s.io']

/** An EndpointSlice: its type when it is new, and its addresses if no controller wrote them. */
export function* endpointSliceWarnings(
  object: KubernetesObject & { readonly addressType?: unknown; readonly endpoints?: unknown },
  old?: KubernetesObject,
): Warnings {
  if (!old && object.addressType === 'FQDN') yield 'spec.addressType: FQDN endpoints are deprecated'
  if (sliceControllers.includes(object.metadata.labels?.['endpointslice.kubernetes.io/managed-by'])) return
  for (const [index, { addresses }] of objects(object.endpoints).entries())
    yield* each(child(item('endpoints', index), 'addresses'), texts(addresses), addressWarnings)
}

/** A new Ingress that names its class in the old way. */
export function* ingressWarnings({ metadata, spec }: KubernetesObject, old?: KubernetesObject): Warnings {
  if (old || metadata.annotations?.['kubernetes.io/ingress.class'] === undefined || present(fields(spec).ingressClassName)) return
  yield `annotation "kubernetes.io/ingress.class" is deprecated, please use 'spec.ingressClassName' instead`
}

/** A NetworkPolicy. */
export function* networkPolicyWarnings({ spec }: KubernetesObject): Warnings {
  for (const [direction, peers] of [
    ['ingress', 'from'],
    ['egress', 'to'],
  ] as const)
    for (const [index, rule] of objects(fields(spec)[direction]).entries())
      for (const [place, { ipBlock }] of objects(rule[peers]).entries())
        yield* blockWarnings(child(item(child(item(child('spec', direction), index), peers), place), 'ipBlock'), fields(ipBlock))
}

function* blockWarnings(path: string, { cidr, except }: JsonObject): Warnings {
  yield* rangeWarnings(child(path, 'cidr'), text(cidr))
  yield* each(child(path, 'except'), texts(except), rangeWarnings)
}

function* each(path: string, values: readonly string[], rule: (field: string, value: string) => Warnings): Warnings {
  for (const [index, value] of values.entries()) yield* rule(item(path, index), value)
}
