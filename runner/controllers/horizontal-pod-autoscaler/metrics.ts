// What each metric of an autoscaler proposes, and what is said when it cannot be had.
import type { JsonObject } from '../../base/json.ts'
import { parseQuantity, quantityOf } from '../../kubernetes/quantity.ts'
import { StatusError } from '../../kubernetes/status-error.ts'
import type { ControllerContext } from '../controller.ts'
import type { Pod } from '../pods.ts'
import { podMetrics, pods } from '../resources.ts'
import { type Count, type Counting, countByAverage, countByUtilization, samplesOf } from './replicas.ts'
import type { Autoscaler, MetricSpec, ResourceMetric } from './shape.ts'

/** What a metric proposes. */
export interface Proposal {
  readonly replicas: number
  readonly name: string
  readonly status: JsonObject
}

/** Why a metric proposes nothing; `reason` and the message stand in the condition. */
export class MetricError extends Error {
  readonly reason: string

  constructor(reason: string, message: string) {
    super(message)
    this.reason = reason
  }
}

/** What is scaled: its selector as text, and how many there are. */
export interface Target {
  readonly selector: string
  readonly current: number
}

/** Asks one metric; throws MetricError. */
export async function proposalOf(hpa: Autoscaler, spec: MetricSpec, target: Target, context: ControllerContext): Promise<Proposal> {
  if (spec.type === 'Resource' && spec.resource) {
    const { count, name } = await resourceCount(hpa, spec.resource, { target, context, container: undefined, reason: 'FailedGetResourceMetric' })
    return { replicas: count.replicas, name, status: { type: 'Resource', resource: { name: spec.resource.name, current: currentOf(count) } } }
  }
  if (spec.type === 'ContainerResource' && spec.containerResource) {
    const { container, ...metric } = spec.containerResource
    const { count, name } = await resourceCount(hpa, metric, { target, context, container, reason: 'FailedGetContainerResourceMetric' })
    const status = { container, name: metric.name, current: currentOf(count) }
    return { replicas: count.replicas, name, status: { type: 'ContainerResource', containerResource: status } }
  }
  throw unserved(spec)
}

/** Metrics of other APIs have nobody who serves them. */
function unserved(spec: MetricSpec): MetricError {
  const custom = 'unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered'
  const missing = 'the server could not find the requested resource'
  if (spec.type === 'Pods') return new MetricError('FailedGetPodsMetric', `unable to get metric ${spec.pods?.metric.name}: ${custom}`)
  if (spec.type === 'Object') {
    const { kind, name } = spec.object?.describedObject ?? { kind: '', name: '' }
    return new MetricError('FailedGetObjectMetric', `unable to get metric ${spec.object?.metric.name}: ${kind} on ${name}: ${custom}`)
  }
  const metric = spec.external?.metric.name ?? ''
  const why = `unable to fetch metrics from external metrics API: ${missing} (get ${metric}.external.metrics.k8s.io)`
  return new MetricError('FailedGetExternalMetric', `unable to get external metric ${metric}: ${why}`)
}

interface Asking {
  readonly target: Target
  readonly context: ControllerContext
  readonly container: string | undefined
  readonly reason: string
}

async function resourceCount(hpa: Autoscaler, metric: ResourceMetric, asking: Asking): Promise<{ readonly count: Count; readonly name: string }> {
  const { name, target } = metric
  const byValue = target.averageValue !== undefined
  try {
    const counting = await countingOf(hpa, name, asking)
    if (byValue)
      return { count: countByAverage(counting, Number(parseQuantity(target.averageValue ?? '0').nanos / 1_000_000n)), name: nameOf(name, asking, byValue) }
    if (target.averageUtilization === undefined)
      throw new Error('invalid resource metric source: neither an average utilization target nor an average value (usage) target was set')
    return { count: countByUtilization(counting, target.averageUtilization), name: nameOf(name, asking, byValue) }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new MetricError(asking.reason, `failed to get ${name} ${byValue ? 'usage' : 'utilization'}: ${why}`)
  }
}

function nameOf(resource: string, { container }: Asking, byValue: boolean): string {
  const said = container === undefined ? `${resource} resource` : `${resource} container resource`
  return byValue ? said : `${said} utilization (percentage of request)`
}

async function countingOf(hpa: Autoscaler, resource: string, { target, context, container }: Asking): Promise<Counting> {
  const { namespace = '' } = hpa.metadata
  const metrics = await metricsOf(namespace, target.selector, context).catch((error: unknown) => {
    throw new Error(`unable to get metrics for resource ${resource}: unable to fetch metrics from resource metrics API: ${words(error)}`)
  })
  if (metrics.length === 0) throw new Error(`unable to get metrics for resource ${resource}: no metrics returned from resource metrics API`)
  const { items } = await context.client.list(pods, { namespace, labelSelector: target.selector })
  if (items.length === 0) throw new Error('no pods returned by selector while calculating replica count')
  const tolerance = (text: string | undefined): number => (text === undefined ? 0.1 : Number(parseQuantity(text).nanos) / 1e9)
  const { scaleUp, scaleDown } = hpa.spec.behavior ?? {}
  return {
    resource,
    container,
    pods: items as readonly Pod[],
    samples: samplesOf(metrics, resource, container),
    current: target.current,
    now: context.clock.now(),
    tolerance: { up: tolerance(scaleUp?.tolerance), down: tolerance(scaleDown?.tolerance) },
  }
}

async function metricsOf(namespace: string, labelSelector: string, { client }: ControllerContext) {
  return (await client.list(podMetrics, { namespace, labelSelector })).items
}

function words(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return error instanceof StatusError && error.reason === 'NotFound' ? `${message} (get pods.metrics.k8s.io)` : message
}

function currentOf({ utilization, average }: Count): JsonObject {
  return {
    ...(utilization !== undefined && { averageUtilization: utilization }),
    averageValue: quantityOf(BigInt(average) * 1_000_000n, 'DecimalSI').text,
  }
}
