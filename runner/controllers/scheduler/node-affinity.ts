// Which nodes a pod asks for: by plain labels, and by the terms of node affinity.
import type { KubernetesObject } from '../../kubernetes/object.ts'

interface Requirement {
  readonly key: string
  readonly operator: string
  readonly values?: readonly string[]
}

interface Term {
  readonly matchExpressions?: readonly Requirement[]
  readonly matchFields?: readonly Requirement[]
}

/** A pod's node affinity, as far as it is read here. */
export interface NodeSelector {
  readonly requiredDuringSchedulingIgnoredDuringExecution?: { readonly nodeSelectorTerms?: readonly Term[] }
  readonly preferredDuringSchedulingIgnoredDuringExecution?: readonly { readonly weight: number; readonly preference: Term }[]
}

/** True if the node has all labels of `spec.nodeSelector`. */
export function matchesNodeSelector(selector: unknown, node: KubernetesObject): boolean {
  return Object.entries((selector ?? {}) as Readonly<Record<string, string>>).every(([name, value]) => node.metadata.labels?.[name] === value)
}

/** True if the node matches one of the required terms, or none is required. */
export function matchesAffinity(affinity: { readonly nodeAffinity?: NodeSelector } | undefined, node: KubernetesObject): boolean {
  const terms = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms
  return terms === undefined || terms.some((term) => matchesTerm(term, node))
}

/**
 * False for a node that the required terms leave out by their names alone: such nodes are not even looked at (`NodeAffinity.PreFilter`).
 * A term that names no node lets all be looked at.
 */
export function isNamed(affinity: { readonly nodeAffinity?: NodeSelector } | undefined, node: KubernetesObject): boolean {
  const terms = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []
  const named = terms.map(({ matchFields = [] }) => matchFields.filter(({ key, operator }) => key === 'metadata.name' && operator === 'In'))
  if (named.length === 0 || named.some((requirements) => requirements.length === 0)) return true
  return named.some((requirements) => requirements.every(({ values = [] }) => values.includes(node.metadata.name ?? '')))
}

/** Sum of the weights of the preferred terms that match. */
export function preferenceOf(affinity: { readonly nodeAffinity?: NodeSelector } | undefined, node: KubernetesObject): number {
  const terms = affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []
  return terms.reduce((sum, { weight, preference }) => sum + (matchesTerm(preference, node) ? weight : 0), 0)
}

function matchesTerm({ matchExpressions = [], matchFields = [] }: Term, node: KubernetesObject): boolean {
  if (matchExpressions.length + matchFields.length === 0) return false
  const fields: Readonly<Record<string, string | undefined>> = { 'metadata.name': node.metadata.name }
  return matchExpressions.every((each) => holds(each, node.metadata.labels?.[each.key])) && matchFields.every((each) => holds(each, fields[each.key]))
}

function holds({ operator, values = [] }: Requirement, value: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value)
    case 'NotIn':
      return value === undefined || !values.includes(value)
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
    case 'Gt':
      return value !== undefined && Number(value) > Number(values[0])
    case 'Lt':
      return value !== undefined && Number(value) < Number(values[0])
    default:
      return false
  }
}
