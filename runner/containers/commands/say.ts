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
