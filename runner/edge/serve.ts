// Where sockets meet a world's hosts: TLS by name, HTTP/1.1 and HTTP/2, and the way from a connection to a `Host` and back.
import { createServer as createHttpServer, type Server as HttpServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Server, Socket } from 'node:net'
import type { Host, Peer } from '../base/host.ts'
import type { Internet } from '../world/internet.ts'
import { createHttp2, isHttp2 } from './http2.ts'
import { peerOf } from './peer.ts'
import { toRequest } from './request.ts'
import { sendResponse } from './respond.ts'
import { createTlsServers } from './tls-servers.ts'
import { takeUpgrade } from './upgrade.ts'

/** Which host a connection means: `host` fixes it whatever name the client asks for; `plain` is HTTP without TLS. */
export interface Target {
  readonly host?: string
  readonly plain?: boolean
}

/** One answered request, as a log of true time sees it. */
export interface EdgeLogEntry {
  readonly host: string
  readonly method: string
  readonly path: string
  readonly status: number
  readonly durationMs: number
  readonly user?: string
}

/** Options of an edge. */
export interface EdgeOptions {
  log?(entry: EdgeLogEntry): void
  /** A fault of a host, which its client sees as status 500 or as a broken connection. */
  onError?(error: unknown): void
}

/** Serves connections from the hosts of one internet. */
export interface Edge {
  /** Serves one connection. Without a fixed host the name in the TLS handshake decides; an unknown name is refused at once. */
  accept(socket: Socket, target?: Target): void
  /** Serves every connection that a listening server takes; returns what ends that (the listener stays open). */
  attach(server: Server, target?: Target): () => void
  /** Answers one request that somebody else's HTTP server has read. */
  handle(message: IncomingMessage, response: ServerResponse, hostName: string): Promise<void>
  /** Ends every connection. Attached listeners are their owners' to close. */
  close(): void
}

/** An edge for `internet`. It opens no port of its own. */
export function createEdge(internet: Internet, options: EdgeOptions = {}): Edge {
  const meant = new WeakMap<object, string>()
  const open = new Set<Socket>()
  const http = createHttp(internet, meant, options)
  const serveHttp2 = createHttp2((message, response, socket) => {
    const hostName = meant.get(socket) || hostNameInHeader(message)
    void answer({ internet, options, hostName, socket }, message, response)
  })
  const tls = createTlsServers(internet, (socket, name) => {
    meant.set(socket, name)
    if (socket.alpnProtocol === 'h2') serveHttp2(socket)
    else http.emit('connection', socket)
  })

  function accept(socket: Socket, target: Target = {}): void {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
    socket.on('error', () => socket.destroy())
    socket.setNoDelay(true)
    if (target.plain) {
      meant.set(socket, target.host ?? '')
      http.emit('connection', socket)
    } else {
      tls.accept(socket, target.host)
    }
  }

  return {
    accept,
    attach(server, target) {
      const take = (socket: Socket): void => accept(socket, target)
      server.on('connection', take)
      return () => server.off('connection', take)
    },
    handle: (message, response, hostName) => answer({ internet, options, hostName, socket: message.socket }, message, response),
    close() {
      tls.close()
      http.close()
      for (const socket of open) socket.destroy()
    },
  }
}

function createHttp(internet: Internet, meant: WeakMap<object, string>, options: EdgeOptions): HttpServer {
  const hostNameOf = (message: IncomingMessage): string => meant.get(message.socket) || hostNameInHeader(message)
  const http = createHttpServer({
    maxHeaderSize: 1 << 18,
    keepAliveTimeout: 90_000,
    requestTimeout: 0,
    shouldUpgradeCallback: (message) => internet.host(hostNameOf(message))?.upgrade !== undefined,
  })
  http.on('request', (message, response) => void answer({ internet, options, hostName: hostNameOf(message), socket: message.socket }, message, response))
  http.on('upgrade', (message: IncomingMessage, socket: Socket, head: Buffer) => {
    const hostName = hostNameOf(message)
    const host = internet.host(hostName)
    if (!host) return void socket.destroy()
    const started = performance.now()
    const done = (status: number): void => options.log?.(logEntry(hostName, message, { status, started, peer: peerOf(socket) }))
    takeUpgrade({ host, hostName, peer: peerOf(socket) }, message, { socket, head }).then(done, (error) => {
      options.onError?.(error)
      socket.destroy()
    })
  })
  return http
}

interface Where {
  readonly internet: Internet
  readonly options: EdgeOptions
  readonly hostName: string
  readonly socket: Socket
}

async function answer(where: Where, message: IncomingMessage, response: ServerResponse): Promise<void> {
  const started = performance.now()
  const host = where.internet.host(where.hostName)
  if (!host) return refuse(response, 404, `This world has no host ${JSON.stringify(where.hostName)}`)
  const peer = peerOf(where.socket)
  try {
    await exchange(host, { message, response, peer, hostName: where.hostName })
  } catch (error) {
    where.options.onError?.(error)
    refuse(response, 500, 'The host failed to answer this request')
  }
  where.options.log?.(logEntry(where.hostName, message, { status: response.statusCode, started, peer }))
}

interface Exchange {
  readonly message: IncomingMessage
  readonly response: ServerResponse
  readonly peer: Peer
  readonly hostName: string
}

async function exchange(host: Host, { message, response, peer, hostName }: Exchange): Promise<void> {
  const gone = new AbortController()
  const request = toRequest(message, hostName, gone.signal)
  if (!request) return refuse(response, 400, 'This request has a malformed method, path or Host header')
  response.once('close', () => {
    // A stream of HTTP/2 is never said to be finished, only that nothing more is to come.
    if (!(isHttp2(message) ? response.writableEnded : response.writableFinished)) gone.abort()
  })
  await sendResponse(response, await host.fetch(request, peer), gone.signal)
}

/** Ends a response in words; one that has begun can only be broken off. */
function refuse(response: ServerResponse, status: number, words: string): void {
  if (response.headersSent) return void response.destroy()
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${words}\n`)
}

function hostNameInHeader(message: IncomingMessage): string {
  return String(message.headers.host ?? message.headers[':authority'] ?? '').replace(/:\d+$/, '')
}

function logEntry(host: string, message: IncomingMessage, { status, started, peer }: { status: number; started: number; peer: Peer }): EdgeLogEntry {
  const user = peer.certificate?.commonName
  const durationMs = Math.round((performance.now() - started) * 1000) / 1000
  return { host, method: message.method ?? '', path: message.url ?? '', status, durationMs, ...(user === undefined ? {} : { user }) }
}
