// From Node's incoming message to a web Request.
import type { IncomingMessage } from 'node:http'
import { TLSSocket } from 'node:tls'
import { valueEnd } from '../base/host.ts'
import { endsWithHead, isHttp2 } from './http2.ts'

/** Meant for one connection or one proxy; a host never sees them. */
const hopByHop = new Set(['proxy-connection', 'proxy-authorization'])

/** The web Request that a message is; undefined where method, path or Host header make none. The body streams. */
export function toRequest(message: IncomingMessage, hostName: string, signal: AbortSignal): Request | undefined {
  const method = message.method ?? 'GET'
  const url = urlOf(message, hostName)
  if (!url) return undefined
  try {
    const base = { method, headers: headersOf(message), signal }
    if (!hasBody(message, method)) return new Request(url, base)
    return new Request(url, { ...base, body: bodyOf(message), duplex: 'half' })
  } catch {
    return undefined
  }
}

function urlOf(message: IncomingMessage, hostName: string): string | undefined {
  const path = message.url ?? '/'
  if (!path.startsWith('/')) return URL.canParse(path) && path !== '*' ? path : undefined
  const scheme = isHttp2(message) || message.socket instanceof TLSSocket ? 'https' : 'http'
  const url = `${scheme}://${message.headers.host ?? message.headers[':authority'] ?? hostName}${path}`
  return URL.canParse(url) ? url : undefined
}

function headersOf(message: IncomingMessage): Headers {
  const headers = new Headers()
  const raw = message.rawHeaders
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const [name = '', value = ''] = [raw[at]?.toLowerCase(), raw[at + 1]]
    if (manyValued.test(name)) headers.set(name, `${headers.get(name) ?? ''}${value}${valueEnd}`)
    else if (!hopByHop.has(name) && !name.startsWith(':')) headers.append(name, value)
  }
  return headers
}

/** Headers whose values may have commas, and come one by one. */
const manyValued = /^impersonate-(group$|extra-)/

function hasBody(message: IncomingMessage, method: string): boolean {
  if (method === 'GET' || method === 'HEAD') return false
  if (isHttp2(message)) return !endsWithHead(message)
  return message.headers['transfer-encoding'] !== undefined || Number(message.headers['content-length'] ?? 0) > 0
}

/** The message's bytes, read no faster than they are asked for; what nobody wants any more is read to its end and forgotten. */
function bodyOf(message: IncomingMessage): ReadableStream<Uint8Array> {
  message.pause()
  let wanted = true
  const tell = (act: () => void): void => {
    if (wanted) act()
  }
  const over = (act: () => void): void => {
    tell(act)
    wanted = false
  }
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        message.on('data', (chunk: Buffer) => tell(() => take(chunk, controller, message)))
        message.once('end', () => over(() => controller.close()))
        message.once('error', (error) => over(() => controller.error(error)))
        message.once('close', () => over(() => controller.error(new Error('The client went away before its request was complete'))))
      },
      pull: () => void message.resume(),
      cancel() {
        wanted = false
        message.resume()
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: 1 << 16 }),
  )
}

function take(chunk: Buffer, controller: ReadableStreamDefaultController<Uint8Array>, message: IncomingMessage): void {
  controller.enqueue(new Uint8Array(chunk))
  if ((controller.desiredSize ?? 0) <= 0) message.pause()
}
