// Protobuf's wire format, written: varints, fixed-size numbers, length-delimited parts.

const utf8 = new TextEncoder()

/** A message as it grows. */
export class WireWriter {
  #bytes = new Uint8Array(64)
  #length = 0

  /** Bytes as they are. */
  bytes(bytes: ArrayLike<number>): void {
    this.#reserve(bytes.length)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
  }

  /** A whole number; negative ones take ten bytes. */
  varint(field: number, value: number): void {
    this.#number(field * 8)
    this.#number(value)
  }

  double(field: number, value: number): void {
    this.#number(field * 8 + 1)
    this.#reserve(8)
    new DataView(this.#bytes.buffer).setFloat64(this.#length, value, true)
    this.#length += 8
  }

  text(field: number, value: string): void {
    this.raw(field, utf8.encode(value))
  }

  raw(field: number, value: Uint8Array): void {
    this.#number(field * 8 + 2)
    this.#number(value.length)
    this.bytes(value)
  }

  /** A message within this one. */
  part(field: number, write: (part: WireWriter) => void): void {
    const part = new WireWriter()
    write(part)
    this.raw(field, part.#bytes.subarray(0, part.#length))
  }

  /** The message's bytes. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length)
  }

  #number(value: number): void {
    this.#reserve(10)
    if (value < 0) {
      let rest = BigInt.asUintN(64, BigInt(value))
      for (; rest >= 0x80n; rest >>= 7n) this.#bytes[this.#length++] = Number(rest & 0x7fn) | 0x80
      this.#bytes[this.#length++] = Number(rest)
      return
    }
    let rest = value
    for (; rest >= 0x80; rest = Math.floor(rest / 128)) this.#bytes[this.#length++] = (rest % 128) | 0x80
    this.#bytes[this.#length++] = rest
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more))
    grown.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = grown
  }
}
