// Connections that stop being HTTP: `exec`, `attach` and `port-forward` take the byte streams over.
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex, Host, Peer } from '../base/host.ts'
import { toRequest } from './request.ts'

/** Offers the connection to the host; answers 101 and leaves the streams to it, or sends its refusal. Gives the status sent. */
export async function takeUpgrade(
  to: { readonly host: Host; readonly hostName: string; readonly peer: Peer },
  message: IncomingMessage,
  { socket, head }: { readonly socket: Socket; readonly head: Buffer },
): Promise<number> {
  const gone = new AbortController()
  socket.once('close', () => gone.abort())
  socket.on('error', () => socket.destroy())
  const request = toRequest(message, to.hostName, gone.signal)
  if (!request || !to.host.upgrade) return sendWhole(socket, new Response('This request cannot be upgraded\n', { status: 400 }))
  const switched = Promise.withResolvers<void>()
  const answer = await to.host.upgrade(request, to.peer, duplexOf(socket, head, switched.promise))
  if (!answer.accepted) return sendWhole(socket, answer.response)
  const lines = Object.entries(answer.headers).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('')}\r\n`)
  switched.resolve()
  return 101
}

/** A refusal, whole, after which the connection ends: what follows an upgrade request may not be HTTP any more. */
async function sendWhole(socket: Socket, response: Response): Promise<number> {
  const body = Buffer.from(await response.arrayBuffer())
  const own = new Set(['connection', 'content-length', 'transfer-encoding'])
  const lines = [...response.headers].filter(([name]) => !own.has(name)).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.write(
    `HTTP/1.1 ${response.status} ${response.statusText || 'Refused'}\r\n${lines.join('')}connection: close\r\ncontent-length: ${body.length}\r\n\r\n`,
  )
  socket.end(body)
  return response.status
}

/** The socket as web streams. What is written before the switch waits for it. */
function duplexOf(socket: Socket, head: Buffer, switched: Promise<void>): Duplex {
  socket.pause()
  let finish: (close: boolean) => void = () => undefined
  const readable = new ReadableStream<Uint8Array>({
    start(controller) {
      finish = feed(socket, head, controller)
    },
    pull: () => void socket.resume(),
    cancel() {
      finish(false)
      socket.destroy()
    },
  })
  const writable = new WritableStream<Uint8Array>({
    async write(chunk) {
      await switched
      await written(socket, chunk)
    },
    async close() {
      await switched
      socket.end()
    },
    abort: () => void socket.destroy(),
  })
  return { readable, writable }
}

/** Feeds what the socket receives; gives what ends that, by closing the stream or without. */
function feed(socket: Socket, head: Buffer, controller: ReadableStreamDefaultController<Uint8Array>): (close: boolean) => void {
  let over = false
  const finish = (close: boolean): void => {
    if (!over && close) controller.close()
    over = true
  }
  if (head.length > 0) controller.enqueue(new Uint8Array(head))
  socket.on('data', (chunk: Buffer) => {
    if (over) return
    controller.enqueue(new Uint8Array(chunk))
    if ((controller.desiredSize ?? 0) <= 0) socket.pause()
  })
  socket.once('end', () => finish(true))
  socket.once('close', () => finish(true))
  return finish
}

function written(socket: Socket, chunk: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.write(chunk, (error) => (error ? reject(error) : resolve()))
  })
}
