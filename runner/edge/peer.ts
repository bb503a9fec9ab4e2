// Who is at the other end of a socket: the address, and the client certificate where the host's CA vouches for it.
import type { Socket } from 'node:net'
import { type PeerCertificate, TLSSocket } from 'node:tls'
import type { Peer } from '../base/host.ts'

const known = new WeakMap<Socket, Peer>()

/** The peer of a socket; worked out once for each connection. */
export function peerOf(socket: Socket): Peer {
  const before = known.get(socket)
  if (before) return before
  const peer = readPeer(socket)
  known.set(socket, peer)
  return peer
}

function readPeer(socket: Socket): Peer {
  const address = socket.remoteAddress ?? '127.0.0.1'
  if (!(socket instanceof TLSSocket)) return { address }
  const shown = socket.getPeerCertificate()
  if (!isCertificate(shown)) return { address }
  if (!socket.authorized) return { address, certificateError: String(socket.authorizationError) }
  return { address, certificate: { commonName: first(shown.subject.CN), organizations: all(shown.subject.O) } }
}

/** Node gives an empty object where the client showed no certificate. */
function isCertificate(shown: PeerCertificate | Record<string, never> | null): shown is PeerCertificate {
  return shown !== null && shown.subject !== undefined && shown.subject !== null
}

function all(value: string | readonly string[] | undefined): readonly string[] {
  return value === undefined ? [] : typeof value === 'string' ? [value] : value
}

function first(value: string | readonly string[] | undefined): string {
  return all(value)[0] ?? ''
}
