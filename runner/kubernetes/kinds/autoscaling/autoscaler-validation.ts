// Validation of HorizontalPodAutoscalers.
import type { Json, JsonObject } from '../../../base/json.ts'
import { child, type Findings, forbidden, invalid, invalidAll, item, notSupported, required } from '../validation/findings.ts'
import { isPathSegment } from '../validation/names.ts'
import { billionths } from '../validation/quantities.ts'
import { fields, list, number, objects, present, text } from '../validation/read.ts'

const sources: Readonly<Record<string, string>> = {
  ContainerResource: 'containerResource',
  External: 'external',
  Object: 'object',
  Pods: 'pods',
  Resource: 'resource',
}

/** Findings on the spec of autoscaling/v2. */
export function* validateAutoscaler(spec: JsonObject): Findings {
  yield* validateCommon(spec)
  const metrics = objects(spec.metrics)
  for (const [index, metric] of metrics.entries()) yield* validateMetric(metric, item('spec.metrics', index))
  if (spec.minReplicas === 0 && !metrics.some((metric) => metric.type === 'Object' || metric.type === 'External'))
    yield forbidden('spec.metrics', 'must specify at least one Object or External metric to support scaling to zero replicas')
  for (const name of ['scaleUp', 'scaleDown']) {
    const rules = fields(spec.behavior)[name]
    if (present(rules)) yield* validateRules(fields(rules), child('spec.behavior', name))
  }
}

/** Findings on the spec of autoscaling/v1. */
export function* validateOldAutoscaler(spec: JsonObject): Findings {
  yield* validateCommon(spec)
  const target = spec.targetCPUUtilizationPercentage
  if (present(target) && number(target) < 1) yield invalid('spec.metrics[0].resource.target.averageUtilization', target, 'must be greater than 0')
}

function* validateCommon(spec: JsonObject): Findings {
  const { minReplicas, maxReplicas } = spec
  if (present(minReplicas) && number(minReplicas) < 1) yield invalid('spec.minReplicas', minReplicas, 'must be greater than or equal to 1')
  if (number(maxReplicas) < 1) yield invalid('spec.maxReplicas', number(maxReplicas), 'must be greater than 0')
  if (present(minReplicas) && number(maxReplicas) < number(minReplicas))
    yield invalid('spec.maxReplicas', number(maxReplicas), 'must be greater than or equal to `minReplicas`')
  const target = fields(spec.scaleTargetRef)
  yield* validateReference(target, 'spec.scaleTargetRef')
  if (text(target.kind) === 'ReplicationController' || groupOf(target) !== '') return
  yield invalid('spec.scaleTargetRef.apiVersion', text(target.apiVersion), 'apiVersion must specify API group')
}

/** Undefined where the version is none: that is said by itself. */
function groupOf({ apiVersion }: JsonObject): string | undefined {
  const parts = text(apiVersion).split('/')
  return parts.length > 2 ? undefined : parts.length === 2 ? parts[0] : ''
}

function* validateReference(reference: JsonObject, path: string): Findings {
  for (const name of ['kind', 'name']) {
    const value = text(reference[name])
    if (value === '') yield required(child(path, name))
    else yield* invalidAll(child(path, name), value, isPathSegment(value))
  }
  const apiVersion = text(reference.apiVersion)
  if (groupOf(reference) === undefined) yield invalid(child(path, 'apiVersion'), apiVersion, `unexpected GroupVersion string: ${apiVersion}`)
}

function* validateMetric(metric: JsonObject, path: string): Findings {
  const type = text(metric.type)
  if (type === '') yield required(child(path, 'type'), 'must specify a metric source type')
  if (sources[type] === undefined) yield notSupported(child(path, 'type'), type, Object.keys(sources))
  const given = ['object', 'external', 'pods', 'resource', 'containerResource'].filter((name) => present(metric[name]))
  const [first] = given
  if (first !== undefined) yield* validateMetricSource(first, fields(metric[first]), child(path, first))
  if (sources[type] === undefined) yield notSupported(child(path, 'type'), type, Object.keys(sources))
  const expected = sources[type]
  if (expected !== undefined && !present(metric[expected])) yield required(child(path, expected), 'must populate information for the given metric source')
  if (given.length !== 1) for (const name of given) if (name !== expected) yield forbidden(child(path, name), 'must populate the given metric source only')
}

function* validateMetricSource(kind: string, source: JsonObject, path: string): Findings {
  if (kind === 'object') yield* validateReference(fields(source.describedObject), child(path, 'describedObject'))
  if (kind === 'resource' || kind === 'containerResource') {
    if (kind === 'containerResource' && text(source.container) === '') yield required(child(path, 'container'), 'must specify a container')
    if (text(source.name) === '') yield required(child(path, 'name'), 'must specify a resource name')
  } else yield* validateIdentifier(fields(source.metric), child(path, 'metric'))
  const target = fields(source.target)
  const here = child(path, 'target')
  yield* validateTarget(target, here)
  yield* validateTargetChoice(kind, target, here)
}

function* validateIdentifier(metric: JsonObject, path: string): Findings {
  const name = text(metric.name)
  if (name === '') yield required(child(path, 'name'), 'must specify a metric name')
  else yield* invalidAll(child(path, 'name'), name, isPathSegment(name))
}

function* validateTarget(target: JsonObject, path: string): Findings {
  const types = ['AverageValue', 'Utilization', 'Value']
  if (text(target.type) === '') yield required(child(path, 'type'), 'must specify a metric target type')
  if (!types.includes(text(target.type))) yield invalid(child(path, 'type'), text(target.type), 'must be either Utilization, Value, or AverageValue')
  for (const name of ['value', 'averageValue'])
    if (present(target[name]) && billionths(target[name]) <= 0n) yield invalid(child(path, name), target[name], 'must be positive')
  if (present(target.averageUtilization) && number(target.averageUtilization) < 1)
    yield invalid(child(path, 'averageUtilization'), target.averageUtilization, 'must be greater than 0')
}

function* validateTargetChoice(kind: string, target: JsonObject, path: string): Findings {
  const { value, averageValue, averageUtilization } = target
  if (kind === 'resource' || kind === 'containerResource') {
    if (!present(averageUtilization) && !present(averageValue))
      yield required(child(path, 'averageUtilization'), 'must set either a target raw value or a target utilization')
    if (present(averageUtilization) && present(averageValue))
      yield forbidden(child(path, 'averageValue'), 'may not set both a target raw value and a target utilization')
    return
  }
  if (kind === 'pods') {
    if (!present(averageValue) || billionths(averageValue) <= 0n) yield required(child(path, 'averageValue'), 'must specify a positive target averageValue')
    return
  }
  if (!present(value) && !present(averageValue))
    yield required(
      child(path, 'averageValue'),
      kind === 'object' ? 'must set either a target value or averageValue' : 'must set either a target value for metric or a per-pod target',
    )
  if (kind === 'external' && present(value) && present(averageValue))
    yield forbidden(child(path, 'value'), 'may not set both a target value for metric and a per-pod target')
}

function* validateRules(rules: JsonObject, path: string): Findings {
  const window = rules.stabilizationWindowSeconds
  if (present(window) && number(window) < 0) yield invalid(child(path, 'stabilizationWindowSeconds'), window, 'must be greater than or equal to zero')
  if (present(window) && number(window) > 3600) yield invalid(child(path, 'stabilizationWindowSeconds'), window, 'must be less than or equal to 3600')
  const selections = ['Disabled', 'Max', 'Min']
  if (present(rules.selectPolicy) && !selections.includes(text(rules.selectPolicy)))
    yield notSupported(child(path, 'selectPolicy'), rules.selectPolicy, selections)
  if (list(rules.policies).length === 0) yield required(child(path, 'policies'), 'must specify at least one Policy')
  for (const [index, policy] of objects(rules.policies).entries()) yield* validatePolicy(policy, item(child(path, 'policies'), index))
}

function* validatePolicy(policy: JsonObject, path: string): Findings {
  const types = ['Percent', 'Pods']
  const positive = function* (name: string): Findings {
    const value: Json = number(policy[name])
    if (value <= 0) yield invalid(child(path, name), value, 'must be greater than zero')
  }
  if (!types.includes(text(policy.type))) yield notSupported(child(path, 'type'), text(policy.type), types)
  yield* positive('value')
  yield* positive('periodSeconds')
  if (number(policy.periodSeconds) > 1800) yield invalid(child(path, 'periodSeconds'), policy.periodSeconds, 'must be less than or equal to 1800')
}
