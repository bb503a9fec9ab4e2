// KubeFleet's work generator: writes the Works of a bound cluster and sums up in the binding what becomes of them.
import { equal, type JsonObject } from '../../../base/json.ts'
import { at, type KubernetesObject } from '../../../kubernetes/object.ts'
import { StatusError } from '../../../kubernetes/status-error.ts'
import { type ControllerContext, type ControllerDefinition, defineController } from '../../controller.ts'
import { type Condition, conditionsOf, findCondition, removeConditions, setCondition, statusAt } from '../conditions.ts'
import { hasFinalizer, withFinalizer, withoutFinalizer } from '../finalizers.ts'
import { overridesHash } from '../hashes.ts'
import { annotations, finalizers, labels, managers, memberNamespace } from '../names.ts'
import { bindings, memberClusters, resourceSnapshots, works } from '../resources.ts'
import { summarizeWorks, type WorksSummary } from './binding-status.ts'
import { isUnderDeletion } from './keys.ts'
import { noOverride } from './placement-conditions.ts'

/** Keys are names of bindings. */
export const workGenerator: ControllerDefinition = defineController({
  name: 'fleet-work-generator',
  fieldManager: managers.hub,
  watches: [{ resource: bindings }, { resource: works, keys: parentBinding }],
  async reconcile(key, context) {
    const binding = await context.client.get(bindings, { name: key })
    if (!binding) return undefined
    if (isUnderDeletion(binding)) await cleanUp(binding, context)
    else if (await isReady(binding, context)) await sync(await hold(binding, context), context)
    return undefined
  },
})

function parentBinding({ metadata }: KubernetesObject): readonly string[] {
  const binding = metadata.labels?.[labels.parentBinding]
  return binding === undefined ? [] : [binding]
}

/** Bound, its rollout decided for its present generation, and its member still there. */
async function isReady(binding: KubernetesObject, { client }: ControllerContext): Promise<boolean> {
  const { state, targetCluster } = binding.spec as JsonObject
  if (state !== 'Bound' && state !== 'Unscheduled') return false
  if (!(await client.get(memberClusters, { name: String(targetCluster) }))) return false
  return state === 'Unscheduled' || statusAt(findCondition(conditionsOf(binding), 'RolloutStarted'), binding.metadata.generation ?? 0) !== undefined
}

async function hold(binding: KubernetesObject, { client }: ControllerContext): Promise<KubernetesObject> {
  return hasFinalizer(binding, finalizers.work) ? binding : client.update(bindings, withFinalizer(binding, finalizers.work))
}

/** Brings the Works up to date and writes what is known of them into the binding's status. */
async function sync(binding: KubernetesObject, context: ControllerContext): Promise<void> {
  let failure: unknown
  const summary = await syncWorks(binding, context).catch((error: unknown): WorksSummary => {
    if (!(error instanceof StatusError)) throw error
    failure = error
    const message = `Failed to synchronize the work to the latest: ${error.message}`
    return { conditions: [observed(binding, { type: 'WorkSynchronized', status: 'False', reason: 'SyncWorkFailed', message })], details: {} }
  })
  await writeStatus(
    binding,
    { ...summary, conditions: [observed(binding, { type: 'Overridden', status: 'True', ...noOverride }), ...summary.conditions] },
    context,
  )
  if (failure !== undefined) throw failure
}

async function syncWorks(binding: KubernetesObject, { client }: ControllerContext): Promise<WorksSummary> {
  const present = (await worksOf(binding, client)).filter((work) => !isUnderDeletion(work))
  const snapshot = await client.get(resourceSnapshots, { name: String(at(binding, 'spec', 'resourceSnapshotName')) })
  const wanted = snapshot ? [workObject(binding, snapshot)] : present
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
    await client.delete(works, { name: surplus.metadata.name ?? '', namespace: surplus.metadata.namespace ?? '' })
  }
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

function inProgress(binding: KubernetesObject, reportDiff: boolean): Condition {
  if (reportDiff) {
    return observed(binding, { type: 'DiffReported', status: 'False', reason: 'DiffReportInProgress', message: 'Diff reporting on resources is in progress' })
  }
  return observed(binding, { type: 'Applied', status: 'False', reason: 'ApplyInProgress', message: 'Resources are being applied' })
}

function observed(binding: KubernetesObject, condition: Pick<Condition, 'type' | 'status' | 'reason' | 'message'>): Condition {
  return { ...condition, observedGeneration: binding.metadata.generation ?? 0 }
}

/** The Work of a snapshot: its objects in order, and where they come from. */
function workObject(binding: KubernetesObject, snapshot: KubernetesObject): KubernetesObject {
  const spec = binding.spec as JsonObject
  const placement = binding.metadata.labels?.[labels.parentPlacement] ?? ''
  const manifests = (at(snapshot, 'spec', 'selectedResources') ?? []) as readonly JsonObject[]
  return {
    apiVersion: 'placement.kubernetes-fleet.io/v1beta1',
    kind: works.kind,
    metadata: {
      name: `${placement}-work`,
      namespace: memberNamespace(String(spec.targetCluster)),
      labels: {
        [labels.parentBinding]: binding.metadata.name ?? '',
        [labels.parentPlacement]: placement,
        [labels.parentSnapshotIndex]: snapshot.metadata.labels?.[labels.resourceIndex] ?? '',
      },
      annotations: {
        [annotations.parentSnapshotName]: snapshot.metadata.name ?? '',
        [annotations.overrideHash]: overridesHash(spec.resourceOverrideSnapshots as readonly unknown[] | undefined),
        [annotations.clusterOverrideHash]: overridesHash(spec.clusterResourceOverrideSnapshots as readonly unknown[] | undefined),
      },
    },
    spec: { applyStrategy: spec.applyStrategy, workload: manifests.length === 0 ? {} : { manifests } },
  }
}

function comparableParts({ metadata, spec }: KubernetesObject): readonly unknown[] {
  return [metadata.annotations?.[annotations.parentSnapshotName], metadata.annotations?.[annotations.overrideHash], at(spec, 'applyStrategy')]
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
  const stored = await client.get(bindings, { name: binding.metadata.name ?? '' })
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
    await client.delete(works, { name: work.metadata.name ?? '', namespace: work.metadata.namespace ?? '' })
  }
  if (all.length === 0) await client.update(bindings, withoutFinalizer(binding, finalizers.work))
}

async function worksOf(binding: KubernetesObject, client: ControllerContext['client']): Promise<readonly KubernetesObject[]> {
  const namespace = memberNamespace(String(at(binding, 'spec', 'targetCluster')))
  return (await client.list(works, { namespace, labelSelector: `${labels.parentBinding}=${binding.metadata.name}` })).items
}
