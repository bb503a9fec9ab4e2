// Label selectors of KubeFleet's specs: as a query, and asked of a set of labels.
import { isObject, type JsonObject } from '../../base/json.ts'

interface Requirement {
  readonly key: string
  readonly operator: string
  readonly values?: readonly string[]
}

/** A metav1.LabelSelector in query syntax; '' selects everything. */
export function labelSelectorText(selector: JsonObject | undefined): string {
  return requirements(selector).map(requirementText).join(',')
}

/** True if labels meet a metav1.LabelSelector; no selector, or an empty one, is met by all. */
export function matchesLabels(selector: JsonObject | undefined, labels: Readonly<Record<string, string>> = {}): boolean {
  return requirements(selector).every(({ key, operator, values = [] }) => {
    const value = labels[key]
    if (operator === 'Exists') return value !== undefined
    if (operator === 'DoesNotExist') return value === undefined
    const among = value !== undefined && values.includes(value)
    return operator === 'NotIn' ? !among : among
  })
}

function requirements(selector: JsonObject | undefined): readonly Requirement[] {
  const labels = isObject(selector?.matchLabels) ? selector.matchLabels : {}
  const equalities = Object.entries(labels).map(([key, value]) => ({ key, operator: 'In', values: [String(value)] }))
  const expressions = Array.isArray(selector?.matchExpressions) ? (selector.matchExpressions as readonly JsonObject[]) : []
  return [...equalities, ...expressions.map((expression) => expression as unknown as Requirement)]
}

function requirementText({ key, operator, values = [] }: Requirement): string {
  if (operator === 'Exists') return key
  if (operator === 'DoesNotExist') return `!${key}`
  return `${key} ${operator === 'NotIn' ? 'notin' : 'in'} (${values.join(',')})`
}
