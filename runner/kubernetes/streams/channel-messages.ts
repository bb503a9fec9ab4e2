// Messages on channels of a WebSocket: the channel's number, or in the base64 protocols its digit, and then the bytes (apimachinery `httpstream/wsstream/conn.go`).

/** A message that came as text. */
export function fromText(sent: Uint8Array): Uint8Array {
  const text = new TextDecoder().decode(sent)
  return Uint8Array.from([Number(text[0]), ...Array.from(atob(text.slice(1)), (letter) => letter.charCodeAt(0))])
}

/** A message as it goes where only text may go. */
export function inText(channel: number, bytes: Uint8Array): string {
  return `${channel}${btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))}`
}

/** A message as it goes where bytes may go. */
export function inBytes(channel: number, bytes: Uint8Array): Uint8Array {
  const message = new Uint8Array(bytes.length + 1)
  message[0] = channel
  message.set(bytes, 1)
  return message
}
