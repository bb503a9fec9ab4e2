// An HTTP proxy behind which every name of the world is found, and no other.
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { Socket } from 'node:net'
import type { Internet } from '../world/internet.ts'
import type { Edge } from './serve.ts'

/** The proxy of one internet, not yet listening: CONNECT leads to the host it names, absolute-form requests are answered. */
export function createProxy(internet: Internet, edge: Edge): Server {
  const proxy = createServer({ maxHeaderSize: 1 << 18, keepAliveTimeout: 90_000, requestTimeout: 0, shouldUpgradeCallback: () => false })
  proxy.on('connect', (message: IncomingMessage, socket: Socket, head: Buffer) => {
    socket.on('error', () => socket.destroy())
    const { name, port } = splitAuthority(message.url ?? '')
    if (!internet.host(name)) return void socket.end(refusal(name))
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
    if (head.length > 0) socket.unshift(head)
    edge.accept(socket, { host: name, plain: port === '80' })
  })
  proxy.on('request', (message, response) => {
    const target = URL.parse(message.url ?? '')
    if (!target) {
      response.writeHead(400, { 'content-type': 'text/plain; charset=utf-8' })
      return void response.end('This is the proxy of a world: ask it for a whole URL, or CONNECT to a host\n')
    }
    if (internet.host(target.hostname)) return void edge.handle(message, response, target.hostname)
    response.writeHead(403, { 'content-type': 'text/plain; charset=utf-8' })
    response.end(words(target.hostname))
  })
  return proxy
}

function splitAuthority(authority: string): { name: string; port: string } {
  const at = authority.lastIndexOf(':')
  return at < 0 ? { name: authority, port: '443' } : { name: authority.slice(0, at), port: authority.slice(at + 1) }
}

function words(name: string): string {
  return `This world has no host ${JSON.stringify(name)}: only the names of its own clusters and clouds are found here\n`
}

function refusal(name: string): string {
  const body = words(name)
  const head = ['HTTP/1.1 403 Forbidden', 'content-type: text/plain; charset=utf-8', `content-length: ${Buffer.byteLength(body)}`, 'connection: close']
  return `${head.join('\r\n')}\r\n\r\n${body}`
}
