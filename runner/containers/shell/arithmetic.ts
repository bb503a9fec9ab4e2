// `$((...))`: C's whole-number arithmetic over the shell's variables.
import { SyntaxFault } from './syntax.ts'

/** Variables as arithmetic reads and writes them. */
export interface Numbers {
  get(name: string): number
  set(name: string, value: number): void
}

const levels: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['|'],
  ['^'],
  ['&'],
  ['==', '!='],
  ['<=', '>=', '<', '>'],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '%'],
  ['**'],
]

const operations: Readonly<Record<string, (a: number, b: number) => number>> = {
  '||': (a, b) => (a || b ? 1 : 0),
  '&&': (a, b) => (a && b ? 1 : 0),
  '|': (a, b) => a | b,
  '^': (a, b) => a ^ b,
  '&': (a, b) => a & b,
  '==': (a, b) => (a === b ? 1 : 0),
  '!=': (a, b) => (a !== b ? 1 : 0),
  '<=': (a, b) => (a <= b ? 1 : 0),
  '>=': (a, b) => (a >= b ? 1 : 0),
  '<': (a, b) => (a < b ? 1 : 0),
  '>': (a, b) => (a > b ? 1 : 0),
  '<<': (a, b) => a * 2 ** b,
  '>>': (a, b) => Math.floor(a / 2 ** b),
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => divide(a, b),
  '%': (a, b) => a - divide(a, b) * b,
  '**': (a, b) => a ** b,
}

/** The value of an expression. */
export function calculate(text: string, numbers: Numbers): number {
  const tokens = text.match(/0[xX][\da-fA-F]+|\d+|[A-Za-z_]\w*|\*\*|<<=?|>>=?|\+\+|--|[-+*/%&|^<>=!]=|&&|\|\||[-+*/%()<>=!~?:&|^,]/g) ?? []
  const reader = new Reader(tokens, numbers)
  return tokens.length === 0 ? 0 : reader.whole()
}

class Reader {
  readonly #tokens: readonly string[]
  readonly #numbers: Numbers
  #at = 0

  constructor(tokens: readonly string[], numbers: Numbers) {
    this.#tokens = tokens
    this.#numbers = numbers
  }

  whole(): number {
    let value = this.#assignment()
    while (this.#take(',')) value = this.#assignment()
    if (this.#at < this.#tokens.length) throw new SyntaxFault('arithmetic syntax error')
    return value
  }

  #assignment(): number {
    const name = this.#tokens[this.#at] ?? ''
    const operator = this.#tokens[this.#at + 1] ?? ''
    if (!/^[A-Za-z_]/.test(name) || !/^([-+*/%&|^]|<<|>>)?=$/.test(operator)) return this.#choice()
    this.#at += 2
    const right = this.#assignment()
    const operation = operations[operator.slice(0, -1)]
    const value = operation ? operation(this.#numbers.get(name), right) : right
    this.#numbers.set(name, value)
    return value
  }

  #choice(): number {
    const condition = this.#level(0)
    if (!this.#take('?')) return condition
    const yes = this.#assignment()
    this.#take(':')
    const no = this.#assignment()
    return condition ? yes : no
  }

  #level(index: number): number {
    const signs = levels[index]
    if (!signs) return this.#unary()
    let left = this.#level(index + 1)
    for (;;) {
      const sign = this.#tokens[this.#at] ?? ''
      const operation = signs.includes(sign) ? operations[sign] : undefined
      if (!operation) return left
      this.#at += 1
      left = operation(left, this.#level(index + 1))
    }
  }

  #unary(): number {
    if (this.#take('-')) return -this.#unary()
    if (this.#take('+')) return this.#unary()
    if (this.#take('!')) return this.#unary() ? 0 : 1
    if (this.#take('~')) return ~this.#unary()
    const before = this.#take('++') ? 1 : this.#take('--') ? -1 : 0
    const token = this.#tokens[this.#at] ?? ''
    this.#at += 1
    if (token === '(') {
      const value = this.#assignment()
      if (!this.#take(')')) throw new SyntaxFault('arithmetic syntax error')
      return value
    }
    if (/^\d/.test(token)) return /^0\d/.test(token) ? Number.parseInt(token, 8) : Number(token)
    if (!/^[A-Za-z_]/.test(token)) throw new SyntaxFault('arithmetic syntax error')
    const value = this.#numbers.get(token) + before
    const after = this.#take('++') ? 1 : this.#take('--') ? -1 : 0
    if (before !== 0 || after !== 0) this.#numbers.set(token, value + after)
    return value
  }

  #take(sign: string): boolean {
    if (this.#tokens[this.#at] !== sign) return false
    this.#at += 1
    return true
  }
}

function divide(a: number, b: number): number {
  if (b === 0) throw new SyntaxFault('divide by zero')
  return Math.trunc(a / b)
}
