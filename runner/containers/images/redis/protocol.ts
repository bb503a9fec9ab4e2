// Redis' protocol (RESP2): commands and replies as bytes.

/** A reply: a status or an error in a line, a number, a text or none, or several of them. */
export type Reply = { readonly line: string } | { readonly error: string } | number | string | null | readonly Reply[]

/** The commands in a piece of bytes: of the protocol, or typed as lines. */
export function readCommands(bytes: string): readonly (readonly string[])[] {
  if (!bytes.startsWith('*')) return bytes.split(/\r?\n/).flatMap((line) => (line === '' ? [] : [line.trim().split(/\s+/)]))
  const found: (readonly string[])[] = []
  for (let at = 0; at < bytes.length; ) {
    const [reply, next] = readReply(bytes, at)
    if (Array.isArray(reply)) found.push(reply.map(String))
    at = next
  }
  return found
}

/** A reply as bytes. */
export function writeReply(reply: Reply): string {
  if (reply === null) return '$-1\r\n'
  if (typeof reply === 'number') return `:${reply}\r\n`
  if (typeof reply === 'string') return `$${reply.length}\r\n${reply}\r\n`
  if ('line' in reply) return `+${reply.line}\r\n`
  if ('error' in reply) return `-${reply.error}\r\n`
  return `*${reply.length}\r\n${reply.map(writeReply).join('')}`
}

/** The reply at a place, and the place after it. */
export function readReply(bytes: string, at = 0): readonly [reply: Reply, next: number] {
  const end = bytes.indexOf('\r\n', at)
  const line = bytes.slice(at + 1, end < 0 ? undefined : end)
  let next = end < 0 ? bytes.length : end + 2
  const sign = bytes[at]
  if (sign === '+') return [{ line }, next]
  if (sign === '-') return [{ error: line }, next]
  if (sign === ':') return [Number(line), next]
  if (sign === '$') return line === '-1' ? [null, next] : [bytes.slice(next, next + Number(line)), next + Number(line) + 2]
  const replies: Reply[] = []
  for (let left = Number(line); left > 0 && next < bytes.length; left -= 1) {
    const [reply, after] = readReply(bytes, next)
    replies.push(reply)
    next = after
  }
  return [replies, next]
}
