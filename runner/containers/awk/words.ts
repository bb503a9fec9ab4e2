// The words of an awk program, one after another.
import { AwkFault } from './syntax.ts'
import { type Token, tokensOf } from './tokens.ts'

const end: Token = { kind: 'end', text: '' }

/** A place in the words of a program. */
export class Words {
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(program: string) {
    this.#tokens = tokensOf(program)
  }

  get token(): Token {
    return this.#tokens[this.#at] ?? end
  }

  /** True if the next word is this keyword or sign. */
  at(text: string): boolean {
    const { kind, text: word } = this.token
    return (kind === 'sign' || kind === 'word') && word === text
  }

  is(kind: Token['kind']): boolean {
    return this.token.kind === kind
  }

  /** Goes past a keyword or sign, if it is next. */
  take(text: string): boolean {
    if (!this.at(text)) return false
    this.#at += 1
    return true
  }

  /** The next word, whatever it is. */
  next(): Token {
    const { token } = this
    this.#at += 1
    return token
  }

  expect(text: string): void {
    if (!this.take(text)) throw this.fault()
  }

  name(): string {
    const token = this.next()
    if (token.kind !== 'name' && token.kind !== 'function name') throw this.fault()
    return token.text
  }

  fault(): AwkFault {
    return new AwkFault('Unexpected token')
  }

  mark(): number {
    return this.#at
  }

  goBack(mark: number): void {
    this.#at = mark
  }

  skipNewlines(): void {
    while (this.is('newline')) this.#at += 1
  }

  /** Goes past newlines and semicolons. */
  skipEnds(): void {
    while (this.is('newline') || this.at(';')) this.#at += 1
  }

  /** True where a simple statement ends. */
  endsStatement(): boolean {
    return this.is('newline') || this.is('end') || this.at(';') || this.at('}') || this.at(')')
  }

  /** A statement that has to be over here. */
  ended<statement>(statement: statement): statement {
    if (!this.endsStatement()) throw this.fault()
    this.take(';')
    return statement
  }

  /** `NAME in ARRAY)` of a loop over an array; undefined, and nothing passed, for any other. */
  eachOf(): { readonly name: string; readonly array: string } | undefined {
    const [name, word, array, close] = this.#tokens.slice(this.#at, this.#at + 4)
    if (name?.kind !== 'name' || word?.text !== 'in' || array?.kind !== 'name' || close?.text !== ')') return undefined
    this.#at += 4
    return { name: name.text, array: array.text }
  }
}
