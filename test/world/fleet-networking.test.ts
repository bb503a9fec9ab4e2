// A Service that two members of a fleet export answers in a third, over the network of the world.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { localPeer } from '#runner/base/host.ts'
import { multiClusterServices, serviceExports } from '#runner/controllers/fleet/networking/kinds.ts'
import { deployments, namespaces, pods, services } from '#runner/controllers/resources.ts'
import { systemUser } from '#runner/kubernetes/identity.ts'
import type { KubernetesObject, Resource } from '#runner/kubernetes/object.ts'
import { worldSchema } from '#runner/labs/world-file.ts'
import { fetchFrom } from '#runner/world/hosts.ts'
import { createWorld, type World } from '#runner/world/world.ts'
import { memberUrl, send } from '#test/support/exercise-requests.ts'

const members = ['east', 'west', 'south']
const file = worldSchema.parse({
  azure: {},
  seed: 7,
  clock: { start: '2026-03-02T08:00:00Z' },
  fleet: { hub: { networking: true }, members: members.map((name) => ({ name, cluster: `aks-${name}` })) },
})

async function make(world: World, member: string, resource: Resource, object: object): Promise<void> {
  const cluster = world.clusters().find(({ spec }) => spec.name === (member === 'hub' ? 'hub' : `aks-${member}`))
  const apiVersion = resource.group === '' ? resource.version : `${resource.group}/${resource.version}`
  const client = cluster?.clientOf(systemUser('admin', ['system:masters', 'system:authenticated']))
  assert.ok(client, member)
  await client.create(resource, { apiVersion, kind: resource.kind, ...object } as unknown as KubernetesObject)
}

const web = { metadata: { name: 'web', namespace: 'shop' } }
const labels = { app: 'web' }

/** `web` of a member answers with the member's name. */
function webOf(member: string): object {
  const container = { name: 'web', image: 'hashicorp/http-echo', args: [`-text=${member}`, '-listen=:8080'] }
  return { ...web, spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [container] } } } }
}

test('a Service that two members export answers in a third', async () => {
  const world = await createWorld(file, { secret: 'fixed in tests' })
  try {
    for (const cluster of ['hub', ...members]) await make(world, cluster, namespaces, { metadata: { name: 'shop' } })
    for (const member of ['east', 'west']) {
      await make(world, member, deployments, webOf(member))
      await make(world, member, services, { ...web, spec: { selector: labels, ports: [{ port: 80, targetPort: 8080 }] } })
      await make(world, member, serviceExports, web)
    }
    await make(world, 'south', multiClusterServices, { ...web, spec: { serviceImport: { name: 'web' } } })
    await world.clock.advance(60_000)
    const command = ['sh', '-c', 'for i in 1 2 3 4; do curl -s http://shop-web.fleet-system; done']
    const caller = {
      metadata: { name: 'caller', namespace: 'shop' },
      spec: { restartPolicy: 'Never', containers: [{ name: 'caller', image: 'curlimages/curl', command }] },
    }
    await make(world, 'south', pods, caller)
    await world.clock.advance(30_000)
    const url = `${memberUrl(world, 'south')}/api/v1/namespaces/shop/pods/caller/log`
    const request = new Request(url, { headers: { authorization: `Bearer ${world.clusters().find(({ spec }) => spec.name === 'aks-south')?.adminToken}` } })
    const said = await (await fetchFrom(world.internet, request, localPeer)).text()
    assert.deepEqual(said.trim().split('\n').toSorted(), ['east', 'east', 'west', 'west'])
    const { body } = await send(world, 'GET', `${memberUrl(world, 'south')}/apis/networking.fleet.azure.com/v1alpha1/namespaces/shop/multiclusterservices/web`)
    assert.match(JSON.stringify(body.status), /"ip":"\d+\.\d+\.\d+\.\d+"/)
  } finally {
    world.close()
  }
})
