// Keeps a StatefulSet's pods: each with its own name and claims, one after the other.
import { equal, type JsonObject } from '../base/json.ts'
import { type KubernetesObject, keyOf, parseKey } from '../kubernetes/object.ts'
import { StatusError } from '../kubernetes/status-error.ts'
import { findAdopters, isOrphans } from './adopters.ts'
import { type ControllerContext, defineController, type ReconcileResult } from './controller.ts'
import { claim, ownerKeys } from './owners.ts'
import { availableAt, isDone, isReady, type Pod, podFromTemplate } from './pods.ts'
import { pods, statefulSets } from './resources.ts'
import { presentRevision, type Revision, revisionsOf, trimRevisions } from './revisions.ts'
import { createClaims, ownClaims } from './stateful-claims.ts'
import { dataHash } from './template-hash/template-hash.ts'

interface StatefulSet extends KubernetesObject {
  readonly spec: {
    readonly replicas?: number
    readonly serviceName?: string
    readonly selector: JsonObject
    readonly template: JsonObject
    readonly podManagementPolicy?: string
    readonly updateStrategy?: { readonly type?: string; readonly rollingUpdate?: { readonly partition?: number } }
    readonly minReadySeconds?: number
    readonly revisionHistoryLimit?: number
    readonly ordinals?: { readonly start?: number }
    readonly volumeClaimTemplates?: readonly KubernetesObject[]
    readonly persistentVolumeClaimRetentionPolicy?: { readonly whenDeleted?: string; readonly whenScaled?: string }
  }
  readonly status?: {
    readonly currentRevision?: string
    readonly updateRevision?: string
    readonly currentReplicas?: number
    readonly [field: string]: unknown
  }
}

/** One look at a set: what there is, and which revisions count. */
interface Look {
  readonly set: StatefulSet
  readonly context: ControllerContext
  readonly current: string
  readonly update: Revision
  readonly known: readonly Revision[]
}

const revisionLabel = 'controller-revision-hash'

export const statefulSetController = defineController({
  name: 'statefulset-controller',
  watches: [{ resource: statefulSets }, { resource: pods, keys: ownerKeys('StatefulSet') }],
  reconcile,
})

async function reconcile(key: string, context: ControllerContext): Promise<ReconcileResult | undefined> {
  if (isOrphans(key)) return findAdopters(statefulSets, key, context)
  const { client } = context
  const set = (await client.get(statefulSets, parseKey(key))) as StatefulSet | undefined
  if (!set) return undefined
  const { items } = await client.list(pods, { namespace: set.metadata.namespace ?? '' })
  const mine = (await claim(client, set, { resource: pods, objects: items.filter((pod) => isMember(pod, set)) })) as readonly Pod[]
  const known = await revisionsOf(client, set)
  const update = await presentRevision(client, set, { known, hash: dataHash, labels: (hash) => ({ 'controller.kubernetes.io/hash': hash }) })
  const names = new Set([...known, update].map(({ metadata }) => metadata.name))
  const before = set.status?.currentRevision
  const current = before !== undefined && names.has(before) ? before : (update.metadata.name ?? '')
  const look: Look = { set, context, current, update, known }
  if (set.metadata.deletionTimestamp === undefined) await act(look, mine)
  await writeStatus(look, mine)
  const live = new Set([current, update.metadata.name ?? '', ...mine.map(({ metadata }) => metadata.labels?.[revisionLabel] ?? '')])
  await trimRevisions(client, known, { limit: set.spec.revisionHistoryLimit ?? 10, live })
  return nextAvailability(set, mine, context.clock.now())
}

/** True for a pod that bears the set's name and a number: no other is taken in. */
function isMember({ metadata: { name = '' } }: KubernetesObject, set: StatefulSet): boolean {
  return /^(.*)-\d+$/.exec(name)?.[1] === set.metadata.name
}

function ordinalOf(pod: Pod): number {
  return Number(pod.metadata.name?.slice((pod.metadata.name.lastIndexOf('-') ?? -1) + 1))
}

function rangeOf({ spec }: StatefulSet): { start: number; end: number } {
  const start = spec.ordinals?.start ?? 0
  return { start, end: start + (spec.replicas ?? 1) }
}

/** One step: missing pods first, then those too many, then those of an older template. */
async function act(look: Look, mine: readonly Pod[]): Promise<void> {
  const { start, end } = rangeOf(look.set)
  const oneByOne = look.set.spec.podManagementPolicy !== 'Parallel'
  const byOrdinal = new Map(mine.map((pod) => [ordinalOf(pod), pod]))
  for (let ordinal = start; ordinal < end; ordinal += 1) {
    const settled = await keep(look, ordinal, byOrdinal.get(ordinal))
    if (!settled && oneByOne) return
  }
  const surplus = mine.filter((pod) => ordinalOf(pod) < start || ordinalOf(pod) >= end).sort((a, b) => ordinalOf(b) - ordinalOf(a))
  const firstUnwell = mine.filter((pod) => !isWell(pod)).sort((a, b) => ordinalOf(a) - ordinalOf(b))[0]
  for (const pod of surplus) {
    await ownClaims(look.set, { pod, surplus: true }, look.context)
    // One by one only pods that are well go, or the first of those that are not (`processCondemned`).
    if (oneByOne && pod !== firstUnwell && !isAvailable(look, pod)) return
    if (pod.metadata.deletionTimestamp === undefined) await removePod(look, pod)
    if (oneByOne) return
  }
  if (look.set.spec.updateStrategy?.type !== 'OnDelete') await updatePods(look, byOrdinal)
}

/** Makes or replaces the pod of an ordinal; true if it runs and is available. */
async function keep(look: Look, ordinal: number, pod: Pod | undefined): Promise<boolean> {
  const { set, context } = look
  if (!pod) {
    await createPod(look, ordinal)
    return false
  }
  if (isDone(pod) && pod.metadata.deletionTimestamp === undefined) {
    await removePod(look, pod)
    return false
  }
  await ownClaims(set, { pod, surplus: false }, context)
  return isAvailable(look, pod)
}

/** True for a pod that runs and is ready. */
function isWell(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp === undefined && availableAt(pod, 0) !== undefined
}

/** True for one that has been so for as long as the set asks for. */
function isAvailable({ set, context }: Look, pod: Pod): boolean {
  const time = availableAt(pod, set.spec.minReadySeconds ?? 0)
  return pod.metadata.deletionTimestamp === undefined && time !== undefined && time <= context.clock.now()
}

async function updatePods(look: Look, byOrdinal: ReadonlyMap<number, Pod>): Promise<void> {
  const { start, end } = rangeOf(look.set)
  const partition = Math.max(start, look.set.spec.updateStrategy?.rollingUpdate?.partition ?? 0)
  for (let ordinal = end - 1; ordinal >= partition; ordinal -= 1) {
    const pod = byOrdinal.get(ordinal)
    if (!pod) return
    if (pod.metadata.deletionTimestamp === undefined && pod.metadata.labels?.[revisionLabel] !== look.update.metadata.name) {
      await removePod(look, pod)
      return
    }
    if (!isReady(pod) || pod.metadata.deletionTimestamp !== undefined) return
  }
}

async function createPod(look: Look, ordinal: number): Promise<void> {
  const { set, context } = look
  const { client, event } = context
  const name = `${set.metadata.name}-${ordinal}`
  const told = (type: 'Normal' | 'Warning', reason: string, message: string): Promise<void> => event(set, { type, reason, message })
  try {
    await createClaims(set, name, context)
    await client.create(pods, podOf(look, ordinal, name))
    await told('Normal', 'SuccessfulCreate', `Create Pod ${name} in StatefulSet ${set.metadata.name} successful`)
  } catch (error) {
    if (error instanceof StatusError && error.reason === 'AlreadyExists') return
    if (error instanceof StatusError)
      await told('Warning', 'FailedCreate', `Create Pod ${name} in StatefulSet ${set.metadata.name} failed error: ${error.message}`)
    throw error
  }
}

function podOf({ set, current, update, known }: Look, ordinal: number, name: string): KubernetesObject {
  const partition = set.spec.updateStrategy?.rollingUpdate?.partition ?? 0
  const older = ordinal < partition ? known.find(({ metadata }) => metadata.name === current) : undefined
  const revision = older ?? update
  const template = (revision.data.spec as { template: JsonObject }).template
  const pod = podFromTemplate(set, template, name)
  const labels = {
    ...pod.metadata.labels,
    [revisionLabel]: revision.metadata.name ?? '',
    'statefulset.kubernetes.io/pod-name': name,
    'apps.kubernetes.io/pod-index': String(ordinal),
  }
  const spec = pod.spec as JsonObject
  const claims = (set.spec.volumeClaimTemplates ?? []).map(({ metadata }) => ({
    name: metadata.name ?? '',
    persistentVolumeClaim: { claimName: `${metadata.name}-${name}` },
  }))
  const others = (Array.isArray(spec.volumes) ? (spec.volumes as JsonObject[]) : []).filter((volume) => !claims.some((each) => each.name === volume.name))
  const volumes = [...claims, ...others]
  const { serviceName } = set.spec
  const place = { hostname: name, ...(serviceName !== undefined && serviceName !== '' && { subdomain: serviceName }) }
  return {
    ...pod,
    metadata: { ...pod.metadata, generateName: `${set.metadata.name}-`, labels },
    spec: { ...spec, ...place, ...(volumes.length > 0 && { volumes }) },
  }
}

async function removePod({ set, context }: Look, pod: Pod): Promise<void> {
  const { client, event } = context
  try {
    await client.delete(pods, keyOf(pod))
  } catch (error) {
    if (error instanceof StatusError && error.reason === 'NotFound') return
    throw error
  }
  const message = `Delete Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name} successful`
  await event(set, { type: 'Normal', reason: 'SuccessfulDelete', message })
}

/** Counts the pods as they were before this step, as the real controller's next look would. */
async function writeStatus({ set, context, current, update }: Look, mine: readonly Pod[]): Promise<void> {
  const { client, clock } = context
  const present = mine.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
  const of = (revision: string | undefined): number => present.filter(({ metadata }) => metadata.labels?.[revisionLabel] === revision).length
  const ready = present.filter(isReady)
  const available = ready.filter((pod) => (availableAt(pod, set.spec.minReadySeconds ?? 0) ?? Number.POSITIVE_INFINITY) <= clock.now())
  const updated = of(update.metadata.name)
  const replicas = mine.length
  const over = updated === replicas && ready.length === replicas && present.length === mine.length && set.spec.updateStrategy?.type !== 'OnDelete'
  const counts = {
    replicas,
    readyReplicas: ready.length,
    availableReplicas: available.length,
    updatedReplicas: updated,
    currentReplicas: over ? updated : of(current),
  }
  const shown = Object.entries(counts).filter(([name, count]) => count > 0 || name === 'replicas' || name === 'availableReplicas')
  const status = {
    observedGeneration: set.metadata.generation,
    ...Object.fromEntries(shown),
    currentRevision: over ? update.metadata.name : current,
    updateRevision: update.metadata.name,
    collisionCount: 0,
  }
  if (!equal(set.status ?? {}, status)) await client.update(statefulSets, { ...set, status } as KubernetesObject, { subresource: 'status' })
}

function nextAvailability(set: StatefulSet, mine: readonly Pod[], now: number): ReconcileResult | undefined {
  const times = mine.map((pod) => availableAt(pod, set.spec.minReadySeconds ?? 0)).filter((time) => time !== undefined && time > now) as number[]
  return times.length > 0 ? { requeueAfter: Math.min(...times) - now } : undefined
}
