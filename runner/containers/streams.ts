// What a process reads and writes: queues of byte strings.

/** Where a process writes. Throws `BrokenPipe` when nobody reads any more. */
export type Write = (bytes: string) => void

/** A write to a pipe whose reader is gone. */
export class BrokenPipe extends Error {}

/** A queue of bytes with an end: a pipe, or the keyboard of whoever is attached. */
export class Pipe {
  #held = ''
  #ended = false
  #closed = false
  /** Whoever reads next finds the end, once. */
  #once = false
  #wake: (() => void) | undefined

  write(bytes: string): void {
    if (this.#closed) throw new BrokenPipe()
    this.#held += bytes
    this.#wake?.()
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
    while (!(mark !== undefined && this.#held.includes(mark)) && this.#held.length < most && !this.#over) await this.#more()
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
    return { text, ended: ended || length === most }
  }

  /** What is there by now. */
  takeAll(): string {
    const held = this.#held
    if (held === '') this.#once = false
    this.#held = ''
    return held
  }

  async readAll(): Promise<string> {
    while (!this.#over) await this.#more()
    this.#once = false
    return this.takeAll()
  }

  get #over(): boolean {
    return this.#ended || this.#once
  }

  #more(): Promise<void> {
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
