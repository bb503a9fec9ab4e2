// Programs in containers, as clients of every language ask for them: which streams there are, how large the terminal is, and who is refused.
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { Upgrade } from '#runner/base/host.ts'
import { pods } from '#runner/controllers/resources.ts'
import type { KubernetesObject } from '#runner/kubernetes/object.ts'
import { startCluster, type TestCluster } from '#test/support/start-cluster.ts'

const admin = { address: '127.0.0.1', certificate: { commonName: 'admin', organizations: ['system:masters'] } }
let cluster: TestCluster

before(async () => {
  cluster = await startCluster()
  const add = async (name: string, container: object): Promise<void> => {
    const spec = { containers: [{ name: 'c', ...container }], restartPolicy: 'Never' }
    await cluster.client.create(pods, { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default' }, spec } as KubernetesObject)
  }
  await add('web', { image: 'nginx' })
  await add('over', { image: 'busybox', command: ['true'] })
  await cluster.settle(10_000)
})

interface Connected {
  readonly upgrade: Upgrade | undefined
  /** What came. */
  readonly chunks: Uint8Array[]
  send(bytes: Uint8Array): Promise<void>
  /** Until the other end closes. */
  readonly over: Promise<void>
}

async function connect(query: string, headers: Readonly<Record<string, string>>, pod = 'web'): Promise<Connected> {
  const toServer = new TransformStream<Uint8Array, Uint8Array>()
  const toClient = new TransformStream<Uint8Array, Uint8Array>()
  const url = `https://kube.test/api/v1/namespaces/default/pods/${pod}/exec?${query}`
  const request = new Request(url, { headers: { connection: 'Upgrade', ...headers } })
  const chunks: Uint8Array[] = []
  const over = (async () => {
    for await (const chunk of toClient.readable) chunks.push(chunk)
  })()
  const upgrade = await cluster.server.host.upgrade?.(request, admin, { readable: toServer.readable, writable: toClient.writable })
  const writer = toServer.writable.getWriter()
  return { upgrade, chunks, send: (bytes) => writer.write(bytes), over }
}

const socket = (protocol: string): Record<string, string> => ({ upgrade: 'websocket', 'sec-websocket-key': 'a2V5', 'sec-websocket-protocol': protocol })

/** A message of a WebSocket, masked with nothing. */
const message = (channel: number, text: string): Uint8Array =>
  Uint8Array.from([0x82, 0x80 | (text.length + 1), 0, 0, 0, 0, channel, ...new TextEncoder().encode(text)])

/** Runs a command over a WebSocket: what came on each channel, in order. */
async function overSocket(query: string, { protocol = 'v5.channel.k8s.io', size = '' } = {}): Promise<readonly string[]> {
  const { upgrade, chunks, send, over } = await connect(query, socket(protocol))
  assert.ok(upgrade?.accepted)
  if (size !== '') await send(message(4, size))
  await over
  return chunks
    .filter((frame) => frame[0] === 0x82)
    .map((frame) => new TextDecoder().decode(frame.subarray((frame[1] ?? 0) === 126 ? 4 : 2)).replace(/^[\0-\x09]/, (channel) => `${channel.charCodeAt(0)}:`))
}

const command = (script: string): string => ['sh', '-c', script].map((word) => `command=${encodeURIComponent(word)}`).join('&')
const both = command('echo out; echo err >&2')
const success = '3:{"metadata":{},"status":"Success"}'

test('streams that were not asked for are not there; the first message is empty, on the lowest that is', async () => {
  assert.deepEqual(await overSocket(`${both}&stdout=true&stderr=true`), ['1:', '1:out\n', '2:err\n', success])
  assert.deepEqual(await overSocket(`${both}&stdout=1`, { protocol: 'v4.channel.k8s.io' }), ['1:', '1:out\n', success])
  assert.deepEqual(await overSocket(`${both}&stderr=true`), ['2:', '2:err\n', success])
})

test('flags are read as Go reads them: Python writes False', async () => {
  const seen = await overSocket(`${command('tty; echo err >&2')}&stdout=True&stderr=True&stdin=False&tty=False`)
  assert.deepEqual(seen, ['1:', '1:not a tty\n', '2:err\n', success])
})

test('a terminal is as large as its client says, in one stream for all', async () => {
  const script = 'stty size; stty rows 7; tput lines; tput cols; echo err >&2; echo "echo [$COLUMNS]" | sh'
  const seen = await overSocket(`${command(script)}&stdout=true&stderr=true&tty=true`, { size: '{"Width":101,"Height":31}' })
  assert.equal(
    seen
      .filter((each) => each.startsWith('1:'))
      .map((each) => each.slice(2))
      .join(''),
    '31 101\r\n7\r\n101\r\nerr\r\n[]\r\n',
  )
  assert.equal(seen.at(-1), success)
})

test('who asks for no stream is refused: by the server after the newest handshake, else by the node in plain words', async () => {
  const [, last] = await overSocket(both)
  const why = 'unable to upgrade connection: you must specify at least 1 of stdin, stdout, stderr'
  assert.deepEqual(JSON.parse(last?.slice(2) ?? ''), {
    metadata: {},
    status: 'Failure',
    message: `Internal error occurred: ${why}`,
    reason: 'InternalError',
    details: { causes: [{ message: why }] },
    code: 500,
  })
  for (const headers of [socket('v4.channel.k8s.io'), { upgrade: 'SPDY/3.1', 'x-stream-protocol-version': 'v4.channel.k8s.io' }]) {
    const { upgrade } = await connect(both, headers)
    assert.ok(upgrade && !upgrade.accepted)
    assert.deepEqual([upgrade.response.status, upgrade.response.headers.get('content-type')], [400, 'text/plain; charset=utf-8'])
    assert.equal(await upgrade.response.text(), 'you must specify at least 1 of stdin, stdout, stderr')
  }
})

test('a container that does not run takes no connection', async () => {
  const { upgrade } = await connect(`${both}&stdout=true`, socket('v4.channel.k8s.io'), 'over')
  assert.ok(upgrade && !upgrade.accepted)
  assert.equal(upgrade.response.status, 500)
  assert.equal(await upgrade.response.text(), 'container not found ("c")')
})

test('a program that cannot be started is told of once by the node, and once more by a server that translates', async () => {
  const why =
    /^(Internal error occurred: )error executing command in container: failed to exec in container: .* "\/nope": stat \/nope: no such file or directory$/
  const [, old] = await overSocket('command=/nope&stdout=true', { protocol: 'v4.channel.k8s.io' })
  assert.match(JSON.parse(old?.slice(2) ?? '').message, why)
  const [, newest] = await overSocket('command=/nope&stdout=true')
  assert.match(JSON.parse(newest?.slice(2) ?? '').message.replace('Internal error occurred: ', ''), why)
})

const number = (value: number, bytes: number): readonly number[] => Array.from({ length: bytes }, (_, index) => (value >> (8 * (bytes - 1 - index))) & 255)
const words = (text: string): readonly number[] => [...number(text.length, 4), ...new TextEncoder().encode(text)]

/** A frame that opens a stream of SPDY; its one header is stored as it is in a compressed stream with SPDY's dictionary. */
function opening(stream: number, type: string): Uint8Array {
  const pairs = [...number(1, 4), ...words('streamtype'), ...words(type)]
  const length = [pairs.length, 0, 255 - pairs.length, 255]
  const block = [...(stream === 1 ? [0x78, 0xbb, 0xe3, 0xc6, 0xa7, 0xc2] : []), 0, ...length, ...pairs]
  return Uint8Array.from([0x80, 3, 0, 1, 0, ...number(10 + block.length, 3), ...number(stream, 4), 0, 0, 0, 0, 0, 0, ...block])
}

function data(stream: number, text: string, flags = 0): Uint8Array {
  return Uint8Array.from([...number(stream, 4), flags, ...number(text.length, 3), ...new TextEncoder().encode(text)])
}

/** Text that came on each stream of SPDY. */
function onStreams(chunks: readonly Uint8Array[]): ReadonlyMap<number, string> {
  const seen = new Map<number, string>()
  for (const chunk of chunks) if ((chunk[0] ?? 0) < 0x80) seen.set(chunk[3] ?? 0, (seen.get(chunk[3] ?? 0) ?? '') + new TextDecoder().decode(chunk.subarray(8)))
  return seen
}

const spdy = { upgrade: 'SPDY/3.1', 'x-stream-protocol-version': 'v4.channel.k8s.io' }

test('over SPDY a program begins when every stream that was asked for is there, that of sizes too', async () => {
  const { upgrade, chunks, send, over } = await connect(`${command('stty size; exit 2')}&stdin=true&stdout=true&tty=true`, spdy)
  assert.ok(upgrade?.accepted)
  for (const [index, type] of ['error', 'stdin', 'stdout'].entries()) await send(opening(1 + 2 * index, type))
  await send(data(3, '', 1))
  assert.equal(onStreams(chunks).size, 0)
  await send(opening(7, 'resize'))
  await send(data(7, '{"Width":90,"Height":20}\n'))
  await over
  assert.equal(onStreams(chunks).get(5), '20 90\r\n')
  assert.match(onStreams(chunks).get(1) ?? '', /exit status 2/)
})

test('over SPDY errors alone can be asked for', async () => {
  const { chunks, send, over } = await connect(`${both}&stderr=true`, spdy)
  for (const [index, type] of ['error', 'stderr'].entries()) await send(opening(1 + 2 * index, type))
  await over
  assert.deepEqual(
    [...onStreams(chunks)],
    [
      [3, 'err\n'],
      [1, '{"metadata":{},"status":"Success"}'],
    ],
  )
})
