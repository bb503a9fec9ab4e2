// What the rules of a schema may cost together, and how often a node may stand in an object (apiextensions `validation/cel_validation.go`).
import { isObject, type JsonObject } from '../../base/json.ts'
import { type Findings, forbidden } from '../kinds/validation/findings.ts'

/** The cost of a rule, in the worst case. */
export interface RuleCost {
  readonly path: string
  readonly cost: number
}

const mostOfAll = 100_000_000

/** Findings on the rules of a schema as a whole. */
export function* totalFindings(costs: readonly RuleCost[], path: string): Findings {
  const total = costs.reduce((all, { cost }) => all + cost, 0)
  if (total <= mostOfAll) return
  const dear = costs.filter(({ cost }) => cost >= mostOfAll / 100).toSorted((left, right) => right.cost - left.cost)
  for (const each of dear.slice(0, 4)) yield forbidden(each.path, 'contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema')
  yield forbidden(path, excess('x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema', total, mostOfAll))
}

/** How much too much it is, in the server's words. */
export function excess(what: string, cost: number, limit: number): string {
  const factor = cost / limit
  const said = factor > 100 ? 'more than 100x' : factor < 1.5 ? `${factor.toFixed(6)}x` : `${factor.toFixed(1)}x`
  return `${what} exceeds budget by factor of ${said} (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)`
}

/** How often what stands in a node may stand there; undefined where nothing limits it. */
export function timesWithin(schema: JsonObject): number | undefined {
  const limit = (value: unknown): number | undefined => (typeof value === 'number' ? Math.max(0, value) : undefined)
  if (schema.type === 'array') return limit(schema.maxItems)
  return schema.type === 'object' && (isObject(schema.additionalProperties) || schema.additionalProperties === true) ? limit(schema.maxProperties) : 1
}
