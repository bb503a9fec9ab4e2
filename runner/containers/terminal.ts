// A terminal between a person and a program: it echoes what is typed, lets lines be mended, remembers and completes them, and ends lines twice.
import type { Pipe, Write } from './streams.ts'

/** What a program that reads lines tells the terminal of how they could go on. */
export interface Typing {
  /** What the last word of a line could become: whole words, with what follows them. */
  complete?: (line: string) => readonly string[]
}

/** How large a terminal is, as it was told last; nothing before. */
export interface Screen {
  columns: number
  rows: number
}

/** The terminal that programs were begun at. What they read and print is on it until it is led elsewhere: into a pipe, a file. */
export interface Console {
  readonly stdin: Pipe
  readonly out: Write
  readonly err: Write
  readonly screen: Screen
}

/** What a terminal is between. */
interface TerminalOptions {
  readonly input: Pipe
  readonly show: Write
  readonly typing?: Typing
  interrupt(): void
}

const keys: Readonly<Record<string, keyof typeof moves>> = {
  '\x01': 'home',
  '\x02': 'left',
  '\x05': 'end',
  '\x06': 'right',
  '\x08': 'rub',
  '\x7f': 'rub',
  '\x0b': 'cutEnd',
  '\x0c': 'clear',
  '\x0e': 'newer',
  '\x10': 'older',
  '\x15': 'cutStart',
  '\x17': 'cutWord',
  '\t': 'complete',
}

const sequences: Readonly<Record<string, keyof typeof moves>> = {
  '[A': 'older',
  '[B': 'newer',
  '[C': 'right',
  '[D': 'left',
  '[F': 'end',
  '[H': 'home',
  OA: 'older',
  OB: 'newer',
  OC: 'right',
  OD: 'left',
  OF: 'end',
  OH: 'home',
  '[1~': 'home',
  '[3~': 'delete',
  '[4~': 'end',
  '[7~': 'home',
  '[8~': 'end',
}

/** What keys do to a line. */
const moves = {
  home: (line: Line) => line.go(0),
  end: (line: Line) => line.go(line.length),
  left: (line: Line) => line.go(line.at - 1),
  right: (line: Line) => line.go(line.at + 1),
  rub: (line: Line) => line.cut(line.at - 1, line.at),
  delete: (line: Line) => line.cut(line.at, line.at + 1),
  cutEnd: (line: Line) => line.cut(line.at, line.length),
  cutStart: (line: Line) => line.cut(0, line.at),
  cutWord: (line: Line) => line.cut(line.wordStart, line.at),
  clear: 'terminal',
  older: 'terminal',
  newer: 'terminal',
  complete: 'terminal',
} as const

/** The line that is typed, as it stands on the screen; a cell holds the bytes of one character. */
class Line {
  #cells: string[] = []
  at = 0
  readonly #show: Write

  constructor(show: Write) {
    this.#show = show
  }

  get length(): number {
    return this.#cells.length
  }

  get text(): string {
    return this.#cells.join('')
  }

  /** What stands before the cursor. */
  get before(): string {
    return this.#cells.slice(0, this.at).join('')
  }

  /** Where the word before the cursor begins. */
  get wordStart(): number {
    let start = this.at
    while (start > 0 && this.#cells[start - 1] === ' ') start -= 1
    while (start > 0 && this.#cells[start - 1] !== ' ') start -= 1
    return start
  }

  go(place: number): void {
    const to = Math.min(Math.max(place, 0), this.#cells.length)
    this.#show(to < this.at ? '\b'.repeat(this.at - to) : this.#cells.slice(this.at, to).join(''))
    this.at = to
  }

  insert(char: string): void {
    const last = this.#cells[this.at - 1]
    // Bytes that go on with a character belong to its cell.
    if (char >= '\x80' && char < '\xc0' && last !== undefined && last >= '\xc0') {
      this.#cells[this.at - 1] = last + char
      this.#show(char)
      return
    }
    this.#cells.splice(this.at, 0, char)
    this.at += 1
    const rest = this.#cells.slice(this.at)
    this.#show(char + rest.join('') + '\b'.repeat(rest.length))
  }

  cut(from: number, to: number): void {
    if (from < 0 || to > this.#cells.length || from >= to) return
    this.go(from)
    this.#cells.splice(from, to - from)
    const rest = this.#cells.slice(from)
    this.#show(`${rest.join('')}${' '.repeat(to - from)}${'\b'.repeat(rest.length + to - from)}`)
  }

  /** Puts another text in place of the line. */
  replace(text: string): void {
    this.go(this.#cells.length)
    this.#show('\b \b'.repeat(this.#cells.length))
    this.#cells = []
    this.at = 0
    for (const char of text) this.insert(char)
  }

  /** The line is given away. */
  take(): string {
    const { text } = this
    this.#cells = []
    this.at = 0
    return text
  }

  /** The line once more, as on an empty screen. */
  again(): void {
    this.#show(this.text + '\b'.repeat(this.#cells.length - this.at))
  }
}

/** The discipline of lines of one terminal. */
export class Terminal {
  readonly #options: TerminalOptions
  readonly #past: string[] = []
  readonly #line: Line
  #place = 0
  #escape: string | undefined
  /** What a program printed since its last line end: its prompt. */
  #prompt = ''
  /** The last key was a tab that did not help. */
  #asked = false

  constructor(options: TerminalOptions) {
    this.#options = options
    this.#line = new Line(options.show)
  }

  /** What a program prints, as a terminal is sent it. */
  print(bytes: string): void {
    this.#prompt = (this.#prompt + bytes).slice((this.#prompt + bytes).lastIndexOf('\n') + 1)
    this.#options.show(bytes.replace(/\r?\n/g, '\r\n'))
  }

  /** What was typed. */
  type(bytes: string): void {
    for (const char of bytes) this.#key(char)
  }

  #key(char: string): void {
    const move = keys[char]
    if (char !== '\t') this.#asked = false
    if (this.#escape !== undefined) this.#escaped(char)
    else if (char === '\x1b') this.#escape = ''
    else if (char === '\r' || char === '\n') this.#enter()
    else if (char === '\x03') this.#interrupt()
    else if (char === '\x04') this.#endOrDelete()
    else if (move) this.#move(move)
    else if (char >= ' ') this.#line.insert(char)
  }

  #interrupt(): void {
    this.#options.show('^C')
    this.#line.take()
    this.#options.interrupt()
  }

  /** The end of the input for whoever reads, if nothing was typed. */
  #endOrDelete(): void {
    if (this.#line.length === 0) this.#options.input.endOnce()
    else this.#move('delete')
  }

  #enter(): void {
    this.#options.show('\r\n')
    this.#prompt = ''
    const text = this.#line.take()
    if (text.trim() !== '' && text !== this.#past.at(-1)) this.#past.push(text)
    this.#place = this.#past.length
    this.#options.input.write(`${text}\n`)
  }

  #escaped(char: string): void {
    this.#escape += char
    if (/^[[O]?$/.test(this.#escape ?? '') || /^\[[\d;]+$/.test(this.#escape ?? '')) return
    const move = sequences[this.#escape ?? '']
    this.#escape = undefined
    if (move) this.#move(move)
  }

  #move(name: keyof typeof moves): void {
    const move = moves[name]
    if (move !== 'terminal') move(this.#line)
    else if (name === 'complete') this.#complete()
    else if (name === 'clear') {
      this.#options.show(`\x1b[H\x1b[J${this.#prompt}`)
      this.#line.again()
    } else {
      this.#place = Math.min(Math.max(this.#place + (name === 'older' ? -1 : 1), 0), this.#past.length)
      this.#line.replace(this.#past[this.#place] ?? '')
    }
  }

  /** Goes on as far as all that could follow agree; asked twice, it shows what there is. */
  #complete(): void {
    const { before } = this.#line
    const complete = this.#options.typing?.complete
    if (!complete) {
      this.#line.insert('\t')
      return
    }
    const words = complete(before)
    const [, word = ''] = /([^\s;|&<>()='"]*)$/.exec(before) ?? []
    const shared = words.reduce((common, each) => common.slice(0, agreement(common, each)), words[0] ?? '')
    const more = shared.slice(word.length)
    for (const char of more) this.#line.insert(char)
    if (more !== '' || words.length < 2) return
    if (this.#asked) {
      this.#options.show(`\r\n${words.map((each) => nameOf(each)).join('  ')}\r\n${this.#prompt}`)
      this.#line.again()
    }
    this.#asked = true
  }
}

function agreement(one: string, other: string): number {
  let at = 0
  while (at < one.length && one[at] === other[at]) at += 1
  return at
}

/** The last part of a path, with the sign that follows it. */
function nameOf(path: string): string {
  const [, name = path] = /([^/]+\/?)\s*$/.exec(path) ?? []
  return name
}
