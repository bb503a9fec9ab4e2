// Addresses and node ports of Services: what a create or an update is given, and the refusals of what it asks for.
import type { Json, JsonObject } from '../../../base/json.ts'
import type { WriteContext } from '../../kind.ts'
import type { KubernetesObject } from '../../object.ts'
import { invalid as invalidObject } from '../../registry/errors.ts'
import type { FieldError } from '../../status-error.ts'
import { parseAddress } from '../validation/addresses.ts'
import { child, invalid, item } from '../validation/findings.ts'
import { fields, list, number, objects, text, texts } from '../validation/read.ts'
import { addressProblem, drawn, freeAddress, usedBy } from './service-address-ranges.ts'
import { validateFamilies } from './service-families.ts'
import { needsClusterIp, needsHealthCheckPort, needsNodePort } from './service-needs.ts'

const nodePorts = { first: 30000, last: 32767, reserved: 86 }

/** The spec with everything that the server allocates; a new Service finds taken even what one of its own name has. Throws the server's refusals. */
export function allocated(service: KubernetesObject, spec: JsonObject, context: WriteContext, isNew = false): JsonObject {
  const refuse = (...findings: readonly FieldError[]): never => {
    throw invalidObject({ group: '', kind: 'Service' }, service.metadata.name ?? '', findings)
  }
  const found = [...validateFamilies(spec)]
  if (found.length > 0) refuse(...found)
  const withFamilies = needsClusterIp(spec) ? ipFamilies(spec, refuse) : spec
  const withAddress = needsClusterIp(spec) ? clusterAddress(service, withFamilies, { context, refuse, isNew }) : withFamilies
  return ports(service, withAddress, { context, refuse, isNew })
}

interface Allocation {
  readonly context: WriteContext
  readonly refuse: (finding: FieldError) => never
  readonly isNew: boolean
}

function ipFamilies(spec: JsonObject, refuse: (finding: FieldError) => never): JsonObject {
  const families = texts(spec.ipFamilies)
  const unknown = families.findIndex((family) => family !== 'IPv4')
  const headlessWithoutSelector = text(spec.clusterIP) === 'None' && Object.keys(fields(spec.selector)).length === 0
  if (unknown >= 0 && !headlessWithoutSelector) refuse(invalid(item('spec.ipFamilies', unknown), families[unknown] ?? '', 'not configured on this cluster'))
  if (spec.ipFamilyPolicy === 'RequireDualStack' && !headlessWithoutSelector)
    refuse(invalid('spec.ipFamilyPolicy', spec.ipFamilyPolicy, 'this cluster is not configured for dual-stack services'))
  const own = families.length === 0 ? ['IPv4'] : families
  if (!headlessWithoutSelector) return { ...spec, ipFamilies: own, ipFamilyPolicy: spec.ipFamilyPolicy ?? 'SingleStack' }
  const policy = spec.ipFamilyPolicy ?? 'RequireDualStack'
  const both = policy === 'SingleStack' || own.length > 1 ? own : [...own, own[0] === 'IPv4' ? 'IPv6' : 'IPv4']
  return { ...spec, ipFamilies: both, ipFamilyPolicy: policy }
}

function clusterAddress(service: KubernetesObject, spec: JsonObject, allocation: Allocation): JsonObject {
  const { context, refuse, isNew } = allocation
  const asked = texts(spec.clusterIPs)[0] ?? text(spec.clusterIP)
  if (asked === 'None') return { ...spec, clusterIP: 'None', clusterIPs: ['None'] }
  const kept = usedBy(isNew ? undefined : service, others(service, allocation), context)
  if (asked !== '' && parseAddress(asked) !== undefined) {
    const problem = addressProblem(asked, kept, context)
    if (problem !== undefined) refuse(invalid('spec.clusterIPs', [asked], `failed to allocate IP ${asked}: ${problem}`))
  }
  const address = asked === '' ? freeAddress(service, kept, context) : asked
  return { ...spec, clusterIP: address, clusterIPs: [address] }
}

function ports(service: KubernetesObject, spec: JsonObject, allocation: Allocation): JsonObject {
  const { dryRun } = allocation.context
  const used = new Set(dryRun ? [] : others(service, allocation).flatMap((other) => portsOf(fields(other.spec))))
  const withPorts = needsNodePort(spec) ? { ...spec, ports: list(spec.ports).map((port, index) => withNodePort(fields(port), index, used, allocation)) } : spec
  if (!needsHealthCheckPort(spec) || number(spec.healthCheckNodePort) !== 0) return withPorts
  return { ...withPorts, healthCheckNodePort: freePort(used, allocation.context) }
}

function withNodePort(port: JsonObject, index: number, used: Set<number>, { context, refuse }: Allocation): JsonObject {
  const asked = number(port.nodePort)
  if (asked === 0) return { ...port, nodePort: freePort(used, context) }
  const field = child(item('spec.ports', index), 'nodePort')
  if (asked < nodePorts.first || asked > nodePorts.last)
    refuse(invalid(field, asked, `provided port is not in the valid range. The range of valid ports is ${nodePorts.first}-${nodePorts.last}`))
  if (used.has(asked)) refuse(invalid(field, asked, 'provided port is already allocated'))
  if (context.dryRun) used.add(asked)
  return port
}

function freePort(used: Set<number>, context: WriteContext): number {
  if (context.dryRun) return placeholderPort(used)
  const count = nodePorts.last - nodePorts.first + 1 - nodePorts.reserved
  const start = drawn(context) % count
  for (let step = 0; step < count; step += 1) {
    const port = nodePorts.first + nodePorts.reserved + ((start + step) % count)
    if (used.has(port)) continue
    used.add(port)
    return port
  }
  return 0
}

/** A dry run takes the number after the last that it knows, or one beyond all node ports (`PortAllocationOperation.AllocateNext`). */
function placeholderPort(used: Set<number>): number {
  const port = (used.size === 0 ? 32768 : Math.max(...used)) + 1
  used.add(port)
  return port
}

function portsOf(spec: JsonObject): readonly number[] {
  return [...objects(spec.ports).map((port) => number(port.nodePort)), number(spec.healthCheckNodePort)].filter((port: Json) => port !== 0)
}

function others(service: KubernetesObject, { context, isNew }: Allocation): readonly KubernetesObject[] {
  const { name, namespace } = service.metadata
  if (isNew) return context.list('v1', 'Service')
  return context.list('v1', 'Service').filter(({ metadata }) => metadata.name !== name || metadata.namespace !== namespace)
}
