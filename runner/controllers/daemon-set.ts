// Keeps one pod of a DaemonSet on every node that it is for.
import { equal, type JsonObject } from '../base/json.ts'
import { type KubernetesObject, keyOf, parseKey } from '../kubernetes/object.ts'
import { StatusError } from '../kubernetes/status-error.ts'
import { findAdopters, isOrphans } from './adopters.ts'
import { type ControllerContext, defineController, type ReconcileResult } from './controller.ts'
import { claim, ownerKeys } from './owners.ts'
import { availableAt, isDone, isReady, type Pod, type PodSpec, podFromTemplate } from './pods.ts'
import { daemonSets, nodes, pods } from './resources.ts'
import { hashOf, presentRevision, revisionsOf, trimRevisions } from './revisions.ts'
import type { Node } from './scheduler/node.ts'
import { matchesAffinity, matchesNodeSelector, type NodeSelector } from './scheduler/node-affinity.ts'
import { tolerates } from './scheduler/tolerations.ts'
import { templateHash } from './template-hash/template-hash.ts'

interface DaemonSet extends KubernetesObject {
  readonly spec: {
    readonly selector: JsonObject
    readonly template: { readonly metadata?: JsonObject; readonly spec: PodSpec }
    readonly updateStrategy?: {
      readonly type?: string
      readonly rollingUpdate?: { readonly maxUnavailable?: number | string; readonly maxSurge?: number | string }
    }
    readonly minReadySeconds?: number
    readonly revisionHistoryLimit?: number
  }
  readonly status?: JsonObject
}

const hashLabel = 'controller-revision-hash'
const generationLabel = 'pod-template-generation'

/** What daemon pods tolerate beside what their template says; the last for pods of the host's network only. */
const toleratedTaints = [
  ['node.kubernetes.io/not-ready', 'NoExecute'],
  ['node.kubernetes.io/unreachable', 'NoExecute'],
  ['node.kubernetes.io/disk-pressure', 'NoSchedule'],
  ['node.kubernetes.io/memory-pressure', 'NoSchedule'],
  ['node.kubernetes.io/pid-pressure', 'NoSchedule'],
  ['node.kubernetes.io/unschedulable', 'NoSchedule'],
  ['node.kubernetes.io/network-unavailable', 'NoSchedule'],
] as const

export const daemonSetController = defineController({
  name: 'daemonset-controller',
  watches: [
    { resource: daemonSets },
    { resource: pods, keys: ownerKeys('DaemonSet') },
    { resource: nodes, keys: (node, change, old) => (change === 'MODIFIED' && old && sameForDaemons(node as Node, old as Node) ? [] : ['*']) },
  ],
  reconcile,
})

function sameForDaemons(node: Node, old: Node): boolean {
  return equal(node.metadata.labels, old.metadata.labels) && equal(node.spec, old.spec)
}

async function reconcile(key: string, context: ControllerContext): Promise<ReconcileResult | undefined> {
  if (isOrphans(key)) return findAdopters(daemonSets, key, context)
  const { client } = context
  if (key === '*') {
    for (const { metadata } of (await client.list(daemonSets)).items) context.enqueue(`${metadata.namespace}/${metadata.name}`)
    return undefined
  }
  const set = (await client.get(daemonSets, parseKey(key))) as DaemonSet | undefined
  if (!set) return undefined
  const { items } = await client.list(pods, { namespace: set.metadata.namespace ?? '' })
  const mine = (await claim(client, set, { resource: pods, objects: items })) as readonly Pod[]
  const known = await revisionsOf(client, set)
  const revision = await presentRevision(client, set, {
    known,
    hash: ({ spec }, collisions) => templateHash((spec as { template: JsonObject }).template, collisions === 0 ? undefined : collisions),
    labels: (hash) => ({ [hashLabel]: hash }),
  })
  const hash = hashOf(revision)
  const all = (await client.list(nodes)).items as readonly Node[]
  if (set.metadata.deletionTimestamp === undefined) {
    // What was just made or removed is looked at again before the next is replaced.
    if (!(await place(set, { mine, all, hash }, context))) await update(set, { mine, all, hash }, context)
  }
  await writeStatus(set, { mine, all, hash }, context)
  const live = new Set([revision.metadata.name ?? '', ...mine.map(({ metadata }) => `${set.metadata.name}-${metadata.labels?.[hashLabel]}`)])
  await trimRevisions(client, known, { limit: set.spec.revisionHistoryLimit ?? 10, live })
  const times = mine.map((pod) => availableAt(pod, set.spec.minReadySeconds ?? 0) ?? 0).filter((time) => time > context.clock.now())
  return times.length > 0 ? { requeueAfter: Math.min(...times) - context.clock.now() } : undefined
}

interface Seen {
  readonly mine: readonly Pod[]
  readonly all: readonly Node[]
  readonly hash: string
}

/** The node of a daemon pod: the one it is bound to, or the one its affinity names. */
function nodeOf(pod: Pod): string {
  if (pod.spec.nodeName !== undefined) return pod.spec.nodeName
  const affinity = pod.spec.affinity as { nodeAffinity?: NodeSelector } | undefined
  const term = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms?.[0]
  return term?.matchFields?.[0]?.values?.[0] ?? ''
}

/** True if a node is to have a pod; with `staying`, if one that is there may stay: taints that only keep new pods away do not count then. */
function isFor(set: DaemonSet, node: Node, staying = false): boolean {
  const { spec } = set.spec.template
  if (!matchesNodeSelector(spec.nodeSelector, node) || !matchesAffinity(spec.affinity as { nodeAffinity?: NodeSelector } | undefined, node)) return false
  const tolerations = tolerationsOf(spec)
  return (node.spec?.taints ?? []).every(
    (taint) => taint.effect === 'PreferNoSchedule' || (staying && taint.effect === 'NoSchedule') || tolerates(tolerations, taint),
  )
}

function tolerationsOf(spec: PodSpec): readonly JsonObject[] {
  const own = Array.isArray(spec.tolerations) ? (spec.tolerations as readonly JsonObject[]) : []
  const added = toleratedTaints.slice(0, spec.hostNetwork ? undefined : -1).map(([key, effect]) => ({ key, operator: 'Exists', effect }))
  return [...own, ...added.filter(({ key, effect }) => !own.some((each) => each.key === key && each.effect === effect && each.operator === 'Exists'))]
}

/** Makes the pods that are missing and removes those that are too many; true if there were any. */
async function place(set: DaemonSet, { mine, all, hash }: Seen, context: ControllerContext): Promise<boolean> {
  let changed = false
  const remove = async (pod: Pod): Promise<void> => {
    changed = true
    await removePod(set, pod, context)
  }
  for (const node of all) {
    const { name = '' } = node.metadata
    const there = mine.filter((pod) => nodeOf(pod) === name)
    const wanted = isFor(set, node)
    const [first, ...surplus] = there.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    if (wanted && there.length === 0) {
      changed = true
      await createPod(set, { node: name, hash }, context)
    }
    const twice = surplus.filter((pod) => surgeOf(set, all.length) === 0 || isOf(pod, hash) === (first !== undefined && isOf(first, hash)))
    for (const pod of isFor(set, node, true) ? twice : first ? [first, ...surplus] : []) await remove(pod)
    if (wanted && first && isDone(first)) await remove(first)
  }
  const names = new Set(all.map(({ metadata }) => metadata.name))
  for (const pod of mine) if (!names.has(nodeOf(pod)) && pod.metadata.deletionTimestamp === undefined) await remove(pod)
  return changed
}

async function createPod(set: DaemonSet, { node, hash }: { node: string; hash: string }, { client, event }: ControllerContext): Promise<void> {
  const pod = podFromTemplate(set, set.spec.template)
  const { spec } = set.spec.template
  const affinity = (spec.affinity ?? {}) as JsonObject
  const nodeSelectorTerms = [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] }]
  const nodeAffinity = { ...(affinity.nodeAffinity as JsonObject | undefined), requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } }
  const generation = set.metadata.annotations?.['deprecated.daemonset.template.generation'] ?? '1'
  try {
    const made = await client.create(pods, {
      ...pod,
      metadata: { ...pod.metadata, labels: { ...pod.metadata.labels, [hashLabel]: hash, [generationLabel]: generation } },
      spec: { ...(pod.spec as JsonObject), affinity: { ...affinity, nodeAffinity }, tolerations: tolerationsOf(spec) },
    })
    await event(set, { type: 'Normal', reason: 'SuccessfulCreate', message: `Created pod: ${made.metadata.name}` })
  } catch (error) {
    if (error instanceof StatusError) await event(set, { type: 'Warning', reason: 'FailedCreate', message: `Error creating: ${error.message}` })
    throw error
  }
}

async function removePod(set: DaemonSet, pod: Pod, { client, event }: ControllerContext): Promise<void> {
  try {
    await client.delete(pods, keyOf(pod))
  } catch (error) {
    if (error instanceof StatusError && error.reason === 'NotFound') return
    throw error
  }
  await event(set, { type: 'Normal', reason: 'SuccessfulDelete', message: `Deleted pod: ${pod.metadata.name}` })
}

function isOf({ metadata }: Pod, hash: string): boolean {
  return metadata.labels?.[hashLabel] === hash
}

/** How many nodes may have a new pod beside the old one. */
function surgeOf({ spec }: DaemonSet, nodeCount: number): number {
  const most = spec.updateStrategy?.rollingUpdate?.maxSurge ?? 0
  return typeof most === 'number' ? most : Math.ceil((Number.parseInt(most, 10) * nodeCount) / 100)
}

/** Puts new pods beside old ones, and takes an old one away once the new one is available. */
async function surge(
  set: DaemonSet,
  { mine, all, hash }: Seen,
  { most, isAvailable, context }: { most: number; isAvailable(pod: Pod): boolean; context: ControllerContext },
): Promise<void> {
  const live = mine.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
  const pairs = all
    .filter((node) => isFor(set, node))
    .map(({ metadata }) => live.filter((pod) => nodeOf(pod) === metadata.name))
    .map((there) => ({ old: there.find((pod) => !isOf(pod, hash)), fresh: there.find((pod) => isOf(pod, hash)) }))
  let room = most - pairs.filter(({ old, fresh }) => old && fresh).length
  for (const { old, fresh } of pairs) {
    if (!old) continue
    if (fresh ? isAvailable(fresh) : !isAvailable(old)) await removePod(set, old, context)
    else if (!fresh && room > 0) {
      room -= 1
      await createPod(set, { node: nodeOf(old), hash }, context)
    }
  }
}

/** Replaces pods of an older template, as many at a time as may be missing. */
async function update(set: DaemonSet, { mine, all, hash }: Seen, context: ControllerContext): Promise<void> {
  if (set.spec.updateStrategy?.type === 'OnDelete') return
  const wanted = all.filter((node) => isFor(set, node))
  const allowed = set.spec.updateStrategy?.rollingUpdate?.maxUnavailable ?? 1
  const most = typeof allowed === 'number' ? allowed : Math.ceil((Number.parseInt(allowed, 10) * wanted.length) / 100)
  const isAvailable = (pod: Pod): boolean =>
    pod.metadata.deletionTimestamp === undefined && (availableAt(pod, set.spec.minReadySeconds ?? 0) ?? Number.POSITIVE_INFINITY) <= context.clock.now()
  const beside = surgeOf(set, wanted.length)
  if (beside > 0) return surge(set, { mine, all, hash }, { most: beside, isAvailable, context })
  let missing = wanted.filter(({ metadata }) => !mine.some((pod) => nodeOf(pod) === metadata.name && isAvailable(pod))).length
  const old = mine.filter(({ metadata }) => metadata.deletionTimestamp === undefined && metadata.labels?.[hashLabel] !== hash)
  for (const pod of old) {
    const counted = !isAvailable(pod)
    if (!counted && missing >= most) continue
    await removePod(set, pod, context)
    if (!counted) missing += 1
  }
}

/** The pod that counts for a node: the one of the present template, if both are there. */
function presentPod(mine: readonly Pod[], node: string | undefined, hash: string): Pod | undefined {
  const there = mine.filter((pod) => nodeOf(pod) === node && pod.metadata.deletionTimestamp === undefined)
  return there.find((pod) => isOf(pod, hash)) ?? there[0]
}

async function writeStatus(set: DaemonSet, { mine, all, hash }: Seen, { client, clock }: ControllerContext): Promise<void> {
  const now = clock.now()
  const wanted = all.filter((node) => isFor(set, node))
  const names = new Set(wanted.map(({ metadata }) => metadata.name))
  const placed = wanted.flatMap(({ metadata }) => presentPod(mine, metadata.name, hash) ?? [])
  const available = placed.filter((pod) => (availableAt(pod, set.spec.minReadySeconds ?? 0) ?? Number.POSITIVE_INFINITY) <= now).length
  const updated = placed.filter(({ metadata }) => metadata.labels?.[hashLabel] === hash).length
  const optional = { updatedNumberScheduled: updated, numberAvailable: available, numberUnavailable: wanted.length - available }
  const status: JsonObject = {
    currentNumberScheduled: placed.length,
    numberMisscheduled: mine.filter((pod) => pod.metadata.deletionTimestamp === undefined && !names.has(nodeOf(pod))).length,
    desiredNumberScheduled: wanted.length,
    numberReady: placed.filter(isReady).length,
    observedGeneration: set.metadata.generation,
    ...Object.fromEntries(Object.entries(optional).filter(([, count]) => count > 0)),
  }
  if (!equal(set.status ?? {}, status)) await client.update(daemonSets, { ...set, status }, { subresource: 'status' })
}
