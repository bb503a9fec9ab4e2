// KubeFleet's work generator: writes the Works of a bound cluster and sums up in the binding what becomes of them.
import { equal, type JsonObject } from '../../../base/json.ts'
import type { Client } from '../../../kubernetes/client.ts'
import { at, formatKey, type KubernetesObject, keyOf, parseKey } from '../../../kubernetes/object.ts'
import { StatusError } from '../../../kubernetes/status-error.ts'
import { type ControllerContext, type ControllerDefinition, defineController } from '../../controller.ts'
import { type Condition, conditionsOf, findCondition, removeConditions, setCondition, statusAt } from '../conditions.ts'
import { hasFinalizer, withFinalizer, withoutFinalizer } from '../finalizers.ts'
import { annotations, finalizers, labels, managers, memberNamespace } from '../names.ts'
import { OverrideError } from '../overrides/apply-overrides.ts'
import { overrideNamesOf } from '../overrides/matching-overrides.ts'
import { memberClusters, works } from '../resources.ts'
import { summarizeWorks, type WorksSummary } from './binding-status.ts'
import { familyOf, watchFamilies } from './family.ts'
import { isUnderDeletion } from './keys.ts'
import { noOverride, overrideApplied } from './placement-conditions.ts'
import { EnvelopeError, worksFor } from './works.ts'

/** Keys are those of bindings. */
export const workGenerator: ControllerDefinition = defineController({
  name: 'fleet-work-generator',
  fieldManager: managers.hub,
  watches: [...watchFamilies('bindings'), { resource: works, keys: parentBinding }],
  async reconcile(key, context) {
    const binding = await context.client.get(familyOf(parseKey(key)).bindings, parseKey(key))
    if (!binding) return undefined
    if (isUnderDeletion(binding)) await cleanUp(binding, context)
    else if (await isReady(binding, context)) await sync(await hold(binding, context), context)
    return undefined
  },
})

function parentBinding({ metadata }: KubernetesObject): readonly string[] {
  const name = metadata.labels?.[labels.parentBinding]
  const namespace = metadata.labels?.[labels.parentNamespace]
  return name === undefined ? [] : [formatKey(namespace === undefined ? { name } : { name, namespace })]
}

/** Bound, its rollout decided for its present generation, and its member still there. */
async function isReady(binding: KubernetesObject, { client }: ControllerContext): Promise<boolean> {
  const { state, targetCluster } = binding.spec as JsonObject
  if (state !== 'Bound' && state !== 'Unscheduled') return false
  if (!(await client.get(memberClusters, { name: String(targetCluster) }))) return false
  return state === 'Unscheduled' || statusAt(findCondition(conditionsOf(binding), 'RolloutStarted'), binding.metadata.generation ?? 0) !== undefined
}

async function hold(binding: KubernetesObject, { client }: ControllerContext): Promise<KubernetesObject> {
  return hasFinalizer(binding, finalizers.work) ? binding : client.update(familyOf(keyOf(binding)).bindings, withFinalizer(binding, finalizers.work))
}

/** Brings the Works up to date and writes what is known of them into the binding's status. */
async function sync(binding: KubernetesObject, context: ControllerContext): Promise<void> {
  let failure: unknown
  const summary = await syncWorks(binding, context).catch((error: unknown): WorksSummary => {
    if (error instanceof OverrideError) return failed(binding, 'Overridden', error)
    if (!(error instanceof StatusError || error instanceof EnvelopeError)) throw error
    failure = error instanceof StatusError ? error : undefined
    return failed(binding, 'WorkSynchronized', error)
  })
  const isOverridden = Object.keys(overrideNamesOf(binding.spec)).length > 0
  const overriding = observed(binding, { type: 'Overridden', status: 'True', ...(isOverridden ? overrideApplied : noOverride) })
  const [first] = summary.conditions
  await writeStatus(binding, { ...summary, conditions: first?.type === 'Overridden' ? summary.conditions : [overriding, ...summary.conditions] }, context)
  if (failure !== undefined) throw failure
}

const failures = {
  Overridden: { reason: 'OverriddenFailed', message: 'Failed to apply the override rules on the resources' },
  WorkSynchronized: { reason: 'SyncWorkFailed', message: 'Failed to synchronize the work to the latest' },
}

function failed(binding: KubernetesObject, type: keyof typeof failures, error: Error): WorksSummary {
  const { reason, message } = failures[type]
  return { conditions: [observed(binding, { type, status: 'False', reason, message: `${message}: ${error.message}` })], details: {} }
}

async function syncWorks(binding: KubernetesObject, { client }: ControllerContext): Promise<WorksSummary> {
  const present = (await worksOf(binding, client)).filter((work) => !isUnderDeletion(work))
  const changed = await writeWorks((await worksFor(binding, client)) ?? present, present, client)
  const reportDiff = at(binding, 'spec', 'applyStrategy', 'type') === 'ReportDiff'
  const synced = observed(binding, {
    type: 'WorkSynchronized',
    status: 'True',
    reason: 'AllWorkSynced',
    message: 'All of the works are synchronized to the latest',
  })
  if (changed) return { conditions: [synced, inProgress(binding, reportDiff)], details: {} }
  const summary = summarizeWorks(present, { reportDiff, observedGeneration: binding.metadata.generation ?? 0 })
  return { conditions: [synced, ...summary.conditions], details: summary.details }
}

/** Makes, changes and deletes Works until they are as wanted; true if there was anything to do. */
async function writeWorks(wanted: readonly KubernetesObject[], present: readonly KubernetesObject[], client: Client): Promise<boolean> {
  let changed = false
  for (const work of wanted) {
    const existing = present.find(({ metadata }) => metadata.name === work.metadata.name)
    if (existing && equal(comparableParts(existing), comparableParts(work))) continue
    changed = true
    if (existing) await client.update(works, merged(existing, work))
    else await client.create(works, work)
  }
  for (const surplus of present.filter(({ metadata }) => !wanted.some((work) => work.metadata.name === metadata.name))) {
    changed = true
    await client.delete(works, keyOf(surplus))
  }
  return changed
}

function inProgress(binding: KubernetesObject, reportDiff: boolean): Condition {
  if (reportDiff) {
    return observed(binding, { type: 'DiffReported', status: 'False', reason: 'DiffReportInProgress', message: 'Diff reporting on resources is in progress' })
  }
  return observed(binding, { type: 'Applied', status: 'False', reason: 'ApplyInProgress', message: 'Resources are being applied' })
}

function observed(binding: KubernetesObject, condition: Pick<Condition, 'type' | 'status' | 'reason' | 'message'>): Condition {
  return { ...condition, observedGeneration: binding.metadata.generation ?? 0 }
}

function comparableParts({ metadata, spec }: KubernetesObject): readonly unknown[] {
  const names = [annotations.parentSnapshotName, annotations.overrideHash, annotations.clusterOverrideHash]
  return [...names.map((name) => metadata.annotations?.[name]), at(spec, 'applyStrategy')]
}

function merged(existing: KubernetesObject, work: KubernetesObject): KubernetesObject {
  const metadata = {
    ...existing.metadata,
    labels: { ...existing.metadata.labels, ...work.metadata.labels },
    annotations: { ...existing.metadata.annotations, ...work.metadata.annotations },
  }
  return { ...existing, metadata, spec: work.spec }
}

const ownTypes = ['Overridden', 'WorkSynchronized', 'Applied', 'Available', 'DiffReported']

/** All conditions of its own begin anew with every pass that finds something new; RolloutStarted is the rollout's. */
async function writeStatus(binding: KubernetesObject, summary: WorksSummary, { client, clock }: ControllerContext): Promise<void> {
  const old = conditionsOf(binding).filter(({ type }) => ownTypes.includes(type))
  const { conditions: _, ...oldDetails } = (binding.status ?? {}) as JsonObject
  if (equal(old.map(withoutTime), summary.conditions.map(withoutTime)) && equal(oldDetails, summary.details)) return
  let conditions = removeConditions(conditionsOf(binding), ownTypes)
  for (const condition of summary.conditions) conditions = setCondition(conditions, condition, clock.now())
  const { bindings } = familyOf(keyOf(binding))
  const stored = await client.get(bindings, keyOf(binding))
  if (stored) await client.update(bindings, { ...stored, status: { conditions, ...summary.details } }, { subresource: 'status' })
}

function withoutTime({ lastTransitionTime: _, ...condition }: Condition): JsonObject {
  return condition
}

/** Deletes the Works; once their members have let them go, lets the binding go. */
async function cleanUp(binding: KubernetesObject, { client }: ControllerContext): Promise<void> {
  if (!hasFinalizer(binding, finalizers.work)) return
  const all = await worksOf(binding, client)
  for (const work of all.filter((each) => !isUnderDeletion(each))) {
    await client.delete(works, keyOf(work))
  }
  if (all.length === 0) await client.update(familyOf(keyOf(binding)).bindings, withoutFinalizer(binding, finalizers.work))
}

async function worksOf(binding: KubernetesObject, client: ControllerContext['client']): Promise<readonly KubernetesObject[]> {
  const namespace = memberNamespace(String(at(binding, 'spec', 'targetCluster')))
  const { items } = await client.list(works, { namespace, labelSelector: `${labels.parentBinding}=${binding.metadata.name}` })
  return items.filter(({ metadata }) => metadata.labels?.[labels.parentNamespace] === binding.metadata.namespace)
}
