// Why a pod cannot go to a node: each filter of the real scheduler in its order, with its words.
import type { Pod } from '../pods.ts'
import { allocatableOf, resourcesOf } from './load.ts'
import type { Node, NodeLoad } from './node.ts'
import { isNamed, matchesAffinity, matchesNodeSelector, type NodeSelector } from './node-affinity.ts'
import type { Check, Misfit, Place, Surroundings } from './place.ts'
import { podAffinity } from './pod-affinity.ts'
import { LastFound, signatureOf } from './signature.ts'
import { tolerates } from './tolerations.ts'
import { topologySpread } from './topology-spread.ts'
import { volumeAffinity } from './volume-affinity.ts'

/** What a pod asks for, read once for all places. */
interface Asked {
  readonly pod: Pod
  readonly ports: readonly HostPort[]
  readonly resources: readonly (readonly [name: string, wanted: bigint])[]
}

type Filter = (asked: Asked, node: Node, load: NodeLoad) => Misfit | undefined

/** What a pod asks of each place: the first filter's answer that speaks against it, or undefined if the pod fits. */
export function checkFor(pod: Pod, surroundings: Surroundings): Check {
  const related = [onePodOnly(surroundings), volumeAffinity(surroundings), topologySpread(pod, surroundings.places), podAffinity(pod, surroundings)].filter(
    (check) => check !== undefined,
  )
  const [asked, signature] = [askedBy(pod), signatureOf(pod)]
  return (place) => {
    const alone = lastMisfits.of(signature, place, () => firstMisfit(asked, place))
    if (alone) return alone
    for (const check of related) {
      const misfit = check(place)
      if (misfit) return misfit
    }
    return undefined
  }
}

const lastMisfits = new LastFound<Misfit | undefined>()

/** What speaks against a place whatever the others are. */
function firstMisfit(asked: Asked, { node, load }: Place): Misfit | undefined {
  for (const filter of filters) {
    const misfit = filter(asked, node, load)
    if (misfit) return misfit
  }
  return undefined
}

function askedBy(pod: Pod): Asked {
  return { pod, ports: hostPorts(pod), resources: Object.entries(resourcesOf(pod)).filter(([, wanted]) => wanted !== 0n) }
}

const takenReason = 'node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode'

function onePodOnly({ claimTaken }: Surroundings): Check | undefined {
  return claimTaken ? () => ({ reasons: [takenReason], final: false, relational: true }) : undefined
}

const filters: readonly Filter[] = [nodeNamed, nodeUnschedulable, taintToleration, nodeAffinity, nodePorts, nodeResources]

function nodeNamed({ pod }: Asked, node: Node): Misfit | undefined {
  if (isNamed(pod.spec.affinity as { nodeAffinity?: NodeSelector } | undefined, node)) return undefined
  return { reasons: ["node(s) didn't satisfy plugin(s) [NodeAffinity]"], final: true }
}

function nodeUnschedulable({ pod }: Asked, node: Node): Misfit | undefined {
  const taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }
  if (!node.spec?.unschedulable || tolerates(pod.spec.tolerations, taint)) return undefined
  return { reasons: ['node(s) were unschedulable'], final: true }
}

function taintToleration({ pod }: Asked, node: Node): Misfit | undefined {
  const taint = node.spec?.taints?.find((each) => each.effect !== 'PreferNoSchedule' && !tolerates(pod.spec.tolerations, each))
  return taint && { reasons: ['node(s) had untolerated taint(s)'], final: true }
}

function nodeAffinity({ pod }: Asked, node: Node): Misfit | undefined {
  const fits = matchesNodeSelector(pod.spec.nodeSelector, node) && matchesAffinity(pod.spec.affinity as { nodeAffinity?: NodeSelector } | undefined, node)
  return fits ? undefined : { reasons: ["node(s) didn't match Pod's node affinity/selector"], final: true }
}

function nodePorts({ ports }: Asked, _node: Node, load: NodeLoad): Misfit | undefined {
  if (ports.length === 0) return undefined
  const taken = load.pods.flatMap(hostPorts)
  return ports.some((port) => taken.some((other) => meets(port, other))) ? { reasons: [noFreePorts], final: false } : undefined
}

const noFreePorts = "node(s) didn't have free ports for the requested pod ports"
const anyAddress = '0.0.0.0'

interface HostPort {
  readonly port: string
  readonly address: string
}

/** The same port of the same protocol, at one address or at all. */
function meets(one: HostPort, other: HostPort): boolean {
  return one.port === other.port && (one.address === other.address || one.address === anyAddress || other.address === anyAddress)
}

function hostPorts(pod: Pod): readonly HostPort[] {
  return pod.spec.containers
    .flatMap(({ ports = [] }) => ports as readonly { hostPort?: number; protocol?: string; hostIP?: string }[])
    .flatMap(({ hostPort, protocol = 'TCP', hostIP }) => (hostPort ? [{ port: `${protocol}/${hostPort}`, address: hostIP || anyAddress }] : []))
}

/** What a kubelet itself refuses of a pod that nobody scheduled, with its reason; undefined if it takes the pod (`lifecycle/predicate.go`). */
export function refusedByNode(pod: Pod, node: Node, load: NodeLoad): { readonly reason: string; readonly message: string } | undefined {
  const lacking = lackingOn(node, askedBy(pod), load)
  if (lacking) return lacking
  for (const [predicate, filter] of [
    ['NodeAffinity', nodeAffinity],
    ['NodePorts', nodePorts],
  ] as const) {
    const misfit = filter(askedBy(pod), node, load)
    if (misfit) return { reason: predicate, message: `Predicate ${predicate} failed: ${misfit.reasons.join(', ')}` }
  }
  return undefined
}

/** The first resource of which the node has too little: thousandths of a core, bytes, or pieces. What a node knows nothing of is not asked of it. */
function lackingOn(node: Node, { resources }: Asked, load: NodeLoad): { readonly reason: string; readonly message: string } | undefined {
  const allocatable = allocatableOf(node)
  const count = 1_000_000_000n
  const rows: readonly (readonly [string, wanted: bigint, used: bigint, all: bigint, unit: bigint])[] = [
    ['pods', count, BigInt(load.pods.length) * count, BigInt(podsOf(allocatable)) * count, count],
    ...resources.flatMap(([name, wanted]) => {
      const all = allocatable[name]
      return all === undefined ? [] : [[name, wanted, load.requests[name] ?? 0n, all, name === 'cpu' ? 1_000_000n : count] as const]
    }),
  ]
  const row = rows.find(([, wanted, used, all]) => wanted > all - used)
  if (!row) return undefined
  const [name, ...amounts] = row
  const unit = amounts[3]
  const [requested, used, capacity] = amounts.map((amount) => amount / unit)
  return { reason: `OutOf${name}`, message: `Node didn't have enough resource: ${name}, requested: ${requested}, used: ${used}, capacity: ${capacity}` }
}

const usualPods = 110_000_000_000n
const podLimits = new WeakMap<object, number>()

/** How many pods a node takes. */
function podsOf(allocatable: Readonly<Record<string, bigint>>): number {
  const known = podLimits.get(allocatable)
  if (known !== undefined) return known
  const limit = Number((allocatable.pods ?? usualPods) / 1_000_000_000n)
  podLimits.set(allocatable, limit)
  return limit
}

function nodeResources({ resources }: Asked, node: Node, load: NodeLoad): Misfit | undefined {
  const allocatable = allocatableOf(node)
  const reasons: string[] = []
  let final = false
  if (load.pods.length + 1 > podsOf(allocatable)) reasons.push('Too many pods')
  for (const [name, wanted] of resources) {
    const all = allocatable[name] ?? 0n
    if (wanted <= all - (load.requests[name] ?? 0n)) continue
    reasons.push(`Insufficient ${name}`)
    if (wanted > all) final = true
  }
  return reasons.length > 0 ? { reasons, final } : undefined
}
