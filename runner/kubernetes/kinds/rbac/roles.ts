// Roles and ClusterRoles.
import type { JsonObject } from '../../../base/json.ts'
import { defineKind, type KindRules } from '../../kind.ts'
import type { KubernetesObject } from '../../object.ts'
import { createdAt } from '../columns/cells.ts'
import { validateMeta } from '../metadata.ts'
import { child, type Findings, invalid, item, required } from '../validation/findings.ts'
import { isPathSegment } from '../validation/names.ts'
import { fields, list, objects, present, texts } from '../validation/read.ts'
import { isSelector, validateSelector } from '../validation/selectors.ts'

/** rbac.authorization.k8s.io/v1 Role. */
export const role = roleKind('Role')

/** rbac.authorization.k8s.io/v1 ClusterRole. */
export const clusterRole = roleKind('ClusterRole')

function roleKind(kind: 'Role' | 'ClusterRole'): KindRules {
  const namespaced = kind === 'Role'
  return defineKind({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind,
    validateName: isPathSegment,
    validate: (object) => [...validateRole(object, namespaced)],
    validateUpdate: (object) => [...validateMeta(object, namespaced, isPathSegment), ...validateRole(object, namespaced)],
    cells: (object) => [object.metadata.name ?? '', createdAt(object)],
  })
}

function* validateRole(object: KubernetesObject, namespaced: boolean): Findings {
  for (const [index, rule] of objects(object.rules).entries()) yield* validateRule(rule, item('rules', index), namespaced)
  if (namespaced || !present(object.aggregationRule)) return
  const selectors = list(fields(object.aggregationRule).clusterRoleSelectors)
  const path = 'aggregationRule.clusterRoleSelectors'
  if (selectors.length === 0) yield required(path, 'at least one clusterRoleSelector required if aggregationRule is non-nil')
  for (const [index, selector] of selectors.entries()) {
    yield* validateSelector(selector, item(path, index))
    if (!isSelector(selector)) yield invalid(item(path, index), undefined, 'invalid label selector.')
  }
}

function* validateRule(rule: JsonObject, path: string, namespaced: boolean): Findings {
  if (list(rule.verbs).length === 0) yield required(child(path, 'verbs'), 'verbs must contain at least one value')
  const urls = texts(rule.nonResourceURLs)
  if (urls.length > 0) {
    const field = child(path, 'nonResourceURLs')
    if (namespaced) yield invalid(field, urls, 'namespaced rules cannot apply to non-resource URLs')
    if (['apiGroups', 'resources', 'resourceNames'].some((name) => list(rule[name]).length > 0))
      yield invalid(field, urls, 'rules cannot apply to both regular resources and non-resource URLs')
    return
  }
  if (list(rule.apiGroups).length === 0) yield required(child(path, 'apiGroups'), 'resource rules must supply at least one api group')
  if (list(rule.resources).length === 0) yield required(child(path, 'resources'), 'resource rules must supply at least one resource')
}
