// Webhooks that run in the cluster are asked about writes, by whatever door these come.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configMaps, namespaces, pods, services } from '#runner/controllers/resources.ts'
import type { KubernetesObject, Resource } from '#runner/kubernetes/object.ts'
import { startCluster, type TestCluster } from '#test/support/start-cluster.ts'

const group = 'admissionregistration.k8s.io'
const validating: Resource = { group, version: 'v1', plural: 'validatingwebhookconfigurations', kind: 'ValidatingWebhookConfiguration', namespaced: false }
const mutating: Resource = { group, version: 'v1', plural: 'mutatingwebhookconfigurations', kind: 'MutatingWebhookConfiguration', namespaced: false }
const namespace = 'hooked'

function configMap(name: string, data: Record<string, string> = {}): KubernetesObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data }
}

async function hook({ client }: TestCluster, resource: Resource, path: string, more: object = {}, called = path.slice(1)): Promise<void> {
  const name = `${path.slice(1)}.example.com`
  const webhook = {
    name,
    admissionReviewVersions: ['v1'],
    sideEffects: 'None',
    namespaceSelector: { matchLabels: { hooks: 'on' } },
    rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['*'], resources: ['configmaps'] }],
    clientConfig: { caBundle: 'Y2E=', service: { namespace: 'default', name: 'webhook', path } },
    ...more,
  }
  const configuration = { apiVersion: `${group}/v1`, kind: resource.kind, metadata: { name: called }, webhooks: [webhook] }
  await client.create(resource, configuration as unknown as KubernetesObject)
}

async function start(): Promise<TestCluster> {
  const cluster = await startCluster()
  const { client, settle } = cluster
  const args = ['webhook', '--port=8444']
  const spec = { terminationGracePeriodSeconds: 1, containers: [{ name: 'c', image: 'registry.k8s.io/e2e-test-images/agnhost:2.53', args }] }
  await client.create(pods, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'webhook', namespace: 'default', labels: { app: 'webhook' } }, spec })
  const ports = [{ port: 443, targetPort: 8444 }]
  await client.create(services, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'webhook', namespace: 'default' },
    spec: { selector: { app: 'webhook' }, ports },
  })
  await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels: { hooks: 'on' } } })
  await settle(5000)
  return cluster
}

test('a webhook refuses in its own words, only where its rules and selectors point', async () => {
  const cluster = await start()
  const { client } = cluster
  await hook(cluster, validating, '/configmaps')
  await client.create(configMaps, configMap('good'))
  const bad = configMap('bad', { 'webhook-e2e-test': 'webhook-disallow' })
  await assert.rejects(client.create(configMaps, bad), {
    message: 'admission webhook "configmaps.example.com" denied the request: the configmap contains unwanted key and value',
    reason: '',
    code: 400,
  })
  await client.create(configMaps, { ...bad, metadata: { name: 'bad', namespace: 'default' } })
  await assert.rejects(
    client.patch(configMaps, { namespace, name: 'good' }, { data: { 'webhook-e2e-test': 'webhook-disallow' } }, { type: 'merge' }),
    /denied the request/,
  )
})

test('webhooks change objects one after another, and are asked again where they wish it', async () => {
  const cluster = await start()
  const { client } = cluster
  await hook(cluster, mutating, '/mutating-configmaps', { reinvocationPolicy: 'IfNeeded' })
  await hook(cluster, mutating, '/add-label', {}, 'z-add-label')
  const made = await client.create(configMaps, configMap('m', { 'mutation-start': 'yes' }))
  assert.deepEqual(made.data, { 'mutation-start': 'yes', 'mutation-stage-1': 'yes', 'mutation-stage-2': 'yes' })
  assert.deepEqual(made.metadata.labels, { 'added-label': 'yes' })
})

test('a webhook that cannot be called fails the write, unless it is to be ignored', async () => {
  const cluster = await start()
  const { client, settle } = cluster
  const missing = { clientConfig: { caBundle: 'Y2E=', service: { namespace: 'default', name: 'nosuch', path: '/x' } } }
  await hook(cluster, validating, '/x', missing)
  await assert.rejects(client.create(configMaps, configMap('a')), {
    message:
      'Internal error occurred: failed calling webhook "x.example.com": failed to call webhook: Post "https://nosuch.default.svc:443/x?timeout=10s": service "nosuch" not found',
    code: 500,
  })
  await client.delete(validating, { name: 'x' })
  await hook(cluster, validating, '/y', { ...missing, failurePolicy: 'Ignore' })
  await client.create(configMaps, configMap('a'))
  await hook(cluster, validating, '/configmaps', { clientConfig: { service: { namespace: 'default', name: 'webhook', path: '/configmaps' } } })
  await assert.rejects(client.create(configMaps, configMap('b')), /x509: certificate signed by unknown authority/)
  await client.delete(pods, { namespace: 'default', name: 'webhook' }, { gracePeriodSeconds: 0 })
  await settle(3000)
  await assert.rejects(client.create(configMaps, configMap('b')), /no endpoints available for service "webhook"/)
})

test('a webhook with side effects is not asked in a dry run', async () => {
  const cluster = await start()
  await hook(cluster, validating, '/always-deny', {
    sideEffects: 'NoneOnDryRun',
    matchConditions: [{ name: 'c', expression: "object.metadata.name != 'free'" }],
  })
  await assert.rejects(cluster.client.create(configMaps, configMap('a'), { dryRun: true }), /this webhook denies all requests/)
  await cluster.client.create(configMaps, configMap('free'))
})

test('match conditions that are no expressions are refused', async () => {
  const cluster = await start()
  const wrong = (matchConditions: readonly object[]) => hook(cluster, validating, '/pods', { matchConditions })
  await assert.rejects(
    wrong([{ name: 'c', expression: '... [] no' }]),
    /matchConditions\[0\]\.expression: Invalid value: "\.\.\. \[\] no": compilation failed: /,
  )
  await assert.rejects(wrong([{ name: 'c', expression: '1 + 1' }]), /must evaluate to bool/)
  await assert.rejects(wrong([{ expression: 'true' }]), /matchConditions\[0\]\.name: Required value/)
  await assert.rejects(
    wrong([
      { name: 'c', expression: 'true' },
      { name: 'c', expression: 'true' },
    ]),
    /matchConditions\[1\]\.name: Duplicate value: "c"/,
  )
})
