// SPDY/3.1, as far as port-forward speaks it: streams with headers, data and ends over one connection.
import { Unzlib } from 'fflate'
import { spdyDictionary } from './spdy-dictionary.ts'
import { joined } from './websocket.ts'

/** What a client does on a connection. Streams are known by their number. */
export interface SpdyListener {
  opened(stream: number, headers: ReadonlyMap<string, string>): void
  data(stream: number, bytes: Uint8Array): void
  /** The client will send no more on it. */
  ended(stream: number): void
}

/** A server's end of a connection. `receive` is fed with what comes. */
export interface SpdyConnection {
  receive(bytes: Uint8Array): void
  send(stream: number, bytes: Uint8Array, last?: boolean): void
}

const types = { open: 1, reply: 2, reset: 3, ping: 6 }

/** Speaks SPDY; what is to be sent is given to `write`. */
export function createSpdy(write: (bytes: Uint8Array) => void, listener: SpdyListener): SpdyConnection {
  const headers = createHeaderReader()
  let first = true
  let held: Uint8Array = new Uint8Array()
  const control = (type: number, flags: number, payload: Uint8Array): void =>
    write(joined([new Uint8Array([0x80, 3, 0, type, flags, ...three(payload.length)]), payload]))
  const handle = (bytes: Uint8Array): void => {
    const flags = bytes[4] ?? 0
    const payload = bytes.subarray(8)
    if (((bytes[0] ?? 0) & 0x80) === 0) {
      const stream = number(bytes.subarray(0, 4))
      if (payload.length > 0) listener.data(stream, payload)
      if (flags & 1) listener.ended(stream)
      return
    }
    const type = ((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0)
    if (type === types.ping) control(types.ping, 0, payload)
    if (type === types.reset) listener.ended(number(payload.subarray(0, 4)) & 0x7fffffff)
    if (type !== types.open) return
    const stream = number(payload.subarray(0, 4)) & 0x7fffffff
    const found = headers(payload.subarray(10))
    control(types.reply, 0, joined([payload.slice(0, 4), noHeaders(first)]))
    first = false
    listener.opened(stream, found)
    if (flags & 1) listener.ended(stream)
  }
  return {
    receive(bytes) {
      held = joined([held, bytes])
      while (held.length >= 8) {
        const size = 8 + number(held.subarray(5, 8))
        if (held.length < size) return
        const frame = held.slice(0, size)
        held = held.slice(size)
        handle(frame)
      }
    },
    send(stream, bytes, last = false) {
      write(
        joined([new Uint8Array([(stream >>> 24) & 127, (stream >> 16) & 255, (stream >> 8) & 255, stream & 255, last ? 1 : 0, ...three(bytes.length)]), bytes]),
      )
    },
  }
}

function three(value: number): readonly number[] {
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255]
}

function number(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte) => sum * 256 + byte, 0)
}

/** Headers of all streams are one compressed stream with a dictionary. */
function createHeaderReader(): (block: Uint8Array) => ReadonlyMap<string, string> {
  let out: Uint8Array[] = []
  const inflate = new Unzlib({ dictionary: spdyDictionary() }, (chunk) => void out.push(chunk))
  return (block) => {
    out = []
    inflate.push(block)
    const bytes = joined(out)
    const text = new TextDecoder()
    const headers = new Map<string, string>()
    let at = 4
    const word = (): string => {
      const length = number(bytes.subarray(at, at + 4))
      const value = text.decode(bytes.subarray(at + 4, at + 4 + length))
      at += 4 + length
      return value
    }
    for (let count = number(bytes.subarray(0, 4)); count > 0 && at < bytes.length; count -= 1) headers.set(word().toLowerCase(), word())
    return headers
  }
}

/** A compressed block of no headers: stored as it is, then an empty block that flushes it; the first names the dictionary. */
function noHeaders(first: boolean): Uint8Array {
  const stored = [0, 4, 0, 251, 255, 0, 0, 0, 0, 0, 0, 0, 255, 255]
  return new Uint8Array(first ? [0x78, 0xbb, ...dictionaryId(), ...stored] : stored)
}

function dictionaryId(): readonly number[] {
  let [low, high] = [1, 0]
  for (const byte of spdyDictionary()) {
    low = (low + byte) % 65_521
    high = (high + low) % 65_521
  }
  return [high >> 8, high & 255, low >> 8, low & 255]
}
