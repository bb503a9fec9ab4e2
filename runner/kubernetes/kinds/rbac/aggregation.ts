// Aggregated cluster roles: their rules are those of all roles that their selectors match.
import { canonical, isObject, type JsonObject } from '../../../base/json.ts'
import { type PolicyRule, rulesOf } from '../../authorization/rbac.ts'
import { at, type KubernetesObject } from '../../object.ts'
import { labelSelectorMatcher } from '../../selectors.ts'

/** The rules that an aggregated role is to have: those of the matching roles in the order of their names, each once. */
export function aggregatedRules(role: KubernetesObject, roles: readonly KubernetesObject[]): readonly PolicyRule[] {
  const selectors = at(role, 'aggregationRule', 'clusterRoleSelectors')
  const rules = new Map<string, PolicyRule>()
  for (const selector of Array.isArray(selectors) ? selectors.filter(isObject) : []) {
    for (const other of matching(selector, roles)) {
      if (other.metadata.name === role.metadata.name) continue
      for (const rule of rulesOf(other)) if (!rules.has(textOf(rule))) rules.set(textOf(rule), rule)
    }
  }
  return [...rules.values()]
}

/** Rules of stored roles are never changed, and most are those that every cluster is born with. */
const texts = new WeakMap<PolicyRule, string>()

/** The same text for equal rules. */
function textOf(rule: PolicyRule): string {
  const known = texts.get(rule) ?? canonical(rule)
  texts.set(rule, known)
  return known
}

function matching(selector: JsonObject, roles: readonly KubernetesObject[]): readonly KubernetesObject[] {
  const matcher = labelSelectorMatcher(selector)
  const found = roles.filter(({ metadata }) => matcher.matches(metadata.labels ?? {}))
  return found.sort((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1))
}
