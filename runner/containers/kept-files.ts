// What was written in the containers of a cluster, counted: all of it lies in the memory of a process that many share.
import type { Entry } from './files.ts'

/** Bytes that the containers of one cluster keep together, zeros of sparse files aside; then their disk is full. */
const most = 192 * 2 ** 20

/** What is added to a file at once, bytes, to be worth a copy of it, if it is no small part of the whole. */
const large = 65_536

/** How much is kept in all trees of a cluster, bytes. */
export interface Kept {
  bytes: number
}

/** What was written over one tree, by path. */
export class KeptFiles extends Map<string, Entry | null> {
  readonly #kept: Kept

  constructor(kept: Kept) {
    super()
    this.#kept = kept
  }

  /** True if there is room for this entry in place of what is there. */
  fits(path: string, entry: Entry): boolean {
    const more = bytesOf(entry) - bytesOf(this.get(path))
    return more <= 0 || this.#kept.bytes + more <= most
  }

  override set(path: string, entry: Entry | null): this {
    const more = bytesOf(entry) - bytesOf(this.get(path))
    this.#kept.bytes += more
    return super.set(path, entry?.kind === 'file' && more >= large && more * 4 >= bytesOf(entry) ? { ...entry, content: inOnePiece(entry.content) } : entry)
  }

  override delete(path: string): boolean {
    this.#kept.bytes -= bytesOf(this.get(path))
    return super.delete(path)
  }

  override clear(): void {
    for (const path of [...this.keys()]) this.delete(path)
  }
}

/** A text that was put together from many pieces takes many times its length in memory until a character within it is asked for: V8 makes one piece of it then. */
function inOnePiece(content: string): string {
  content.charCodeAt(content.length - 1)
  return content
}

function bytesOf(entry: Entry | null | undefined): number {
  return entry?.kind === 'file' ? entry.content.length : 0
}
