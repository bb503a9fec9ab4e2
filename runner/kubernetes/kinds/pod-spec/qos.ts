// The quality-of-service class of a pod (`pkg/apis/core/helper/qos`).
import type { JsonObject } from '../../../base/json.ts'
import { billionths } from '../validation/quantities.ts'
import { fields, objects, present } from '../validation/read.ts'

const computed = ['cpu', 'memory'] as const

/** Guaranteed, Burstable or BestEffort. */
export function qosClass(spec: JsonObject): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  const all = present(spec.resources)
    ? [fields(spec.resources)]
    : [...objects(spec.containers), ...objects(spec.initContainers)].map((container) => fields(container.resources))
  const requests = all.map((resources) => positive(fields(resources.requests)))
  const limits = all.map((resources) => positive(fields(resources.limits)))
  if ([...requests, ...limits].every((list) => list.size === 0)) return 'BestEffort'
  const guaranteed = limits.every((list, index) =>
    computed.every((name) => list.has(name) && (requests[index]?.get(name) ?? list.get(name)) === list.get(name)),
  )
  return guaranteed ? 'Guaranteed' : 'Burstable'
}

function positive(list: JsonObject): Map<string, bigint> {
  const known = computed.map((name) => [name, billionths(list[name])] as const)
  return new Map(known.filter(([, value]) => value > 0n))
}
