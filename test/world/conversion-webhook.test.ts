// Custom objects between versions: the webhook of their definition converts them, on every way in and out.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createAuthority } from '#runner/base/certificates.ts'
import { createRandom } from '#runner/base/random.ts'
import { pods, services } from '#runner/controllers/resources.ts'
import { at, type KubernetesObject, type Resource } from '#runner/kubernetes/object.ts'
import type { Cluster } from '#runner/world/cluster.ts'
import { namedWorlds } from '#runner/world/named-worlds.ts'
import { createWorld } from '#runner/world/world.ts'

const definitions: Resource = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  plural: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
  namespaced: false,
}
const port = 9443
const namespace = 'default'
const [first, second] = ['v1', 'v2'].map((version) => ({ group: 'stable.example.com', version, plural: 'places', kind: 'Place', namespaced: true }))

function versionOf(name: string, fields: readonly string[], storage: boolean): object {
  const properties = Object.fromEntries(fields.map((field) => [field, { type: 'string' }]))
  return { name, served: true, storage, schema: { openAPIV3Schema: { type: 'object', properties } } }
}

function definition(image: string): KubernetesObject {
  const clientConfig = {
    caBundle: btoa(createAuthority('converter', { secret: createRandom('converter'), now: 0 }).certificate),
    service: { namespace, name: 'converter', path: '/crdconvert', port },
  }
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'places.stable.example.com', annotations: { image } },
    spec: {
      group: 'stable.example.com',
      scope: 'Namespaced',
      names: { plural: 'places', kind: 'Place' },
      versions: [versionOf('v1', ['hostPort'], true), versionOf('v2', ['host', 'port'], false)],
      conversion: { strategy: 'Webhook', webhook: { clientConfig, conversionReviewVersions: ['v1', 'v1beta1'] } },
    },
  }
}

async function withWebhook(image: string) {
  const world = await createWorld(namedWorlds.cluster ?? assert.fail(), { secret: 'conversion' })
  world.clock.stop()
  const cluster = world.clusters()[0] ?? assert.fail()
  const client = cluster.clientOf(cluster.admin)
  const container = { name: 'converter', image, args: ['crd-conversion-webhook', `--port=${port}`], ports: [{ containerPort: port }] }
  const labels = { app: 'converter' }
  await client.create(pods, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'converter', namespace, labels }, spec: { containers: [container] } })
  const spec = { selector: labels, ports: [{ port, targetPort: port }] }
  await client.create(services, { apiVersion: 'v1', kind: 'Service', metadata: { name: 'converter', namespace }, spec })
  await client.create(definitions, definition(image))
  for (let second = 0; second < 20; second += 1) await world.clock.advance(1000)
  return { world, cluster, client }
}

function place(version: string, name: string, fields: object): KubernetesObject {
  return { apiVersion: `stable.example.com/${version}`, kind: 'Place', metadata: { name, namespace }, ...fields }
}

async function ask(cluster: Cluster, path: string): Promise<Response> {
  const headers = { authorization: `Bearer ${cluster.adminToken}` }
  return cluster.server.host.fetch(new Request(`https://${cluster.spec.host}${path}`, { headers }), { address: '127.0.0.1' })
}

test('objects are converted when they are created, read, listed, changed, watched and deleted', async () => {
  assert.ok(first && second)
  const { world, cluster, client } = await withWebhook('registry.k8s.io/e2e-test-images/agnhost:2.57')
  const heard: string[] = []
  const { resourceVersion } = await client.list(second, { namespace })
  const watching = client.watch(second, { namespace, resourceVersion }, { event: ({ type, object }) => void heard.push(`${type} ${at(object, 'host')}`) })
  const made = await client.create(first, place('v1', 'one', { hostPort: 'here:80' }))
  assert.equal(made.hostPort, 'here:80')
  const read = (await client.get(second, { namespace, name: 'one' })) ?? assert.fail()
  assert.deepEqual([read.apiVersion, read.host, read.port, read.hostPort], ['stable.example.com/v2', 'here', '80', undefined])
  assert.equal(read.metadata.resourceVersion, made.metadata.resourceVersion)
  const other = await client.create(second, place('v2', 'two', { host: 'there', port: '81' }))
  assert.deepEqual([other.host, other.port], ['there', '81'])
  const listed = await client.list(first, { namespace })
  assert.deepEqual(
    listed.items.map((item) => item.hostPort),
    ['here:80', 'there:81'],
  )
  const changed = await client.patch(second, { namespace, name: 'one' }, { host: 'elsewhere' }, { type: 'merge' })
  assert.deepEqual([changed.host, changed.port], ['elsewhere', '80'])
  assert.equal((await client.get(first, { namespace, name: 'one' }))?.hostPort, 'elsewhere:80')
  await client.delete(second, { namespace, name: 'two' })
  assert.equal(await client.get(first, { namespace, name: 'two' }), undefined)
  const page = await ask(cluster, `/apis/stable.example.com/v2/namespaces/${namespace}/places`)
  const { items } = (await page.json()) as { readonly items: readonly KubernetesObject[] }
  assert.deepEqual(
    items.map(({ apiVersion, host }) => [apiVersion, host]),
    [['stable.example.com/v2', 'elsewhere']],
  )
  await world.clock.advance(10)
  assert.deepEqual(heard, ['ADDED here', 'ADDED there', 'MODIFIED elsewhere', 'DELETED there'])
  watching.stop()
  world.close()
})

test('what the webhook refuses, or a webhook that nobody serves, fails the request and stores nothing', async () => {
  assert.ok(first && second)
  const { world, cluster, client } = await withWebhook('registry.k8s.io/e2e-test-images/agnhost:2.57')
  await client.create(first, place('v1', 'odd', { hostPort: 'no port' }))
  const path = `/apis/stable.example.com/v2/namespaces/${namespace}/places/odd`
  const failed = 'conversion webhook for stable.example.com/v1, Kind=Place failed: '
  const answer = await ask(cluster, path)
  assert.equal(answer.status, 500)
  assert.equal(((await answer.json()) as { message: string }).message, `${failed}invalid hostPort value \`no port\``)
  await client.delete(pods, { namespace, name: 'converter' }, { gracePeriodSeconds: 0 })
  await world.clock.advance(5000)
  const gone = (await (await ask(cluster, path)).json()) as { message: string }
  assert.equal(gone.message, `${failed}Post "https://converter.default.svc:9443/crdconvert?timeout=30s": no endpoints available for service "converter"`)
  await assert.rejects(client.create(second, place('v2', 'three', { host: 'a', port: '1' })), /no endpoints available for service "converter"/)
  assert.equal(await client.get(first, { namespace, name: 'three' }), undefined)
  world.close()
})

test('a webhook whose program nobody wrote down changes the version alone', async () => {
  assert.ok(first && second)
  const { world, client } = await withWebhook('ghcr.io/acme/converter:1.0')
  await client.create(first, place('v1', 'one', { hostPort: 'here:80' }))
  const read = (await client.get(second, { namespace, name: 'one' })) ?? assert.fail()
  assert.deepEqual([read.apiVersion, read.metadata.name], ['stable.example.com/v2', 'one'])
  world.close()
})
