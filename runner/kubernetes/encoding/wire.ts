// Protobuf's wire format: varints, fixed-size numbers, length-delimited parts.

/** Bytes that are no protobuf message. */
export class ProtobufError extends Error {
  override readonly name = 'ProtobufError'
}

/** A place in a message; `end` is where the message ends. */
export interface Wire {
  readonly bytes: Uint8Array
  position: number
  readonly end: number
}

/** The numbers that stand before each field: which field, and how its value is written. */
export interface Tag {
  readonly field: number
  readonly wireType: number
}

const utf8 = new TextDecoder()

/** A place at the beginning of a message. */
export function wireOf(bytes: Uint8Array): Wire {
  return { bytes, position: 0, end: bytes.length }
}

/** Reads the tag of the next field. */
export function readTag(wire: Wire): Tag {
  const tag = readVarint(wire)
  const field = Math.floor(tag / 8)
  if (field < 1) throw new ProtobufError(`proto: illegal tag ${field} (wire type ${tag % 8})`)
  return { field, wireType: tag % 8 }
}

/** Reads a varint as a signed 64-bit number. */
export function readVarint(wire: Wire): number {
  let low = 0
  let high = 0
  for (let shift = 0; shift < 70; shift += 7) {
    if (wire.position >= wire.end) throw unexpectedEnd()
    const byte = wire.bytes[wire.position++] ?? 0
    const bits = byte & 0x7f
    if (shift < 28) low |= bits << shift
    else if (shift === 28) {
      low |= bits << 28
      high |= bits >> 4
    } else high |= bits << (shift - 32)
    if (byte < 0x80) return high * 2 ** 32 + (low >>> 0)
  }
  throw new ProtobufError('proto: integer overflow')
}

/** Reads a length-delimited part, as a place of its own. */
export function readPart(wire: Wire): Wire {
  const length = readVarint(wire)
  const end = wire.position + length
  if (length < 0 || end > wire.end) throw unexpectedEnd()
  const part: Wire = { bytes: wire.bytes, position: wire.position, end }
  wire.position = end
  return part
}

/** Reads a 64-bit little-endian float. */
export function readDouble(wire: Wire): number {
  const start = advance(wire, 8)
  return new DataView(wire.bytes.buffer, wire.bytes.byteOffset + start, 8).getFloat64(0, true)
}

/** The bytes of a part. */
export function bytesOf(part: Wire): Uint8Array {
  return part.bytes.subarray(part.position, part.end)
}

/** The text of a part. */
export function textOf(part: Wire): string {
  return utf8.decode(bytesOf(part))
}

/** Passes over a field that nobody asks for. */
export function skip(wire: Wire, tag: Tag): void {
  switch (tag.wireType) {
    case 0:
      readVarint(wire)
      return
    case 1:
      advance(wire, 8)
      return
    case 2:
      readPart(wire)
      return
    case 5:
      advance(wire, 4)
      return
    default:
      throw new ProtobufError(`proto: illegal wireType ${tag.wireType}`)
  }
}

function advance(wire: Wire, length: number): number {
  const start = wire.position
  wire.position += length
  if (wire.position > wire.end) throw unexpectedEnd()
  return start
}

function unexpectedEnd(): ProtobufError {
  return new ProtobufError('unexpected EOF')
}
