// A place in a script, and what stands between its words: blanks, comments, here-documents.
import type { Cursor } from './cursor.ts'
import type { Language } from './dialect.ts'
import { SyntaxFault } from './faults.ts'
import { readQuoted } from './parse-word.ts'
import type { Node, Word } from './syntax.ts'

/** Words that mean something where a command begins. */
export const reserved: ReadonlySet<string> = new Set([
  'if',
  'then',
  'elif',
  'else',
  'fi',
  'for',
  'while',
  'until',
  'do',
  'done',
  'case',
  'esac',
  '{',
  '}',
  '!',
  'in',
])

/** A here-document that was announced. */
export interface Announced {
  readonly end: string
  readonly quoted: boolean
  readonly stripped: boolean
  readonly redirection: { target: Word }
}

/** Reads a script from the left to the right; the grammar stands on it. */
export abstract class Reader implements Cursor {
  text: string
  at = 0
  readonly language: Language
  readonly pending: Announced[] = []
  unended = false

  constructor(text: string, language: Language) {
    this.text = text
    this.language = language
  }

  /** Commands up to one of the closing words. */
  abstract list(closing: readonly string[]): Node
  /** One command with its redirections. */
  abstract command(): Node
  abstract readonly nested: Cursor['nested']

  get char(): string | undefined {
    return this.text[this.at]
  }

  get line(): number {
    let count = 0
    for (let at = this.text.indexOf('\n'); at >= 0 && at < this.at; at = this.text.indexOf('\n', at + 1)) count += 1
    return count
  }

  /** True if what is left fits; the expression is sticky. */
  sees(expression: RegExp): RegExpExecArray | null {
    expression.lastIndex = this.at
    return expression.exec(this.text)
  }

  blank(lines = false): void {
    for (;;) {
      const { char } = this
      if (char === '#') while (this.at < this.text.length && this.char !== '\n') this.at += 1
      else if (char === '\\' && this.text[this.at + 1] === '\n' && this.at + 2 < this.text.length) this.at += 2
      else if (char === ' ' || char === '\t' || char === '\r') this.at += 1
      else if (char === '\n' && lines) {
        this.at += 1
        this.#hereDocuments()
      } else return
    }
  }

  /** Here-documents follow the line that named them. */
  #hereDocuments(): void {
    for (const { end, quoted, stripped, redirection } of this.pending.splice(0)) {
      const lines: string[] = []
      for (;;) {
        if (this.at >= this.text.length) {
          this.unended = true
          break
        }
        const stop = this.text.indexOf('\n', this.at)
        const raw = this.text.slice(this.at, stop < 0 ? undefined : stop)
        this.at = stop < 0 ? this.text.length : stop + 1
        const line = stripped ? raw.replace(/^\t+/, '') : raw
        if (line === end) break
        lines.push(line)
      }
      const text = lines.map((line) => `${line}\n`).join('')
      redirection.target = quoted ? [{ kind: 'text', text, quoted: true }] : readQuoted(text, this)
    }
  }

  peekWord(): string {
    return this.sees(/(?:[\w[\]!{}-]+)(?=[\s;&|<>()]|$)/y)?.[0] ?? ''
  }

  take(word: string): boolean {
    this.blank()
    if (this.peekWord() !== word) return false
    this.at += word.length
    return true
  }

  expect(word: string): void {
    this.blank(true)
    if (!this.take(word)) this.unexpected(word)
  }

  sign(sign: string): void {
    this.blank(true)
    if (this.char === sign) this.at += 1
    else this.unexpected(sign)
  }

  unexpected(expecting?: string): never {
    const where = { line: this.line }
    const wanted = expecting === undefined ? {} : { expecting }
    if (this.at >= this.text.length) throw new SyntaxFault({ kind: 'end', ...wanted }, { ...where, incomplete: true })
    const sign = this.sees(/;;|&&|\|\||[;&|()\n]|[<>]/y)?.[0]
    if (sign !== undefined) throw new SyntaxFault({ kind: 'unexpected', token: sign, ...wanted }, where)
    const word = this.sees(/[^\s;&|()<>]+/y)?.[0] ?? ''
    throw new SyntaxFault({ kind: 'unexpected', token: word, word: !reserved.has(word), ...wanted }, where)
  }
}
