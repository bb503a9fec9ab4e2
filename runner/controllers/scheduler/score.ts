// Which of the fitting nodes is best: the emptiest, with the fewest pods of the same owner, that the pod prefers.
import { controllerOf } from '../owners.ts'
import type { Pod } from '../pods.ts'
import { allocatableOf, resourcesOf } from './load.ts'
import type { Node, NodeLoad } from './node.ts'
import { type NodeSelector, preferenceOf } from './node-affinity.ts'
import type { Place, Surroundings } from './place.ts'
import { affinityScore } from './pod-affinity.ts'
import { LastFound, signatureOf } from './signature.ts'
import { tolerates } from './tolerations.ts'
import { spreadScore } from './topology-spread.ts'

/** The score of each place for a pod; higher is better, equal ones are taken in the order of names. */
export function scoreFor(pod: Pod, surroundings: Surroundings): (place: Place) => number {
  const spread = spreadScore(pod, surroundings.places)
  const affinity = affinityScore(pod, surroundings)
  const signature = signatureOf(pod)
  return (place) => lastScores.of(signature, place, () => score(pod, place.node, place.load)) + 2 * (spread?.(place) ?? 0) + 2 * (affinity?.(place) ?? 0)
}

const lastScores = new LastFound<number>()

function score(pod: Pod, node: Node, load: NodeLoad): number {
  const preferred = preferenceOf(pod.spec.affinity as { nodeAffinity?: NodeSelector } | undefined, node)
  const unwelcome = (node.spec?.taints ?? []).filter((taint) => taint.effect === 'PreferNoSchedule' && !tolerates(pod.spec.tolerations, taint)).length
  return freeShare(pod, node, load) + 2 * preferred - 300 * unwelcome - 20 * siblings(pod, load) - load.pods.length / 100
}

/** Mean share of processor and memory that would stay free, of 100. */
function freeShare(pod: Pod, node: Node, load: NodeLoad): number {
  const [allocatable, { cpu = 0n, memory = 0n }] = [allocatableOf(node), resourcesOf(pod)]
  return (freeOf(cpu, allocatable.cpu, load.requests.cpu) + freeOf(memory, allocatable.memory, load.requests.memory)) / 2
}

function freeOf(wanted: bigint, all = 0n, requested = 0n): number {
  return all === 0n ? 0 : Number(((all - requested - wanted) * 10_000n) / all) / 100
}

function siblings(pod: Pod, load: NodeLoad): number {
  const owner = controllerOf(pod)?.uid
  return owner === undefined ? 0 : (load.owners.get(owner) ?? 0)
}
