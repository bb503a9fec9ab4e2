// Reading DER (ITU X.690): elements, what is inside of them, and object identifiers.

/** An element: its tag, all of its bytes, and those of its contents. */
export interface Element {
  readonly tag: number
  readonly whole: Uint8Array
  readonly contents: Uint8Array
}

/** The element that begins at a place; throws for one that is cut off. */
export function elementAt(bytes: Uint8Array, start: number): Element {
  const tag = bytes[start] ?? 0
  const first = bytes[start + 1] ?? 0
  const count = first < 128 ? 0 : first & 127
  const length = count === 0 ? first : bytes.slice(start + 2, start + 2 + count).reduce((sum, byte) => sum * 256 + byte, 0)
  const from = start + 2 + count
  if (from + length > bytes.length) throw new Error('DER ends too early')
  return { tag, whole: bytes.slice(start, from + length), contents: bytes.slice(from, from + length) }
}

/** The elements inside of one. */
export function childrenOf({ contents }: Element): readonly Element[] {
  const children: Element[] = []
  for (let at = 0; at < contents.length; ) {
    const child = elementAt(contents, at)
    children.push(child)
    at += child.whole.length
  }
  return children
}

/** The dotted form of an OBJECT IDENTIFIER. */
export function identifierOf(bytes: Uint8Array): string {
  const numbers: number[] = []
  let value = 0
  for (const byte of bytes) {
    value = value * 128 + (byte & 127)
    if (byte < 128) {
      numbers.push(value)
      value = 0
    }
  }
  const [first = 0, ...rest] = numbers
  return [Math.floor(first / 40), first % 40, ...rest].join('.')
}
