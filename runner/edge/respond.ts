// From a web Response to Node's: small answers in one piece, streams flushed as they come and held back by the reader.
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { isHttp2 } from './http2.ts'

type Reader = ReadableStreamDefaultReader<Uint8Array>
type Piece = Awaited<ReturnType<Reader['read']>>

/** Sends `response`. Ends early, cancelling the body, when `gone` says that the client went away. */
export async function sendResponse(to: ServerResponse, response: Response, gone: AbortSignal): Promise<void> {
  to.statusCode = response.status
  if (response.statusText && !isHttp2(to.req)) to.statusMessage = response.statusText
  copyHeaders(response.headers, to)
  if (!response.body) return void to.end()
  if (to.req.method === 'HEAD') {
    to.end()
    return response.body.cancel()
  }
  if (gone.aborted) return response.body.cancel()
  const filling = Number(response.headers.get('content-length')) > large ? fillingReader(response.body) : undefined
  if (filling) return sendLarge(to, filling, gone)
  const reader: Reader = response.body.getReader()
  gone.addEventListener('abort', () => void reader.cancel().catch(() => undefined), { once: true })
  await sendBody(to, reader, gone)
}

/** Answers of a known length beyond this are read piece by piece into the same memory: who fetches large lists fills no heap with them. */
const large = 1 << 18

type FillingReader = ReadableStreamBYOBReader

/** A reader that brings its own memory, for a body that can write into it. */
function fillingReader(body: ReadableStream<Uint8Array>): FillingReader | undefined {
  try {
    return body.getReader({ mode: 'byob' })
  } catch {
    return undefined
  }
}

async function sendLarge(to: ServerResponse, reader: FillingReader, gone: AbortSignal): Promise<void> {
  const left = once(gone, 'abort').then(() => void reader.cancel().catch(() => undefined))
  to.flushHeaders()
  let memory = new ArrayBuffer(large)
  for (;;) {
    const { done, value } = await reader.read(new Uint8Array(memory))
    if (done || gone.aborted) break
    // The memory is free again once the piece is written, or nobody waits for it any more.
    await Promise.race([new Promise((written) => to.write(value, written)), left])
    memory = value.buffer
  }
  to.end()
}

/** One piece that is already there goes out with its length; anything slower is a stream, whose head does not wait for it. */
async function sendBody(to: ServerResponse, reader: Reader, gone: AbortSignal): Promise<void> {
  const first = reader.read()
  let piece = await atOnce(first)
  if (!piece) {
    to.flushHeaders()
    piece = await first
  }
  let next = reader.read()
  if (!to.headersSent && !piece.done) {
    const end = await atOnce(next)
    if (end?.done) {
      to.setHeader('content-length', piece.value.byteLength)
      return void to.end(piece.value)
    }
  }
  while (!piece.done && !gone.aborted) {
    if (!to.write(piece.value)) await drained(to, gone)
    piece = await next
    if (!piece.done) next = reader.read()
  }
  to.end()
}

/** The piece if it comes within this turn of the event loop. */
function atOnce(piece: Promise<Piece>): Promise<Piece | undefined> {
  return Promise.race([piece, nextTurn(undefined)])
}

async function drained(to: ServerResponse, gone: AbortSignal): Promise<void> {
  try {
    await once(to, 'drain', { signal: gone })
  } catch {
    // The client went away: the caller sees it by the signal.
  }
}

/** What speaks of one connection has no place in HTTP/2. */
const connectionHeaders: ReadonlySet<string> = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade'])
const noHeaders: ReadonlySet<string> = new Set()

function copyHeaders(headers: Headers, to: ServerResponse): void {
  const left = isHttp2(to.req) ? connectionHeaders : noHeaders
  for (const [name, value] of headers) if (name !== 'set-cookie' && !left.has(name)) to.setHeader(name, value)
  const cookies = headers.getSetCookie()
  if (cookies.length > 0) to.setHeader('set-cookie', cookies)
}
