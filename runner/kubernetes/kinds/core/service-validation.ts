// Validation of Services.
import { equal, type Json, type JsonObject } from '../../../base/json.ts'
import type { KubernetesObject } from '../../object.ts'
import { validateLabels } from '../metadata.ts'
import { cidr, ipAddress, ordinaryAddress, parseAddress } from '../validation/addresses.ts'
import { child, duplicate, type Findings, forbidden, invalid, invalidAll, item, notSupported, required } from '../validation/findings.ts'
import { isDns1123Label, isDns1123Subdomain, isPortNumber, isQualifiedName } from '../validation/names.ts'
import { fields, list, number, objects, present, text, texts } from '../validation/read.ts'
import { portNumberOrName } from '../validation/references.ts'
import { validateFamilies } from './service-families.ts'
import { isExternal, isHeadless, needsHealthCheckPort } from './service-needs.ts'

const protocols = ['SCTP', 'TCP', 'UDP']
const types = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']
const dayInSeconds = 86400

/** Findings on a Service. */
export function* validateService(spec: JsonObject): Findings {
  const ports = objects(spec.ports)
  if (ports.length === 0 && !isHeadless(spec) && spec.type !== 'ExternalName') yield required('spec.ports')
  yield* validateByType(spec, ports)
  const names = new Set<string>()
  for (const [index, port] of ports.entries()) yield* validatePort(port, item('spec.ports', index), { names, needsName: ports.length > 1 })
  yield* validateLabels(spec.selector, 'spec.selector')
  yield* validateAffinity(spec)
  yield* validateFamilies(spec)
  for (const [index, address] of texts(spec.externalIPs).entries()) {
    const field = item('spec.externalIPs', index)
    yield* parseAddress(address) === undefined ? ipAddress(field, address) : ordinaryAddress(field, address)
  }
  if (text(spec.type) === '') yield required('spec.type')
  else if (!types.includes(text(spec.type))) yield notSupported('spec.type', spec.type, types)
  yield* validatePortSet(spec, ports)
  yield* validateLoadBalancer(spec)
  yield* validateTraffic(spec)
}

/** Findings on what an update changed. */
export function* validateServiceChange(service: KubernetesObject, old: KubernetesObject): Findings {
  const [spec, before] = [fields(service.spec), fields(old.spec)]
  if (spec.type !== 'ExternalName' && before.type !== 'ExternalName') {
    for (const name of ['clusterIPs', 'ipFamilies']) {
      const [next, last] = [texts(spec[name]), texts(before[name])]
      for (const [index, value] of last.entries())
        if (index < next.length && next[index] !== value) yield invalid(item(child('spec', name), index), next, 'may not change once set')
      if (name === 'clusterIPs' && next.length === 0 && last.length > 0) yield invalid('spec.clusterIPs', next, 'primary clusterIP can not be unset')
    }
  }
  if (spec.type === 'LoadBalancer' && before.type === 'LoadBalancer' && !equal(spec.loadBalancerClass, before.loadBalancerClass))
    yield invalid('spec.loadBalancerClass', spec.loadBalancerClass, 'may not change once set')
  if (needsHealthCheckPort(spec) && needsHealthCheckPort(before) && spec.healthCheckNodePort !== before.healthCheckNodePort)
    yield forbidden('spec.healthCheckNodePort', 'field is immutable')
}

function* validateByType(spec: JsonObject, ports: readonly JsonObject[]): Findings {
  const type = text(spec.type)
  if (type === 'LoadBalancer')
    for (const [index, port] of ports.entries())
      if (port.port === 10250) yield invalid(item('spec.ports', index), port.port, 'may not expose port 10250 externally since it is used by kubelet')
  if ((type === 'LoadBalancer' || type === 'NodePort') && isHeadless(spec))
    yield invalid('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${type} services`)
  if (type !== 'ExternalName') return
  for (const name of ['clusterIPs', 'ipFamilies', 'ipFamilyPolicy'])
    if (Array.isArray(spec[name]) ? list(spec[name]).length > 0 : present(spec[name]))
      yield forbidden(child('spec', name), 'may not be set for ExternalName services')
  const name = text(spec.externalName).replace(/\.$/, '')
  if (name === '') yield required('spec.externalName')
  else yield* invalidAll('spec.externalName', name, isDns1123Subdomain(name))
}

function* validatePort(port: JsonObject, path: string, { names, needsName }: { readonly names: Set<string>; readonly needsName: boolean }): Findings {
  const name = text(port.name)
  if (needsName && name === '') yield required(child(path, 'name'))
  else if (name !== '') {
    yield* invalidAll(child(path, 'name'), name, isDns1123Label(name))
    if (names.has(name)) yield duplicate(child(path, 'name'), name)
    names.add(name)
  }
  yield* invalidAll(child(path, 'port'), number(port.port), isPortNumber(number(port.port)))
  if (text(port.protocol) === '') yield required(child(path, 'protocol'))
  else if (!protocols.includes(text(port.protocol))) yield notSupported(child(path, 'protocol'), port.protocol, protocols)
  yield* portNumberOrName(child(path, 'targetPort'), port.targetPort)
  if (present(port.appProtocol)) yield* invalidAll(child(path, 'appProtocol'), port.appProtocol, isQualifiedName(text(port.appProtocol)))
}

function* validateAffinity(spec: JsonObject): Findings {
  const affinity = text(spec.sessionAffinity)
  const config = 'spec.sessionAffinityConfig'
  if (affinity === '') yield required('spec.sessionAffinity')
  else if (affinity !== 'ClientIP' && affinity !== 'None') yield notSupported('spec.sessionAffinity', affinity, ['ClientIP', 'None'])
  if (affinity === 'None' && present(spec.sessionAffinityConfig)) yield forbidden(config, 'must not be set when session affinity is None')
  if (affinity !== 'ClientIP') return
  const { clientIP } = fields(spec.sessionAffinityConfig)
  const seconds = fields(clientIP).timeoutSeconds
  if (!present(spec.sessionAffinityConfig)) return yield required(config, 'when session affinity type is ClientIP')
  if (!present(clientIP)) return yield required(child(config, 'clientIP'), 'when session affinity type is ClientIP')
  if (!present(seconds)) return yield required(child(config, 'clientIP', 'timeoutSeconds'), 'when session affinity type is ClientIP')
  if (number(seconds) <= 0 || number(seconds) > dayInSeconds)
    yield invalid(child(config, 'clientIP', 'timeoutSeconds'), seconds, `must be greater than 0 and less than ${dayInSeconds}`)
}

function* validatePortSet(spec: JsonObject, ports: readonly JsonObject[]): Findings {
  if (spec.type === 'ClusterIP')
    for (const [index, port] of ports.entries())
      if (number(port.nodePort) !== 0) yield forbidden(child(item('spec.ports', index), 'nodePort'), "may not be used when `type` is 'ClusterIP'")
  const key = (port: JsonObject, name: string): string => `${text(port.protocol)}/${number(port[name])}`
  const repeats = (port: JsonObject, index: number, name: string): boolean =>
    number(port[name]) !== 0 && ports.findIndex((other) => key(other, name) === key(port, name)) < index
  for (const [index, port] of ports.entries())
    if (repeats(port, index, 'nodePort')) yield duplicate(child(item('spec.ports', index), 'nodePort'), port.nodePort)
  for (const [index, port] of ports.entries())
    if (repeats(port, index, 'port'))
      yield duplicate(item('spec.ports', index), {
        Name: '',
        Protocol: text(port.protocol),
        AppProtocol: null,
        Port: number(port.port),
        TargetPort: 0,
        NodePort: 0,
      })
}

function* validateLoadBalancer(spec: JsonObject): Findings {
  const isBalancer = spec.type === 'LoadBalancer'
  const ranges = texts(spec.loadBalancerSourceRanges)
  if (ranges.length > 0 && !isBalancer) yield forbidden('spec.LoadBalancerSourceRanges', "may only be used when `type` is 'LoadBalancer'")
  for (const [index, range] of ranges.entries()) yield* cidr(item('spec.LoadBalancerSourceRanges', index), range.trim())
  if (present(spec.allocateLoadBalancerNodePorts) && !isBalancer)
    yield forbidden('spec.allocateLoadBalancerNodePorts', "may only be used when `type` is 'LoadBalancer'")
  if (isBalancer && !present(spec.allocateLoadBalancerNodePorts)) yield required('allocateLoadBalancerNodePorts')
  if (!present(spec.loadBalancerClass)) return
  if (!isBalancer) yield forbidden('spec.loadBalancerClass', "may only be used when `type` is 'LoadBalancer'")
  yield* invalidAll('spec.loadBalancerClass', spec.loadBalancerClass, isQualifiedName(text(spec.loadBalancerClass)))
}

function* validateTraffic(spec: JsonObject): Findings {
  const external = text(spec.externalTrafficPolicy)
  const policies = ['Cluster', 'Local']
  if (!isExternal(spec)) {
    if (external !== '') yield invalid('spec.externalTrafficPolicy', external, 'may only be set for externally-accessible services')
  } else if (external === '') yield required('spec.externalTrafficPolicy')
  else if (!policies.includes(external)) yield notSupported('spec.externalTrafficPolicy', external, policies)
  yield* validateHealthCheck(spec)
  const internal: Json | undefined = spec.internalTrafficPolicy
  if (!present(internal) && ['NodePort', 'LoadBalancer', 'ClusterIP'].includes(text(spec.type))) yield required('spec.internalTrafficPolicy')
  if (present(internal) && !policies.includes(text(internal))) yield notSupported('spec.internalTrafficPolicy', internal, policies)
  const distributions = ['PreferClose', 'PreferSameZone', 'PreferSameNode']
  if (present(spec.trafficDistribution) && !distributions.includes(text(spec.trafficDistribution)))
    yield notSupported('spec.trafficDistribution', spec.trafficDistribution, distributions)
}

function* validateHealthCheck(spec: JsonObject): Findings {
  const port = number(spec.healthCheckNodePort)
  if (!needsHealthCheckPort(spec)) {
    if (port !== 0) yield invalid('spec.healthCheckNodePort', port, "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'")
  } else if (port === 0) yield required('spec.healthCheckNodePort')
  else yield* invalidAll('spec.healthCheckNodePort', port, isPortNumber(port))
}
