// The raw output of one terminal: every byte by its offset, on disk before anybody sees it (decision 21).
import { closeSync, existsSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs'
import type { Screens } from './screen/screens.ts'

/** What of the output is kept, in bytes; at twice this much the older half is folded into a repaint. */
export const keptOutput = 1 << 20
/** Where no repaint comes (its worker was stuck), the older half is let go without one. */
const most = 4 * keptOutput

/** The output of a terminal. Offsets count from its first byte ever. */
export interface TerminalLog {
  /** Offset of the first byte that is kept. */
  readonly start: number
  /** Offset after the last byte. */
  readonly end: number
  /** Escape sequences that paint a terminal as it was at `start`; empty where nothing was let go. */
  readonly screen: string
  append(bytes: Uint8Array): void
  /** At most `length` bytes from an offset that is kept. A view: it is good until the next append. */
  read(from: number, length: number): Uint8Array
  close(): void
}

/** What a log is opened with. Without `file` it is in memory alone. */
export interface TerminalLogOptions {
  readonly file?: string
  readonly screens: Screens
  size(): { readonly columns: number; readonly rows: number }
  /** Told of a write that failed: the output goes on in memory alone. */
  problem(error: unknown): void
}

/** Opens a log; one that a file holds goes on. */
export function openTerminalLog(options: TerminalLogOptions): TerminalLog {
  return new FileLog(options)
}

class FileLog implements TerminalLog {
  start = 0
  screen = ''
  readonly #options: TerminalLogOptions
  #bytes = Buffer.alloc(16 * 1024)
  #length = 0
  #file: number | undefined
  #folding = false

  constructor(options: TerminalLogOptions) {
    this.#options = options
    const { file } = options
    if (file === undefined) return
    if (existsSync(file)) this.#load(file)
    else writeFileSync(file, head(0, ''))
    this.#file = openSync(file, 'a')
  }

  get end(): number {
    return this.start + this.#length
  }

  append(bytes: Uint8Array): void {
    if (this.#file !== undefined) this.#onDisk((file) => writeSync(file, bytes))
    this.#reserve(this.#length + bytes.length)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
    if (this.#length > most) this.#keepFrom(this.#cut(), '')
    else if (this.#length > 2 * keptOutput && !this.#folding) void this.#fold()
  }

  read(from: number, length: number): Uint8Array {
    const at = from - this.start
    return this.#bytes.subarray(at, Math.min(at + length, this.#length))
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
  }

  async #fold(): Promise<void> {
    this.#folding = true
    const [from, cut] = [this.start, this.#cut()]
    const older = Uint8Array.from(this.read(from, cut - from))
    const screen = await this.#options.screens.fold({ screen: this.screen, bytes: older, ...this.#options.size() })
    if (this.start === from) this.#keepFrom(cut, screen)
    this.#folding = false
  }

  /** The offset of a line's beginning from which about as much is left as is to be kept. */
  #cut(): number {
    const wanted = this.#length - keptOutput
    const line = this.#bytes.subarray(0, this.#length).indexOf(10, wanted)
    return this.start + (line < 0 || line - wanted > 4096 ? wanted : line + 1)
  }

  #keepFrom(offset: number, screen: string): void {
    const rest = Buffer.from(this.read(offset, this.end - offset))
    this.start = offset
    this.screen = screen
    this.#bytes = rest
    this.#length = rest.length
    const { file } = this.#options
    if (file === undefined) return
    this.#onDisk((open) => {
      writeFileSync(`${file}.new`, Buffer.concat([Buffer.from(head(offset, screen)), rest]))
      renameSync(`${file}.new`, file)
      closeSync(open)
      this.#file = openSync(file, 'a')
    })
  }

  #onDisk(write: (file: number) => void): void {
    if (this.#file === undefined) return
    try {
      write(this.#file)
    } catch (error) {
      this.#options.problem(error)
    }
  }

  #load(file: string): void {
    const all = readFileSync(file)
    const line = all.indexOf(10)
    const { start = 0, screen = '' } = parseHead(all.subarray(0, Math.max(0, line)))
    this.start = start
    this.screen = screen
    this.#bytes = all.subarray(line + 1)
    this.#length = this.#bytes.length
  }

  #reserve(length: number): void {
    if (length <= this.#bytes.length) return
    const larger = Buffer.alloc(Math.max(length, this.#bytes.length * 2))
    larger.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = larger
  }
}

/** The first line of the file: where its bytes begin. */
function head(start: number, screen: string): string {
  return `${JSON.stringify({ drydock: 'terminal 1', start, screen })}\n`
}

function parseHead(line: Uint8Array): { readonly start?: number; readonly screen?: string } {
  try {
    return JSON.parse(Buffer.from(line).toString('utf8')) as { start?: number; screen?: string }
  } catch {
    return {}
  }
}
