// From Node's incoming message to a web Request.
import assert from 'node:assert/strict'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { toRequest } from '#runner/edge/request.ts'

test('a body that is given up half read is read to its end, and nobody falls over what still comes', async () => {
  const ended = Promise.withResolvers<void>()
  const server = createServer(async (message, answer) => {
    const asked = toRequest(message, 'host.example', new AbortController().signal)
    message.once('end', () => ended.resolve())
    await asked?.body?.cancel('nobody reads this')
    answer.end('no')
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  const sent = request({ port, host: '127.0.0.1', method: 'POST', headers: { 'content-length': 1 << 20 } })
  const answered = new Promise<number | undefined>((resolve) => sent.once('response', ({ statusCode }) => resolve(statusCode)))
  sent.write(Buffer.alloc(1 << 18))
  assert.equal(await answered, 200)
  sent.end(Buffer.alloc((1 << 20) - (1 << 18)))
  await ended.promise
  server.closeAllConnections()
  await new Promise((closed) => server.close(closed))
})
