// The same hosts over HTTP/2, as Go clients and curl speak to an API server.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type ClientHttp2Session, type ClientHttp2Stream, connect, type IncomingHttpHeaders } from 'node:http2'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { after, before, test } from 'node:test'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { createEdge, type Edge } from '#runner/edge/serve.ts'
import { createSmallInternet, talkingHost } from '#test/support/small-internet.ts'

const internet = createSmallInternet()
const authority = internet.authority('ca')
let edge: Edge
let server: Server
let session: ClientHttp2Session

before(async () => {
  internet.add('kube.test', talkingHost('kube'), { clientCa: authority })
  edge = createEdge(internet)
  server = createServer().listen(0, '127.0.0.1')
  edge.attach(server)
  await once(server, 'listening')
  session = open('kube.test')
})

after(() => {
  session.destroy()
  edge.close()
  server.close()
})

function open(name: string): ClientHttp2Session {
  const { port } = server.address() as AddressInfo
  const { key, certificate: cert } = internet.client(authority, { name: 'ada', groups: ['admins'] })
  return connect(`https://${name}`, {
    createConnection: () => connectTls({ host: '127.0.0.1', port, servername: name, ca: internet.ca, key, cert, ALPNProtocols: ['h2'] }),
  })
}

async function headOf(stream: ClientHttp2Stream): Promise<IncomingHttpHeaders> {
  const [headers] = await once(stream, 'response')
  return headers
}

async function text(stream: ClientHttp2Stream): Promise<string> {
  stream.setEncoding('utf8')
  let all = ''
  for await (const part of stream) all += part
  return all
}

test('many requests go over one connection, each with its method, path and peer', async () => {
  const asked = Array.from({ length: 150 }, async (_, index) => {
    const stream = session.request({ ':path': `/at/${index}`, authorization: `Bearer ${index}` })
    const { 'content-length': length } = await headOf(stream)
    const { url, authorization, peer } = JSON.parse(await text(stream))
    assert.match(String(length), /^\d+$/)
    assert.deepEqual(peer.certificate, { commonName: 'ada', organizations: ['admins'] })
    assert.deepEqual([url, authorization], [`https://kube.test/at/${index}`, `Bearer ${index}`])
  })
  await Promise.all(asked)
})

test('bodies stream both ways, and a large one comes back whole', async () => {
  const echo = session.request({ ':method': 'POST', ':path': '/echo' })
  echo.write('one ')
  assert.equal((await headOf(echo))[':status'], 201)
  echo.setEncoding('utf8')
  assert.deepEqual(await once(echo, 'data'), ['one '])
  echo.end('two')
  assert.equal(await text(echo), 'two')
  const body = 'abcdefgh'.repeat(262_144)
  internet.add('large.test', { fetch: async () => new Response(body, { headers: { 'content-length': String(body.length), connection: 'close' } }) })
  const other = open('large.test')
  assert.equal(await text(other.request({ ':path': '/' })), body)
  other.destroy()
})

test('leaving a stream cancels it, and the others go on', async () => {
  const cancelled = Promise.withResolvers<string>()
  internet.add('slow.test', {
    fetch: async (request) =>
      request.url.endsWith('/now') ? new Response('now') : new Response(new ReadableStream({ cancel: () => cancelled.resolve('cancelled') })),
  })
  const other = open('slow.test')
  const slow = other.request({ ':path': '/' })
  assert.equal((await headOf(slow))[':status'], 200)
  slow.close(8)
  assert.equal(await cancelled.promise, 'cancelled')
  assert.equal(await text(other.request({ ':path': '/now' })), 'now')
  other.destroy()
})

test('a reader that does not read holds its stream back', async () => {
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
  const other = open('flood.test')
  const flood = other.request({ ':path': '/' })
  await headOf(flood)
  flood.pause()
  await stalled.promise
  assert.ok(pulled < 400, `${pulled} pieces of 64 KiB were taken`)
  other.destroy()
})

test('a client that offers both is given HTTP/2, one that offers none HTTP/1.1', async () => {
  const { port } = server.address() as AddressInfo
  const chosen = async (offered: readonly string[]): Promise<TLSSocket['alpnProtocol']> => {
    const socket = connectTls({ host: '127.0.0.1', port, servername: 'kube.test', ca: internet.ca, ALPNProtocols: [...offered] })
    await once(socket, 'secureConnect')
    socket.destroy()
    return socket.alpnProtocol
  }
  assert.deepEqual([await chosen(['h2', 'http/1.1']), await chosen([])], ['h2', false])
})
