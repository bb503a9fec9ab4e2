// Scales workloads by what their pods use (podautoscaler `horizontal.go`).
import { equal, type Json, type JsonObject } from '../../base/json.ts'
import { at, formatTime, type KubernetesObject, parseKey, type Resource } from '../../kubernetes/object.ts'
import { parseLabelSelector } from '../../kubernetes/selectors.ts'
import { type ControllerContext, defineController, type ReconcileResult } from '../controller.ts'
import { horizontalPodAutoscalers, pods } from '../resources.ts'
import { type Entry, type History, normalized } from './limits.ts'
import { MetricError, type Proposal, proposalOf } from './metrics.ts'
import { type Autoscaler, Conditions } from './shape.ts'

const component = 'horizontal-pod-autoscaler'
const sync = 15_000
/** The longest period that a policy may look back. */
const remembered = 3_600_000

export const horizontalPodAutoscaler = defineController({
  name: 'horizontal-pod-autoscaler',
  watches: [
    {
      resource: horizontalPodAutoscalers,
      keys: (hpa, _change, old) => (old && equal(hpa.spec, old.spec) ? [] : [`${hpa.metadata.namespace}/${hpa.metadata.name}`]),
    },
  ],
  async reconcile(key: string, context: ControllerContext): Promise<ReconcileResult | undefined> {
    const hpa = (await context.client.get(horizontalPodAutoscalers, parseKey(key))) as Autoscaler | undefined
    if (!hpa || hpa.metadata.deletionTimestamp !== undefined) {
      context.memory.set(key, undefined)
      context.memory.set(due(key), undefined)
      context.memory.set(selectorKey(key), undefined)
      return undefined
    }
    const wait = waitFor(key, context)
    if (wait > 0) return { requeueAfter: wait }
    await scaleOnce(key, hpa, context)
    return { requeueAfter: sync }
  },
})

/** Every look is one period after it was asked for, the first too (`NewDefaultHPARateLimiter`). */
function waitFor(key: string, { memory, clock }: ControllerContext): number {
  const [now, at] = [clock.now(), memory.get(due(key))]
  const wait = typeof at === 'number' ? at - now : sync
  memory.set(due(key), wait > 0 ? now + wait : now + sync)
  return wait
}

function due(key: string): string {
  return `${key} due`
}

/** Where the selector of an autoscaler's target is kept, for others to see whether their pods are the same. */
function selectorKey(key: string): string {
  return `${key} selector`
}

interface Scaled {
  readonly hpa: Autoscaler
  readonly conditions: Conditions
  readonly resource: Resource
  readonly scale: KubernetesObject
  readonly current: number
}

async function scaleOnce(key: string, hpa: Autoscaler, context: ControllerContext): Promise<void> {
  const conditions = new Conditions(hpa.status?.conditions ?? [], formatTime(context.clock.now()))
  const found = await targetOf(hpa, context)
  if ('problem' in found) {
    await context.event(hpa, { type: 'Warning', reason: 'FailedGetScale', message: found.problem, component })
    conditions.set('AbleToScale', 'False', 'FailedGetScale', `the HPA controller was unable to get the target's current scale: ${found.problem}`)
    return writeStatus(hpa, { ...hpa.status, conditions: conditions.list }, context)
  }
  conditions.set('AbleToScale', 'True', 'SucceededGetScale', "the HPA controller was able to get the target's current scale")
  const scaled: Scaled = { hpa, conditions, ...found, current: Number(at(found.scale, 'spec', 'replicas') ?? 0) }
  if (context.memory.get(key) === undefined) remember(key, { recommendations: [[context.clock.now(), scaled.current]], ups: [], downs: [] }, context)
  const wish = await wished(key, scaled, context)
  if ('failed' in wish) {
    await context.event(hpa, { type: 'Warning', reason: 'FailedComputeMetricsReplicas', message: wish.failed, component })
    return writeStatus(hpa, statusOf(scaled, { desired: Number(hpa.status?.desiredReplicas ?? 0), metrics: wish.metrics }), context)
  }
  const done = wish.count === scaled.current || (await rescale(key, scaled, wish, context))
  const desired = done ? wish.count : scaled.current
  const rescaled = done && wish.count !== scaled.current
  const status = statusOf(scaled, { desired, metrics: wish.metrics, ...(rescaled && { lastScaleTime: formatTime(context.clock.now()) }) })
  return writeStatus(hpa, status, context)
}

async function targetOf(hpa: Autoscaler, { client }: ControllerContext): Promise<{ resource: Resource; scale: KubernetesObject } | { problem: string }> {
  const { apiVersion = '', kind, name } = hpa.spec.scaleTargetRef
  const { namespace = '' } = hpa.metadata
  const resource = await client.resourceFor(apiVersion, kind)
  if (!resource) return { problem: `no matches for kind "${kind}" in group "${apiVersion.split('/').slice(0, -1).join('/')}"` }
  const scale = await client.get(resource, { namespace, name }, { subresource: 'scale' })
  const qualified = resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`
  return scale ? { resource, scale } : { problem: `${qualified} "${name}" not found` }
}

interface Wished {
  readonly count: number
  readonly reason: string
  readonly metrics: readonly JsonObject[]
}

/** Why nothing can be said, and what is known of the metrics all the same. */
interface Unknown {
  readonly failed: string
  readonly metrics: readonly JsonObject[]
}

/** How many there should be, and why. */
async function wished(key: string, scaled: Scaled, context: ControllerContext): Promise<Wished | Unknown> {
  const { hpa, conditions, current } = scaled
  const { minReplicas = 1, maxReplicas } = hpa.spec
  if (current === 0 && minReplicas !== 0) {
    conditions.set('ScalingActive', 'False', 'ScalingDisabled', 'scaling is disabled since the replica count of the target is zero')
    return { count: 0, reason: '', metrics: [] }
  }
  if (current > maxReplicas) return { count: maxReplicas, reason: 'Current number of replicas above Spec.MaxReplicas', metrics: [] }
  if (current < minReplicas) return { count: minReplicas, reason: 'Current number of replicas below Spec.MinReplicas', metrics: [] }
  const computed = await largest(key, scaled, context)
  if ('failed' in computed) return computed
  const now = context.clock.now()
  const history = historyOf(key, context)
  const count = normalized(hpa, { current, wanted: computed.wanted, now }, { history, conditions })
  remember(key, { ...history, recommendations: [...history.recommendations, [now, computed.wanted]] }, context)
  const reason = count > current ? `${computed.name} above target` : 'All metrics below target'
  return { count, reason, metrics: computed.metrics }
}

/** A metric that nothing is known of. */
const unknownMetric: JsonObject = { type: '' }

/** The largest count that a metric proposes. */
async function largest(
  key: string,
  scaled: Scaled,
  context: ControllerContext,
): Promise<{ readonly wanted: number; readonly name: string; readonly metrics: readonly JsonObject[] } | Unknown> {
  const { hpa, scale, conditions, current } = scaled
  const selector = String(at(scale, 'status', 'selector') ?? '')
  const unfit = await unfitSelector(key, scaled, { selector, context })
  if (unfit !== undefined) return { failed: unfit, metrics: [] }
  const specs = hpa.spec.metrics ?? []
  const proposals: Proposal[] = []
  const metrics: JsonObject[] = []
  const failures: { readonly error: MetricError; readonly said: string }[] = []
  for (const spec of specs) {
    try {
      const proposal = await proposalOf(hpa, spec, { selector, current }, context)
      proposals.push(proposal)
      metrics.push(proposal.status)
    } catch (error) {
      if (!(error instanceof MetricError)) throw error
      metrics.push(unknownMetric)
      failures.push({ error, said: `failed to get ${saidOf(spec)} metric value: ${error.message}` })
      await context.event(hpa, { type: 'Warning', reason: error.reason, message: error.message, component })
    }
  }
  const best = proposals.reduce<Proposal | undefined>((most, each) => (!most || each.replicas > most.replicas ? each : most), undefined)
  const [failure] = failures
  if (failure && (!best || best.replicas < current)) {
    const message = `invalid metrics (${failures.length} invalid out of ${specs.length}), first error is: ${failure.said}`
    conditions.set('ScalingActive', 'False', failure.error.reason, `the HPA was unable to compute the replica count: ${failure.error.message}`)
    return { failed: message, metrics }
  }
  if (!best) return { failed: 'invalid metrics (0 invalid out of 0)', metrics }
  conditions.set('ScalingActive', 'True', 'ValidMetricFound', `the HPA was able to successfully calculate a replica count from ${best.name}`)
  return { wanted: best.replicas, name: best.name, metrics }
}

/** What is wrong with the selector of the target's pods: there is none, or other autoscalers have some of the pods too. */
async function unfitSelector(
  key: string,
  { hpa, conditions }: Scaled,
  { selector, context }: { readonly selector: string; readonly context: ControllerContext },
): Promise<string | undefined> {
  const { client, memory } = context
  const { namespace = '' } = hpa.metadata
  if (selector === '') {
    const message = 'selector is required'
    await context.event(hpa, { type: 'Warning', reason: 'SelectorRequired', message, component })
    conditions.set('ScalingActive', 'False', 'InvalidSelector', "the HPA target's scale is missing a selector")
    return message
  }
  memory.set(selectorKey(key), selector)
  const own = (await client.list(pods, { namespace, labelSelector: selector })).items
  const names = (await client.list(horizontalPodAutoscalers, { namespace })).items.flatMap(({ metadata: { name = '' } }) => {
    const other = memory.get(selectorKey(`${namespace}/${name}`))
    if (typeof other !== 'string') return []
    const { matches } = parseLabelSelector(other)
    return own.some(({ metadata }) => matches(metadata.labels)) ? [name] : []
  })
  if (names.length < 2) return undefined
  const message = `pods by selector ${selector} are controlled by multiple HPAs: [${names.map((name) => `{${name} ${namespace}}`).join(' ')}]`
  await context.event(hpa, { type: 'Warning', reason: 'AmbiguousSelector', message, component })
  conditions.set('ScalingActive', 'False', 'AmbiguousSelector', message)
  return message
}

function saidOf(spec: NonNullable<Autoscaler['spec']['metrics']>[number]): string {
  if (spec.type === 'Resource') return `${spec.resource?.name} resource`
  if (spec.type === 'ContainerResource') return `${spec.containerResource?.name} container`
  return spec.type.toLowerCase()
}

async function rescale(
  key: string,
  { hpa, conditions, resource, scale, current }: Scaled,
  { count, reason }: Wished,
  context: ControllerContext,
): Promise<boolean> {
  const said = `New size: ${count}; reason: ${reason}`
  try {
    const { name = '', namespace = '' } = scale.metadata
    await context.client.patch(resource, { name, namespace }, { spec: { replicas: count } }, { type: 'merge', subresource: 'scale' })
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    await context.event(hpa, { type: 'Warning', reason: 'FailedRescale', message: `${said}; error: ${why}`, component })
    conditions.set('AbleToScale', 'False', 'FailedUpdateScale', `the HPA controller was unable to update the target scale: ${why}`)
    return false
  }
  conditions.set('AbleToScale', 'True', 'SucceededRescale', `the HPA controller was able to update the target scale to ${count}`)
  await context.event(hpa, { type: 'Normal', reason: 'SuccessfulRescale', message: said, component })
  const history = historyOf(key, context)
  const change: Entry = [context.clock.now(), Math.abs(count - current)]
  remember(key, count > current ? { ...history, ups: [...history.ups, change] } : { ...history, downs: [...history.downs, change] }, context)
  return true
}

function historyOf(key: string, { memory }: ControllerContext): History {
  return (memory.get(key) as unknown as History | undefined) ?? { recommendations: [], ups: [], downs: [] }
}

function remember(key: string, history: History, { memory, clock }: ControllerContext): void {
  const oldest = clock.now() - remembered
  const recent = (entries: readonly Entry[]): readonly Entry[] => entries.filter(([time]) => time > oldest).slice(-260)
  memory.set(key, { recommendations: recent(history.recommendations), ups: recent(history.ups), downs: recent(history.downs) } as unknown as Json)
}

function statusOf(
  { hpa, conditions, current }: Scaled,
  { desired, metrics, lastScaleTime }: { readonly desired: number; readonly metrics: readonly JsonObject[]; readonly lastScaleTime?: string },
): JsonObject {
  const last = lastScaleTime ?? hpa.status?.lastScaleTime
  return {
    ...(last !== undefined && { lastScaleTime: last }),
    currentReplicas: current,
    desiredReplicas: desired,
    currentMetrics: metrics.length === 0 ? null : metrics,
    conditions: conditions.list,
  }
}

async function writeStatus(hpa: Autoscaler, status: unknown, { client }: ControllerContext): Promise<void> {
  if (equal((hpa.status ?? {}) as Json, status as Json)) return
  await client.update(horizontalPodAutoscalers, { ...hpa, status } as KubernetesObject, { subresource: 'status' })
}
