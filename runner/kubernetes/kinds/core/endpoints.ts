// Endpoints.
import type { JsonObject } from '../../../base/json.ts'
import { defineKind } from '../../kind.ts'
import { age } from '../columns/cells.ts'
import { defaultsOf } from '../defaults/rows.ts'
import { ipAddress, ordinaryAddress } from '../validation/addresses.ts'
import { child, type Findings, invalidAll, item, notSupported, required } from '../validation/findings.ts'
import { isDns1123Label, isPortNumber, isQualifiedName } from '../validation/names.ts'
import { number, objects, present, text } from '../validation/read.ts'
import { optionalName } from '../validation/references.ts'
import { endpointsWarnings } from '../warnings/network.ts'

const protocols = ['SCTP', 'TCP', 'UDP']
const shown = 3

/** core/v1 Endpoints. */
export const endpoints = defineKind({
  apiVersion: 'v1',
  kind: 'Endpoints',
  warnings: endpointsWarnings,
  defaults: defaultsOf([['subsets[].ports[].protocol', 'TCP']]),
  validate: (object) => [...validateSubsets(objects(object.subsets))],
  validateUpdate: (object) => [...validateSubsets(objects(object.subsets))],
  cells: (object, now) => [object.metadata.name ?? '', endpointsText(objects(object.subsets)), age(object, now)],
})

function* validateSubsets(subsets: readonly JsonObject[]): Findings {
  for (const [index, subset] of subsets.entries()) {
    const path = item('subsets', index)
    const [ready, notReady] = [objects(subset.addresses), objects(subset.notReadyAddresses)]
    if (ready.length + notReady.length === 0) yield required(path, 'must specify `addresses` or `notReadyAddresses`')
    for (const [place, address] of ready.entries()) yield* validateAddress(address, item(child(path, 'addresses'), place))
    for (const [place, address] of notReady.entries()) yield* validateAddress(address, item(child(path, 'notReadyAddresses'), place))
    const ports = objects(subset.ports)
    for (const [place, port] of ports.entries()) yield* validatePort(port, item(child(path, 'ports'), place), ports.length > 1)
  }
}

function* validateAddress(address: JsonObject, path: string): Findings {
  yield* ipAddress(child(path, 'ip'), text(address.ip))
  yield* optionalName(child(path, 'hostname'), address.hostname, isDns1123Label)
  yield* optionalName(child(path, 'nodeName'), address.nodeName)
  yield* ordinaryAddress(child(path, 'ip'), text(address.ip))
}

function* validatePort(port: JsonObject, path: string, needsName: boolean): Findings {
  if (needsName && text(port.name) === '') yield required(child(path, 'name'))
  else yield* optionalName(child(path, 'name'), port.name, isDns1123Label)
  yield* invalidAll(child(path, 'port'), number(port.port), isPortNumber(number(port.port)))
  if (text(port.protocol) === '') yield required(child(path, 'protocol'))
  else if (!protocols.includes(text(port.protocol))) yield notSupported(child(path, 'protocol'), port.protocol, protocols)
  if (present(port.appProtocol)) yield* invalidAll(child(path, 'appProtocol'), port.appProtocol, isQualifiedName(text(port.appProtocol)))
}

function endpointsText(subsets: readonly JsonObject[]): string {
  const all = subsets.flatMap((subset) => {
    const addresses = objects(subset.addresses).map((address) => text(address.ip))
    const ports = objects(subset.ports)
    if (ports.length === 0) return addresses
    return ports.flatMap((port) => addresses.map((address) => `${address.includes(':') ? `[${address}]` : address}:${number(port.port)}`))
  })
  const rest = all.length - shown
  return all.length === 0 ? '<none>' : `${all.slice(0, shown).join(',')}${rest > 0 ? ` + ${rest} more...` : ''}`
}
