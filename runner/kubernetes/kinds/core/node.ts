// Nodes.
import type { JsonObject } from '../../../base/json.ts'
import { defineKind } from '../../kind.ts'
import type { KubernetesObject } from '../../object.ts'
import { age } from '../columns/cells.ts'
import { defaultsOf } from '../defaults/rows.ts'
import { validateTaints } from '../pod-spec/scheduling.ts'
import { cidr, parseCidr } from '../validation/addresses.ts'
import { child, duplicate, type Findings, forbidden, invalid, item } from '../validation/findings.ts'
import { resourceQuantity, sortedEntries } from '../validation/quantities.ts'
import { fields, objects, present, text, texts } from '../validation/read.ts'
import { nodeWarnings } from '../warnings/cluster.ts'

const roleLabel = 'node-role.kubernetes.io/'

/** core/v1 Node. */
export const node = defineKind({
  apiVersion: 'v1',
  kind: 'Node',
  warnings: nodeWarnings,
  defaults: defaultsOf([
    ['status.allocatable', (status) => status.capacity],
    ['spec.podCIDRs', (spec) => (['', texts(spec.podCIDRs)[0]].includes(text(spec.podCIDR)) ? undefined : [text(spec.podCIDR)]), 'always'],
    ['spec.podCIDR', (spec) => texts(spec.podCIDRs)[0]],
  ]),
  prepareForCreate: withoutConfigSource,
  prepareForUpdate: (object, old) => (present(fields(old.spec).configSource) ? object : withoutConfigSource(object)),
  validate: (object) => [...validateNode(object)],
  validateUpdate: (object, old) => [...validateNodeUpdate(object, old)],
  cells(object, now) {
    const { spec, status } = { spec: fields(object.spec), status: fields(object.status) }
    const info = fields(status.nodeInfo)
    return [
      object.metadata.name ?? '',
      statusText(spec, status),
      roles(object),
      age(object, now),
      text(info.kubeletVersion),
      addressOf(status, 'InternalIP'),
      addressOf(status, 'ExternalIP'),
      text(info.osImage) || '<unknown>',
      text(info.kernelVersion) || '<unknown>',
      text(info.containerRuntimeVersion) || '<unknown>',
    ]
  },
  selectableFields: (object) => ({ 'spec.unschedulable': String(fields(object.spec).unschedulable === true) }),
})

/** Kubelets that fetch their configuration from the cluster are no more: the field is dropped. */
function withoutConfigSource(object: KubernetesObject): KubernetesObject {
  const { configSource, ...spec } = fields(object.spec)
  return configSource === undefined ? object : { ...object, spec }
}

function* validateNode(object: KubernetesObject): Findings {
  const spec = fields(object.spec)
  yield* validateTaints(spec.taints, 'metadata.taints')
  yield* validateCapacity(fields(object.status))
  yield* validatePodCidrs(texts(spec.podCIDRs))
}

function* validateNodeUpdate(object: KubernetesObject, old: KubernetesObject): Findings {
  const [spec, before] = [fields(object.spec), fields(old.spec)]
  yield* validateCapacity(fields(object.status))
  const addresses = objects(fields(object.status).addresses)
  for (const [index, address] of addresses.entries())
    if (addresses.findIndex((other) => other.type === address.type && other.address === address.address) < index)
      yield duplicate(item('status.addresses', index), { Type: text(address.type), Address: text(address.address) })
  const [next, last] = [texts(spec.podCIDRs), texts(before.podCIDRs)]
  const changed = last.length > 0 && (next.length !== last.length || next.some((range, index) => range !== last[index]))
  if (changed) yield forbidden('spec.podCIDRs', 'node updates may not change podCIDR except from "" to valid')
  if (text(before.providerID) !== '' && spec.providerID !== before.providerID)
    yield forbidden('spec.providerID', 'node updates may not change providerID except from "" to valid')
  yield* validateTaints(spec.taints, 'metadata.taints')
}

function* validateCapacity(status: JsonObject): Findings {
  for (const list of ['capacity', 'allocatable'])
    for (const [name, quantity] of sortedEntries(status[list])) yield* resourceQuantity(child('status', list, name), name, quantity)
}

function* validatePodCidrs(ranges: readonly string[]): Findings {
  for (const [index, range] of ranges.entries()) yield* cidr(item('spec.podCIDRs', index), range)
  if (ranges.length < 2) return
  const families = new Set(ranges.map((range) => parseCidr(range)?.family))
  if (families.size < 2 || ranges.length > 2) yield invalid('spec.podCIDRs', ranges, 'may specify no more than one CIDR for each IP family')
  for (const [index, range] of ranges.entries()) if (ranges.indexOf(range) < index) yield duplicate(item('spec.podCIDRs', index), range)
}

function statusText(spec: JsonObject, status: JsonObject): string {
  const ready = objects(status.conditions).find((condition) => condition.type === 'Ready')
  const word = ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady'
  return spec.unschedulable === true ? `${word},SchedulingDisabled` : word
}

function roles(object: KubernetesObject): string {
  const found = Object.entries(object.metadata.labels ?? {}).flatMap(([key, value]) => {
    if (key.startsWith(roleLabel) && key.length > roleLabel.length) return [key.slice(roleLabel.length)]
    return key === 'kubernetes.io/role' && value !== '' ? [value] : []
  })
  return [...new Set(found)].sort().join(',') || '<none>'
}

function addressOf(status: JsonObject, type: string): string {
  return text(objects(status.addresses).find((address) => address.type === type)?.address) || '<none>'
}
