// Validation of the resources of a pod as a whole, beside those of its containers.
import type { JsonObject } from '../../../base/json.ts'
import { child, type Findings, forbidden, invalid, item, notSupported } from '../validation/findings.ts'
import {
  compareQuantities,
  isHugePages,
  isPodLevelResource,
  resourceName,
  resourceQuantity,
  sortedEntries,
  sumOfQuantities,
  validateClaims,
} from '../validation/quantities.ts'
import { fields, objects, present, text } from '../validation/read.ts'

const supported = ['cpu', 'hugepages-', 'memory']

/** Findings on `resources` of a pod. */
export function* validatePodResources(spec: JsonObject, path: string): Findings {
  const { limits, requests, claims } = fields(spec.resources)
  const here = child(path, 'resources')
  if (fields(spec.os).name === 'windows') return yield forbidden(here, 'may not be set for a windows pod')
  if (present(claims)) yield forbidden(child(here, 'claims'), 'claims may not be set for Resources at pod-level')
  for (const [list, entries] of [
    ['limits', limits],
    ['requests', requests],
  ] as const)
    for (const [name, quantity] of sortedEntries(entries)) {
      const field = item(child(here, list), name)
      const misnamed = [...resourceName(field, name)]
      yield* misnamed
      if (misnamed.length === 0 && !isPodLevelResource(name)) yield notSupported(field, name, supported)
      yield* resourceQuantity(field, name, quantity)
      const limit = fields(limits)[name]
      if (list === 'requests' && limit !== undefined && compareQuantities(quantity, limit) > 0)
        yield invalid(child(here, 'requests'), quantity, `must be less than or equal to ${name} limit of ${String(limit)}`)
    }
  const names = [...Object.keys(fields(limits)), ...Object.keys(fields(requests))]
  if (names.length > 0 && names.every(isHugePages)) yield forbidden(here, 'HugePages require cpu or memory')
  const known = objects(spec.resourceClaims).map(({ name }) => text(name))
  yield* validateClaims(objects(claims), child(here, 'claims'), known)
  yield* validateSums(spec, child(here, 'requests'))
}

function* validateSums(spec: JsonObject, path: string): Findings {
  const given = fields(fields(spec.resources).requests)
  const sums: Record<string, string> = {}
  for (const container of objects(spec.containers))
    for (const [name, quantity] of sortedEntries(fields(container.resources).requests)) sums[name] = sumOfQuantities(sums[name] ?? '0', String(quantity))
  for (const [name, sum] of Object.entries(sums))
    if (given[name] !== undefined && compareQuantities(sum, given[name]) > 0)
      yield invalid(item(path, name), given[name], `must be greater than or equal to aggregate container requests of ${sum}`)
}
