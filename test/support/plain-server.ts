// A host of a test on a loopback port without TLS; every caller is the administrator.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import type { Host, Peer } from '#runner/base/host.ts'

/** A served host. */
export interface PlainServer {
  readonly url: string
  close(): void
}

const administrator: Peer = { address: '127.0.0.1', certificate: { commonName: 'admin', organizations: ['system:masters'] } }

/** Serves a host on a free port. */
export async function servePlain(host: Host): Promise<PlainServer> {
  const server = createServer((incoming, outgoing) => void answer(host, incoming, outgoing).catch(() => outgoing.destroy()))
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

async function answer(host: Host, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const gone = new AbortController()
  outgoing.on('close', () => gone.abort())
  const { method = 'GET' } = incoming
  const headers = Object.entries(incoming.headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)] as [string, string]]))
  const bodied = method !== 'GET' && method !== 'HEAD'
  const body = bodied ? { body: Readable.toWeb(incoming) as ReadableStream<Uint8Array>, duplex: 'half' as const } : {}
  const request = new Request(`http://${incoming.headers.host}${incoming.url}`, { method, headers, signal: gone.signal, ...body })
  const response = await host.fetch(request, administrator)
  outgoing.writeHead(response.status, Object.fromEntries(response.headers))
  outgoing.flushHeaders()
  if (!response.body) return void outgoing.end()
  const reader = response.body.getReader()
  outgoing.on('close', () => void reader.cancel().catch(() => undefined))
  for (let part = await reader.read(); !part.done; part = await reader.read()) outgoing.write(part.value)
  outgoing.end()
}
