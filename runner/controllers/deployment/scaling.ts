// Sizes of a Deployment's ReplicaSets: how large the present one may be, and in which proportion all follow a new total.
import { equal } from '../../base/json.ts'
import type { ReplicaSet } from '../replica-set.ts'
import { replicaSets } from '../resources.ts'
import {
  byAge,
  type Deployment,
  type DeploymentWork,
  desiredAnnotation,
  every,
  isAlive,
  isRolling,
  maximumAnnotation,
  maxSurge,
  type ReplicaSets,
  sizeAnnotations,
  total,
} from './shape.ts'

/** Sets a ReplicaSet's size and says so; true if it was another before. */
export async function scaleTo(work: DeploymentWork, set: ReplicaSet, replicas: number): Promise<boolean> {
  const { deployment, context } = work
  const before = set.spec.replicas
  const annotations = { ...set.metadata.annotations, ...sizeAnnotations(deployment) }
  if (before === replicas && equal(annotations, set.metadata.annotations)) return false
  await context.client.update(replicaSets, { ...set, metadata: { ...set.metadata, annotations }, spec: { ...set.spec, replicas } })
  if (before === replicas) return false
  const direction = before < replicas ? 'up' : 'down'
  const message = `Scaled ${direction} replica set ${set.metadata.name} from ${before} to ${replicas}`
  await context.event(deployment, { type: 'Normal', reason: 'ScalingReplicaSet', message })
  return true
}

/** Brings ReplicaSets to a new total without a change of template: the only live one, or all in proportion. */
export async function scaleAll(work: DeploymentWork, sets: ReplicaSets): Promise<void> {
  const { deployment } = work
  const { replicas } = deployment.spec
  const only = activeOrLatest(sets)
  if (only) {
    if (only.spec.replicas !== replicas) await scaleTo(work, only, replicas)
    return
  }
  if (isSaturated(deployment, sets.current)) {
    for (const set of sets.old.filter(isAlive)) await scaleTo(work, set, 0)
    return
  }
  if (isRolling(deployment)) await scaleInProportion(work, every(sets).filter(isAlive))
}

/** The one live ReplicaSet; with none the present or the latest; undefined if several live. */
function activeOrLatest(sets: ReplicaSets): ReplicaSet | undefined {
  const alive = every(sets).filter(isAlive)
  if (alive.length > 1) return undefined
  return alive[0] ?? sets.current ?? [...sets.old].sort(byAge).at(-1)
}

function isSaturated({ spec: { replicas } }: Deployment, set: ReplicaSet | undefined): boolean {
  return (
    set !== undefined &&
    set.spec.replicas === replicas &&
    set.metadata.annotations?.[desiredAnnotation] === String(replicas) &&
    set.status?.availableReplicas === replicas
  )
}

async function scaleInProportion(work: DeploymentWork, alive: readonly ReplicaSet[]): Promise<void> {
  const { deployment } = work
  const { replicas } = deployment.spec
  const allowed = replicas > 0 ? replicas + maxSurge(deployment) : 0
  const toAdd = allowed - total(alive, ({ spec }) => spec.replicas)
  const sorted = [...alive].sort((a, b) => b.spec.replicas - a.spec.replicas || (toAdd > 0 ? byAge(b, a) : byAge(a, b)))
  const sizes = new Map(sorted.map((set) => [set, set.spec.replicas]))
  let added = 0
  for (const set of toAdd === 0 ? [] : sorted) {
    const share = proportion(deployment, set, { toAdd, added })
    sizes.set(set, set.spec.replicas + share)
    added += share
  }
  const largest = sorted[0]
  if (largest && toAdd !== 0) sizes.set(largest, Math.max(0, (sizes.get(largest) ?? 0) + toAdd - added))
  for (const [set, size] of sizes) await scaleTo(work, set, size)
}

/** A ReplicaSet's share of what is added or taken away, never past the rest. */
function proportion(deployment: Deployment, set: ReplicaSet, { toAdd, added }: { toAdd: number; added: number }): number {
  if (set.spec.replicas === 0 || toAdd === added) return 0
  const before = Number(set.metadata.annotations?.[maximumAnnotation] ?? 0) || (deployment.status?.replicas ?? 0) || set.spec.replicas
  const target = deployment.spec.replicas === 0 ? 0 : Math.round((set.spec.replicas * (deployment.spec.replicas + maxSurge(deployment))) / before)
  const share = target - set.spec.replicas
  return toAdd > 0 ? Math.min(share, toAdd - added) : Math.max(share, toAdd - added)
}
