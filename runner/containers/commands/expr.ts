// `expr` and `seq`: numbers from words.
import { fail, type Program } from '../process.ts'
import { basicExpression } from './expressions.ts'
import { readOptions } from './options.ts'

class ExprFault extends Error {}

const levels: readonly (readonly string[])[] = [['|'], ['&'], ['=', '==', '!=', '<', '<=', '>', '>='], ['+', '-'], ['*', '/', '%'], [':']]

function isNothing(value: string): boolean {
  return value === '' || /^-?0+$/.test(value)
}

function whole(text: string): bigint {
  if (!/^-?\d+$/.test(text)) throw new ExprFault('non-numeric argument')
  return BigInt(text)
}

function match(text: string, pattern: string): string {
  const found = text.match(new RegExp(`^(?:${basicExpression(pattern)})`))
  if (/\\\(/.test(pattern)) return found?.[1] ?? ''
  return String(found?.[0].length ?? 0)
}

function compared(left: string, sign: string, right: string): boolean {
  const numbers = /^-?\d+$/.test(left) && /^-?\d+$/.test(right)
  const [a, b] = numbers ? [BigInt(left), BigInt(right)] : [left, right]
  return { '=': a === b, '==': a === b, '!=': a !== b, '<': a < b, '<=': a <= b, '>': a > b, '>=': a >= b }[sign] ?? false
}

function operate(left: string, sign: string, right: string): string {
  if (sign === '|') return isNothing(left) ? right || '0' : left
  if (sign === '&') return isNothing(left) || isNothing(right) ? '0' : left
  if (sign === ':') return match(left, right)
  if (levels[2]?.includes(sign)) return compared(left, sign, right) ? '1' : '0'
  const [a, b] = [whole(left), whole(right)]
  if (sign === '+') return String(a + b)
  if (sign === '-') return String(a - b)
  if (sign === '*') return String(a * b)
  if (b === 0n) throw new ExprFault('division by zero')
  return String(sign === '/' ? a / b : a % b)
}

class Reader {
  readonly #words: readonly string[]
  #at = 0

  constructor(words: readonly string[]) {
    this.#words = words
  }

  whole(): string {
    if (this.#words.length === 0) throw new ExprFault('too few arguments')
    const value = this.#level(0)
    if (this.#at < this.#words.length) throw new ExprFault('syntax error')
    return value
  }

  #level(index: number): string {
    const signs = levels[index]
    if (!signs) return this.#single()
    let left = this.#level(index + 1)
    for (let sign = this.#words[this.#at]; sign !== undefined && signs.includes(sign); sign = this.#words[this.#at]) {
      this.#at += 1
      left = operate(left, sign, this.#level(index + 1))
    }
    return left
  }

  #single(): string {
    const word = this.#next()
    if (word === '(') {
      const value = this.#level(0)
      if (this.#next() !== ')') throw new ExprFault('syntax error')
      return value
    }
    if (this.#at === this.#words.length) return word
    if (word === 'length') return String(this.#single().length)
    if (word === 'match') return match(this.#single(), this.#single())
    if (word === 'index') {
      const [text, letters] = [this.#single(), this.#single()]
      return String([...text].findIndex((char) => letters.includes(char)) + 1)
    }
    if (word !== 'substr') return word
    const [text, from, count] = [this.#single(), Number(this.#single()), Number(this.#single())]
    return from < 1 || !(count > 0) ? '' : text.slice(from - 1, from - 1 + count)
  }

  #next(): string {
    const word = this.#words[this.#at]
    if (word === undefined) throw new ExprFault('syntax error')
    this.#at += 1
    return word
  }
}

/** `expr`: false for nothing and zero. */
export const expr: Program = (words, process) => {
  try {
    const value = new Reader(words[0] === '--' ? words.slice(1) : words).whole()
    process.out(`${value}\n`)
    return isNothing(value) ? 1 : 0
  } catch (error) {
    if (!(error instanceof ExprFault)) throw error
    return fail(process, `expr: ${error.message}`, 2)
  }
}

/** `seq`: as many places after the point as the numbers given have. */
export const seq: Program = async (words, process) => {
  const isNumber = (word: string): boolean => /^-?(\d+\.?\d*|\.\d+)$/.test(word)
  const first = words.findIndex((word, index) => isNumber(word) && words[index - 1] !== '-s')
  const options = readOptions(first < 0 ? words : words.slice(0, first), ['s'])
  const numbers = first < 0 ? options.rest : words.slice(first)
  const wrong = numbers.find((word) => !isNumber(word))
  if (options.has('f')) return fail(process, 'seq: -f is not simulated')
  if (wrong !== undefined) return fail(process, `seq: invalid number '${wrong}'`)
  const [from, step, to] = (numbers.length > 2 ? numbers : numbers.length === 2 ? [numbers[0], '1', numbers[1]] : ['1', '1', numbers[0]]).map(Number)
  if (from === undefined || step === undefined || to === undefined || numbers.length === 0) return fail(process, 'seq: a last number is needed')
  if (step === 0) return fail(process, 'seq: an increment of 0 is not simulated')
  const places = Math.max(...numbers.slice(0, numbers.length > 2 ? 2 : 1).map((word) => word.split('.')[1]?.length ?? 0))
  const count = Math.floor((to - from) / step + 1e-9) + 1
  const width = options.has('w') ? Math.max(...[from, to].map((each) => each.toFixed(places).length)) : 0
  const padded = (text: string): string => (text.startsWith('-') ? `-${text.slice(1).padStart(width - 1, '0')}` : text.padStart(width, '0'))
  const separator = options.value('s') ?? '\n'
  for (let index = 0; index < count; index += 1) {
    process.out(`${index === 0 ? '' : separator}${padded((from + index * step).toFixed(places))}`)
    if (index % 100 === 99) await process.step()
  }
  if (count > 0) process.out('\n')
  return 0
}
