// A large cluster: pods that come to run, lists of them over TLS, and many watchers of one kind.
import { fork } from 'node:child_process'
import { Agent, request } from 'node:https'
import { createServer } from 'node:net'
import { localPeer } from '#runner/base/host.ts'
import { createEdge } from '#runner/edge/serve.ts'
import type { KubernetesObject } from '#runner/kubernetes/object.ts'
import { parseWorldFile } from '#runner/labs/world-file.ts'
import type { Cluster } from '#runner/world/cluster.ts'
import { createWorld, type World } from '#runner/world/world.ts'
import type { ListFigures, ListTask } from './list-client.ts'
import { type Figure, heapUsed, medianMs } from './measure.ts'

const size = { pods: 10_000, nodes: 100, watchers: 1000, page: 500 }
const deployments = { group: 'apps', version: 'v1', plural: 'deployments', kind: 'Deployment', namespaced: true }

/** Figures of one cluster with ten thousand pods: a Deployment is scaled to that in one step, on nodes enough. */
export async function scaleFigures(): Promise<Figure[]> {
  const before = heapUsed()
  const file = parseWorldFile(JSON.stringify({ clusters: [{ name: 'kube', context: 'kube', nodes: size.nodes }] }), 'scale.yaml')
  const world = await createWorld(file, { secret: 'bench' })
  world.clock.stop()
  const [cluster] = world.clusters()
  if (!cluster) return []
  const began = performance.now()
  await startPods(world, cluster)
  const started = performance.now() - began
  const heap = (heapUsed() - before) / 2 ** 20
  const figures = [
    { what: `${size.pods} pods of one Deployment run, on ${size.nodes} nodes`, budget: 10_000, measured: started, unit: 'ms' },
    { what: `heap: a world with ${size.pods} pods and their events`, budget: 300, measured: heap, unit: 'MiB' },
    ...(await listFigures(world, cluster)),
    ...(await watchFigures(cluster)),
  ]
  world.close()
  return figures
}

async function startPods(world: World, cluster: Cluster): Promise<void> {
  const client = cluster.clientOf(cluster.admin)
  const labels = { app: 'web' }
  const container = { name: 'web', image: 'nginx', resources: { requests: { cpu: '10m', memory: '16Mi' } } }
  const spec = { replicas: size.pods, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [container] } } }
  await client.create(deployments, { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'default' }, spec })
  for (;;) {
    const { status } = (await client.get(deployments, { namespace: 'default', name: 'web' })) as KubernetesObject & { status?: { readyReplicas?: number } }
    if (status?.readyReplicas === size.pods) return
    await world.clock.advance(500)
  }
}

async function listFigures(world: World, cluster: Cluster): Promise<Figure[]> {
  const edge = createEdge(world.internet)
  const server = createServer()
  const { host } = cluster.spec
  edge.attach(server, { host })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const agent = new Agent({ keepAlive: true, ca: world.internet.ca, servername: host })
  const headers = { authorization: `Bearer ${cluster.adminToken}`, host }
  const get = (path: string): Promise<string> =>
    new Promise((resolve, reject) => {
      request({ host: '127.0.0.1', port, agent, path, headers }, (answer) => {
        const parts: Buffer[] = []
        answer.on('data', (part: Buffer) => parts.push(part)).once('end', () => resolve(Buffer.concat(parts).toString('utf8')))
      })
        .once('error', reject)
        .end()
    })
  const ofClient = await fromAnotherProcess({ port, ca: world.internet.ca, host, token: cluster.adminToken, page: size.page })
  const figures = [
    { what: `a page of ${size.page} pods over TLS`, budget: undefined, measured: ofClient.page, unit: 'ms' },
    { what: `LIST of ${size.pods} pods over TLS, in pages of ${size.page}`, budget: 150, measured: ofClient.pages, unit: 'ms' },
    {
      what: 'LIST of the pods of one node among them',
      budget: undefined,
      measured: await medianMs(() => get('/api/v1/pods?fieldSelector=spec.nodeName=node-1')),
      unit: 'ms',
    },
    {
      what: 'LIST of another namespace beside them',
      budget: undefined,
      measured: await medianMs(() => get('/api/v1/namespaces/kube-system/pods')),
      unit: 'ms',
    },
  ]
  edge.close()
  server.close()
  agent.destroy()
  return figures
}

function fromAnotherProcess(task: ListTask): Promise<ListFigures> {
  const client = fork(new URL('list-client.ts', import.meta.url), { execArgv: [] })
  return new Promise((resolve, reject) => {
    client.once('message', (figures: ListFigures) => {
      client.kill()
      resolve(figures)
    })
    client.once('error', reject)
    client.once('exit', (code) => reject(new Error(`The client of lists ended with ${code}`)))
    client.send(task)
  })
}

/** What one change costs while nobody watches, and while a thousand do: each of them hears of it before the answer. */
async function watchFigures(cluster: Cluster): Promise<Figure[]> {
  const headers = { authorization: `Bearer ${cluster.adminToken}`, 'content-type': 'application/merge-patch+json' }
  const url = `https://${cluster.spec.host}/api/v1/namespaces/default`
  let round = 0
  const change = async (): Promise<void> => {
    round += 1
    const body = JSON.stringify({ metadata: { annotations: { round: String(round) } } })
    const answer = await cluster.server.host.fetch(new Request(url, { method: 'PATCH', headers, body }), localPeer)
    await answer.text()
  }
  const alone = await medianMs(change, 50)
  const watching = new AbortController()
  const heard = await Promise.all(Array.from({ length: size.watchers }, () => watch(cluster, watching.signal)))
  const together = await medianMs(change, 50)
  watching.abort()
  if (heard.some((each) => each.count < 50)) throw new Error('A watcher did not hear of every change')
  return [
    { what: 'a PATCH of an object that nobody watches', budget: undefined, measured: alone, unit: 'ms' },
    { what: `the same with ${size.watchers} watchers of its kind`, budget: undefined, measured: together, unit: 'ms' },
  ]
}

async function watch(cluster: Cluster, signal: AbortSignal): Promise<{ count: number }> {
  const headers = { authorization: `Bearer ${cluster.adminToken}` }
  const url = `https://${cluster.spec.host}/api/v1/namespaces?watch=true&resourceVersion=${cluster.server.resourceVersion()}`
  const { body } = await cluster.server.host.fetch(new Request(url, { headers, signal }), localPeer)
  const heard = { count: 0 }
  const reader = body?.getReader()
  const read = async (): Promise<void> => {
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) heard.count += 1
  }
  void read().catch(() => undefined)
  return heard
}
