// `bc`: decimal numbers of any length, variables, `scale`.
import { fail, type Program } from '../process.ts'
import { readOptions } from './options.ts'
import { inputs } from './text.ts'

/** `digits` divided by ten to the power of `scale`. */
interface Decimal {
  readonly digits: bigint
  readonly scale: number
}

class BcFault extends Error {}

const beyond = 'bc: this goes beyond what is simulated: sums, products, powers, comparisons, sqrt, variables and scale'

function rescaled({ digits, scale }: Decimal, wanted: number): bigint {
  return wanted >= scale ? digits * 10n ** BigInt(wanted - scale) : digits / 10n ** BigInt(scale - wanted)
}

function shown({ digits, scale }: Decimal): string {
  if (digits === 0n) return '0'
  const text = String(digits < 0n ? -digits : digits).padStart(scale + 1, '0')
  const whole = text.slice(0, text.length - scale)
  const sign = digits < 0n ? '-' : ''
  return scale === 0 ? sign + whole : `${sign}${whole === '0' ? '' : whole}.${text.slice(text.length - scale)}`
}

function root(square: bigint): bigint {
  let guess = square
  for (let next = (guess + 1n) / 2n; next < guess; next = (guess + square / guess) / 2n) guess = next
  return guess
}

/** Reads statements and works them out as it goes. */
class Reader {
  readonly #tokens: readonly string[]
  readonly #variables: Map<string, Decimal>
  #at = 0

  constructor(text: string, variables: Map<string, Decimal>) {
    this.#tokens = text.match(/\d*\.\d+|\d+\.?|[a-z]\w*|[-+*/%^]=|[<>=!]=|&&|\|\||\S/g) ?? []
    this.#variables = variables
  }

  /** The value of a statement, as it is printed; nothing for an assignment. */
  statement(): string | undefined {
    const quiet = /^[a-z]/.test(this.#tokens[0] ?? '') && /^[-+*/%^]?=$/.test(this.#tokens[1] ?? '')
    const value = this.#assignment()
    if (this.#at < this.#tokens.length) throw new BcFault(beyond)
    return quiet ? undefined : shown(value)
  }

  get #scale(): number {
    return Number(rescaled(this.#variables.get('scale') ?? { digits: 0n, scale: 0 }, 0))
  }

  #assignment(): Decimal {
    const [name = '', sign = ''] = this.#tokens.slice(this.#at, this.#at + 2)
    if (!/^[a-z]/.test(name) || !/^[-+*/%^]?=$/.test(sign)) return this.#compared()
    this.#at += 2
    const right = this.#assignment()
    const value = sign === '=' ? right : this.#operate(sign.charAt(0), this.#variables.get(name) ?? { digits: 0n, scale: 0 }, right)
    this.#variables.set(name, value)
    return value
  }

  #compared(): Decimal {
    const left = this.#sum()
    const sign = this.#tokens[this.#at] ?? ''
    if (!/^([<>=!]=|[<>])$/.test(sign)) return left
    this.#at += 1
    const right = this.#sum()
    const scale = Math.max(left.scale, right.scale)
    const [a, b] = [rescaled(left, scale), rescaled(right, scale)]
    const holds = { '<': a < b, '>': a > b, '<=': a <= b, '>=': a >= b, '==': a === b, '!=': a !== b }[sign] ?? false
    return { digits: holds ? 1n : 0n, scale: 0 }
  }

  #sum(): Decimal {
    let left = this.#product()
    while (/^[-+]$/.test(this.#tokens[this.#at] ?? '')) left = this.#operate(this.#next(), left, this.#product())
    return left
  }

  #product(): Decimal {
    let left = this.#power()
    while (/^[*/%]$/.test(this.#tokens[this.#at] ?? '')) left = this.#operate(this.#next(), left, this.#power())
    return left
  }

  #power(): Decimal {
    const left = this.#single()
    return this.#tokens[this.#at] === '^' ? this.#operate(this.#next(), left, this.#power()) : left
  }

  #single(): Decimal {
    const token = this.#next()
    if (token === '-') {
      const { digits, scale } = this.#single()
      return { digits: -digits, scale }
    }
    if (token === '(' || token === 'sqrt') {
      if (token === 'sqrt' && this.#next() !== '(') throw new BcFault(beyond)
      const value = this.#assignment()
      if (this.#next() !== ')') throw new BcFault(beyond)
      return token === '(' ? value : this.#root(value)
    }
    if (/^[\d.]/.test(token) && token !== '.') {
      const [whole = '', part = ''] = token.split('.')
      return { digits: BigInt(`${whole}${part}` || '0'), scale: part.length }
    }
    if (/^[a-z]/.test(token) && this.#tokens[this.#at] !== '(' && !/^(define|if|for|while|print|quit|halt|ibase|obase|auto|return|length|read)$/.test(token))
      return this.#variables.get(token) ?? { digits: 0n, scale: 0 }
    throw new BcFault(beyond)
  }

  #next(): string {
    this.#at += 1
    return this.#tokens[this.#at - 1] ?? ''
  }

  #root(value: Decimal): Decimal {
    if (value.digits < 0n) throw new BcFault('bc: negative number')
    const scale = Math.max(this.#scale, value.scale)
    return { digits: root(rescaled(value, 2 * scale)), scale }
  }

  #operate(sign: string, left: Decimal, right: Decimal): Decimal {
    const scale = Math.max(left.scale, right.scale)
    if (sign === '+') return { digits: rescaled(left, scale) + rescaled(right, scale), scale }
    if (sign === '-') return { digits: rescaled(left, scale) - rescaled(right, scale), scale }
    if (sign === '*') return this.#cut({ digits: left.digits * right.digits, scale: left.scale + right.scale }, Math.max(this.#scale, scale))
    if (sign === '^') return this.#raised(left, right)
    if (right.digits === 0n) throw new BcFault('bc: divide by zero')
    const quotient = { digits: rescaled(left, this.#scale + right.scale) / right.digits, scale: this.#scale }
    if (sign === '/') return quotient
    const rest = Math.max(left.scale, this.#scale + right.scale)
    return { digits: rescaled(left, rest) - rescaled({ digits: quotient.digits * right.digits, scale: quotient.scale + right.scale }, rest), scale: rest }
  }

  #raised(left: Decimal, right: Decimal): Decimal {
    const times = rescaled(right, 0)
    if (right.scale > 0 || times < 0n || times > 100_000n) throw new BcFault(beyond)
    const value = { digits: left.digits ** times, scale: left.scale * Number(times) }
    return this.#cut(value, Math.max(this.#scale, left.scale))
  }

  #cut(value: Decimal, scale: number): Decimal {
    return value.scale <= scale ? value : { digits: rescaled(value, scale), scale }
  }
}

/** `bc`: every statement's value on a line of its own. */
export const bc: Program = async (words, process) => {
  const options = readOptions(words, [])
  const { parts, code } = await inputs('bc', options.rest, process)
  const variables = new Map<string, Decimal>(options.has('l') ? [['scale', { digits: 20n, scale: 0 }]] : [])
  const statements = parts.flatMap(({ content }) => content.replace(/#.*|\/\*[\s\S]*?\*\//g, '').split(/[;\n]/))
  for (const statement of statements.map((each) => each.trim())) {
    if (statement === 'quit' || statement === 'halt') return code
    if (statement === '') continue
    try {
      const value = new Reader(statement, variables).statement()
      if (value !== undefined) process.out(`${value}\n`)
    } catch (error) {
      if (!(error instanceof BcFault)) throw error
      return fail(process, error.message)
    }
  }
  return code
}
