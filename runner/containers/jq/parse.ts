// Reads expressions of jq.
import { CompileFault, type Filter } from './syntax.ts'

const token =
  /\s*(?:#[^\n]*\s*)*(?:("(?:[^"\\]|\\[\s\S])*")|(\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)|(\$?(?:[A-Za-z_]\w*::)*[A-Za-z_]\w*)|(@\w+)|(\.\.|\?\/\/|\/\/=?|\|=|[-+*/%]=|==|!=|<=|>=|[.[\]{}()|,:;?+\-*/%<>=]))/y

/** The tree of an expression. Throws `CompileFault`. */
export function parseFilter(text: string): Filter {
  return new Parser(tokensOf(text)).whole()
}

function tokensOf(text: string): readonly string[] {
  const tokens: string[] = []
  let at = 0
  while (
    text
      .slice(at)
      .replace(/#[^\n]*/g, '')
      .trim() !== ''
  ) {
    const string = stringAt(text, at)
    token.lastIndex = at
    const found = string ?? token.exec(text)?.[0]
    if (found === undefined || found === '') throw new CompileFault(`syntax error, unexpected INVALID_CHARACTER at <top-level>, line 1:\n${text}`)
    tokens.push(found.replace(/^\s*(#[^\n]*\s*)*/, ''))
    at += found.length
  }
  return tokens
}

/** A string with what stands in `\(…)` in it, quotes and all. */
function stringAt(text: string, from: number): string | undefined {
  const start = from + (/^\s*/.exec(text.slice(from))?.[0].length ?? 0)
  if (text[start] !== '"') return undefined
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === '"') return text.slice(from, at + 1)
    if (text[at] !== '\\') continue
    at += 1
    if (text[at] !== '(') continue
    let depth = 1
    for (at += 1; at < text.length && depth > 0; at += 1) {
      if (text[at] === '"') at += (stringAt(text, at)?.length ?? 1) - 1
      else depth += text[at] === '(' ? 1 : text[at] === ')' ? -1 : 0
    }
    at -= 1
  }
  throw new CompileFault('syntax error, unexpected end of file, unterminated string literal')
}

/** Operators from the loosest to the tightest. */
const levels: readonly (readonly string[])[] = [['//'], ['or'], ['and'], ['==', '!=', '<', '<=', '>', '>='], ['+', '-'], ['*', '/', '%']]
const assigning: ReadonlySet<string> = new Set(['=', '|=', '+=', '-=', '*=', '/=', '%=', '//='])

class Parser {
  readonly #tokens: readonly string[]
  #at = 0

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens
  }

  whole(): Filter {
    if (this.#tokens.length === 0) return { kind: 'identity' }
    const filter = this.#pipe()
    if (this.#at < this.#tokens.length) this.#fail()
    return filter
  }

  get #next(): string {
    return this.#tokens[this.#at] ?? ''
  }

  #fail(): never {
    const where = this.#next === '' ? 'end of file' : `'${this.#next}'`
    throw new CompileFault(`syntax error, unexpected ${where} (Unix shell quoting issues?) at <top-level>, line 1:`)
  }

  #take(sign: string): boolean {
    if (this.#next !== sign) return false
    this.#at += 1
    return true
  }

  #expect(sign: string): void {
    if (!this.#take(sign)) this.#fail()
  }

  #pipe(): Filter {
    const left = this.#comma()
    if (this.#take('as')) {
      const name = this.#next
      this.#at += 1
      this.#expect('|')
      return { kind: 'as', source: left, name, body: this.#pipe() }
    }
    return this.#take('|') ? { kind: 'pipe', left, right: this.#pipe() } : left
  }

  #comma(): Filter {
    let left = this.#assignment()
    while (this.#take(',')) left = { kind: 'comma', left, right: this.#assignment() }
    return left
  }

  #assignment(): Filter {
    const left = this.#level(0)
    const sign = this.#next
    if (!assigning.has(sign)) return left
    this.#at += 1
    return { kind: 'assign', sign, left, right: this.#level(0) }
  }

  #level(index: number): Filter {
    const signs = levels[index]
    if (!signs) return this.#postfix()
    let left = this.#level(index + 1)
    while (signs.includes(this.#next)) {
      const sign = this.#next
      this.#at += 1
      left = { kind: 'operation', sign, left, right: sign === '//' ? this.#level(index) : this.#level(index + 1) }
    }
    return left
  }

  #postfix(): Filter {
    let of = this.#term()
    for (;;) {
      if (this.#take('?')) of = { kind: 'try', body: of }
      else if (this.#next === '.' && /^("|[A-Za-z_])/.test(this.#tokens[this.#at + 1] ?? '')) {
        this.#at += 1
        of = { kind: 'index', of, key: this.#key() }
      } else if (this.#next === '.' && this.#tokens[this.#at + 1] === '[') this.#at += 1
      else if (this.#take('[')) of = this.#brackets(of)
      else return of
    }
  }

  #key(): Filter {
    const word = this.#next
    this.#at += 1
    return word.startsWith('"') ? text(word) : { kind: 'value', value: word }
  }

  #brackets(of: Filter): Filter {
    if (this.#take(']')) return { kind: 'each', of }
    if (this.#take(':')) {
      const to = this.#pipe()
      this.#expect(']')
      return { kind: 'slice', of, to }
    }
    const from = this.#pipe()
    if (this.#take(':')) {
      if (this.#take(']')) return { kind: 'slice', of, from }
      const to = this.#pipe()
      this.#expect(']')
      return { kind: 'slice', of, from, to }
    }
    this.#expect(']')
    return { kind: 'index', of, key: from }
  }

  #term(): Filter {
    const word = this.#next
    this.#at += 1
    if (word === '..') return { kind: 'recurse' }
    if (word === '.') {
      if (/^("|[A-Za-z_])/.test(this.#next)) return { kind: 'index', of: { kind: 'identity' }, key: this.#key() }
      return { kind: 'identity' }
    }
    if (word === '-') return { kind: 'negate', of: this.#postfix() }
    if (word === '(') {
      const inner = this.#pipe()
      this.#expect(')')
      return inner
    }
    if (word === '[') return this.#list()
    if (word === '{') return this.#object()
    if (word.startsWith('"')) return text(word)
    if (word.startsWith('@'))
      return this.#next.startsWith('"') ? text(this.#tokens[this.#at++] ?? '', word) : { kind: 'text', parts: [{ kind: 'identity' }], format: word }
    if (/^\d/.test(word)) return { kind: 'value', value: Number(word) }
    if (word.startsWith('$')) return { kind: 'variable', name: word }
    return this.#word(word)
  }

  #word(word: string): Filter {
    if (word === 'null' || word === 'true' || word === 'false') return { kind: 'value', value: word === 'null' ? null : word === 'true' }
    if (word === 'if') return this.#if()
    if (word === 'try') {
      const body = this.#postfix()
      return this.#take('catch') ? { kind: 'try', body, otherwise: this.#postfix() } : { kind: 'try', body }
    }
    if (word === 'reduce') return this.#reduce()
    if (!/^[A-Za-z_]/.test(word) || ['then', 'else', 'elif', 'end', 'as', 'and', 'or', 'catch'].includes(word)) {
      this.#at -= 1
      this.#fail()
    }
    const args: Filter[] = []
    if (this.#take('(')) {
      do args.push(this.#pipe())
      while (this.#take(';'))
      this.#expect(')')
    }
    return { kind: 'call', name: word, args }
  }

  #list(): Filter {
    if (this.#take(']')) return { kind: 'list' }
    const body = this.#pipe()
    this.#expect(']')
    return { kind: 'list', body }
  }

  #object(): Filter {
    const fields: (readonly [Filter, Filter])[] = []
    while (!this.#take('}')) {
      fields.push(this.#field())
      if (this.#next !== '}') this.#expect(',')
    }
    return { kind: 'object', fields }
  }

  #field(): readonly [Filter, Filter] {
    const word = this.#next
    if (word === '(') {
      this.#at += 1
      const key = this.#pipe()
      this.#expect(')')
      this.#expect(':')
      return [key, this.#value()]
    }
    if (word.startsWith('$')) {
      this.#at += 1
      return [
        { kind: 'value', value: word.slice(1) },
        { kind: 'variable', name: word },
      ]
    }
    const key = this.#key()
    return this.#take(':') ? [key, this.#value()] : [key, { kind: 'index', of: { kind: 'identity' }, key }]
  }

  /** A value of an object: no comma of its own, but pipes. */
  #value(): Filter {
    const left = this.#level(0)
    return this.#take('|') ? { kind: 'pipe', left, right: this.#value() } : left
  }

  #if(): Filter {
    const cases: (readonly [Filter, Filter])[] = []
    do {
      const condition = this.#pipe()
      this.#expect('then')
      cases.push([condition, this.#pipe()])
    } while (this.#take('elif'))
    const otherwise = this.#take('else') ? this.#pipe() : undefined
    this.#expect('end')
    return { kind: 'if', cases, ...(otherwise && { otherwise }) }
  }

  #reduce(): Filter {
    const source = this.#postfix()
    this.#expect('as')
    const name = this.#next
    this.#at += 1
    this.#expect('(')
    const start = this.#pipe()
    this.#expect(';')
    const step = this.#pipe()
    this.#expect(')')
    return { kind: 'reduce', source, name, start, step }
  }
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' }

/** A string with the expressions in it. */
function text(quoted: string, format?: string): Filter {
  const inside = quoted.slice(1, -1)
  const parts: (string | Filter)[] = []
  let plain = ''
  for (let at = 0; at < inside.length; at += 1) {
    if (inside[at] !== '\\') {
      plain += inside[at]
      continue
    }
    at += 1
    const next = inside[at] ?? ''
    if (next === 'u') {
      plain += String.fromCharCode(Number.parseInt(inside.slice(at + 1, at + 5), 16))
      at += 4
    } else if (next === '(') {
      let end = at + 1
      for (let depth = 1; end < inside.length; end += 1) {
        depth += inside[end] === '(' ? 1 : inside[end] === ')' ? -1 : 0
        if (depth === 0) break
      }
      parts.push(plain, parseFilter(inside.slice(at + 1, end)))
      plain = ''
      at = end
    } else plain += escapes[next] ?? next
  }
  if (parts.length === 0 && format === undefined) return { kind: 'value', value: plain }
  return { kind: 'text', parts: [...parts, plain], ...(format !== undefined && { format }) }
}
