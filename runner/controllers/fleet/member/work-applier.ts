// KubeFleet's work applier on a member: makes what the Works say, and makes it again when somebody has changed it.
//
// The real agent does not watch what it has placed: it looks again and again, ever more rarely. Here the member's watch only
// tells that something is different; the repair still waits for the pass in which the real agent would have noticed.
import { equal, type Json, type JsonObject } from '../../../base/json.ts'
import type { Client } from '../../../kubernetes/client.ts'
import { everyResource } from '../../../kubernetes/client.ts'
import { at, type KubernetesObject, type OwnerReference, parseKey } from '../../../kubernetes/object.ts'
import { type ControllerContext, type ControllerDefinition, defineController, type ReconcileResult } from '../../controller.ts'
import { hasFinalizer, withFinalizer, withoutFinalizer } from '../finalizers.ts'
import { finalizers, managers, memberNamespace } from '../names.ts'
import { appliedWorks, internalMemberClusters, works } from '../resources.ts'
import { type ApplyGround, applyStrategyOf, planStep, takeStep } from './apply.ts'
import { availabilityOf } from './availability.ts'
import { type Pass, passAfter } from './back-off.ts'
import { removeLeftovers } from './leftovers.ts'
import { type Manifest, manifestsOf, type Outcome, succeeded } from './manifests.ts'
import { waveOf } from './waves.ts'
import { appliedResources, type Processed, preparedStatus, workStatus } from './work-status.ts'

/** Keys are `namespace/name` of Works on the hub. */
export function workApplier({ memberName }: { readonly memberName: string }): ControllerDefinition {
  const namespace = memberNamespace(memberName)
  return defineController({
    name: 'work-applier',
    fieldManager: managers.member,
    watches: [
      { resource: works, server: 'hub', namespace },
      { resource: everyResource, keys: (object, _change, old) => worksOwning(object, old, namespace) },
    ],
    async reconcile(key, context) {
      const hub = context.others.hub
      const work = await hub?.get(works, parseKey(key))
      if (!hub || !work) return void context.memory.set(key, undefined)
      if (work.metadata.deletionTimestamp !== undefined) return collect(work, { key, hub, context })
      const internal = await hub.get(internalMemberClusters, { name: memberName, namespace })
      return at(internal, 'spec', 'state') === 'Join' ? look(work, { key, hub, context }) : undefined
    },
  })
}

/** The Works by which an object of the member was placed, or was until now. */
function worksOwning(object: KubernetesObject, old: KubernetesObject | undefined, namespace: string): readonly string[] {
  if (object.kind === appliedWorks.kind) return [`${namespace}/${object.metadata.name}`]
  const owners = [...(object.metadata.ownerReferences ?? []), ...(old?.metadata.ownerReferences ?? [])]
  return [...new Set(owners.filter(({ kind }) => kind === appliedWorks.kind).map(({ name }) => `${namespace}/${name}`))]
}

interface Ground {
  readonly key: string
  readonly hub: Client
  readonly context: ControllerContext
}

/** What is remembered of a Work between passes. */
interface Memory {
  /** The Work itself: one of the same name may follow it. */
  readonly uid: string
  readonly generation: number
  readonly pass: Pass
  /** What the last pass made of each manifest; a change begins the schedule anew. */
  readonly results: string
  /** True if the next pass writes something whatever it finds: what failed is tried again, and what differs is noted with its time. */
  readonly failed: boolean
  /** The pass that is waited for because it will find something to do. */
  readonly next?: Pass
}

async function look(work: KubernetesObject, ground: Ground): Promise<ReconcileResult | undefined> {
  const { key, context } = ground
  const memory = context.memory.get(key) as Memory | undefined
  if (!memory || !isOf(memory, work)) return pass(work, 1, ground)
  const now = context.clock.now()
  const { next: waited, ...rest } = memory
  if (!memory.failed && !(await findsSomething(work, memory, ground))) {
    if (waited) remember(key, rest, context)
    return undefined
  }
  const next = waited ?? passAfter(memory.pass, now)
  if (next.at <= now) return pass(work, next.attempt, ground)
  remember(key, { ...rest, next }, context)
  return { requeueAfter: next.at - now }
}

function isOf({ uid, generation }: Memory, { metadata }: KubernetesObject): boolean {
  return uid === metadata.uid && generation === metadata.generation
}

function remember(key: string, memory: Memory, { memory: all }: ControllerContext): void {
  all.set(key, memory as unknown as Json)
}

/** True if a pass made now would write anything, or judge anything otherwise than the last one did. */
async function findsSomething(work: KubernetesObject, memory: Memory, ground: Ground): Promise<boolean> {
  const { client } = ground.context
  const applied = await client.get(appliedWorks, { name: work.metadata.name ?? '' })
  if (!applied) return true
  const apply = applyGround(work, applied, ground)
  const outcomes: Outcome[] = []
  for (const manifest of await manifestsOf(work, client)) {
    const step = await planStep(manifest, apply)
    if (step.type !== 'rest') return true
    outcomes.push(judged(step.outcome))
  }
  return outcomes.some(isReported) || resultsOf(outcomes) !== memory.results
}

/** One pass over all manifests (`Reconcile` of the real applier). */
async function pass(found: KubernetesObject, attempt: number, ground: Ground): Promise<ReconcileResult | undefined> {
  const { key, hub, context } = ground
  const { client, clock } = context
  const { work, applied } = await ensureAppliedWork(found, ground)
  const manifests = await manifestsOf(work, client)
  const prepared = await writeStatus(work, preparedStatus(work, manifests, clock.now()), hub)
  await removeLeftovers(applied, manifests, client)
  const apply = applyGround(prepared, applied, ground)
  const processed = await process(manifests, apply)
  await writeStatus(prepared, workStatus(prepared, processed, { reportDiff: apply.strategy.type === 'ReportDiff', now: clock.now() }), hub)
  await writeAppliedWork(applied, processed, client)
  const outcomes = processed.map(({ outcome }) => outcome)
  const results = resultsOf(outcomes)
  const memory = context.memory.get(key) as Memory | undefined
  const same = memory !== undefined && isOf(memory, work) && memory.results === results
  const settled = outcomes.every((outcome) => succeeded(outcome) && outcome.availability !== 'ManifestNotAvailableYet')
  const failed = !outcomes.every(succeeded) || outcomes.some(isReported)
  const last = { at: clock.now(), attempt: same ? attempt : 1, settled }
  const { uid = '', generation = 0 } = work.metadata
  remember(key, { uid, generation, pass: last, results, failed }, context)
  context.enqueue(key)
  return undefined
}

async function process(manifests: readonly Manifest[], ground: ApplyGround): Promise<readonly Processed[]> {
  const wave = ({ resource }: Manifest): number => (resource ? waveOf(resource) : Number.MAX_SAFE_INTEGER)
  const inWaves = [...manifests].sort((a, b) => wave(a) - wave(b))
  const processed: Processed[] = []
  for (const manifest of inWaves) processed.push({ manifest, outcome: judged(await takeStep(await planStep(manifest, ground), manifest, ground)) })
  return processed.sort((a, b) => a.manifest.ordinal - b.manifest.ordinal)
}

/** An applied object is also judged by whether it is available. */
function judged(outcome: Outcome): Outcome {
  return outcome.result === 'Applied' && outcome.object ? { ...outcome, availability: availabilityOf(outcome.object) } : outcome
}

/** True if the Work's status tells of drifts or of differences. */
function isReported({ drifts, diffs }: Outcome): boolean {
  return drifts !== undefined || diffs !== undefined
}

/** The part of the outcomes whose change begins the schedule anew. */
function resultsOf(outcomes: readonly Outcome[]): string {
  return outcomes.map(({ result, availability }) => `${result},${availability ?? 'Skipped'}`).join(' ')
}

function applyGround(work: KubernetesObject, applied: KubernetesObject, { hub, context }: Ground): ApplyGround {
  return { member: context.client, hub, namespace: work.metadata.namespace ?? '', owner: ownerOf(applied), strategy: applyStrategyOf(work) }
}

function ownerOf({ metadata }: KubernetesObject): OwnerReference {
  return {
    apiVersion: 'placement.kubernetes-fleet.io/v1beta1',
    blockOwnerDeletion: true,
    kind: appliedWorks.kind,
    name: metadata.name ?? '',
    uid: metadata.uid ?? '',
  }
}

/** The AppliedWork that owns what the Work places, and the finalizer that keeps the Work until it is cleaned up. */
async function ensureAppliedWork(work: KubernetesObject, { hub, context }: Ground): Promise<{ work: KubernetesObject; applied: KubernetesObject }> {
  const { name = '', namespace = '' } = work.metadata
  const object = {
    apiVersion: 'placement.kubernetes-fleet.io/v1beta1',
    kind: appliedWorks.kind,
    metadata: { name },
    spec: { workName: name, workNamespace: namespace },
  }
  const applied = (await context.client.get(appliedWorks, { name })) ?? (await context.client.create(appliedWorks, object, { fieldManager: managers.member }))
  const held = hasFinalizer(work, finalizers.work)
  return { work: held ? work : await hub.update(works, withFinalizer(work, finalizers.work), { fieldManager: managers.member }), applied }
}

async function writeStatus(work: KubernetesObject, status: JsonObject, hub: Client): Promise<KubernetesObject> {
  if (equal(status, work.status)) return work
  return hub.update(works, { ...work, status }, { subresource: 'status', fieldManager: managers.member })
}

async function writeAppliedWork(applied: KubernetesObject, processed: readonly Processed[], client: Client): Promise<void> {
  const resources = appliedResources(processed)
  const status = resources.length === 0 ? {} : { appliedResources: resources }
  const stored = await client.get(appliedWorks, { name: applied.metadata.name ?? '' })
  if (!stored || equal(status, stored.status ?? {})) return
  await client.update(appliedWorks, { ...stored, status }, { subresource: 'status', fieldManager: managers.member })
}

/** What is remembered of a Work that waits for its objects to go. */
interface Waiting {
  readonly failures: number
  readonly until: number
}

/** Deletes what the Work has placed, then lets the Work go. Like the real agent it asks again after ever longer waits. */
async function collect(work: KubernetesObject, { key, hub, context }: Ground): Promise<ReconcileResult | undefined> {
  if (!hasFinalizer(work, finalizers.work)) return undefined
  const { client, clock, memory } = context
  const waiting = memory.get(`${key} deleted`) as Waiting | undefined
  if (waiting && clock.now() < waiting.until) return { requeueAfter: waiting.until - clock.now() }
  const applied = await client.get(appliedWorks, { name: work.metadata.name ?? '' })
  if (!applied) {
    for (const name of [key, `${key} deleted`]) memory.set(name, undefined)
    await hub.update(works, withoutFinalizer(work, finalizers.work), { fieldManager: managers.member })
    return undefined
  }
  if (applied.metadata.deletionTimestamp === undefined)
    await client.delete(appliedWorks, { name: applied.metadata.name ?? '' }, { propagationPolicy: 'Foreground' })
  const failures = waiting?.failures ?? 0
  const requeueAfter = Math.min(5 * 2 ** failures, 1_000_000)
  memory.set(`${key} deleted`, { failures: failures + 1, until: clock.now() + requeueAfter })
  return { requeueAfter }
}
