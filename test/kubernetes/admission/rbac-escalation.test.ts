// Roles and bindings give away only what their writer has.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemUser } from '#runner/kubernetes/identity.ts'
import type { KubernetesObject, Resource } from '#runner/kubernetes/object.ts'
import { startCluster } from '#test/support/start-cluster.ts'

const group = 'rbac.authorization.k8s.io'
const namespace = 'default'
const resource = (plural: string, kind: string, namespaced = true): Resource => ({ group, version: 'v1', plural, kind, namespaced })
const roles = resource('roles', 'Role')
const bindings = resource('rolebindings', 'RoleBinding')
const clusterRoles = resource('clusterroles', 'ClusterRole', false)
const clusterBindings = resource('clusterrolebindings', 'ClusterRoleBinding', false)

const role = (name: string, rules: readonly object[]): KubernetesObject =>
  ({ apiVersion: `${group}/v1`, kind: 'Role', metadata: { name, namespace }, rules }) as KubernetesObject
const binding = (name: string, to: string): KubernetesObject =>
  ({
    apiVersion: `${group}/v1`,
    kind: 'RoleBinding',
    metadata: { name, namespace },
    roleRef: { apiGroup: group, kind: 'ClusterRole', name: to },
    subjects: [{ kind: 'User', name: 'eve', apiGroup: group }],
  }) as unknown as KubernetesObject

/** Bob writes roles and bindings, and reads pods. */
async function start(more: readonly object[] = []) {
  const cluster = await startCluster()
  const rules = [
    { apiGroups: [group], resources: ['roles', 'rolebindings'], verbs: ['create', 'update', 'patch'] },
    { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] },
    ...more,
  ]
  await cluster.client.create(clusterRoles, { apiVersion: `${group}/v1`, kind: 'ClusterRole', metadata: { name: 'bob' }, rules } as KubernetesObject)
  const roleRef = { apiGroup: group, kind: 'ClusterRole', name: 'bob' }
  const subjects = [{ kind: 'User', name: 'bob', apiGroup: group }]
  await cluster.client.create(clusterBindings, {
    apiVersion: `${group}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name: 'bob' },
    roleRef,
    subjects,
  } as unknown as KubernetesObject)
  return cluster.server.client({ name: 'bob', groups: ['system:authenticated'] })
}

test('a role may not grant what its writer lacks', async () => {
  const bob = await start()
  await bob.create(roles, role('pods', [{ apiGroups: [''], resources: ['pods'], verbs: ['list'] }]))
  await assert.rejects(bob.create(roles, role('more', [{ apiGroups: [''], resources: ['pods', 'secrets'], verbs: ['get', 'delete'] }])), {
    code: 403,
    message:
      'roles.rbac.authorization.k8s.io "more" is forbidden: user "bob" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n' +
      '{APIGroups:[""], Resources:["pods"], Verbs:["delete"]}\n{APIGroups:[""], Resources:["secrets"], Verbs:["get", "delete"]}',
  })
  await assert.rejects(
    bob.update(roles, role('pods', [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }])),
    /\{APIGroups:\["\*"\], Resources:\["\*"\], Verbs:\["\*"\]\}/,
  )
})

test('a binding may not give a role that its writer could not hold, unless they may bind it', async () => {
  const bob = await start()
  await assert.rejects(bob.create(bindings, binding('eve', 'cluster-admin')), /is attempting to grant RBAC permissions not currently held/)
  const binder = await start([{ apiGroups: [group], resources: ['clusterroles'], resourceNames: ['cluster-admin'], verbs: ['bind'] }])
  await binder.create(bindings, binding('eve', 'cluster-admin'))
  const escalator = await start([{ apiGroups: [group], resources: ['roles'], verbs: ['escalate'] }])
  await escalator.create(roles, role('all', [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }]))
  const { server } = await startCluster()
  await server.client(systemUser('anyone')).create(bindings, binding('eve', 'cluster-admin'))
})
