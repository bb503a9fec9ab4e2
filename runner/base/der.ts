// The little of DER (ITU X.690) that an X.509 certificate is made of. Written here because the certificates of a world
// must be the same bytes for the same secret, made without waiting, and no library offers both.

/** A DER element: tag, length, contents. */
export function element(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  const length = contents.reduce((sum, part) => sum + part.length, 0)
  const result = new Uint8Array([tag, ...lengthBytes(length), ...new Uint8Array(length)])
  let offset = result.length - length
  for (const part of contents) {
    result.set(part, offset)
    offset += part.length
  }
  return result
}

/** SEQUENCE. */
export function sequence(...parts: readonly Uint8Array[]): Uint8Array {
  return element(0x30, ...parts)
}

/** SET. */
export function set(...parts: readonly Uint8Array[]): Uint8Array {
  return element(0x31, ...parts)
}

/** INTEGER from big-endian bytes taken as positive. */
export function integer(bytes: Uint8Array): Uint8Array {
  let start = 0
  while (start < bytes.length - 1 && bytes[start] === 0) start += 1
  const value = bytes.slice(start)
  return element(0x02, (value[0] ?? 0) > 127 ? new Uint8Array([0, ...value]) : value)
}

/** BOOLEAN TRUE. */
export const yes = element(0x01, new Uint8Array([0xff]))

/** OBJECT IDENTIFIER from its dotted form. */
export function objectIdentifier(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  return element(0x06, new Uint8Array([first * 40 + second, ...rest.flatMap(baseHundredTwentyEight)]))
}

/** UTF8String. */
export function utf8(text: string): Uint8Array {
  return element(0x0c, new TextEncoder().encode(text))
}

/** BIT STRING of whole bytes; `unused` bits at the end do not count. */
export function bitString(bytes: Uint8Array, unused = 0): Uint8Array {
  return element(0x03, new Uint8Array([unused]), bytes)
}

/** OCTET STRING. */
export function octetString(bytes: Uint8Array): Uint8Array {
  return element(0x04, bytes)
}

/** UTCTime of a time in ms, until 2049; GeneralizedTime after that (RFC 5280, 4.1.2.5). */
export function time(ms: number): Uint8Array {
  const digits = new Date(ms).toISOString().replace(/\D/g, '').slice(0, 14)
  const late = Number(digits.slice(0, 4)) > 2049
  return element(late ? 0x18 : 0x17, new TextEncoder().encode(`${late ? digits : digits.slice(2)}Z`))
}

function lengthBytes(length: number): number[] {
  if (length < 128) return [length]
  const bytes = []
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256)
  return [128 + bytes.length, ...bytes]
}

function baseHundredTwentyEight(value: number): number[] {
  const bytes = [value & 127]
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) bytes.unshift((rest & 127) | 128)
  return bytes
}
