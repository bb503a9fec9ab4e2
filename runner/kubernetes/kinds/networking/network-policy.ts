// NetworkPolicies.
import type { Json, JsonObject } from '../../../base/json.ts'
import { defineKind } from '../../kind.ts'
import { age, selectorText } from '../columns/cells.ts'
import { defaultsOf } from '../defaults/rows.ts'
import { cidr, contains, parseCidr } from '../validation/addresses.ts'
import { child, type Findings, forbidden, invalid, invalidAll, item, notSupported, required } from '../validation/findings.ts'
import { isPortName, isPortNumber } from '../validation/names.ts'
import { fields, list, number, objects, present, text, texts } from '../validation/read.ts'
import { validateSelector } from '../validation/selectors.ts'
import { networkPolicyWarnings } from '../warnings/network.ts'

const protocols = ['TCP', 'UDP', 'SCTP']

/** networking.k8s.io/v1 NetworkPolicy. */
export const networkPolicy = defineKind({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  warnings: networkPolicyWarnings,
  defaults: defaultsOf([
    ['spec.ingress[].ports[].protocol', 'TCP'],
    ['spec.egress[].ports[].protocol', 'TCP'],
    ['spec.policyTypes', policyTypes, 'always'],
  ]),
  validate: (object) => [...validateSpec(fields(object.spec))],
  validateUpdate: (object) => [...validateSpec(fields(object.spec))],
  cells: (object, now) => [object.metadata.name ?? '', selectorText(fields(fields(object.spec).podSelector)), age(object, now)],
})

function policyTypes(spec: JsonObject): Json | undefined {
  if (list(spec.policyTypes).length > 0) return undefined
  return list(spec.egress).length > 0 ? ['Ingress', 'Egress'] : ['Ingress']
}

function* validateSpec(spec: JsonObject): Findings {
  yield* validateSelector(spec.podSelector, 'spec.podSelector')
  for (const [direction, peers] of [
    ['ingress', 'from'],
    ['egress', 'to'],
  ] as const)
    for (const [index, rule] of objects(spec[direction]).entries()) {
      const path = item(child('spec', direction), index)
      for (const [place, port] of objects(rule.ports).entries()) yield* validatePort(port, item(child(path, 'ports'), place))
      for (const [place, peer] of objects(rule[peers]).entries()) yield* validatePeer(peer, item(child(path, peers), place))
    }
  const types = texts(spec.policyTypes)
  if (types.length > 2) return yield invalid('spec.policyTypes', types, 'may not specify more than two policyTypes')
  for (const [index, type] of types.entries())
    if (type !== 'Ingress' && type !== 'Egress') yield notSupported(item('spec.policyTypes', index), type, ['Ingress', 'Egress'])
}

function* validatePort(port: JsonObject, path: string): Findings {
  if (present(port.protocol) && !protocols.includes(text(port.protocol))) yield notSupported(child(path, 'protocol'), port.protocol, protocols)
  const field = child(path, 'endPort')
  if (typeof port.port === 'string') {
    if (present(port.endPort)) yield invalid(field, port.endPort, 'may not be specified when `port` is non-numeric')
    yield* invalidAll(child(path, 'port'), port.port, isPortName(port.port))
  } else if (present(port.port)) {
    yield* invalidAll(child(path, 'port'), port.port, isPortNumber(number(port.port)))
    if (!present(port.endPort)) return
    if (number(port.endPort) < number(port.port)) yield invalid(field, port.port, 'must be greater than or equal to `port`')
    yield* invalidAll(field, port.endPort, isPortNumber(number(port.endPort)))
  } else if (present(port.endPort)) yield invalid(field, port.endPort, 'may not be specified when `port` is not specified')
}

function* validatePeer(peer: JsonObject, path: string): Findings {
  let count = 0
  for (const name of ['podSelector', 'namespaceSelector']) {
    if (!present(peer[name])) continue
    count += 1
    yield* validateSelector(peer[name], child(path, name))
  }
  if (present(peer.ipBlock)) {
    count += 1
    yield* validateBlock(fields(peer.ipBlock), child(path, 'ipBlock'))
  }
  if (count === 0) yield required(path, 'must specify a peer')
  else if (count > 1 && present(peer.ipBlock)) yield forbidden(path, 'may not specify both ipBlock and another peer')
}

function* validateBlock(block: JsonObject, path: string): Findings {
  const range = text(block.cidr)
  if (range === '') return yield required(child(path, 'cidr'))
  yield* cidr(child(path, 'cidr'), range)
  const outer = parseCidr(range)
  if (outer === undefined) return
  for (const [index, except] of texts(block.except).entries()) {
    const field = item(child(path, 'except'), index)
    const inner = parseCidr(except)
    if (inner === undefined) yield* cidr(field, except)
    else if (!contains(outer, { family: inner.family, value: inner.address }) || inner.prefix <= outer.prefix)
      yield invalid(field, except, 'must be a strict subset of `cidr`')
  }
}
