// Byte strings: what files hold and pipes carry, one character for each byte.

const encoder = new TextEncoder()

/** The UTF-8 bytes of a text, as a byte string. */
export function encodeText(text: string): string {
  return plain.test(text) ? text : fromBytes(encoder.encode(text))
}

/** The text of a byte string in UTF-8. */
export function decodeText(bytes: string): string {
  return plain.test(bytes) ? bytes : new TextDecoder().decode(toBytes(bytes))
}

/** A byte string as bytes. */
export function toBytes(bytes: string): Uint8Array<ArrayBuffer> {
  const array = new Uint8Array(bytes.length)
  for (let index = 0; index < bytes.length; index += 1) array[index] = bytes.charCodeAt(index)
  return array
}

/** Bytes as a byte string. */
export function fromBytes(array: Uint8Array): string {
  let text = ''
  for (let start = 0; start < array.length; start += 8192) text += String.fromCharCode(...array.subarray(start, start + 8192))
  return text
}

const plain = /^[ -~\s]*$/
