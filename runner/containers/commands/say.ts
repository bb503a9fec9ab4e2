// Programs that print their words.
import type { Program } from '../process.ts'

const codes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', e: '\x1b', f: '\f', v: '\v', '\\': '\\' }

function unescaped(text: string): string {
  return text.replace(/\\(?:0?([0-7]{1,3})|x([\da-fA-F]{1,2})|(.))/g, (whole, octal, hex, char) => {
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 255)
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16))
    return codes[char] ?? whole
  })
}

/** `echo`. */
export const echo: Program = (words, { out }) => {
  let rest = words
  let newline = true
  let escapes = false
  for (; /^-[neE]+$/.test(rest[0] ?? ''); rest = rest.slice(1)) {
    if (rest[0]?.includes('n')) newline = false
    if (rest[0]?.includes('e')) escapes = true
  }
  const text = rest.join(' ')
  out(`${escapes ? unescaped(text) : text}${newline ? '\n' : ''}`)
  return 0
}

/** `printf`. */
export const printf: Program = ([format = '', ...values], { out }) => {
  const rest = [...values]
  let text = ''
  do {
    text += unescaped(format).replace(/%(-?)(0?)(\d*)(?:\.(\d+))?([sdifxXcbq%])/g, (_, left, zero, width, precision, kind) => {
      if (kind === '%') return '%'
      const value = rest.shift() ?? ''
      const shown = formatOne(kind, value, precision)
      if (width === '') return shown
      return left ? shown.padEnd(Number(width)) : shown.padStart(Number(width), zero ? '0' : ' ')
    })
  } while (rest.length > 0 && /%[^%]/.test(format))
  out(text)
  return 0
}

function formatOne(kind: string, value: string, precision: string | undefined): string {
  if (kind === 'd' || kind === 'i') return String(Math.trunc(Number(value) || 0))
  if (kind === 'f') return (Number(value) || 0).toFixed(precision === undefined ? 6 : Number(precision))
  if (kind === 'x' || kind === 'X') return (Number(value) || 0).toString(16)
  if (kind === 'c') return value.charAt(0)
  return kind === 'b' ? unescaped(value) : precision === undefined ? value : value.slice(0, Number(precision))
}
