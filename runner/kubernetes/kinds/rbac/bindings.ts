// RoleBindings and ClusterRoleBindings.
import { equal, type JsonObject } from '../../../base/json.ts'
import { defineKind, type KindRules } from '../../kind.ts'
import type { KubernetesObject } from '../../object.ts'
import { age } from '../columns/cells.ts'
import { defaultsOf } from '../defaults/rows.ts'
import { validateMeta } from '../metadata.ts'
import { child, type Findings, invalid, invalidAll, item, notSupported, required } from '../validation/findings.ts'
import { internalForm } from '../validation/internal-form.ts'
import { isDns1123Subdomain, isPathSegment } from '../validation/names.ts'
import { fields, objects, text } from '../validation/read.ts'

const group = 'rbac.authorization.k8s.io'

/** rbac.authorization.k8s.io/v1 RoleBinding. */
export const roleBinding = bindingKind('RoleBinding', ['Role', 'ClusterRole'])

/** rbac.authorization.k8s.io/v1 ClusterRoleBinding. */
export const clusterRoleBinding = bindingKind('ClusterRoleBinding', ['ClusterRole'])

function bindingKind(kind: string, roleKinds: readonly string[]): KindRules {
  const namespaced = kind === 'RoleBinding'
  const validate = (object: KubernetesObject): Findings => validateBinding(object, roleKinds, namespaced)
  return defineKind({
    apiVersion: `${group}/v1`,
    kind,
    defaults: defaultsOf([
      ['roleRef.apiGroup', group],
      ['subjects[].apiGroup', (subject) => (subject.kind === 'User' || subject.kind === 'Group' ? group : undefined)],
    ]),
    validateName: isPathSegment,
    validate: (object) => [...validate(object)],
    validateUpdate: (object, old) => [
      ...validateMeta(object, namespaced, isPathSegment),
      ...validate(object),
      ...(equal(object.roleRef, old.roleRef) ? [] : [invalid('roleRef', internalForm(fields(object.roleRef), 'rbac.v1.RoleRef'), 'cannot change roleRef')]),
    ],
    cells(object, now) {
      const { kind: roleKind, name } = fields(object.roleRef)
      const named = (of: string) => objects(object.subjects).filter((subject) => subject.kind === of)
      const users = named('User').map((subject) => text(subject.name))
      const groups = named('Group').map((subject) => text(subject.name))
      const accounts = named('ServiceAccount').map((subject) => `${text(subject.namespace)}/${text(subject.name)}`)
      return [object.metadata.name ?? '', `${text(roleKind)}/${text(name)}`, age(object, now), users.join(', '), groups.join(', '), accounts.join(', ')]
    },
  })
}

function* validateBinding(object: KubernetesObject, roleKinds: readonly string[], namespaced: boolean): Findings {
  const { apiGroup, kind, name } = fields(object.roleRef)
  if (text(apiGroup) !== group) yield notSupported('roleRef.apiGroup', text(apiGroup), [group])
  if (!roleKinds.includes(text(kind))) yield notSupported('roleRef.kind', text(kind), roleKinds)
  if (text(name) === '') yield required('roleRef.name')
  else yield* invalidAll('roleRef.name', name, isPathSegment(text(name)))
  for (const [index, subject] of objects(object.subjects).entries()) yield* validateSubject(subject, item('subjects', index), namespaced)
}

function* validateSubject(subject: JsonObject, path: string, namespaced: boolean): Findings {
  const { kind, name, apiGroup } = { kind: text(subject.kind), name: text(subject.name), apiGroup: text(subject.apiGroup) }
  if (name === '') yield required(child(path, 'name'))
  switch (kind) {
    case 'ServiceAccount':
      if (name !== '') yield* invalidAll(child(path, 'name'), name, isDns1123Subdomain(name))
      if (apiGroup !== '') yield notSupported(child(path, 'apiGroup'), apiGroup, [''])
      if (!namespaced && text(subject.namespace) === '') yield required(child(path, 'namespace'))
      return
    case 'User':
    case 'Group':
      if (apiGroup !== group) yield notSupported(child(path, 'apiGroup'), apiGroup, [group])
      return
    default:
      yield notSupported(child(path, 'kind'), kind, ['ServiceAccount', 'User', 'Group'])
  }
}
