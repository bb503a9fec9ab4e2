import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { Upgrade } from '#runner/base/host.ts'
import { pods } from '#runner/controllers/resources.ts'
import { startCluster, type TestCluster } from '#test/support/start-cluster.ts'

const admin = { address: '127.0.0.1', certificate: { commonName: 'admin', organizations: ['system:masters'] } }
let cluster: TestCluster

before(async () => {
  cluster = await startCluster()
  const spec = { containers: [{ name: 'web', image: 'nginx', ports: [{ containerPort: 80 }] }] }
  await cluster.client.create(pods, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', namespace: 'default' }, spec })
  await cluster.settle(10_000)
})

interface Forwarded {
  readonly upgrade: Upgrade | undefined
  /** What came so far: the payloads of frames. */
  readonly frames: Uint8Array[]
  send(opcode: number, payload: Uint8Array): Promise<void>
  /** Until the other end closes. */
  readonly over: Promise<void>
}

async function forward(query: string, protocol: string): Promise<Forwarded> {
  const toServer = new TransformStream<Uint8Array, Uint8Array>()
  const toClient = new TransformStream<Uint8Array, Uint8Array>()
  const headers = { upgrade: 'websocket', connection: 'Upgrade', 'sec-websocket-key': 'a2V5', ...(protocol && { 'sec-websocket-protocol': protocol }) }
  const request = new Request(`https://kube.test/api/v1/namespaces/default/pods/web/portforward${query}`, { headers })
  const frames: Uint8Array[] = []
  const over = (async () => {
    for await (const frame of toClient.readable) frames.push(frame.subarray(2))
  })()
  const upgrade = await cluster.server.host.upgrade?.(request, admin, { readable: toServer.readable, writable: toClient.writable })
  const writer = toServer.writable.getWriter()
  const send = (opcode: number, payload: Uint8Array): Promise<void> =>
    writer.write(Uint8Array.from([0x80 | opcode, 0x80 | payload.length, 0, 0, 0, 0, ...payload]))
  return { upgrade, frames, send, over }
}

const words = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes)
const ask = 'GET / HTTP/1.0\r\n\r\n'

test('a port is forwarded over the channels of a WebSocket, which begin with its number', async () => {
  const { upgrade, frames, send, over } = await forward('?ports=80', 'v4.channel.k8s.io')
  assert.deepEqual(upgrade?.accepted && upgrade.headers['sec-websocket-protocol'], 'v4.channel.k8s.io')
  await send(2, Uint8Array.from([0, ...new TextEncoder().encode(ask)]))
  await over
  assert.deepEqual(frames.slice(0, 2), [Uint8Array.from([0, 80, 0]), Uint8Array.from([1, 80, 0])])
  assert.match(words(frames[2]?.subarray(1)), /HTTP\/1\.1 200 OK\r\n/)
})

test('a port that nobody listens at is told of on its second channel; in text it is base64', async () => {
  const { frames, over } = await forward('?ports=81', 'v4.base64.channel.k8s.io')
  await over
  assert.equal(words(frames[0]), '0UQA=')
  assert.match(atob(words(frames[2]?.subarray(2)).slice(1)), /^error forwarding port 81 to pod .* connection refused /)
})

test('without a port nothing is forwarded', async () => {
  const { upgrade } = await forward('', 'v4.channel.k8s.io')
  assert.ok(upgrade && !upgrade.accepted)
  assert.equal(upgrade.response.status, 400)
  assert.match(await upgrade.response.text(), /query parameter \\"port\\" is required/)
})
