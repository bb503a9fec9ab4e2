// The expressions of ARM templates: `[format('{0}-hub', parameters('name'))]`, read into a tree.

/** An expression as a tree. */
export type Expression =
  | { readonly is: 'value'; readonly value: string | number }
  | { readonly is: 'call'; readonly name: string; readonly args: readonly Expression[] }
  | { readonly is: 'member'; readonly of: Expression; readonly key: Expression }

/** An expression that cannot be read. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError'
}

/** The inside of a text that is an expression; undefined for plain text, `[[` included. */
export function expressionIn(text: string): string | undefined {
  return text.startsWith('[') && text.endsWith(']') && !text.startsWith('[[') ? text.slice(1, -1) : undefined
}

/** Reads an expression; throws `ExpressionError`. */
export function parseExpression(text: string): Expression {
  const reader = new Reader(text)
  const found = reader.expression()
  reader.end()
  return found
}

const tokens = /\s*(?:('(?:[^']|'')*')|(-?\d+)|([A-Za-z_]\w*)|([(),[\].]))/y

class Reader {
  readonly #text: string
  #at = 0
  #token: string | undefined

  constructor(text: string) {
    this.#text = text
    this.#next()
  }

  expression(): Expression {
    let found = this.#primary()
    for (;;) {
      if (this.#token === '[') {
        this.#next()
        found = { is: 'member', of: found, key: this.expression() }
        this.#take(']')
      } else if (this.#token?.startsWith('.')) {
        const name = this.#token === '.' ? this.#name() : this.#token.slice(1)
        found = { is: 'member', of: found, key: { is: 'value', value: name } }
        this.#next()
      } else return found
    }
  }

  end(): void {
    if (this.#token !== undefined) throw this.#error()
  }

  #primary(): Expression {
    const token = this.#token
    if (token === undefined) throw this.#error()
    this.#next()
    if (token.startsWith("'")) return { is: 'value', value: token.slice(1, -1).replaceAll("''", "'") }
    if (/^-?\d+$/.test(token)) return { is: 'value', value: Number(token) }
    if (!/^[A-Za-z_]/.test(token) || this.#token !== '(') throw this.#error()
    this.#next()
    const args: Expression[] = []
    while (!this.#is(')')) {
      args.push(this.expression())
      if (this.#is(',')) this.#next()
      else if (!this.#is(')')) throw this.#error()
    }
    return this.#called(token, args)
  }

  #is(token: string): boolean {
    return this.#token === token
  }

  #called(name: string, args: readonly Expression[]): Expression {
    this.#take(')')
    return { is: 'call', name: name.toLowerCase(), args }
  }

  #name(): string {
    this.#next()
    if (this.#token === undefined) throw this.#error()
    return this.#token
  }

  #take(token: string): void {
    if (this.#token !== token) throw this.#error()
    this.#next()
  }

  #next(): void {
    tokens.lastIndex = this.#at
    const match = tokens.exec(this.#text)
    if (match) {
      this.#at = tokens.lastIndex
      this.#token = match[1] ?? match[2] ?? match[3] ?? match[4]
    } else if (this.#text.slice(this.#at).trim() === '') this.#token = undefined
    else throw this.#error()
  }

  #error(): ExpressionError {
    return new ExpressionError(`The language expression '${this.#text}' is not valid near position ${this.#at}.`)
  }
}
