// A server's end of a WebSocket (RFC 6455) over a pair of byte streams.
import { sha1 } from '@noble/hashes/legacy.js'
import type { Duplex } from '../../base/host.ts'
import { pacedWriter } from './paced-writer.ts'

/** What comes over a WebSocket. */
export interface SocketListener {
  message(bytes: Uint8Array): void
  closed(): void
}

/** An open WebSocket. */
export interface WebSocketWire {
  send(bytes: Uint8Array): void
  sendText(text: string): void
  /** What is to be awaited before more is sent, while the client is behind. */
  drained(): Promise<void> | undefined
  /** Says goodbye and ends the connection, once everything is written. */
  close(code?: number): Promise<void>
}

const magic = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

/** The answer to a client's key. */
export function acceptKey(key: string): string {
  const digest = sha1(new TextEncoder().encode(`${key}${magic}`))
  return btoa(String.fromCharCode(...digest))
}

const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 }

/** Speaks WebSocket over a connection that was switched to it. */
export function openWebSocket(duplex: Duplex, listener: SocketListener): WebSocketWire {
  const writer = pacedWriter(duplex.writable)
  let closing = false
  const write = (opcode: number, payload: Uint8Array): Promise<void> => writer.write(frame(opcode, payload))
  void readFrames(duplex.readable, {
    message: (bytes) => listener.message(bytes),
    ping: (bytes) => void write(opcodes.pong, bytes),
    close(bytes) {
      if (!closing) void write(opcodes.close, bytes.subarray(0, 2)).then(() => writer.close())
      closing = true
    },
  }).finally(() => listener.closed())
  return {
    send: (bytes) => void (closing ? undefined : write(opcodes.binary, bytes)),
    sendText: (text) => void (closing ? undefined : write(opcodes.text, new TextEncoder().encode(text))),
    async close(code = 1000) {
      if (closing) return
      closing = true
      await write(opcodes.close, new Uint8Array([code >> 8, code & 255]))
      await writer.close()
    },
    drained: () => writer.drained(),
  }
}

function frame(opcode: number, payload: Uint8Array): Uint8Array {
  const { length } = payload
  const head =
    length < 126
      ? [length]
      : length < 65_536
        ? [126, length >> 8, length & 255]
        : [127, 0, 0, 0, 0, (length >>> 24) & 255, (length >> 16) & 255, (length >> 8) & 255, length & 255]
  const bytes = new Uint8Array(1 + head.length + length)
  bytes.set([0x80 | opcode, ...head])
  bytes.set(payload, 1 + head.length)
  return bytes
}

interface FrameListener {
  message(bytes: Uint8Array): void
  ping(bytes: Uint8Array): void
  close(bytes: Uint8Array): void
}

async function readFrames(readable: ReadableStream<Uint8Array>, listener: FrameListener): Promise<void> {
  let held: Uint8Array = new Uint8Array()
  let parts: Uint8Array[] = []
  try {
    for await (const chunk of readable) {
      held = joined([held, chunk])
      for (let next = readFrame(held); next; next = readFrame(held)) {
        held = held.subarray(next.size)
        if (next.opcode === opcodes.close) listener.close(next.payload)
        if (next.opcode === opcodes.ping) listener.ping(next.payload)
        if (next.opcode > opcodes.binary) continue
        parts.push(next.payload)
        if (!next.last) continue
        listener.message(joined(parts))
        parts = []
      }
    }
  } catch {
    // The other end is gone: the same as its end.
  }
}

function readFrame(bytes: Uint8Array): { readonly opcode: number; readonly last: boolean; readonly payload: Uint8Array; readonly size: number } | undefined {
  const [first = 0, second = 0] = bytes
  const short = second & 127
  const extra = short === 126 ? 2 : short === 127 ? 8 : 0
  const masked = (second & 128) !== 0
  const start = 2 + extra + (masked ? 4 : 0)
  if (bytes.length < start) return undefined
  const length = extra === 0 ? short : bytes.subarray(2, 2 + extra).reduce((sum, byte) => sum * 256 + byte, 0)
  if (bytes.length < start + length) return undefined
  const payload = bytes.slice(start, start + length)
  if (masked) for (let index = 0; index < length; index += 1) payload[index] = (payload[index] ?? 0) ^ (bytes[start - 4 + (index % 4)] ?? 0)
  return { opcode: first & 15, last: (first & 128) !== 0, payload, size: start + length }
}

/** Bytes one after another. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1 && parts[0]) return parts[0]
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
