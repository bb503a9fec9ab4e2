// HTTP/2 over a connection whose handshake chose it, as kube-apiserver speaks it to Go clients and curl.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Http2ServerRequest } from 'node:http2'
import type { TLSSocket } from 'node:tls'

/** Answers a request that came over a socket. */
export type Answer = (message: IncomingMessage, response: ServerResponse, socket: TLSSocket) => void

/** The limits of apiserver `pkg/server/secure_serving.go`; a session may hold large lists that its client is slow to read. */
const limits = {
  maxSessionMemory: 512,
  settings: { maxConcurrentStreams: 100, initialWindowSize: 1 << 18, maxHeaderListSize: 1 << 18 },
}

/** Serves sockets. Each session's requests come with its socket: Node shows only a stand-in for it. */
export function createHttp2(answer: Answer): (socket: TLSSocket) => void {
  const sockets = new WeakMap<object, TLSSocket>()
  let connecting: TLSSocket | undefined
  const server = createServer(limits)
  server.on('session', (session) => {
    if (connecting) sockets.set(session, connecting)
  })
  server.on('sessionError', () => undefined)
  server.on('request', (message, response) => {
    const { session } = message.stream
    const socket = session && sockets.get(session)
    if (!socket) return void message.stream.destroy()
    // Node's compatibility layer has the members of HTTP/1.1 messages under the same names.
    answer(message as unknown as IncomingMessage, response as unknown as ServerResponse, socket)
  })
  return (socket) => {
    connecting = socket
    server.emit('connection', socket)
    connecting = undefined
  }
}

/** True for a message of HTTP/2 that has no body: its head was its end. */
export function endsWithHead(message: IncomingMessage): boolean {
  return isHttp2(message) && (message as unknown as Http2ServerRequest).stream.endAfterHeaders
}

/** True for a message of HTTP/2. */
export function isHttp2(message: IncomingMessage): boolean {
  return message.httpVersionMajor === 2
}
