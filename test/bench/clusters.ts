// Clusters: birth, heap, requests in process and over TLS, and how soon a watch hears.
import { Agent, request } from 'node:https'
import { createServer } from 'node:net'
import { localPeer } from '#runner/base/host.ts'
import { createEdge } from '#runner/edge/serve.ts'
import { namedWorlds } from '#runner/world/named-worlds.ts'
import { createWorld, type World } from '#runner/world/world.ts'
import { type Figure, heapUsed, median, medianMs } from './measure.ts'

const mebibyte = 1024 * 1024

/** Figures of single clusters. */
export async function clusterFigures(): Promise<Figure[]> {
  const file = namedWorlds.cluster
  if (!file) return []
  const birth = async (): Promise<World> => createWorld(file, { secret: 'bench' })
  const began = performance.now()
  const first = await birth()
  const firstMs = performance.now() - began
  const next = await medianMs(async () => (await birth()).close(), 10)
  const before = heapUsed()
  const kept = await Promise.all(Array.from({ length: 10 }, birth))
  const heap = (heapUsed() - before) / kept.length
  for (const world of kept) world.close()
  const figures = [
    { what: 'cluster born, first in a process', budget: 50, measured: firstMs, unit: 'ms' },
    { what: 'cluster born, next', budget: 10, measured: next, unit: 'ms' },
    { what: 'heap: a cluster at rest', budget: 1, measured: heap / mebibyte, unit: 'MiB' },
    ...(await requestFigures(first)),
  ]
  first.close()
  return figures
}

async function requestFigures(world: World): Promise<Figure[]> {
  const [cluster] = world.clusters()
  if (!cluster) return []
  const headers = { authorization: `Bearer ${cluster.adminToken}`, 'content-type': 'application/json' }
  const url = `https://${cluster.spec.host}/api/v1/namespaces/default/configmaps`
  let made = 0
  const body = (): string => JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `m${made++}` }, data: { a: 'b' } })
  const inProcess = async (method: string, path: string, text?: string): Promise<void> => {
    const answer = await cluster.server.host.fetch(new Request(path, { method, headers, ...(text === undefined ? {} : { body: text }) }), localPeer)
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
    await answer.text()
  }
  const post = await medianMs(() => inProcess('POST', url, body()), 200, 50)
  const get = await medianMs(() => inProcess('GET', `${url}/m0`), 200, 50)
  const list = await medianMs(() => inProcess('GET', url), 50)
  const tls = await overTls(world, cluster.spec.host, headers, body)
  return [
    { what: 'GET in process', budget: 0.2, measured: get, unit: 'ms' },
    { what: 'POST in process', budget: 0.5, measured: post, unit: 'ms' },
    { what: 'LIST of 250 in process', budget: undefined, measured: list, unit: 'ms' },
    { what: 'GET over TLS', budget: 1, measured: tls.get, unit: 'ms' },
    { what: 'POST over TLS', budget: 1.5, measured: tls.post, unit: 'ms' },
    { what: 'watch delivery over TLS, from the POST on', budget: undefined, measured: tls.watch, unit: 'ms' },
  ]
}

async function overTls(
  world: World,
  host: string,
  headers: Readonly<Record<string, string>>,
  body: () => string,
): Promise<{ get: number; post: number; watch: number }> {
  const edge = createEdge(world.internet)
  const server = createServer()
  edge.attach(server, { host })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const agent = new Agent({ keepAlive: true, ca: world.internet.ca, servername: host })
  const path = '/api/v1/namespaces/default/configmaps'
  const send = (method: string, to: string, text?: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port, agent, method, path: to, headers: { ...headers, host } }, (answer) =>
        answer.resume().once('end', resolve),
      )
      sent.once('error', reject)
      sent.end(text)
    })
  const heard: number[] = []
  let posted = 0
  const watching = request(
    { host: '127.0.0.1', port, ca: world.internet.ca, servername: host, path: `${path}?watch=true`, headers: { ...headers, host } },
    (answer) => {
      answer.on('data', () => heard.push(performance.now() - posted))
    },
  )
  watching.end()
  const get = await medianMs(() => send('GET', `${path}/m0`), 200, 50)
  heard.length = 0
  const post = await medianMs(
    () => {
      posted = performance.now()
      return send('POST', path, body())
    },
    200,
    50,
  )
  watching.destroy()
  edge.close()
  server.close()
  return { get, post, watch: median(heard) }
}
