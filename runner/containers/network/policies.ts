// NetworkPolicies: whether one pod may talk to another.
import { isObject, type JsonObject } from '../../base/json.ts'
import { at, type KubernetesObject } from '../../kubernetes/object.ts'
import { labelSelectorMatcher } from '../../kubernetes/selectors.ts'
import { type ClusterReader, objects } from '../pod.ts'
import type { Protocol } from '../process.ts'

/** A connection that is asked for. */
export interface Attempt {
  readonly origin: { readonly pod: KubernetesObject | undefined; readonly address: string }
  /** Who is called; undefined for somebody outside. */
  readonly pod: KubernetesObject | undefined
  /** The address that is called, where nobody in the cluster has it. */
  readonly address?: string
  readonly port: number
  readonly protocol?: Protocol | undefined
  readonly reader: ClusterReader
}

/** True if no policy stands in the way: neither of the one that calls nor of the one that is called. */
export function allowedBy(policies: readonly KubernetesObject[], attempt: Attempt): boolean {
  const { origin, pod, reader } = attempt
  const inward = policies.filter((policy) => pod && chooses(policy, pod) && has(policy, 'Ingress'))
  if (inward.length > 0 && !inward.some((policy) => admits(policy, 'ingress', { attempt, peer: origin.pod, address: origin.address, reader }))) return false
  const { pod: from } = origin
  if (!from) return true
  const outward = policies.filter((policy) => chooses(policy, from) && has(policy, 'Egress'))
  return (
    outward.length === 0 ||
    outward.some((policy) => admits(policy, 'egress', { attempt, peer: pod, address: attempt.address ?? String(at(pod, 'status', 'podIP') ?? ''), reader }))
  )
}

function chooses(policy: KubernetesObject, pod: KubernetesObject): boolean {
  return policy.metadata.namespace === pod.metadata.namespace && fits(at(policy, 'spec', 'podSelector'), pod)
}

function fits(selector: unknown, { metadata }: KubernetesObject): boolean {
  return labelSelectorMatcher(isObject(selector) ? (selector as JsonObject) : {}).matches(metadata.labels ?? {})
}

function has(policy: KubernetesObject, type: string): boolean {
  const types = at(policy, 'spec', 'policyTypes')
  return Array.isArray(types) ? types.includes(type) : type === 'Ingress'
}

interface Side {
  readonly attempt: Attempt
  readonly peer: KubernetesObject | undefined
  readonly address: string
  readonly reader: ClusterReader
}

function admits(policy: KubernetesObject, direction: 'ingress' | 'egress', side: Side): boolean {
  return objects(at(policy, 'spec', direction)).some((rule) => {
    const peers = objects(rule[direction === 'ingress' ? 'from' : 'to'])
    return (peers.length === 0 || peers.some((peer) => isPeer(policy, peer, side))) && opens(rule, side.attempt)
  })
}

function isPeer(policy: KubernetesObject, rule: JsonObject, { peer, address, reader }: Side): boolean {
  if (isObject(rule.ipBlock))
    return (
      inRange(address, String(rule.ipBlock.cidr)) &&
      !(Array.isArray(rule.ipBlock.except) && rule.ipBlock.except.some((range) => inRange(address, String(range))))
    )
  if (!peer) return false
  const { namespace = '' } = peer.metadata
  if (rule.namespaceSelector !== undefined) {
    const found = reader.get('v1', 'Namespace', { name: namespace })
    if (!found || !fits(rule.namespaceSelector, found)) return false
  } else if (namespace !== policy.metadata.namespace) return false
  return rule.podSelector === undefined || fits(rule.podSelector, peer)
}

function opens(rule: JsonObject, { pod, port, protocol = 'TCP' }: Attempt): boolean {
  const ports = objects(rule.ports)
  return (
    ports.length === 0 ||
    ports.some((each) => {
      if ((each.protocol ?? 'TCP') !== protocol) return false
      if (each.port === undefined) return true
      if (typeof each.port === 'string')
        return objects(at(pod, 'spec', 'containers')).some((container) =>
          objects(container.ports).some(({ name, containerPort }) => name === each.port && containerPort === port),
        )
      return port >= Number(each.port) && port <= Number(each.endPort ?? each.port)
    })
  )
}

function inRange(address: string, range: string): boolean {
  const [base = '', bits = '32'] = range.split('/')
  const number = (text: string): number => text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
  const size = 2 ** (32 - Number(bits))
  return Math.floor(number(address) / size) === Math.floor(number(base) / size)
}
