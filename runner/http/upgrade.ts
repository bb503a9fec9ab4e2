// WebSockets: who comes in, and how many. The upgrade is checked here, by itself: no route's guard stands before it.
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import type { AppGround } from './app-ground.ts'
import { isOurHost, isOurSocket } from './guard.ts'
import { closeCodes, limits, socketProtocol } from './messages.ts'
import type { Ticket } from './tickets.ts'
import { openWindow } from './window-socket.ts'

const pathPattern = /^\/api\/sessions\/([\w-]{1,64})\/socket$/
const socketsPerLearner = 8
/** A window that has not answered two pings is gone, ms. */
const heartbeat = 20_000

/** Takes the upgrades of a server; returns what closes every socket. */
export function takeUpgrades(server: Server, ground: AppGround): () => void {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: limits.frameBytes,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(socketProtocol) ? socketProtocol : false),
  })
  const open = new Map<WebSocket, Ticket>()
  server.on('upgrade', (message: IncomingMessage, stream: Duplex, head: Buffer) => {
    stream.on('error', () => stream.destroy())
    const refusal = refuse(message, ground)
    if (typeof refusal === 'string') return turnAway(stream, refusal)
    const { ticket } = refusal
    if ([...open.values()].filter(({ learner }) => learner === ticket.learner).length >= socketsPerLearner) {
      return turnAway(stream, `429 Too Many Requests: at most ${socketsPerLearner} windows`)
    }
    sockets.handleUpgrade(message, stream, head, (socket) => {
      open.set(socket, ticket)
      socket.on('error', () => socket.terminate())
      socket.once('close', () => open.delete(socket))
      keepAlive(socket)
      void welcome(socket, ticket, ground)
    })
  })
  return () => {
    for (const socket of open.keys()) socket.terminate()
    sockets.close()
  }
}

/** The reason to turn somebody away, or the ticket with which they come in. */
function refuse(message: IncomingMessage, { allowed, tickets }: AppGround): string | { readonly ticket: Ticket } {
  const header = (name: string): string | undefined => {
    const value = message.headers[name]
    return Array.isArray(value) ? value[0] : value
  }
  if (!isOurHost(header, allowed)) return '421 Misdirected Request: this server has another name'
  if (!isOurSocket(header, allowed)) return '403 Forbidden: this page is of another origin'
  const session = pathPattern.exec(new URL(message.url ?? '/', 'http://server').pathname)?.[1]
  if (session === undefined) return '404 Not Found: no socket here'
  const offered = (header('sec-websocket-protocol') ?? '').split(',').map((word) => word.trim())
  const secret = offered.find((word) => word.startsWith('ticket.'))?.slice('ticket.'.length)
  const ticket = secret === undefined ? undefined : tickets.take(secret)
  if (!offered.includes(socketProtocol) || ticket?.session !== session) return '401 Unauthorized: the ticket is unknown, used or too old; get another'
  return { ticket }
}

function turnAway(stream: Duplex, status: string): void {
  const [line = '', words = ''] = status.split(': ')
  stream.end(`HTTP/1.1 ${line}\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: ${Buffer.byteLength(words) + 1}\r\n\r\n${words}\n`)
}

function keepAlive(socket: WebSocket): void {
  let missed = 0
  socket.on('pong', () => {
    missed = 0
  })
  const beat = setInterval(() => {
    if (missed >= 2) return socket.terminate()
    missed += 1
    socket.ping()
  }, heartbeat)
  socket.once('close', () => clearInterval(beat))
}

/** A session that was put to sleep since the ticket was given is woken first. */
async function welcome(socket: WebSocket, ticket: Ticket, { house, metrics, now }: AppGround): Promise<void> {
  try {
    const session = await house.open(ticket.session)
    if (!session) return socket.close(closeCodes.ended, 'This session has ended')
    if (socket.readyState === socket.OPEN) openWindow(socket, { house, session, now, echoed: (ms) => metrics.echoTook(ms / 1000) })
  } catch (error) {
    house.ground.log('session.failed', { session: ticket.session, error: String(error) })
    socket.close(1011, 'The session could not be opened')
  }
}
