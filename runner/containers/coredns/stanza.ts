// The words of one directive, read one after another as its plugin reads them (coredns/caddy `caddyfile/dispenser.go`).
import { CorefileError, placeOf } from './corefile.ts'
import { linesIn, type Token } from './tokens.ts'

/** A reader of the words of a directive; it may stand several times. */
export class Stanza {
  readonly #tokens: readonly Token[]
  #at = -1
  #depth = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  /** Goes to the next word: at first, and after the end of a block, that is the name of the directive. */
  next(): boolean {
    if (this.#at >= this.#tokens.length - 1) return false
    this.#at += 1
    return true
  }

  /** The present word. */
  get text(): string {
    return this.#token.text
  }

  /** The words that are left on the line, up to a brace. */
  args(): readonly string[] {
    const words: string[] = []
    for (let next = this.#following; next && next.text !== '{'; next = this.#following) {
      words.push(next.text)
      this.#at += 1
    }
    return words
  }

  /** Goes to the next line of the directive's block; false at its end, or where there is none. */
  line(): boolean {
    if (this.#depth > 0) {
      if (!this.next()) return false
      if (this.text !== '}') return true
      this.#depth -= 1
      return false
    }
    if (this.#following?.text !== '{') return false
    this.#at += 2
    if (this.text === '}') return false
    this.#depth += 1
    return true
  }

  /** An error that names the place of the present word. */
  wrong(text: string): CorefileError {
    return new CorefileError(`${placeOf(this.#token)} - Error during parsing: ${text}`)
  }

  /** Too few words, or too many. */
  wrongCount(): CorefileError {
    return this.wrong(this.text === '{' ? "Unexpected token '{', expecting argument" : `Wrong argument count or unexpected line ending after '${this.text}'`)
  }

  get #token(): Token {
    return this.#tokens[this.#at] ?? { file: '', line: 0, text: '' }
  }

  get #following(): Token | undefined {
    const [here, next] = [this.#token, this.#tokens[this.#at + 1]]
    return next && next.file === here.file && here.line + linesIn(here.text) === next.line ? next : undefined
  }
}
