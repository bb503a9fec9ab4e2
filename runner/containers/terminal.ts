// A terminal between a person and a program: it echoes what is typed, lets lines be mended, and ends lines twice.
import type { Pipe, Write } from './streams.ts'

/** The discipline of lines of one terminal. */
export class Terminal {
  readonly #input: Pipe
  readonly #show: Write
  readonly #interrupt: () => void
  readonly #past: string[] = []
  #line = ''
  #place = 0
  #escape: string | undefined

  constructor(options: { readonly input: Pipe; readonly show: Write; interrupt(): void }) {
    this.#input = options.input
    this.#show = options.show
    this.#interrupt = options.interrupt
  }

  /** What a program prints, as a terminal is sent it. */
  print(bytes: string): void {
    this.#show(bytes.replace(/\r?\n/g, '\r\n'))
  }

  /** What was typed. */
  type(bytes: string): void {
    for (const char of bytes) this.#key(char)
  }

  #key(char: string): void {
    if (this.#escape !== undefined) this.#escaped(char)
    else if (char === '\x1b') this.#escape = ''
    else if (char === '\r' || char === '\n') this.#enter()
    else if (char === '\x7f' || char === '\b') this.#rub()
    else if (char === '\x03') {
      this.#show('^C')
      this.#line = ''
      this.#interrupt()
    } else if (char === '\x04') {
      if (this.#line === '') this.#input.end()
    } else if (char === '\x15') this.#replace('')
    else if (char >= ' ' || char === '\t') {
      this.#line += char
      this.#show(char)
    }
  }

  #enter(): void {
    this.#show('\r\n')
    if (this.#line.trim() !== '') this.#past.push(this.#line)
    this.#place = this.#past.length
    this.#input.write(`${this.#line}\n`)
    this.#line = ''
  }

  #rub(): void {
    if (this.#line === '') return
    this.#line = this.#line.slice(0, -1)
    this.#show('\b \b')
  }

  #escaped(char: string): void {
    this.#escape += char
    if (this.#escape === '[' || this.#escape === 'O') return
    const key = this.#escape?.at(-1)
    this.#escape = undefined
    if (key !== 'A' && key !== 'B') return
    this.#place = Math.min(Math.max(this.#place + (key === 'A' ? -1 : 1), 0), this.#past.length)
    this.#replace(this.#past[this.#place] ?? '')
  }

  #replace(line: string): void {
    this.#show(`${'\b \b'.repeat(this.#line.length)}${line}`)
    this.#line = line
  }
}
