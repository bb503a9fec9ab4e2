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

  /** Nobody will read any more. */
  close(): void {
    this.#closed = true
  }

  get empty(): boolean {
    return this.#held === ''
  }

  /** Everything there is, waiting for some; undefined at the end. */
  async read(): Promise<string | undefined> {
    while (this.#held === '' && !this.#ended) await this.#more()
    const held = this.#held
    this.#held = ''
    return held === '' ? undefined : held
  }

  /** The next line without its end; undefined at the end. */
  async readLine(): Promise<string | undefined> {
    while (!this.#held.includes('\n') && !this.#ended) await this.#more()
    if (this.#held === '') return undefined
    const end = this.#held.indexOf('\n')
    const line = end < 0 ? this.#held : this.#held.slice(0, end)
    this.#held = end < 0 ? '' : this.#held.slice(end + 1)
    return line
  }

  async readAll(): Promise<string> {
    while (!this.#ended) await this.#more()
    const held = this.#held
    this.#held = ''
    return held
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
