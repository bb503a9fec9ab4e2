// Programs that print their words.
import type { Program } from '../process.ts'

const codes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', e: '\x1b', f: '\f', v: '\v', '\\': '\\' }

/** A text with its escapes done; `ended` if one of them says that nothing follows. */
export function unescaped(whole: string, hexadecimal = true): { readonly text: string; readonly ended: boolean } {
  const end = /^(?:[^\\]|\\[^c])*?(?=\\c)/.exec(whole)
  const text = (end ? end[0] : whole).replace(/\\(?:0([0-7]{0,3})|([1-7][0-7]{0,2})|x([\da-fA-F]{1,2})|(.))/g, (found, zero, octal, hex, char) => {
    if (hex !== undefined && !hexadecimal) return found
    if (zero !== undefined || octal !== undefined) return String.fromCharCode(Number.parseInt(zero ?? octal, 8) & 255 || 0)
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16))
    return codes[char] ?? found
  })
  return { text, ended: end !== null }
}

/** `echo`. */
export const echo: Program = (words, { out }) => {
  let rest = words
  let newline = true
  let escapes = false
  for (; /^-[neE]+$/.test(rest[0] ?? ''); rest = rest.slice(1)) {
    if (rest[0]?.includes('n')) newline = false
    if (rest[0]?.includes('e')) escapes = true
    if (rest[0]?.includes('E')) escapes = false
  }
  const plain = rest.join(' ')
  const { text, ended } = escapes ? unescaped(plain) : { text: plain, ended: false }
  out(`${text}${newline && !ended ? '\n' : ''}`)
  return 0
}
