// Metrics behind their APIService, and autoscalers that follow them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { apiServices, deployments, horizontalPodAutoscalers, nodes, podMetrics, pods, services } from '#runner/controllers/resources.ts'
import { at, type KubernetesObject, type Resource } from '#runner/kubernetes/object.ts'
import { startCluster, type TestCluster } from '#test/support/start-cluster.ts'

const namespace = 'default'
const events: Resource = { group: '', version: 'v1', plural: 'events', kind: 'Event', namespaced: true }
const nodeMetrics: Resource = { ...podMetrics, plural: 'nodes', kind: 'NodeMetrics', namespaced: false }

function deployment(name: string, image: string, container: object = {}, where = namespace): KubernetesObject {
  const labels = { app: name }
  const template = { metadata: { labels }, spec: { terminationGracePeriodSeconds: 1, containers: [{ name, image, ...container }] } }
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace: where }, spec: { selector: { matchLabels: labels }, template } }
}

function service(name: string, port: object, where = namespace): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: where }, spec: { selector: { app: name }, ports: [port] } }
}

function scaler(spec: object): KubernetesObject {
  const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'php-apache' }
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'php-apache', namespace },
    spec: { scaleTargetRef, maxReplicas: 10, ...spec },
  }
}

/** What people apply to have metrics. */
async function addMetrics({ client, settle }: TestCluster): Promise<void> {
  const container = { args: ['--secure-port=10250'], ports: [{ containerPort: 10250, name: 'https' }] }
  await client.create(deployments, deployment('metrics-server', 'registry.k8s.io/metrics-server/metrics-server:v0.8.0', container, 'kube-system'))
  await client.create(services, service('metrics-server', { port: 443, targetPort: 'https' }, 'kube-system'))
  const spec = { group: 'metrics.k8s.io', version: 'v1beta1', groupPriorityMinimum: 100, versionPriority: 100, insecureSkipTLSVerify: true }
  const own = { name: 'metrics-server', namespace: 'kube-system' }
  await client.create(apiServices, {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: 'v1beta1.metrics.k8s.io' },
    spec: { ...spec, service: own },
  })
  await settle(5000)
}

async function available({ client }: TestCluster): Promise<string> {
  const found = await client.get(apiServices, { name: 'v1beta1.metrics.k8s.io' })
  const [condition] = (at(found, 'status', 'conditions') ?? []) as readonly { reason: string; message: string }[]
  return `${condition?.reason}: ${condition?.message}`
}

async function start(cluster: TestCluster): Promise<void> {
  const resources = { requests: { cpu: '200m' }, limits: { cpu: '500m' } }
  await cluster.client.create(deployments, deployment('php-apache', 'registry.k8s.io/hpa-example', { resources }))
  await cluster.client.create(services, service('php-apache', { port: 80 }))
}

async function load({ client }: TestCluster): Promise<void> {
  const command = ['sh', '-c', 'while sleep 0.01; do wget -qO- http://php-apache; done']
  const spec = { terminationGracePeriodSeconds: 1, containers: [{ name: 'load', image: 'busybox', command }] }
  await client.create(pods, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'load', namespace }, spec })
}

async function replicas({ client }: TestCluster): Promise<number> {
  return Number(at(await client.get(deployments, { namespace, name: 'php-apache' }), 'spec', 'replicas'))
}

async function conditions({ client }: TestCluster): Promise<string[]> {
  const found = await client.get(horizontalPodAutoscalers, { namespace, name: 'php-apache' })
  const list = (at(found, 'status', 'conditions') ?? []) as readonly { type: string; status: string; reason: string }[]
  return list.map(({ type, status, reason }) => `${type} ${status} ${reason}`)
}

test('metrics are served while their APIService is available, and measure what runs', async () => {
  const cluster = await startCluster()
  const { client, settle } = cluster
  await assert.rejects(client.list(nodeMetrics), { reason: 'NotFound' })
  await addMetrics(cluster)
  assert.equal(await available(cluster), 'Passed: all checks passed')
  const hog = { command: ['stress', '--cpu', '2'], resources: { limits: { cpu: '750m' } } }
  await client.create(deployments, deployment('hog', 'polinux/stress', hog))
  await settle(5000)

  const measured = (await client.list(podMetrics, { namespace, labelSelector: 'app=hog' })).items
  assert.deepEqual(
    measured.map((object) => at(object, 'containers', '0', 'usage', 'cpu') ?? (object.containers as { usage: { cpu: string } }[])[0]?.usage.cpu),
    ['750000000n'],
  )
  assert.equal((await client.list(nodeMetrics)).items.length, (await client.list(nodes)).items.length)
  const again = await client.list(nodeMetrics)
  assert.deepEqual(await client.list(nodeMetrics), again, 'the same time gives the same numbers')

  assert.ok((await client.resources()).some(({ group, kind }) => group === 'metrics.k8s.io' && kind === 'PodMetrics'))
  await client.patch(deployments, { namespace: 'kube-system', name: 'metrics-server' }, { spec: { replicas: 0 } }, { type: 'merge' })
  await settle(5000)
  assert.equal(await available(cluster), 'MissingEndpoints: endpointslices for service/metrics-server in "kube-system" have no addresses with port name ""')
})

test('an autoscaler says why it cannot count', async () => {
  const cluster = await startCluster()
  await start(cluster)
  await cluster.client.create(horizontalPodAutoscalers, scaler({}))
  await cluster.settle(14_000)
  assert.deepEqual(await conditions(cluster), [], 'the first look is one period later')
  await cluster.settle(2000)
  assert.deepEqual(await conditions(cluster), ['AbleToScale True SucceededGetScale', 'ScalingActive False FailedGetResourceMetric'])
  const { items } = await cluster.client.list(events, { namespace, fieldSelector: 'reason=FailedComputeMetricsReplicas' })
  const why =
    'failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)'
  assert.deepEqual(
    items.map(({ message }) => message),
    [`invalid metrics (1 invalid out of 1), first error is: failed to get cpu resource metric value: ${why}`],
  )
  assert.deepEqual(at(await cluster.client.get(horizontalPodAutoscalers, { namespace, name: 'php-apache' }), 'status', 'currentMetrics'), [{ type: '' }])
})

test('two autoscalers of the same pods refuse to work, and say so', async () => {
  const cluster = await startCluster()
  await start(cluster)
  await cluster.client.create(horizontalPodAutoscalers, scaler({}))
  const second = scaler({})
  await cluster.client.create(horizontalPodAutoscalers, { ...second, metadata: { ...second.metadata, name: 'second' } })
  await cluster.settle(31_000)
  const { items } = await cluster.client.list(events, { namespace, fieldSelector: 'reason=AmbiguousSelector' })
  const message = 'pods by selector app=php-apache are controlled by multiple HPAs: [{php-apache default} {second default}]'
  assert.deepEqual(new Set(items.map((event) => event.message)), new Set([message]))
  assert.deepEqual(await conditions(cluster), ['AbleToScale True SucceededGetScale', 'ScalingActive False AmbiguousSelector'])
})

test('load scales up within the rates, and its end scales down after five quiet minutes', { timeout: 60_000 }, async () => {
  const cluster = await startCluster()
  await addMetrics(cluster)
  await start(cluster)
  await cluster.client.create(
    horizontalPodAutoscalers,
    scaler({ metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } }] }),
  )
  await cluster.settle(60_000)
  assert.equal(await replicas(cluster), 1)
  await load(cluster)
  await cluster.settle(20_000)
  const early = await replicas(cluster)
  assert.ok(early > 1 && early <= 4, `the first step goes to four at most: ${early}`)
  await cluster.settle(180_000)
  assert.equal(await replicas(cluster), 6)
  assert.deepEqual(await conditions(cluster), [
    'AbleToScale True ReadyForNewScale',
    'ScalingActive True ValidMetricFound',
    'ScalingLimited False DesiredWithinRange',
  ])
  await cluster.client.delete(pods, { namespace, name: 'load' }, { gracePeriodSeconds: 0 })
  await cluster.settle(60_000)
  assert.equal(await replicas(cluster), 6)
  assert.deepEqual((await conditions(cluster))[0], 'AbleToScale True ScaleDownStabilized')
  await cluster.settle(330_000)
  assert.equal(await replicas(cluster), 1)
})

test('rules of one’s own bound how fast an autoscaler goes, and its bounds are kept', { timeout: 60_000 }, async () => {
  const cluster = await startCluster()
  await addMetrics(cluster)
  await start(cluster)
  await load(cluster)
  const behavior = {
    scaleUp: { stabilizationWindowSeconds: 0, policies: [{ type: 'Pods', value: 1, periodSeconds: 60 }] },
    scaleDown: { selectPolicy: 'Disabled' },
  }
  await cluster.client.create(
    horizontalPodAutoscalers,
    scaler({
      minReplicas: 2,
      maxReplicas: 3,
      behavior,
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } }],
    }),
  )
  await cluster.settle(16_000)
  assert.equal(await replicas(cluster), 2, 'the minimum holds at the first look')
  await cluster.settle(120_000)
  assert.equal(await replicas(cluster), 3)
  assert.deepEqual((await conditions(cluster)).at(-1), 'ScalingLimited True TooManyReplicas')
  await cluster.client.delete(pods, { namespace, name: 'load' }, { gracePeriodSeconds: 0 })
  await cluster.settle(600_000)
  assert.equal(await replicas(cluster), 3, 'scaling down is switched off')
})
