// What a process reads and writes: queues of byte strings.

/** Where a process writes. Throws `BrokenPipe` when nobody reads any more. `behind` is what to await before the next write, while a reader is behind. */
export type Write = ((bytes: string) => void) & { behind?(): Promise<void> | undefined }

/** A program that wants to have read more than memory holds: it is killed. */
export class MemoryFull extends Error {
  constructor() {
    super('out of memory')
  }
}

/** Bytes that a pipe holds before its writer has to wait. A real one holds 64 KiB; here readers are not woken for each piece. */
const roomy = 2 ** 20
/** Bytes that somebody who wants to read all can take in. */
const mostRead = 128 * 2 ** 20

/** A write to a pipe whose reader is gone. */
export class BrokenPipe extends Error {}

/** What a program has read and goes on to keep. Throws `MemoryFull`. */
export function remembered(text: string, more: string): string {
  if (text.length + more.length > mostRead) throw new MemoryFull()
  return text + more
}

/** A queue of bytes with an end: a pipe, or the keyboard of whoever is attached. */
export class Pipe {
  #held = ''
  #ended = false
  #closed = false
  /** Whoever reads next finds the end, once. */
  #once = false
  #wake: (() => void) | undefined
  /** What came since somebody looked for a mark: to look through all that is held again and again takes long. */
  #fresh: string | undefined
  /** Writers that wait for its reader. */
  #drain: PromiseWithResolvers<void> | undefined

  write(bytes: string): void {
    if (this.#closed) throw new BrokenPipe()
    this.#held += bytes
    if (this.#fresh !== undefined) this.#fresh += bytes
    this.#wake?.()
  }

  /** What a writer awaits while there is much that nobody asks for. */
  behind(): Promise<void> | undefined {
    if (this.#held.length <= roomy || this.#wake || this.#closed) return undefined
    this.#drain ??= Promise.withResolvers<void>()
    return this.#drain.promise
  }

  #drained(): void {
    this.#drain?.resolve()
    this.#drain = undefined
  }

  /** No more will be written. */
  end(): void {
    this.#ended = true
    this.#wake?.()
  }

  /** The end for whoever reads, and for nobody after. */
  endOnce(): void {
    this.#once = true
    this.#wake?.()
  }

  /** Nobody will read any more. */
  close(): void {
    this.#closed = true
    this.#drained()
  }

  get empty(): boolean {
    return this.#held === ''
  }

  /** Everything there is, waiting for some; undefined at the end. */
  async read(): Promise<string | undefined> {
    while (this.#held === '' && !this.#over) await this.#more()
    return this.takeAll() || undefined
  }

  /** The next line without its end; undefined at the end. */
  async readLine(): Promise<string | undefined> {
    await this.ready('\n')
    return this.take('\n')?.text
  }

  /** Resolves when a mark is there, or so many bytes, or the end. */
  async ready(mark: string | undefined, most = Number.POSITIVE_INFINITY): Promise<void> {
    let found = mark !== undefined && this.#held.includes(mark)
    while (!found && this.#held.length < most && !this.#over) {
      remembered(this.#held, '')
      this.#fresh = ''
      await this.#more()
      found = mark !== undefined && this.#fresh.includes(mark)
    }
    this.#fresh = undefined
  }

  /** What comes before a mark, or at most so many bytes; `ended` if the mark was there. Undefined at the end. */
  take(mark: string | undefined, most = Number.POSITIVE_INFINITY): { readonly text: string; readonly ended: boolean } | undefined {
    if (this.#held === '') {
      this.#once = false
      return undefined
    }
    const end = mark === undefined ? -1 : this.#held.indexOf(mark)
    const ended = end >= 0 && end <= most
    const length = ended ? end : Math.min(most, this.#held.length)
    const text = this.#held.slice(0, length)
    this.#held = this.#held.slice(length + (ended && length < most ? 1 : 0))
    if (this.#held.length <= roomy) this.#drained()
    return { text, ended: ended || length === most }
  }

  /** What is there by now. */
  takeAll(): string {
    const held = this.#held
    if (held === '') this.#once = false
    this.#held = ''
    this.#drained()
    return held
  }

  async readAll(): Promise<string> {
    while (!this.#over) {
      remembered(this.#held, '')
      await this.#more()
    }
    this.#once = false
    return this.takeAll()
  }

  get #over(): boolean {
    return this.#ended || this.#once
  }

  #more(): Promise<void> {
    this.#drained()
    return new Promise((wake) => {
      this.#wake = () => {
        this.#wake = undefined
        wake()
      }
    })
  }
}

/** An input that holds this and ends. */
export function inputOf(bytes: string): Pipe {
  const pipe = new Pipe()
  if (bytes !== '') pipe.write(bytes)
  pipe.end()
  return pipe
}
