// Kinds that are served in two shapes and stored in one: Events of two groups, autoscalers of two versions.
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import { goOrder } from '../encoding/go-order.ts'
import type { KubernetesObject } from '../object.ts'
import { builtInSchema } from '../openapi/schema.ts'
import { asJson, asObject } from './plain.ts'

/** A shape beside the stored one: where its objects are kept and how they are turned. */
export interface Conversion {
  /** Resource of the stored shape, as `events` or `autoscaling/horizontalpodautoscalers`. */
  readonly storage: string
  readonly storedApiVersion: string
  toStorage(object: KubernetesObject): KubernetesObject
  fromStorage(object: KubernetesObject): KubernetesObject
}

/** The conversions by `apiVersion plural` of the shape that is not stored. */
export const conversions: Readonly<Record<string, Conversion>> = {
  'events.k8s.io/v1 events': {
    storage: 'events',
    storedApiVersion: 'v1',
    toStorage: (object) => renamed(object, 'v1', invert(eventNames)),
    fromStorage: (object) => renamed(object, 'events.k8s.io/v1', eventNames),
  },
  'autoscaling/v1 horizontalpodautoscalers': {
    storage: 'autoscaling/horizontalpodautoscalers',
    storedApiVersion: 'autoscaling/v2',
    toStorage: autoscalerToV2,
    fromStorage: autoscalerToV1,
  },
}

/** Names in core/v1 and what events.k8s.io/v1 calls them. */
const eventNames: Readonly<Record<string, string>> = {
  involvedObject: 'regarding',
  message: 'note',
  source: 'deprecatedSource',
  firstTimestamp: 'deprecatedFirstTimestamp',
  lastTimestamp: 'deprecatedLastTimestamp',
  count: 'deprecatedCount',
  reportingComponent: 'reportingController',
}

function invert(names: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(names).map(([from, to]) => [to, from]))
}

function renamed(object: KubernetesObject, apiVersion: string, names: Readonly<Record<string, string>>): KubernetesObject {
  const members = Object.entries(object).map(([name, value]) => [names[name] ?? name, value])
  const schema = builtInSchema(apiVersion, object.kind)
  const turned = { ...(Object.fromEntries(members) as KubernetesObject), apiVersion }
  return schema ? asObject(goOrder(asJson(turned), schema)) : turned
}

function autoscalerToV2(object: KubernetesObject): KubernetesObject {
  const spec = section(object.spec)
  const status = section(object.status)
  const { targetCPUUtilizationPercentage: target, ...restSpec } = spec
  const { currentCPUUtilizationPercentage: current, currentReplicas, ...others } = status
  // The stored shape leaves a count of none out.
  const restStatus = currentReplicas === 0 || currentReplicas === undefined ? others : { ...others, currentReplicas }
  const metrics = target === undefined ? {} : { metrics: [cpuMetric('target', { type: 'Utilization', averageUtilization: target })] }
  const currentMetrics = current === undefined ? {} : { currentMetrics: [cpuMetric('current', { averageUtilization: current })] }
  return {
    ...object,
    apiVersion: 'autoscaling/v2',
    spec: { ...restSpec, ...metrics },
    ...(object.status === undefined ? {} : { status: { ...restStatus, ...currentMetrics } }),
  }
}

function autoscalerToV1(object: KubernetesObject): KubernetesObject {
  const { metrics, behavior: _behavior, ...spec } = section(object.spec)
  const { currentMetrics, conditions: _conditions, ...status } = section(object.status)
  const target = cpuUtilization(metrics, 'target')
  const current = cpuUtilization(currentMetrics, 'current')
  return {
    ...object,
    apiVersion: 'autoscaling/v1',
    spec: { ...spec, ...(target === undefined ? {} : { targetCPUUtilizationPercentage: target }) },
    ...(object.status === undefined
      ? {}
      : { status: { currentReplicas: 0, ...status, ...(current === undefined ? {} : { currentCPUUtilizationPercentage: current }) } }),
  }
}

function cpuMetric(name: 'target' | 'current', value: JsonObject): JsonObject {
  return { type: 'Resource', resource: { name: 'cpu', [name]: value } }
}

function cpuUtilization(metrics: Json | undefined, name: 'target' | 'current'): Json | undefined {
  for (const metric of Array.isArray(metrics) ? metrics : []) {
    const resource = isObject(metric) ? section(metric.resource) : {}
    if (resource.name === 'cpu') return section(resource[name]).averageUtilization
  }
  return undefined
}

function section(value: unknown): JsonObject {
  return isObject(value) ? value : {}
}
