// Reads a script of `sed`.
import { basicExpression, extendedExpression } from './expressions.ts'

/** Where a command holds: a line by number, the last one, one that fits, every so many, or so many after the first. */
export type Address = number | '$' | RegExp | { readonly first: number; readonly step: number } | { readonly more: number }

/** One command. `text` is what it puts or names, `body` what stands between braces. */
export interface Edit {
  readonly from?: Address
  readonly to?: Address
  readonly negated: boolean
  readonly verb: string
  readonly pattern?: RegExp
  readonly text: string
  readonly flags: string
  readonly body: readonly Edit[]
}

/** A script that is none, or one that goes beyond this. */
export class SedFault extends Error {}

/** Reads commands from the front of a text. */
export class ScriptReader {
  #rest: string
  readonly #extended: boolean
  #last: RegExp | undefined

  constructor(script: string, extended: boolean) {
    this.#rest = script
    this.#extended = extended
  }

  /** All commands up to the end, or to the brace that closes them. */
  edits(inside = false): readonly Edit[] {
    const edits: Edit[] = []
    for (;;) {
      this.#take(/^(?:[\s;]+|#[^\n]*)+/)
      if (this.#rest === '') {
        if (inside) throw new SedFault('unmatched {')
        return edits
      }
      if (this.#take(/^\}/)) {
        if (inside) return edits
        throw new SedFault('unexpected }')
      }
      edits.push(this.#edit())
    }
  }

  #take(pattern: RegExp): RegExpMatchArray | undefined {
    const match = this.#rest.match(pattern)
    if (match) this.#rest = this.#rest.slice(match[0].length)
    return match ?? undefined
  }

  #edit(): Edit {
    const from = this.#address()
    const to = from !== undefined && this.#take(/^\s*,\s*/) ? this.#address() : undefined
    const negated = this.#take(/^\s*!\s*/) !== undefined
    const verb = this.#take(/^\s*(\S)/)?.[1] ?? ''
    const where = { ...(from !== undefined && { from }), ...(to !== undefined && { to }), negated, verb, text: '', flags: '', body: [] }
    if (verb === '{') return { ...where, body: this.edits(true) }
    if (verb === 's' || verb === 'y') return { ...where, ...this.#exchange(verb) }
    if (/^[aic]$/.test(verb)) return { ...where, text: this.#line() }
    if (/^[btT:]$/.test(verb)) return { ...where, text: (this.#take(verb === ':' ? /^[^\n;]*/ : /^[^\n;}]*/)?.[0] ?? '').trim() }
    if (verb === 'r' || verb === 'w') return { ...where, text: (this.#take(/^[^\n]*/)?.[0] ?? '').trim() }
    if (/^[qQ]$/.test(verb)) return { ...where, text: this.#take(/^ *(\d+)/)?.[1] ?? '' }
    if (/^[pPdDnNgGhHx=]$/.test(verb)) return where
    throw new SedFault(verb === 'l' || verb === '' ? `the command '${verb}' is not simulated` : `unsupported command ${verb}`)
  }

  #address(): Address | undefined {
    const [, first, step, last, more] = this.#take(/^(\d+)(?:~(\d+))?|^(\$)|^\+(\d+)/) ?? []
    if (first !== undefined) return step === undefined ? Number(first) : { first: Number(first), step: Number(step) }
    if (last !== undefined) return '$'
    if (more !== undefined) return { more: Number(more) }
    const sign = this.#take(/^(?:\/|\\(.))/)
    if (!sign) return undefined
    const source = this.#upTo(sign[1] ?? '/', 'unterminated address regex')
    return this.#expression(source, this.#take(/^I/) ? 'i' : '')
  }

  /** What stands before a sign, brackets and backslashes heeded. */
  #upTo(sign: string, fault: string): string {
    let text = ''
    for (let at = 0; at < this.#rest.length; at += 1) {
      const char = this.#rest[at] ?? ''
      if (char === sign) {
        this.#rest = this.#rest.slice(at + 1)
        return text
      }
      if (char === '\\') {
        at += 1
        const next = this.#rest[at] ?? ''
        text += next === sign && !/[.*[\]^$+?(){}|&\\]/.test(sign) ? next : `\\${next}`
      } else text += char
    }
    throw new SedFault(fault)
  }

  #expression(source: string, flags: string): RegExp {
    if (source === '') {
      if (!this.#last) throw new SedFault('no previous regexp')
      return this.#last
    }
    try {
      this.#last = new RegExp(this.#extended ? extendedExpression(source) : basicExpression(source), flags)
    } catch {
      throw new SedFault(`bad regex '${source}'`)
    }
    return this.#last
  }

  #exchange(verb: string): Pick<Edit, 'text' | 'flags' | 'pattern'> {
    const sign = this.#rest[0] ?? '/'
    this.#rest = this.#rest.slice(1)
    const source = this.#upTo(sign, `unterminated \`${verb}' command`)
    const text = this.#upTo(sign, `unterminated \`${verb}' command`)
    if (verb === 'y') return this.#exchangeOfLetters(source, text)
    const flags = this.#take(/^[gpiI0-9]*/)?.[0] ?? ''
    if (/^[wem]/.test(this.#rest)) throw new SedFault(`the flag '${this.#rest[0]}' of 's' is not simulated`)
    return { text, flags, pattern: this.#expression(source, `g${/i/i.test(flags) ? 'i' : ''}`) }
  }

  #exchangeOfLetters(source: string, text: string): Pick<Edit, 'text' | 'flags'> {
    const plain = (letters: string): string => letters.replace(/\\(.)/g, (_, char: string) => ({ n: '\n', t: '\t' })[char] ?? char)
    const [from, to] = [plain(source), plain(text)]
    if (from.length !== to.length) throw new SedFault("strings for 'y' command are different lengths")
    return { text: from + to, flags: '' }
  }

  /** The text of `a`, `i` and `c`: up to a line end that no backslash stands before. */
  #line(): string {
    this.#take(/^[ \t]*(?:\\[ \t]*\n|\\)?/)
    const text = this.#take(/^(?:\\[\s\S]|[^\\\n])*/)?.[0] ?? ''
    return text.replace(/^[ \t]+/, '').replace(/\\([\s\S])/g, (_, char: string) => (char === 't' ? '\t' : char))
  }
}
