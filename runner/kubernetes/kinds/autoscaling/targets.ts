// What an autoscaler aims at, as the column TARGETS shows it.
import type { JsonObject } from '../../../base/json.ts'
import { fields, number, objects, present, text } from '../validation/read.ts'

const shown = 2
const sources: Readonly<Record<string, string>> = {
  External: 'external',
  Object: 'object',
  Pods: 'pods',
  Resource: 'resource',
  ContainerResource: 'containerResource',
}

/** `cpu: 3%/50%, memory: 1Mi/2Mi`. */
export function autoscalerTargets(spec: JsonObject, status: JsonObject): string {
  const metrics = objects(spec.metrics)
  if (metrics.length === 0) return '<none>'
  const current = objects(status.currentMetrics)
  const parts = metrics.slice(0, shown).map((metric, index) => targetText(metric, current[index]))
  return `${parts.join(', ')}${metrics.length > shown ? ` + ${metrics.length - shown} more...` : ''}`
}

function targetText(metric: JsonObject, currentMetric: JsonObject | undefined): string {
  const type = text(metric.type)
  const source = fields(metric[sources[type] ?? ''])
  const { averageValue, averageUtilization, value } = fields(source.target)
  const current = fields(fields(fields(currentMetric)[sources[type] ?? '']).current)
  const prefix = type === 'Resource' || type === 'ContainerResource' ? `${text(source.name)}: ` : ''
  if (type === 'Pods') return `${text(current.averageValue) || '<unknown>'}/${text(averageValue)}`
  if (present(averageValue))
    return `${prefix}${text(current.averageValue) || '<unknown>'}/${text(averageValue)}${type === 'External' || type === 'Object' ? ' (avg)' : ''}`
  if (prefix === '') return `${text(current.value) || '<unknown>'}/${text(value)}`
  const now = present(current.averageUtilization) ? `${number(current.averageUtilization)}%` : '<unknown>'
  return `${prefix}${now}/${present(averageUtilization) ? `${number(averageUtilization)}%` : '<auto>'}`
}
