import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type ClientRequest, type IncomingMessage, request as plainRequest } from 'node:http'
import { Agent, type RequestOptions, request } from 'node:https'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { after, before, test } from 'node:test'
import { connect, type TLSSocket } from 'node:tls'
import { type Duplex, type Peer, valueEnd } from '#runner/base/host.ts'
import { createEdge, type Edge, type EdgeLogEntry, type Target } from '#runner/edge/serve.ts'
import { createSmallInternet, talkingHost } from '#test/support/small-internet.ts'

const internet = createSmallInternet()
const east = internet.authority('east-ca')
const west = internet.authority('west-ca')
const log: EdgeLogEntry[] = []
const servers: Server[] = []
let edge: Edge
let byName: number

async function listen(target?: Target): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  servers.push(server)
  edge.attach(server, target)
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

before(async () => {
  internet.add('east.test', { ...talkingHost('east'), upgrade: echoUpgrade }, { clientCa: east })
  internet.add('west.test', talkingHost('west'), { clientCa: west })
  edge = createEdge(internet, { log: (entry) => log.push(entry), onError: () => undefined })
  byName = await listen()
})

after(() => {
  edge.close()
  for (const server of servers) server.close()
})

async function echoUpgrade(asked: Request, _peer: Peer, duplex: Duplex) {
  if (asked.headers.get('upgrade') !== 'echo') return { accepted: false, response: new Response('only echo\n', { status: 400 }) } as const
  void duplex.readable.pipeTo(duplex.writable)
  return { accepted: true, headers: { connection: 'Upgrade', upgrade: 'echo' } } as const
}

function ask(host: string, options: RequestOptions & { body?: string } = {}): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port: byName, servername: host, headers: { host }, ca: internet.ca, ...options }, resolve)
    sent.on('error', reject)
    sent.end(options.body)
  })
}

async function text(message: IncomingMessage): Promise<string> {
  message.setEncoding('utf8')
  let all = ''
  for await (const part of message) all += part
  return all
}

const seen = async (message: IncomingMessage) => JSON.parse(await text(message))

test('the name in the handshake chooses the host', async () => {
  assert.equal((await seen(await ask('east.test'))).name, 'east')
  assert.equal((await seen(await ask('west.test', { path: '/a/b?c=%2F' }))).url, 'https://west.test/a/b?c=%2F')
  assert.equal((await seen(await ask('EAST.test'))).name, 'east')
})

test('an unknown name is refused in the handshake', async () => {
  await assert.rejects(ask('nowhere.test'), /alert handshake failure|ERR_SSL/)
})

test('a host that appears is found, and one that goes is refused', async () => {
  internet.add('late.test', talkingHost('late'))
  assert.equal((await seen(await ask('late.test'))).name, 'late')
  internet.remove('late.test')
  assert.equal((await ask('late.test')).statusCode, 404)
  await assert.rejects(ask('late.test', { agent: new Agent() }))
})

test('a client certificate is believed by the cluster that issued it, and by no other', async () => {
  const { key, certificate: cert } = internet.client(east, { name: 'ada', groups: ['admins', 'system:masters'] })
  const believed = (await seen(await ask('east.test', { key, cert }))).peer
  assert.deepEqual(believed.certificate, { commonName: 'ada', organizations: ['admins', 'system:masters'] })
  const doubted = (await seen(await ask('west.test', { key, cert }))).peer
  assert.equal(doubted.certificate, undefined)
  assert.equal(typeof doubted.certificateError, 'string')
  assert.deepEqual((await seen(await ask('east.test'))).peer, { address: '127.0.0.1' })
})

test('no TLS session can be carried from one host to another', async () => {
  const { key, certificate: cert } = internet.client(east, { name: 'ada', groups: [] })
  let session: Buffer | undefined
  const first = connect({ host: '127.0.0.1', port: byName, servername: 'east.test', ca: internet.ca, key, cert })
  first.on('session', (value) => {
    session = value
  })
  first.write('GET / HTTP/1.1\r\nhost: east.test\r\nconnection: close\r\n\r\n')
  first.resume()
  await once(first, 'end')
  const options = { host: '127.0.0.1', port: byName, servername: 'west.test', ca: internet.ca }
  const second: TLSSocket = connect(session ? { ...options, session } : options)
  await once(second, 'secureConnect')
  assert.equal(second.isSessionReused(), false)
  second.destroy()
})

test('a fixed port means one host whatever name is asked for', async () => {
  const port = await listen({ host: 'west.test' })
  assert.equal((await seen(await ask('localhost', { port }))).name, 'west')
  const { key, certificate: cert } = internet.client(west, { name: 'grace', groups: [] })
  const answer = await seen(await ask('127.0.0.1', { port, key, cert, servername: '' }))
  assert.equal(answer.peer.certificate.commonName, 'grace')
})

test('a plain port speaks HTTP without TLS', async () => {
  const port = await listen({ host: 'west.test', plain: true })
  const sent: ClientRequest = plainRequest({ host: '127.0.0.1', port, path: '/x' }).end()
  const [message] = await once(sent, 'response')
  assert.equal((await seen(message)).url, `http://127.0.0.1:${port}/x`)
})

test('bodies stream both ways', async () => {
  const agent = new Agent({ keepAlive: true })
  const sent = request({ host: '127.0.0.1', port: byName, servername: 'east.test', ca: internet.ca, method: 'POST', path: '/echo', agent })
  sent.write('one ')
  const [message] = (await once(sent, 'response')) as [IncomingMessage]
  assert.equal(message.statusCode, 201)
  assert.equal(message.headers['transfer-encoding'], 'chunked')
  message.setEncoding('utf8')
  assert.deepEqual(await once(message, 'data'), ['one '])
  sent.end('two')
  assert.equal(await text(message), 'two')
  agent.destroy()
})

test('a megabyte comes back whole, and a small answer has its length', async () => {
  const body = 'abcdefgh'.repeat(131_072)
  const big = await ask('east.test', { method: 'POST', path: '/echo', body })
  assert.equal((await text(big)).length, body.length)
  assert.match(String((await ask('east.test')).headers['content-length']), /^\d+$/)
})

test('the head of a stream does not wait for its first byte, and leaving it cancels it', async () => {
  const cancelled = Promise.withResolvers<string>()
  const body = new ReadableStream({ cancel: () => cancelled.resolve('cancelled') })
  let signal: AbortSignal | undefined
  internet.add('slow.test', {
    async fetch(asked) {
      signal = asked.signal
      return new Response(body)
    },
  })
  const message = await ask('slow.test')
  assert.equal(message.statusCode, 200)
  message.destroy()
  assert.equal(await cancelled.promise, 'cancelled')
  assert.equal(signal?.aborted, true)
})

test('a reader that does not read holds the stream back', async () => {
  let pulled = 0
  const stalled = Promise.withResolvers<void>()
  let quiet: NodeJS.Timeout | undefined
  const body = new ReadableStream({
    pull(controller) {
      pulled += 1
      clearTimeout(quiet)
      quiet = setTimeout(stalled.resolve, 100)
      controller.enqueue(new Uint8Array(65_536))
    },
  })
  internet.add('flood.test', { fetch: async () => new Response(body) })
  const message = await ask('flood.test')
  message.pause()
  await stalled.promise
  assert.ok(pulled < 400, `${pulled} pieces of 64 KiB were taken`)
  message.destroy()
})

test('a host that throws answers 500, a malformed request 400', async () => {
  const failed = await ask('east.test', { path: '/fail' })
  assert.equal(failed.statusCode, 500)
  assert.equal(await text(failed), 'The host failed to answer this request\n')
  const bad = await ask('east.test', { headers: { host: 'a b' } })
  assert.equal(bad.statusCode, 400)
})

test('an upgrade hands the streams over', async () => {
  const socket = connect({ host: '127.0.0.1', port: byName, servername: 'east.test', ca: internet.ca })
  socket.setEncoding('utf8')
  socket.write('GET /exec HTTP/1.1\r\nhost: east.test\r\nconnection: Upgrade\r\nupgrade: echo\r\n\r\nearly')
  const [head] = await once(socket, 'data')
  assert.match(head, /^HTTP\/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: echo\r\n\r\n/)
  const rest = head.endsWith('early') ? 'early' : (await once(socket, 'data'))[0]
  assert.equal(rest, 'early')
  socket.write('late')
  assert.deepEqual(await once(socket, 'data'), ['late'])
  socket.end()
  await once(socket, 'close')
})

test('an upgrade is refused in words, or answered as an ordinary request by a host that has none', async () => {
  const headers = { connection: 'Upgrade', upgrade: 'other' }
  const refused = await ask('east.test', { headers: { ...headers, host: 'east.test' } })
  assert.equal(refused.statusCode, 400)
  assert.equal(await text(refused), 'only echo\n')
  const plain = await ask('west.test', { headers: { ...headers, host: 'west.test' } })
  assert.equal((await seen(plain)).name, 'west')
})

test('every request leaves a line in the log', async () => {
  log.length = 0
  await text(await ask('west.test', { path: '/logged' }))
  assert.deepEqual(
    log.map(({ host, method, path, status }) => ({ host, method, path, status })),
    [{ host: 'west.test', method: 'GET', path: '/logged', status: 200 }],
  )
})

test('values of a header that has commas in them stay apart', async () => {
  internet.add('groups.test', { fetch: async ({ headers }) => Response.json(headers.get('impersonate-group')) })
  const headers = { host: 'groups.test', 'Impersonate-Group': ['one', ',,,two'] }
  assert.equal(await seen(await ask('groups.test', { headers })), `one${valueEnd},,,two${valueEnd}`)
})

test('a large answer of a known length arrives whole, one that is given up frees its host', { timeout: 10_000 }, async () => {
  const bytes = new Uint8Array(3_000_000).map((_, index) => index % 251)
  const pulls = { given: 0, givenUp: false }
  const endless = (): ReadableStream<Uint8Array> =>
    new ReadableStream({
      type: 'bytes',
      pull: (controller) => {
        pulls.given += 1
        controller.enqueue(new Uint8Array(100_000))
      },
      cancel: () => {
        pulls.givenUp = true
      },
    })
  const headers = { 'content-length': '1000000000' }
  internet.add('large.test', { fetch: async ({ url }) => (url.endsWith('/whole') ? sized(bytes) : new Response(endless(), { headers })) })
  const parts: Buffer[] = []
  for await (const part of await ask('large.test', { path: '/whole' })) parts.push(part)
  assert.deepEqual(new Uint8Array(Buffer.concat(parts)), bytes)
  const answer = await ask('large.test', { path: '/endless' })
  await once(answer, 'data')
  answer.destroy()
  while (!pulls.givenUp) await new Promise((later) => setTimeout(later, 5))
  assert.ok(pulls.given < 10_000)
})

function sized(bytes: Uint8Array<ArrayBuffer>): Response {
  return new Response(bytes, { headers: { 'content-length': String(bytes.length) } })
}
