// EndpointSlices.
import { equal, type JsonObject } from '../../../base/json.ts'
import { defineKind } from '../../kind.ts'
import type { KubernetesObject } from '../../object.ts'
import { age } from '../columns/cells.ts'
import { defaultsOf } from '../defaults/rows.ts'
import { canonicalAddress, isMapped, ordinaryAddress, parseAddress } from '../validation/addresses.ts'
import { child, duplicate, type Findings, immutable, invalid, invalidAll, item, notSupported, required, tooMany } from '../validation/findings.ts'
import { isDns1123Label, isDns1123Subdomain, isLabelValue, isPortNumber, isQualifiedName, type Syntax } from '../validation/names.ts'
import { fields, list, number, objects, present, text, texts } from '../validation/read.ts'
import { optionalName } from '../validation/references.ts'
import { endpointSliceWarnings } from '../warnings/network.ts'

const addressTypes = ['FQDN', 'IPv4', 'IPv6']
const protocols = ['SCTP', 'TCP', 'UDP']
const shown = 3

/** discovery.k8s.io/v1 EndpointSlice. */
export const endpointSlice = defineKind({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  warnings: endpointSliceWarnings,
  defaults: defaultsOf([
    ['ports[].name', ''],
    ['ports[].protocol', 'TCP'],
  ]),
  raisesGeneration: (object, old) => !equal({ ...object, metadata: object.metadata.labels ?? {} }, { ...old, metadata: old.metadata.labels ?? {} }),
  validate: (object) => [...validateSlice(object)],
  validateUpdate: (object, old) => [...validateSlice(object, old), ...immutable('addressType', text(object.addressType), text(old.addressType))],
  cells: (object, now) => [
    object.metadata.name ?? '',
    text(object.addressType),
    portsText(objects(object.ports)),
    addressesText(objects(object.endpoints)),
    age(object, now),
  ],
})

/** Findings on a slice; endpoints that were there before are not looked at again. */
function* validateSlice(object: KubernetesObject, old?: KubernetesObject): Findings {
  const type = text(object.addressType)
  if (type === '') yield required('addressType')
  else if (!addressTypes.includes(type)) yield notSupported('addressType', type, addressTypes)
  yield* validatePorts(objects(object.ports))
  const slices = objects(object.endpoints)
  if (slices.length > 1000) yield tooMany('endpoints', slices.length, 1000)
  const isNew = !old || !equal(object.endpoints, old.endpoints)
  if (isNew) for (const [index, endpoint] of slices.entries()) yield* validateEndpoint(endpoint, item('endpoints', index), type)
}

function* validateEndpoint(endpoint: JsonObject, path: string, type: string): Findings {
  const addresses = texts(endpoint.addresses)
  const field = child(path, 'addresses')
  if (addresses.length === 0) yield required(field, 'must contain at least 1 address')
  else if (addresses.length > 100) yield tooMany(field, addresses.length, 100)
  for (const [index, address] of addresses.entries()) yield* validateAddress(address, { addresses: field, index }, type)
  yield* optionalName(child(path, 'nodeName'), endpoint.nodeName)
  yield* optionalName(child(path, 'hostname'), endpoint.hostname, isDns1123Label)
  for (const [list, syntax] of hints) yield* validateHints(objects(fields(endpoint.hints)[list]), child(path, 'hints', list), syntax)
}

const mostHints = 8
const hints: readonly (readonly [string, Syntax])[] = [
  ['forZones', isLabelValue],
  ['forNodes', isDns1123Subdomain],
]

function* validateHints(given: readonly JsonObject[], path: string, syntax: Syntax): Findings {
  if (given.length > mostHints) return yield tooMany(path, given.length, mostHints)
  const names = given.map(({ name }) => text(name))
  for (const [index, name] of names.entries()) {
    const field = child(item(path, index), 'name')
    if (names.indexOf(name) < index) yield duplicate(field, name)
    yield* invalidAll(field, name, syntax(name))
  }
}

function* validateAddress(address: string, { addresses, index }: { addresses: string; index: number }, type: string): Findings {
  const field = item(addresses, index)
  if (type === 'FQDN') return yield* invalidAll(field, address, isDns1123Subdomain(address))
  if (type !== 'IPv4' && type !== 'IPv6') return
  const parsed = parseAddress(address)
  const problems = type === 'IPv4' && parsed ? [] : [...canonicalAddress(field, address)]
  if (problems.length > 0 || parsed === undefined) return yield* problems
  const family = isMapped(parsed) ? 4 : parsed.family
  if (family !== (type === 'IPv4' ? 4 : 6)) yield invalid(addresses, address, `must be an ${type} address`)
  yield* ordinaryAddress(field, address)
}

function* validatePorts(ports: readonly JsonObject[]): Findings {
  const names = new Set<string>()
  if (ports.length > 20000) yield tooMany('ports', ports.length, 20000)
  for (const [index, port] of ports.entries()) {
    const path = item('ports', index)
    yield* optionalName(child(path, 'name'), port.name, isDns1123Label)
    if (names.has(text(port.name))) yield duplicate(child(path, 'name'), port.name)
    names.add(text(port.name))
    if (!present(port.protocol)) yield required(child(path, 'protocol'))
    else if (!protocols.includes(text(port.protocol))) yield notSupported(child(path, 'protocol'), port.protocol, protocols)
    if (present(port.port)) yield* invalidAll(child(path, 'port'), port.port, isPortNumber(number(port.port)))
    if (present(port.appProtocol)) yield* invalidAll(child(path, 'appProtocol'), port.appProtocol, isQualifiedName(text(port.appProtocol)))
  }
}

function portsText(ports: readonly JsonObject[]): string {
  return withMore(ports.map((port) => (present(port.port) ? String(number(port.port)) : text(port.name) || '*')))
}

function addressesText(slices: readonly JsonObject[]): string {
  return withMore(slices.flatMap((endpoint) => list(endpoint.addresses).map(String)))
}

function withMore(parts: readonly string[]): string {
  if (parts.length > shown) return `${parts.slice(0, shown).join(',')} + ${parts.length - shown} more...`
  return parts.join(',') || '<unset>'
}
