import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { after, before, test } from 'node:test'
import { connect } from 'node:tls'
import { createProxy } from '#runner/edge/proxy.ts'
import { createEdge } from '#runner/edge/serve.ts'
import { createSmallInternet, talkingHost } from '#test/support/small-internet.ts'

const internet = createSmallInternet()
internet.add('management.test', talkingHost('management'))
const edge = createEdge(internet)
const proxy = createProxy(internet, edge)
let port: number

before(async () => {
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  port = (proxy.address() as AddressInfo).port
})

after(() => {
  edge.close()
  proxy.close()
})

async function text(message: IncomingMessage): Promise<string> {
  let all = ''
  for await (const part of message) all += part
  return all
}

async function tunnel(authority: string): Promise<{ status: number; socket: Socket; message: IncomingMessage }> {
  const sent = request({ host: '127.0.0.1', port, method: 'CONNECT', path: authority }).end()
  const [message, socket] = await once(sent, 'connect')
  return { status: message.statusCode, socket, message }
}

test('CONNECT leads to the host it names', async () => {
  const { status, socket } = await tunnel('management.test:443')
  assert.equal(status, 200)
  const secure = connect({ socket, servername: 'management.test', ca: internet.ca })
  secure.setEncoding('utf8')
  secure.write('GET /subscriptions HTTP/1.1\r\nhost: management.test\r\nconnection: close\r\n\r\n')
  let answer = ''
  for await (const part of secure) answer += part
  assert.match(answer, /^HTTP\/1.1 200 OK/)
  assert.match(answer, /"url":"https:\/\/management.test\/subscriptions"/)
})

test('CONNECT to a name that the world does not have is refused at once, in words', async () => {
  const { status, socket } = await tunnel('example.com:443')
  assert.equal(status, 403)
  socket.destroy()
})

test('a request in absolute form is answered by the host it names', async () => {
  const sent = request({
    host: '127.0.0.1',
    port,
    path: 'http://management.test/x?y=1',
    headers: { host: 'management.test', 'proxy-authorization': 'secret' },
  }).end()
  const [message] = await once(sent, 'response')
  const seen = JSON.parse(await text(message))
  assert.equal(seen.url, 'http://management.test/x?y=1')
})

test('a request in absolute form for another name is refused at once, in words', async () => {
  const sent = request({ host: '127.0.0.1', port, path: 'http://169.254.169.254/latest', headers: { host: '169.254.169.254' } }).end()
  const [message] = await once(sent, 'response')
  assert.equal(message.statusCode, 403)
  assert.equal(await text(message), 'This world has no host "169.254.169.254": only the names of its own clusters and clouds are found here\n')
})

test('a request to the proxy itself says what it is', async () => {
  const [message] = await once(request({ host: '127.0.0.1', port, path: '/' }).end(), 'response')
  assert.equal(message.statusCode, 400)
  assert.match(await text(message), /^This is the proxy of a world/)
})
