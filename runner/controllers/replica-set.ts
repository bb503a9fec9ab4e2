// Keeps as many pods of a template as a ReplicaSet, or an older ReplicationController, asks for.
import { equal, isObject, type JsonObject } from '../base/json.ts'
import { formatTime, type KubernetesObject, keyOf, parseKey, type Resource } from '../kubernetes/object.ts'
import { StatusError } from '../kubernetes/status-error.ts'
import { findAdopters, isOrphans } from './adopters.ts'
import { type ControllerContext, defineController, type ReconcileResult } from './controller.ts'
import { claim, ownerKeys } from './owners.ts'
import { factsOf } from './pod-facts.ts'
import { type Pod, podFromTemplate } from './pods.ts'
import { pods, replicaSets, replicationControllers } from './resources.ts'
import { byDeletionRank } from './victims.ts'

/** The parts of a ReplicaSet that controllers read. */
export interface ReplicaSet extends KubernetesObject {
  readonly spec: { readonly replicas: number; readonly selector: JsonObject; readonly template: JsonObject; readonly minReadySeconds?: number }
  readonly status?: {
    readonly replicas?: number
    readonly readyReplicas?: number
    readonly availableReplicas?: number
    readonly terminatingReplicas?: number
    readonly observedGeneration?: number
    readonly conditions?: readonly ReplicaSetCondition[]
  }
}

/** A condition of a ReplicaSet: only ReplicaFailure. */
export interface ReplicaSetCondition {
  readonly type: string
  readonly status: string
  readonly lastTransitionTime: string
  readonly reason: string
  readonly message: string
}

/** What tells the two kinds apart. */
interface Sort {
  readonly resource: Resource
  /** The object with its selector in the newer form. */
  read(object: KubernetesObject): ReplicaSet
  readonly countsLeaving: boolean
}

const sets: Sort = { resource: replicaSets, read: (object) => object as ReplicaSet, countsLeaving: true }

const older: Sort = {
  resource: replicationControllers,
  read(object) {
    const spec = isObject(object.spec) ? object.spec : {}
    const replicas = typeof spec.replicas === 'number' ? spec.replicas : 1
    return { ...object, spec: { ...spec, replicas, selector: { matchLabels: spec.selector } } } as unknown as ReplicaSet
  },
  countsLeaving: false,
}

export const replicaSetController = defineController({
  name: 'replicaset-controller',
  watches: [{ resource: replicaSets }, { resource: pods, keys: ownerKeys('ReplicaSet') }],
  reconcile: (key, context) => reconcile(sets, key, context),
})

export const replicationController = defineController({
  name: 'replication-controller',
  watches: [{ resource: replicationControllers }, { resource: pods, keys: ownerKeys('ReplicationController') }],
  reconcile: (key, context) => reconcile(older, key, context),
})

async function reconcile(sort: Sort, key: string, context: ControllerContext): Promise<ReconcileResult | undefined> {
  if (isOrphans(key)) return findAdopters(sort.resource, key, context, (set) => sort.read(set).spec.selector)
  const { client, clock } = context
  const found = await client.get(sort.resource, parseKey(key))
  const set = found && sort.read(found)
  if (!set) return undefined
  const { items } = await client.list(pods, { namespace: set.metadata.namespace ?? '' })
  const { active, leaving } = sorted(items as readonly Pod[], set)
  const claimed = (await claim(client, set, { resource: pods, objects: active })) as readonly Pod[]
  const failure = set.metadata.deletionTimestamp === undefined ? await scale(set, claimed, context) : undefined
  const next = await writeStatus({ sort, set }, context, { claimed, terminating: leaving, failure })
  if (failure) throw failure
  return next === undefined ? undefined : { requeueAfter: next - clock.now() }
}

/** The pods that may count, and how many of the set's own are on their way out, in one look at each. */
function sorted(items: readonly Pod[], { metadata: { uid: own } }: ReplicaSet): { readonly active: readonly Pod[]; readonly leaving: number } {
  const active: Pod[] = []
  let leaving = 0
  for (const pod of items) {
    const facts = factsOf(pod)
    if (facts.active) active.push(pod)
    else if (facts.terminating && pod.metadata.ownerReferences?.some(({ uid }) => uid === own)) leaving += 1
  }
  return { active, leaving }
}

/** Pods that are made or deleted in one look; they wake the set again (`replica_set.go`, BurstReplicas). */
const burst = 500

/** Makes or deletes pods; gives what stood in the way. */
async function scale(set: ReplicaSet, claimed: readonly Pod[], context: ControllerContext): Promise<ScaleFailure | undefined> {
  const missing = set.spec.replicas - claimed.length
  try {
    for (let made = 0; made < Math.min(missing, burst); made += 1) await createPod(set, context)
    for (const pod of missing < 0 ? [...claimed].sort(byDeletionRank).slice(0, Math.min(-missing, burst)) : []) await deletePod(set, pod, context)
  } catch (error) {
    if (!(error instanceof StatusError)) throw error
    return new ScaleFailure(missing > 0 ? 'FailedCreate' : 'FailedDelete', error.message)
  }
  return undefined
}

/** A pod that could not be made or deleted. */
class ScaleFailure extends Error {
  override readonly name = 'ScaleFailure'
  readonly reason: string
  constructor(reason: string, message: string) {
    super(message)
    this.reason = reason
  }
}

async function createPod(set: ReplicaSet, { client, event }: ControllerContext): Promise<void> {
  try {
    const pod = await client.create(pods, podFromTemplate(set, set.spec.template))
    await event(set, { type: 'Normal', reason: 'SuccessfulCreate', message: `Created pod: ${pod.metadata.name}` })
  } catch (error) {
    if (error instanceof StatusError && !endsWithNamespace(error))
      await event(set, { type: 'Warning', reason: 'FailedCreate', message: `Error creating: ${error.message}` })
    throw error
  }
}

/** A namespace on its way out takes no Events either. */
function endsWithNamespace(error: StatusError): boolean {
  return error.details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating') ?? false
}

async function deletePod(set: ReplicaSet, pod: Pod, { client, event }: ControllerContext): Promise<void> {
  try {
    await client.delete(pods, keyOf(pod))
  } catch (error) {
    if (error instanceof StatusError && error.reason === 'NotFound') return
    if (error instanceof StatusError) await event(set, { type: 'Warning', reason: 'FailedDelete', message: `Error deleting: ${error.message}` })
    throw error
  }
  await event(set, { type: 'Normal', reason: 'SuccessfulDelete', message: `Deleted pod: ${pod.metadata.name}` })
}

/** Counts what is there now and writes it if it differs; gives when the next ready pod will count as available. */
async function writeStatus(
  { sort, set }: { readonly sort: Sort; readonly set: ReplicaSet },
  { client, clock }: ControllerContext,
  seen: { readonly claimed: readonly Pod[]; readonly terminating: number; readonly failure: ScaleFailure | undefined },
): Promise<number | undefined> {
  const now = clock.now()
  const counts = countPods(set, seen.claimed, now)
  const count = (name: string, value: number): JsonObject => (value === 0 ? {} : { [name]: value })
  const conditions = failureConditions(set, seen.failure, now)
  const status: JsonObject = {
    replicas: seen.claimed.length,
    ...count('fullyLabeledReplicas', counts.labelled),
    ...count('readyReplicas', counts.ready),
    ...count('availableReplicas', counts.available),
    ...(sort.countsLeaving && { terminatingReplicas: seen.terminating }),
    observedGeneration: set.metadata.generation,
    ...(conditions.length > 0 && { conditions }),
  }
  if (!equal(set.status ?? {}, status)) await client.update(sort.resource, { ...(await fresh(sort, set, client)), status }, { subresource: 'status' })
  return counts.next
}

/** What a set says of its pods, in one look at each: there may be ten thousand. */
function countPods(set: ReplicaSet, pods: readonly Pod[], now: number): { labelled: number; ready: number; available: number; next: number | undefined } {
  const { template, minReadySeconds = 0 } = set.spec
  const wanted = Object.entries(((template.metadata as JsonObject | undefined)?.labels ?? {}) as Readonly<Record<string, string>>)
  let [labelled, ready, available, next] = [0, 0, 0, Number.POSITIVE_INFINITY]
  for (const pod of pods) {
    const facts = factsOf(pod)
    if (wanted.every(([name, value]) => facts.labels?.[name] === value)) labelled += 1
    if (!facts.ready) continue
    ready += 1
    const time = minReadySeconds === 0 ? 0 : Date.parse(facts.readySince) + minReadySeconds * 1000
    if (time <= now) available += 1
    else if (time > now) next = Math.min(next, time)
  }
  return { labelled, ready, available, next: Number.isFinite(next) ? next : undefined }
}

async function fresh({ resource }: Sort, set: ReplicaSet, client: ControllerContext['client']): Promise<KubernetesObject> {
  return (await client.get(resource, keyOf(set))) ?? set
}

function failureConditions(set: ReplicaSet, failure: ScaleFailure | undefined, now: number): JsonObject[] {
  const others = (set.status?.conditions ?? []).filter(({ type }) => type !== 'ReplicaFailure')
  const known = set.status?.conditions?.find(({ type }) => type === 'ReplicaFailure')
  const kept = failure && known
  const made = failure && { type: 'ReplicaFailure', status: 'True', lastTransitionTime: formatTime(now), reason: failure.reason, message: failure.message }
  return [...others, ...(kept ? [kept] : made ? [made] : [])] as unknown as JsonObject[]
}
