// `$((...))`: C's whole-number arithmetic, of 64 bits, over the shell's variables.
import type { Dialect } from './dialect.ts'

/** Variables as arithmetic reads and writes them. */
export interface Numbers {
  /** The text of a variable, or of one of its values; undefined if it is not set. */
  get(name: string, index?: string): string | undefined
  set(name: string, value: string, index?: string): void
}

/** An expression that has no value. */
export class ArithmeticFault extends Error {
  readonly kind: 'syntax' | 'zero' | 'exponent' | 'number'
  /** What is left of the expression from the place at fault. */
  readonly rest: string

  constructor(kind: ArithmeticFault['kind'], rest: string) {
    super(kind)
    this.kind = kind
    this.rest = rest
  }
}

const ashWords: Readonly<Record<ArithmeticFault['kind'], string>> = {
  syntax: 'arithmetic syntax error',
  number: 'arithmetic syntax error',
  zero: 'divide by zero',
  exponent: 'exponent less than 0',
}

/** A fault of an expression in a shell's own words. */
export function describeArithmetic({ kind, rest }: ArithmeticFault, text: string, dialect: Dialect): string {
  if (dialect === 'ash') return ashWords[kind]
  if (dialect === 'dash')
    return `arithmetic expression: ${kind === 'zero' ? 'division by zero' : `expecting ${/^[-+*/%)]/.test(rest) ? 'primary' : 'EOF'}`}: "${text}"`
  const token = `(error token is "${rest}")`
  if (kind === 'zero') return `${text}: division by 0 ${token}`
  if (kind === 'exponent') return `${text}: exponent less than 0 ${token}`
  if (kind === 'number') return `${text}: value too great for base ${token}`
  return rest === '' || /^[-+*/%)]/.test(rest) ? `${text}: syntax error: operand expected ${token}` : `${text}: syntax error in expression ${token}`
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
]

const truth = (holds: boolean): bigint => (holds ? 1n : 0n)

const operations: Readonly<Record<string, (a: bigint, b: bigint) => bigint>> = {
  '||': (a, b) => truth(a !== 0n || b !== 0n),
  '&&': (a, b) => truth(a !== 0n && b !== 0n),
  '|': (a, b) => a | b,
  '^': (a, b) => a ^ b,
  '&': (a, b) => a & b,
  '==': (a, b) => truth(a === b),
  '!=': (a, b) => truth(a !== b),
  '<=': (a, b) => truth(a <= b),
  '>=': (a, b) => truth(a >= b),
  '<': (a, b) => truth(a < b),
  '>': (a, b) => truth(a > b),
  '<<': (a, b) => a << (b & 63n),
  '>>': (a, b) => a >> (b & 63n),
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => divide(a, b)[0],
  '%': (a, b) => divide(a, b)[1],
  '**': (a, b) => {
    if (b < 0n) throw new ArithmeticFault('exponent', String(b))
    return power(a, b)
  },
}

/** A power within 64 bits, by squares. */
function power(base: bigint, exponent: bigint): bigint {
  if (exponent === 0n) return 1n
  const half = power(base, exponent >> 1n)
  const square = BigInt.asIntN(64, half * half)
  return (exponent & 1n) === 1n ? BigInt.asIntN(64, square * base) : square
}

function divide(a: bigint, b: bigint): readonly [bigint, bigint] {
  if (b === 0n) throw new ArithmeticFault('zero', '0')
  return [a / b, a % b]
}

const tokens =
  /\s*(?:(\d+#[\w@]+|0[xX][\da-fA-F]+|\d\w*)|([A-Za-z_]\w*)|(<<=|>>=|\*\*=?|<<|>>|\+\+(?=\s*[A-Za-z_(])|(?<=[\w\]]\s*)\+\+|--(?=\s*[A-Za-z_(])|(?<=[\w\]]\s*)--|[-+*/%&|^<>=!]=|&&|\|\||[-+*/%()<>=!~?:&|^,[\]]))/y

/** The value of an expression. */
export function calculate(text: string, numbers: Numbers, depth = 0): bigint {
  return new Reader(text, numbers, depth).whole()
}

class Reader {
  readonly #text: string
  readonly #numbers: Numbers
  readonly #depth: number
  #token = ''
  /** Where the token before began. */
  #before = 0
  #at = 0
  #next = 0
  /** What is read is not done: the other side of a choice. */
  #idle = 0

  constructor(text: string, numbers: Numbers, depth: number) {
    this.#text = text
    this.#numbers = numbers
    this.#depth = depth
    this.#advance()
  }

  whole(): bigint {
    if (this.#text.trim() === '') return 0n
    const value = this.#list()
    if (this.#token !== '') this.#fail()
    return value
  }

  #advance(): void {
    this.#before = this.#at
    this.#at = this.#next
    tokens.lastIndex = this.#next
    const found = tokens.exec(this.#text)
    if (!found && this.#text.slice(this.#next).trim() !== '') this.#fail()
    this.#token = (found?.[0] ?? '').trim()
    this.#at = this.#next + (found?.[0].length ?? 0) - this.#token.length
    this.#next += found?.[0].length ?? 0
  }

  #fail(kind: ArithmeticFault['kind'] = 'syntax'): never {
    throw new ArithmeticFault(kind, this.#text.slice(this.#token === '' ? this.#before : this.#at).trim())
  }

  #take(sign: string): boolean {
    if (this.#token !== sign) return false
    this.#advance()
    return true
  }

  #list(): bigint {
    let value = this.#choice()
    while (this.#take(',')) value = this.#choice()
    return value
  }

  #choice(): bigint {
    const condition = this.#level(0)
    if (!this.#take('?')) return condition
    const yes = this.#unless(condition === 0n, () => this.#choice())
    if (!this.#take(':')) this.#fail()
    const no = this.#unless(condition !== 0n, () => this.#choice())
    return condition !== 0n ? yes : no
  }

  #unless(idle: boolean, read: () => bigint): bigint {
    this.#idle += idle ? 1 : 0
    const value = read()
    this.#idle -= idle ? 1 : 0
    return value
  }

  #level(index: number): bigint {
    const signs = levels[index]
    if (!signs) return this.#power()
    let left = this.#level(index + 1)
    while (signs.includes(this.#token)) {
      const sign = this.#token
      this.#advance()
      const settled = (sign === '||' && left !== 0n) || (sign === '&&' && left === 0n)
      const right = this.#unless(settled, () => this.#level(index + 1))
      left = this.#apply(sign, left, right)
    }
    return left
  }

  #power(): bigint {
    const left = this.#unary()
    return this.#take('**') ? this.#apply('**', left, this.#power()) : left
  }

  #apply(sign: string, left: bigint, right: bigint): bigint {
    if (this.#idle > 0 && (sign === '/' || sign === '%')) return 0n
    return BigInt.asIntN(64, operations[sign]?.(left, right) ?? 0n)
  }

  #unary(): bigint {
    if (this.#take('-')) return BigInt.asIntN(64, -this.#unary())
    if (this.#take('+')) return this.#unary()
    if (this.#take('!')) return truth(this.#unary() === 0n)
    if (this.#take('~')) return ~this.#unary()
    const before = this.#take('++') ? 1n : this.#take('--') ? -1n : 0n
    const token = this.#token
    if (token === '(') {
      this.#advance()
      const value = this.#list()
      if (!this.#take(')')) this.#fail()
      return value
    }
    if (/^\d/.test(token)) {
      const value = this.#number(token)
      this.#advance()
      return value
    }
    if (!/^[A-Za-z_]/.test(token)) this.#fail()
    this.#advance()
    return this.#variable(token, before)
  }

  #number(token: string): bigint {
    const [, base, digits = ''] = /^(\d+)#(.+)$/.exec(token) ?? []
    if (base !== undefined) return this.#ofBase(digits, Number(base))
    if (/^0[xX][\da-fA-F]+$/.test(token)) return BigInt.asIntN(64, BigInt(token))
    if (!/^\d+$/.test(token)) this.#fail('number')
    if (/^0\d/.test(token)) return /^[0-7]+$/.test(token) ? BigInt(`0o${token}`) : this.#fail('number')
    return BigInt.asIntN(64, BigInt(token))
  }

  #ofBase(digits: string, base: number): bigint {
    const order = base <= 36 ? '0123456789abcdefghijklmnopqrstuvwxyz' : '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ@_'
    let value = 0n
    for (const digit of base <= 36 ? digits.toLowerCase() : digits) {
      const place = order.indexOf(digit)
      if (place < 0 || place >= base) this.#fail('number')
      value = value * BigInt(base) + BigInt(place)
    }
    return BigInt.asIntN(64, value)
  }

  #variable(name: string, before: bigint): bigint {
    const index = this.#index()
    const [, operator = ''] = /^(|[-+*/%&|^]|<<|>>|\*\*)=$/.exec(this.#token) ?? []
    if (/=$/.test(this.#token) && !/^([=!<>]=)$/.test(this.#token) && before === 0n) {
      this.#advance()
      const right = this.#choice()
      const value = operator === '' ? right : this.#apply(operator, this.#valueOf(name, index), right)
      this.#set(name, value, index)
      return value
    }
    const value = this.#valueOf(name, index) + before
    const after = this.#take('++') ? 1n : this.#take('--') ? -1n : 0n
    if (before !== 0n || after !== 0n) this.#set(name, value + after, index)
    return value
  }

  #index(): string | undefined {
    if (this.#token !== '[') return undefined
    const end = this.#text.indexOf(']', this.#at)
    const text = this.#text.slice(this.#at + 1, end)
    this.#next = end + 1
    this.#advance()
    return text
  }

  #set(name: string, value: bigint, index: string | undefined): void {
    if (this.#idle === 0) this.#numbers.set(name, String(BigInt.asIntN(64, value)), index)
  }

  /** A variable's value is an expression in turn. */
  #valueOf(name: string, index: string | undefined): bigint {
    const text = this.#numbers.get(name, index)?.trim() ?? ''
    if (text === '' || this.#idle > 0) return 0n
    if (/^-?[1-9]\d*$|^0$/.test(text)) return BigInt.asIntN(64, BigInt(text))
    if (this.#depth > 50) this.#fail()
    return calculate(text, this.#numbers, this.#depth + 1)
  }
}
