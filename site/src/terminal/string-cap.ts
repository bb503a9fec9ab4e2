// Caps the strings inside escape sequences (OSC, DCS, SOS, PM, APC): what is longer than any honest title, link or colour
// is left out, so that a stream that never ends its string cannot fill the terminal's memory.

const esc = 0x1b
const bell = 0x07
const cancel = 0x18
const substitute = 0x1a
/** First byte of the two that UTF-8 writes for the control characters U+0080 to U+009F. */
const c1Lead = 0xc2
/** After ESC, or as C1: DCS, SOS, OSC, PM, APC. */
const openers = new Set([0x50, 0x58, 0x5d, 0x5e, 0x5f])
const terminator = 0x9c

type State = 'ground' | 'escape' | 'intermediate' | 'lead' | 'string' | 'string-lead'

/** A filter for one terminal's bytes; it remembers where it is between chunks. */
export class StringCap {
  readonly #cap: number
  #state: State = 'ground'
  #length = 0

  constructor(cap = 64 * 1024) {
    this.#cap = cap
  }

  /** The bytes without what goes beyond the cap. The same array where there is nothing to leave out. */
  filter(bytes: Uint8Array): Uint8Array {
    if (this.#state === 'ground' && !bytes.includes(esc) && !bytes.includes(c1Lead)) return bytes
    let kept: Uint8Array | undefined
    let size = 0
    for (let at = 0; at < bytes.length; at += 1) {
      const byte = bytes[at] ?? 0
      const before = this.#state
      this.#state = this.#next(byte)
      const over = this.#length > this.#cap
      const drop = over && inString(before) && inString(this.#state)
      // The lead of a C1 terminator was left out with the string before it.
      const lead = over && before === 'string-lead' && this.#state === 'ground' && byte === terminator
      if ((drop || lead) && !kept) {
        kept = new Uint8Array(bytes.length + 1)
        kept.set(bytes.subarray(0, at))
        size = at
      }
      if (!kept || drop) continue
      if (lead) kept[size++] = c1Lead
      kept[size++] = byte
    }
    return kept ? kept.subarray(0, size) : bytes
  }

  #next(byte: number): State {
    switch (this.#state) {
      case 'ground':
        return byte === esc ? 'escape' : byte === c1Lead ? 'lead' : 'ground'
      case 'escape':
        if (byte === esc) return 'escape'
        if (openers.has(byte)) return this.#begin()
        return byte >= 0x20 && byte <= 0x2f ? 'intermediate' : 'ground'
      case 'intermediate':
        if (byte === esc) return 'escape'
        return byte >= 0x20 && byte <= 0x2f ? 'intermediate' : 'ground'
      case 'lead':
        if (byte === esc) return 'escape'
        return openers.has(byte - 0x40) ? this.#begin() : 'ground'
      case 'string':
      case 'string-lead':
        return this.#inString(byte)
      default:
        return this.#state satisfies never
    }
  }

  #inString(byte: number): State {
    if (byte === esc) return 'escape'
    if (byte === bell || byte === cancel || byte === substitute) return 'ground'
    if (this.#state === 'string-lead' && byte === terminator) return 'ground'
    this.#length += 1
    return byte === c1Lead ? 'string-lead' : 'string'
  }

  #begin(): State {
    this.#length = 0
    return 'string'
  }
}

function inString(state: State): boolean {
  return state === 'string' || state === 'string-lead'
}
