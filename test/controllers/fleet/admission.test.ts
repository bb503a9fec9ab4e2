import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memberClusterObject } from '#runner/controllers/fleet/index.ts'
import { memberClusters } from '#runner/controllers/fleet/resources.ts'
import { namespaces, pods } from '#runner/controllers/resources.ts'
import { systemUser } from '#runner/kubernetes/identity.ts'
import { make } from '#test/support/fleet-objects.ts'
import { startFleet } from '#test/support/start-fleet.ts'

const learner = systemUser('learner', ['system:authenticated'])
const pod = (namespace: string) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace },
  spec: { containers: [{ name: 'web', image: 'nginx' }] },
})

async function allow(fleet: Awaited<ReturnType<typeof startFleet>>): Promise<void> {
  const bindings = { group: 'rbac.authorization.k8s.io', version: 'v1', plural: 'clusterrolebindings', kind: 'ClusterRoleBinding', namespaced: false }
  await fleet.hub.client.create(bindings, {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'learner' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'learner' }],
  })
}

test('the hub lets no pod in but into reserved namespaces, and with the rule "own" fleet-demo is none', async () => {
  for (const [reservedNamespaces, refused] of [
    ['own', true],
    ['upstream', false],
  ] as const) {
    const fleet = await startFleet({ members: {}, reservedNamespaces })
    await fleet.hub.client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'fleet-demo' } })
    await fleet.settle()
    const made = fleet.hub.client.create(pods, pod('fleet-demo'))
    const message = 'admission webhook "fleet.pod.validating" denied the request: Pod fleet-demo/web creation is disallowed in the fleet hub cluster'
    if (refused) await assert.rejects(made, { message, reason: 'Forbidden' })
    else assert.equal((await made).metadata.name, 'web')
  }
})

test("the guard rail keeps a user out of Fleet's namespaces, and lets him make his own", async () => {
  const fleet = await startFleet({ members: {}, reservedNamespaces: 'own' })
  await allow(fleet)
  const client = fleet.hub.server.client(learner)
  const makeNamespace = (name: string) => client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
  await assert.rejects(makeNamespace('fleet-member-x'), {
    message:
      "admission webhook \"fleet.namespace.guardrail.validating\" denied the request: user: 'learner' in 'groups: [system:authenticated]' is not allowed to CREATE resource /v1, Kind=Namespace/: /fleet-member-x",
  })
  assert.equal((await makeNamespace('fleet-demo')).metadata.name, 'fleet-demo')
})

test("a member that Azure has joined is Azure's: a user changes its taints alone, and no user's member becomes Azure's", async () => {
  const fleet = await startFleet({ members: {} })
  await allow(fleet)
  const client = fleet.hub.server.client(learner)
  const joined = (name: string, annotations: Readonly<Record<string, string>>) => make(fleet.hub.client, memberClusterObject({ name, annotations }))
  await joined('managed', { 'fleet.azure.com/cluster-resource-id': '/subscriptions/x' })
  await joined('own', {})
  const change = (name: string, patch: object) => client.patch(memberClusters, { name }, patch as never, { type: 'merge' })
  const guard = 'admission webhook "fleet.membercluster.guardrail.validating" denied the request:'
  const refused = (operation: string) => ({
    message: `${guard} user: 'learner' in 'groups: [system:authenticated]' is not allowed to ${operation} resource cluster.kubernetes-fleet.io/v1beta1, Kind=MemberCluster/: /managed`,
  })
  await change('managed', { spec: { taints: [{ key: 'a', value: 'b', effect: 'NoSchedule' }] } })
  await assert.rejects(change('managed', { spec: { heartbeatPeriodSeconds: 30 } }), refused('UPDATE'))
  await assert.rejects(client.delete(memberClusters, { name: 'managed' }), refused('DELETE'))
  await assert.rejects(change('managed', { metadata: { annotations: { 'fleet.azure.com/cluster-resource-id': null } } }), {
    message: `${guard} no user is allowed to remove all fleet pre-fixed annotations from a fleet member cluster`,
  })
  await change('own', { spec: { heartbeatPeriodSeconds: 30 } })
  await assert.rejects(change('own', { metadata: { annotations: { 'fleet.azure.com/x': '1' } } }), {
    message: `${guard} no user is allowed to add a fleet pre-fixed annotation to an upstream member cluster`,
  })
  await client.delete(memberClusters, { name: 'own' })
})
