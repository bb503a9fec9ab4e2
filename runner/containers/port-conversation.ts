// A connection's bytes to something that listens: HTTP is read off them and written back onto them.
import type { PortConnection, PortReceiver } from '../kubernetes/pod-connections.ts'
import { fromBytes, toBytes } from './bytes.ts'
import { reasonOf } from './commands/transfer.ts'
import type { HttpAnswer, HttpCall, Listener } from './process.ts'

/** A conversation, and whether something was sent that nobody has read yet: then its end is a reset. */
export interface Conversation extends PortConnection {
  unread(): boolean
}

/** What is held of a request at most, in bytes: more of it is not waited for. */
const most = 8 * 2 ** 20

/** Opens a conversation with a listener; `from` is the address of whoever speaks with it. */
export function openConversation(listener: Listener, receive: PortReceiver, from = '127.0.0.1'): Conversation {
  if ('talk' in listener) {
    const talk = listener.talk()
    return { send: (bytes) => receive.data(toBytes(talk(fromBytes(bytes)))), close: () => undefined, unread: () => false }
  }
  if ('stream' in listener) {
    const stream = listener.stream({ send: (bytes) => receive.data(toBytes(bytes)), end: () => receive.end() })
    return { send: (bytes) => stream.data(fromBytes(bytes)), close: () => stream.end(), unread: () => false }
  }
  // Health is asked for in process: HTTP/2 is not spoken here.
  if ('datagram' in listener || 'health' in listener) return { send: () => undefined, close: () => undefined, unread: () => false }
  let held = ''
  let turn: Promise<void> = Promise.resolve()
  const answer = async (call: HttpCall, keep: boolean): Promise<void> => {
    const given = await listener.http(call)
    receive.data(toBytes(written(given, call.method, keep)))
    if (!keep) receive.end()
  }
  return {
    send(bytes) {
      if (held.length < most) held += fromBytes(bytes)
      for (let request = readRequest(held, from); request; request = readRequest(held, from)) {
        const { call, keep, rest } = request
        held = rest
        turn = turn.then(() => answer(call, keep)).catch(() => receive.end())
      }
    },
    close: () => undefined,
    unread: () => held !== '',
  }
}

function readRequest(held: string, from: string): { readonly call: HttpCall; readonly keep: boolean; readonly rest: string } | undefined {
  const end = held.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const [first = '', ...lines] = held.slice(0, end).split('\r\n')
  const [method = 'GET', path = '/', version = 'HTTP/1.1'] = first.split(' ')
  const headers = Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]))
  const length = Number(headers['content-length'] ?? 0)
  const start = end + 4
  if (held.length < start + length) return undefined
  const keep = headers.connection?.toLowerCase() !== 'close' && version === 'HTTP/1.1'
  return { call: { method, path, headers, body: held.slice(start, start + length), from }, keep, rest: held.slice(start + length) }
}

function written(answer: HttpAnswer, method: string, keep: boolean): string {
  const headers = { ...answer.headers, 'content-length': String(answer.body.length), connection: keep ? 'keep-alive' : 'close' }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 ${answer.status} ${reasonOf(answer)}\r\n${lines.join('')}\r\n${method === 'HEAD' ? '' : answer.body}`
}
