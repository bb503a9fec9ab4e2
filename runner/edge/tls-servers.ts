// TLS for the hosts of an internet: one server that chooses by the name asked for, and one for each host that is fixed.
import { constants } from 'node:crypto'
import type { Socket } from 'node:net'
import { createSecureContext, createServer, type SecureContext, type Server, type TLSSocket, type TlsOptions } from 'node:tls'
import type { Internet, ServerIdentity } from '../world/internet.ts'

/** Turns raw connections into encrypted ones, each with the name of the host that it means. */
export interface TlsServers {
  /** Takes a connection; with `host`, for that host whatever name is asked for. */
  accept(socket: Socket, host?: string): void
  close(): void
}

/**
 * Sessions are never resumed: a resumed one would bring the client certificate that another host verified.
 * A client without a certificate, or with one of another CA, still gets through: the host decides what it may do.
 */
const shared: TlsOptions = {
  rejectUnauthorized: false,
  secureOptions: constants.SSL_OP_NO_TICKET,
  ALPNProtocols: ['h2', 'http/1.1'],
  minVersion: 'TLSv1.2',
}

/** TLS servers for `internet`, none of them listening; `serve` gets each connection once its handshake is done. */
export function createTlsServers(internet: Internet, serve: (socket: TLSSocket, host: string) => void): TlsServers {
  const contexts = new Map<string, { identity: ServerIdentity; context: SecureContext }>()
  const fixed = new Map<string, { identity: ServerIdentity; server: Server }>()

  function contextOf(name: string): SecureContext | undefined {
    const identity = internet.identity(name)
    if (!identity) return undefined
    const cached = contexts.get(name)
    if (cached && sameIdentity(cached.identity, identity)) return cached.context
    const context = createSecureContext({ ...shared, ...material(identity) })
    contexts.set(name, { identity, context })
    return context
  }

  const byName = createServer({
    ...shared,
    requestCert: true,
    SNICallback(name, done) {
      // Without a context the handshake ends in an alert, since this server has no certificate of its own.
      done(null, contextOf(name.toLowerCase()))
    },
  })
  listen(byName, (socket) => {
    if (typeof socket.servername === 'string') serve(socket, socket.servername.toLowerCase())
    else socket.destroy()
  })

  function fixedServer(host: string): Server | undefined {
    const identity = internet.identity(host)
    if (!identity) return undefined
    const cached = fixed.get(host)
    if (cached && sameIdentity(cached.identity, identity)) return cached.server
    const server = createServer({ ...shared, ...material(identity), requestCert: identity.clientCa !== undefined })
    listen(server, (socket) => serve(socket, host))
    fixed.set(host, { identity, server })
    return server
  }

  return {
    accept(socket, host) {
      const server = host === undefined ? byName : fixedServer(host.toLowerCase())
      if (server) server.emit('connection', socket)
      else socket.destroy()
    },
    close() {
      contexts.clear()
      fixed.clear()
    },
  }
}

function listen(server: Server, serve: (socket: TLSSocket) => void): void {
  server.on('secureConnection', serve)
  server.on('tlsClientError', (_error, socket) => socket.destroy())
}

function material(identity: ServerIdentity): { key: string; cert: string; ca?: string } {
  return { key: identity.key, cert: identity.certificate, ...(identity.clientCa === undefined ? {} : { ca: identity.clientCa }) }
}

function sameIdentity(a: ServerIdentity, b: ServerIdentity): boolean {
  return a === b || (a.certificate === b.certificate && a.key === b.key && a.clientCa === b.clientCa)
}
