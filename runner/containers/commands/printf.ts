// `printf`: words in a form.
import type { Process, Program } from '../process.ts'
import { backslashed } from '../shell/quote.ts'
import { formatDate } from './date.ts'

const codes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', e: '\x1b', f: '\f', v: '\v', '\\': '\\', '"': '"' }

function unescaped(text: string): string {
  return text.replace(/\\(?:0?([0-7]{1,3})|x([\da-fA-F]{1,2})|(.))/g, (whole, octal, hex, char) => {
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 255)
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16))
    return codes[char] ?? whole
  })
}

const form = /\\[\s\S]|%([-+ 0#]*)(\*|\d*)(?:\.(\*|\d*))?(?:[hlLjzt]*)([a-zA-Z%]|\([^)]*\)T)|[\s\S]/g

/** One printing: the words left, and what is wrong with those it has used. */
interface Printing {
  readonly rest: string[]
  readonly faults: string[]
  ended: boolean
  /** It knows `%q` and times. */
  readonly wide: boolean
  readonly now: number
}

function numberOf(word: string, printing: Printing): number {
  if (/^["']/.test(word)) return word.codePointAt(1) ?? 0
  if (/^\s*[-+]?0[0-7]+$/.test(word)) return Number.parseInt(word, 8)
  const value = word.trim() === '' ? 0 : Number(word.replace(/^\s*\+/, ''))
  if (!Number.isNaN(value)) return value
  printing.faults.push(word)
  return 0
}

function whole(word: string, precision: string | undefined, signs: string, printing: Printing): string {
  const value = Math.trunc(numberOf(word, printing))
  const digits = String(Math.abs(value)).padStart(Number(precision ?? 0), '0')
  return `${value < 0 ? '-' : signs.includes('+') ? '+' : signs.includes(' ') ? ' ' : ''}${digits}`
}

function general(value: number, precision: number): string {
  if (value === 0) return '0'
  const exponent = Math.floor(Math.log10(Math.abs(value)))
  const places = Math.max(precision, 1)
  if (exponent < -4 || exponent >= places) return scientific(value, places - 1).replace(/\.?0+e/, 'e')
  const text = value.toFixed(Math.max(places - 1 - exponent, 0))
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}

function scientific(value: number, precision: number): string {
  return value.toExponential(precision).replace(/e([-+])(\d)$/, 'e$10$2')
}

function shown(kind: string, word: string, precision: string | undefined, signs: string, printing: Printing): string | undefined {
  const places = precision === undefined ? 6 : Number(precision)
  if (kind === 's') return precision === undefined ? word : word.slice(0, Number(precision))
  if (kind === 'c') return word.charAt(0)
  if (kind === 'b') {
    const [before = '', ...after] = word.split('\\c')
    printing.ended = after.length > 0
    return unescaped(before)
  }
  if (printing.wide && kind === 'q') return backslashed(word)
  if (printing.wide && kind.endsWith('T')) return formatDate(word === '' || Number(word) < 0 ? printing.now : Number(word) * 1000, kind.slice(1, -2) || '%T')
  if (kind === 'd' || kind === 'i' || kind === 'u') return whole(word, precision, signs, printing)
  if (/^[xXo]$/.test(kind)) {
    const value = BigInt.asUintN(64, BigInt(Math.trunc(numberOf(word, printing)))).toString(kind === 'o' ? 8 : 16)
    const digits = (signs.includes('#') && value !== '0' ? (kind === 'o' ? '0' : '0x') : '') + value.padStart(Number(precision ?? 0), '0')
    return kind === 'X' ? digits.toUpperCase() : digits
  }
  if (!/^[feEgG]$/.test(kind)) return undefined
  const value = numberOf(word, printing)
  const text = kind === 'f' ? value.toFixed(places) : /e/i.test(kind) ? scientific(value, places) : general(value, places)
  const signed = signs.includes('+') && value >= 0 ? `+${text}` : text
  return /[EG]/.test(kind) ? signed.toUpperCase() : signed
}

function padded(text: string, width: number, signs: string, kind: string): string {
  if (signs.includes('-') || width < 0) return text.padEnd(Math.abs(width))
  if (!signs.includes('0') || /[scb]/.test(kind)) return text.padStart(width)
  const [, sign = '', digits = ''] = text.match(/^([-+ ]?)(.*)$/s) ?? []
  return sign + digits.padStart(width - sign.length, '0')
}

/** Once through the form; undefined where it is none. */
function once(format: string, printing: Printing): string | undefined {
  let text = ''
  const next = (): string => printing.rest.shift() ?? ''
  for (const [piece, signs = '', width = '', precision, kind] of format.matchAll(form)) {
    if (printing.ended) return text
    if (piece === '%') return undefined
    if (kind === undefined) text += piece
    else if (kind === '%') text += '%'
    else {
      const wide = width === '*' ? Number(next()) : Number(width)
      const places = precision === '*' ? next() : precision
      const value = shown(kind, next(), places === '' ? '0' : places, signs, printing)
      if (value === undefined) return undefined
      text += padded(value, wide, signs, kind)
    }
  }
  return text
}

/** `printf`. */
export const printf: Program = (words, process) => printForm(words, process, process.machine.flavor === 'debian')

/** Prints a form again as long as words are left that it takes; `wide` has `%q` and times. */
export function printForm([first, ...others]: readonly string[], process: Process, wide: boolean): number {
  if (first === undefined) return usage(process, wide)
  const words = first === '--' ? others : [first, ...others]
  const [format = '', ...rest] = words
  const plain = format.replace(/\\(?:0?[0-7]{1,3}|x[\da-fA-F]{1,2}|[\s\S])/g, (part) => (part === '\\c' ? part : unescaped(part).replaceAll('%', '%%')))
  const printing: Printing = { rest: [...rest], faults: [], ended: false, wide, now: process.now() }
  const [head = plain] = plain.split('\\c')
  let left: number
  do {
    left = printing.rest.length
    const text = once(head, printing)
    if (text === undefined) {
      process.err(`printf: ${format}: invalid format\n`)
      return 1
    }
    process.out(text)
  } while (printing.rest.length > 0 && printing.rest.length < left && !printing.ended && head === plain)
  for (const word of printing.faults)
    process.err(
      process.machine.flavor === 'busybox'
        ? `printf: invalid number '${word}'\n`
        : `printf: ${wide ? `${word}: invalid number` : `${word}: expected numeric value`}\n`,
    )
  return printing.faults.length > 0 ? 1 : 0
}

function usage({ machine, err }: Process, wide: boolean): number {
  err(
    machine.flavor === 'busybox'
      ? 'printf: usage: printf FORMAT [ARGUMENT...]\n'
      : wide
        ? 'printf: usage: printf [-v var] format [arguments]\n'
        : 'printf: usage: printf format [arg ...]\n',
  )
  return 2
}
