// What bash says of itself between its outputs: OSC 133, the marks of "semantic prompts" that bashrc.sh prints.

/** `prompt`: it waits for a command; `start`: one begins; `end`: one is over. */
export type ShellMark = { readonly kind: 'prompt' | 'start' } | { readonly kind: 'end'; readonly exit: number }

const command = Buffer.from('\x1b]')
const opening = Buffer.from('\x1b]133;')
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are made of them
const pattern = /\x1b\]133;([BCD])(?:;(\d{1,3}))?(?:\x07|\x1b\\)/g
/** Longest mark, in bytes: what a chunk may end in the middle of. */
const longest = 16

/** Reads marks out of a stream of output, over the borders of its chunks. */
export function createMarkReader(): (bytes: Uint8Array) => readonly ShellMark[] {
  let carried = Buffer.alloc(0)
  return (bytes) => {
    const all = carried.length > 0 ? Buffer.concat([carried, bytes]) : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const marks: ShellMark[] = []
    let read = 0
    if (all.includes(opening)) {
      for (const found of all.toString('latin1').matchAll(pattern)) {
        read = found.index + found[0].length
        marks.push(markOf(found[1] ?? '', found[2]))
      }
    }
    const last = all.lastIndexOf(command)
    const begun = last >= read && all.length - last < longest ? last : all.at(-1) === 27 ? all.length - 1 : -1
    carried = begun >= read ? Buffer.from(all.subarray(begun)) : Buffer.alloc(0)
    return marks
  }
}

function markOf(letter: string, exit: string | undefined): ShellMark {
  if (letter === 'D') return { kind: 'end', exit: Number(exit ?? 0) }
  return { kind: letter === 'B' ? 'prompt' : 'start' }
}
