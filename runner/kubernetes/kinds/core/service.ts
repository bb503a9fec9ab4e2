// Services.
import { equal, type JsonObject } from '../../../base/json.ts'
import { defineKind } from '../../kind.ts'
import type { KubernetesObject } from '../../object.ts'
import { age, labelsText } from '../columns/cells.ts'
import { defaultsOf } from '../defaults/rows.ts'
import { validateMeta } from '../metadata.ts'
import { isDns1035Label, nameRule } from '../validation/names.ts'
import { fields, list, number, objects, text, texts } from '../validation/read.ts'
import { balancerWarnings, serviceWarnings } from '../warnings/network.ts'
import { addressesOfService } from './service-addresses.ts'
import { allocated } from './service-allocation.ts'
import { isExternal, needsClusterIp, needsHealthCheckPort, needsNodePort } from './service-needs.ts'
import { validateService, validateServiceChange } from './service-validation.ts'

const validateName = nameRule(isDns1035Label)

/** core/v1 Service. */
export const service = defineKind({
  apiVersion: 'v1',
  kind: 'Service',
  warnings: serviceWarnings,
  statusWarnings: balancerWarnings,
  defaults: defaultsOf([
    ['spec.sessionAffinity', 'None'],
    ['spec.sessionAffinityConfig', (spec) => (spec.sessionAffinity === 'ClientIP' ? {} : undefined)],
    ['spec.sessionAffinityConfig.clientIP', {}],
    ['spec.sessionAffinityConfig.clientIP.timeoutSeconds', 10800],
    ['spec.type', 'ClusterIP'],
    ['spec.ports[].protocol', 'TCP'],
    ['spec.ports[].targetPort', (port) => port.port, 'zero'],
    ['spec.externalTrafficPolicy', (spec) => (isExternal(spec) ? 'Cluster' : undefined)],
    ['spec.internalTrafficPolicy', (spec) => (needsClusterIp(spec) ? 'Cluster' : undefined)],
    ['spec.allocateLoadBalancerNodePorts', (spec) => (spec.type === 'LoadBalancer' ? true : undefined)],
    ['status.loadBalancer.ingress[].ipMode', (ingress) => (text(ingress.ip) === '' ? undefined : 'VIP')],
  ]),
  prepareForCreate(object, context) {
    const { status: _status, ...rest } = object
    return { ...rest, spec: asRead(allocated(object, withoutUselessAffinity(normalized(fields(object.spec), {})), context, true)) }
  },
  prepareForUpdate(object, old, context) {
    const before = fields(old.spec)
    const spec = withoutUselessAffinity(withoutTypeFields(normalized(keptAllocations(fields(object.spec), before), before), before))
    // Allocation comes after validation, which is going to refuse this one.
    const [refused] = validateServiceChange({ ...object, spec }, old)
    return { ...object, spec: asRead(refused ? spec : allocated(object, spec, context)) }
  },
  companions: addressesOfService,
  validateName,
  validate: (object) => [...validateService(fields(object.spec))],
  validateUpdate: (object, old) => [
    ...validateServiceChange(object, old),
    ...validateMeta(object, true, validateName),
    ...validateService(fields(object.spec)),
  ],
  cells(object, now) {
    const spec = fields(object.spec)
    return [
      object.metadata.name ?? '',
      text(spec.type),
      text(spec.clusterIP) || '<none>',
      externalAddress(object),
      portsText(spec),
      age(object, now),
      labelsText(spec.selector),
    ]
  },
  selectableFields: (object) => ({ 'spec.clusterIP': text(fields(object.spec).clusterIP), 'spec.type': text(fields(object.spec).type) }),
})

/** What a name elsewhere has no use for is not there when it is read (`defaultOnReadInternalTrafficPolicy`). */
function asRead({ internalTrafficPolicy, ...spec }: JsonObject): JsonObject {
  return spec.type === 'ExternalName' || internalTrafficPolicy === undefined ? spec : { ...spec, internalTrafficPolicy }
}

/** `clusterIP` and `clusterIPs` say the same; whichever changed wins. */
function normalized(spec: JsonObject, before: JsonObject): JsonObject {
  const [single, many] = [text(spec.clusterIP), texts(spec.clusterIPs)]
  if (many.length === 0) return single === '' ? spec : { ...spec, clusterIPs: [single] }
  if (single === '') return text(before.clusterIP) === '' ? { ...spec, clusterIP: many[0] } : spec
  return single !== text(before.clusterIP) && equal(many, texts(before.clusterIPs)) ? { ...spec, clusterIPs: [single, ...many.slice(1)] } : spec
}

/** What an update leaves out stays as it was allocated. */
function keptAllocations(spec: JsonObject, before: JsonObject): JsonObject {
  let next = spec
  if (needsClusterIp(before) && needsClusterIp(spec)) {
    if (text(spec.clusterIP) === '') next = { ...next, clusterIP: before.clusterIP }
    if (list(spec.clusterIPs).length === 0 && text(next.clusterIP) === text(before.clusterIP)) next = { ...next, clusterIPs: before.clusterIPs }
    next = { ...next, ipFamilies: next.ipFamilies ?? before.ipFamilies, ipFamilyPolicy: next.ipFamilyPolicy ?? before.ipFamilyPolicy }
  }
  if (needsNodePort(before) && needsNodePort(spec)) next = { ...next, ports: objects(spec.ports).map((port) => keptNodePort(port, objects(before.ports))) }
  if (needsHealthCheckPort(before) && needsHealthCheckPort(spec) && number(spec.healthCheckNodePort) === 0)
    next = { ...next, healthCheckNodePort: before.healthCheckNodePort }
  return next
}

function keptNodePort(port: JsonObject, before: readonly JsonObject[]): JsonObject {
  if (number(port.nodePort) !== 0) return port
  const same = before.find((old) => old.port === port.port && old.protocol === port.protocol)
  return same === undefined ? port : { ...port, nodePort: same.nodePort }
}

/** A change of type takes with it what only the old type had, unless the client set it anew. */
function withoutTypeFields(spec: JsonObject, before: JsonObject): JsonObject {
  const dropped = new Set<string>()
  const dropUnchanged = (needs: (of: JsonObject) => boolean, names: readonly string[]): void => {
    if (needs(before) && !needs(spec)) for (const name of names) if (equal(spec[name], before[name])) dropped.add(name)
  }
  dropUnchanged(needsClusterIp, ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy'])
  dropUnchanged(needsHealthCheckPort, ['healthCheckNodePort'])
  dropUnchanged((of) => of.type === 'LoadBalancer', ['allocateLoadBalancerNodePorts', 'loadBalancerClass'])
  dropUnchanged(isExternal, ['externalTrafficPolicy'])
  const rest = Object.fromEntries(Object.entries(spec).filter(([name]) => !dropped.has(name)))
  if (!needsNodePort(before) || needsNodePort(spec)) return rest
  const old = objects(before.ports).map((port) => number(port.nodePort))
  return { ...rest, ports: objects(spec.ports).map(({ nodePort, ...port }) => (old.includes(number(nodePort)) ? port : { ...port, nodePort })) }
}

function withoutUselessAffinity(spec: JsonObject): JsonObject {
  if (spec.sessionAffinity !== 'None' || spec.sessionAffinityConfig === undefined) return spec
  const { sessionAffinityConfig: _config, ...rest } = spec
  return rest
}

function externalAddress(object: KubernetesObject): string {
  const { spec, status } = { spec: fields(object.spec), status: fields(object.status) }
  const outside = texts(spec.externalIPs)
  if (spec.type === 'ExternalName') return text(spec.externalName)
  if (spec.type !== 'LoadBalancer') return outside.join(',') || '<none>'
  const ingress = objects(fields(status.loadBalancer).ingress).map((entry) => text(entry.ip) || text(entry.hostname))
  return [...ingress, ...outside].join(',') || '<pending>'
}

function portsText(spec: JsonObject): string {
  const parts = objects(spec.ports).map((port) => `${number(port.port)}${number(port.nodePort) > 0 ? `:${number(port.nodePort)}` : ''}/${text(port.protocol)}`)
  return parts.join(',') || '<none>'
}
