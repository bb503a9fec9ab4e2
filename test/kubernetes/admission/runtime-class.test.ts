// What a RuntimeClass adds to the pods that name it, and what it refuses.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pods } from '#runner/controllers/resources.ts'
import type { KubernetesObject } from '#runner/kubernetes/object.ts'
import { startCluster, type TestCluster } from '#test/support/start-cluster.ts'

const classes = { group: 'node.k8s.io', version: 'v1', plural: 'runtimeclasses', kind: 'RuntimeClass', namespaced: false }
const toleration = { key: 'sandbox', operator: 'Exists', effect: 'NoSchedule' }

async function withClass(): Promise<TestCluster> {
  const cluster = await startCluster({ nodes: 0 })
  const scheduling = { nodeSelector: { runtime: 'gvisor' }, tolerations: [toleration] }
  const made = {
    apiVersion: 'node.k8s.io/v1',
    kind: 'RuntimeClass',
    metadata: { name: 'gvisor' },
    handler: 'runsc',
    overhead: { podFixed: { cpu: '100m' } },
    scheduling,
  }
  await cluster.client.create(classes, made as KubernetesObject)
  return cluster
}

function pod(spec: object): KubernetesObject {
  const containers = [{ name: 'c', image: 'nginx' }]
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'default' }, spec: { containers, ...spec } } as KubernetesObject
}

test('a pod gets the overhead, the node selector and the tolerations of its class', async () => {
  const { client } = await withClass()
  const narrow = { ...toleration, operator: 'Equal', value: 'x' }
  const made = await client.create(pods, pod({ runtimeClassName: 'gvisor', nodeSelector: { disk: 'ssd' }, tolerations: [narrow] }))
  const { overhead, nodeSelector, tolerations } = made.spec as { overhead: object; nodeSelector: object; tolerations: { key: string }[] }
  assert.deepEqual(overhead, { cpu: '100m' })
  assert.deepEqual(nodeSelector, { disk: 'ssd', runtime: 'gvisor' })
  assert.deepEqual(
    tolerations.filter(({ key }) => key === 'sandbox'),
    [toleration],
    'the wider one is enough',
  )
})

const refused: readonly (readonly [what: string, spec: object, words: string])[] = [
  ['a class that is not there', { runtimeClassName: 'kata' }, 'pod rejected: RuntimeClass "kata" not found'],
  [
    'other nodes than those of its class',
    { runtimeClassName: 'gvisor', nodeSelector: { runtime: 'runc' } },
    'conflict: runtimeClass.scheduling.nodeSelector[runtime] = gvisor; pod.spec.nodeSelector[runtime] = runc',
  ],
  [
    'another overhead than that of its class',
    { runtimeClassName: 'gvisor', overhead: { cpu: '1' } },
    "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead",
  ],
  ['an overhead without a class', { overhead: { cpu: '1' } }, 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead'],
]

for (const [what, spec, words] of refused)
  test(`a pod with ${what} is refused`, async () => {
    const { client } = await withClass()
    await assert.rejects(client.create(pods, pod(spec)), (error: Error) => error.message === `pods "p" is forbidden: ${words}`)
  })
