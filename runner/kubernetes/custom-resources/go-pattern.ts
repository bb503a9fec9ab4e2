// Patterns in Go's syntax (RE2, `regexp/syntax`): what is wrong with one, in Go's words, and the same pattern for JavaScript.

/** A pattern read: the source of the same expression in JavaScript, or what is wrong with it. */
export type GoPattern = { readonly source: string; readonly flags: string } | { readonly problem: string }

interface Reading {
  readonly text: string
  at: number
  source: string
  flags: string
  open: number
  /** Where the repetition just read begins; another one right after it is one too many. */
  repeated: number | undefined
  /** True while there is something that a repetition may repeat. */
  repeatable: boolean
}

class PatternProblem extends Error {}

const classes: Readonly<Record<string, string>> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  ascii: '\\x00-\\x7f',
  blank: '\\t ',
  cntrl: '\\x00-\\x1f\\x7f',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`\\{-~',
  space: '\\t-\\r ',
  upper: 'A-Z',
  word: '\\w',
  xdigit: '0-9A-Fa-f',
}
const spaces = '\\t\\n\\f\\r '
const controls: Readonly<Record<string, string>> = { a: '\\x07', f: '\\f', n: '\\n', r: '\\r', t: '\\t', v: '\\v' }
const repeatLimit = 1000

/** Reads a pattern as Go's `regexp.Compile` does. */
export function readGoPattern(text: string): GoPattern {
  const reading: Reading = { text, at: 0, source: '', flags: 'u', open: 0, repeated: undefined, repeatable: false }
  try {
    while (reading.at < text.length) readNext(reading)
    if (reading.open > 0) throw problem('missing closing )', text)
    return { source: reading.source, flags: reading.flags }
  } catch (error) {
    if (error instanceof PatternProblem) return { problem: error.message }
    throw error
  }
}

/**
 * A read pattern as an expression for a text. Where no letter of either takes two units it needs no `u`: V8 goes through such ones in one
 * pass when they step back too often, as RE2 always does.
 */
export function expressionFor({ source, flags }: { readonly source: string; readonly flags: string }, text: string): RegExp {
  const simple = flags === 'u' && !/\\[pPu]\{|[\ud800-\udfff]/.test(source) && !/[\ud800-\udfff]/.test(text)
  return new RegExp(source, simple ? '' : flags)
}

function problem(what: string, where: string): PatternProblem {
  return new PatternProblem(`error parsing regexp: ${what}: \`${where}\``)
}

function readNext(reading: Reading): void {
  const rest = reading.text.slice(reading.at)
  const letter = rest.charAt(0)
  const [count] = /^\{\d+(,\d*)?\}/.exec(rest) ?? []
  const repeats = '*+?'.includes(letter) ? 1 : (count?.length ?? 0)
  if (repeats === 0) reading.repeated = undefined
  if (repeats > 0) readRepeat(reading, repeats)
  else if (letter === '(') readGroup(reading)
  else if (letter === ')') closeGroup(reading)
  else if (letter === '[') readClass(reading)
  else if (letter === '\\') readEscape(reading)
  else readLetter(reading, String.fromCodePoint(rest.codePointAt(0) ?? 0))
}

const letters: Readonly<Record<string, string>> = { '.': '[^\\n]', '{': '\\{', '}': '\\}', ']': '\\]', '/': '\\/' }

function readLetter(reading: Reading, letter: string): void {
  take(reading, letter.length, letters[letter] ?? letter)
  reading.repeatable = letter !== '|'
}

/** Goes on by some letters, and writes what stands for them. */
function take(reading: Reading, length: number, written: string): void {
  reading.at += length
  reading.source += written
  reading.repeatable = true
}

function readRepeat(reading: Reading, length: number): void {
  const { text, at, repeated } = reading
  const lazy = text.charAt(at + length) === '?'
  const end = at + length + (lazy ? 1 : 0)
  if (length > 1) checkCounts(text.slice(at, at + length))
  if (repeated !== undefined) throw problem('invalid nested repetition operator', text.slice(repeated, end))
  if (!reading.repeatable) throw problem('missing argument to repetition operator', text.slice(at, end))
  take(reading, end - at, text.slice(at, end))
  reading.repeated = at
}

function checkCounts(written: string): void {
  const [least = 0, most] = written.slice(1, -1).split(',').map(Number)
  const open = most === undefined || written.endsWith(',}')
  if (least > repeatLimit || (!open && (most > repeatLimit || most < least))) throw problem('invalid repeat count', written)
}

function readGroup(reading: Reading): void {
  const rest = reading.text.slice(reading.at)
  reading.open += 1
  if (!rest.startsWith('(?')) take(reading, 1, '(')
  else if (/^\(\?P?</.test(rest) && rest.length > 3) readNamedGroup(reading, rest)
  else readFlags(reading, rest)
  reading.repeatable = false
}

function readNamedGroup(reading: Reading, rest: string): void {
  const end = rest.indexOf('>')
  if (end < 0) throw problem('invalid named capture', rest)
  const capture = rest.slice(0, end + 1)
  const name = capture.replace(/^\(\?P?</, '').slice(0, -1)
  if (!/^[A-Za-z0-9_]+$/.test(name)) throw problem('invalid named capture', capture)
  take(reading, capture.length, '(')
}

/** Flags: of the whole where the pattern begins with them, else of a group. */
function readFlags(reading: Reading, rest: string): void {
  const [read = ''] = /^\(\?[imsU]*(-[imsU]+)?/.exec(rest) ?? []
  const closing = rest.charAt(read.length)
  if (closing === '') throw problem('missing closing )', reading.text)
  if ((closing !== ')' && closing !== ':') || (closing === ')' && read === '(?'))
    throw problem('invalid or unsupported Perl syntax', rest.slice(0, read.length + 1))
  if (closing === ':') {
    take(reading, read.length + 1, `${read.replace(/[sU-]+(?=$)|[sU]/g, '')}:`)
    return
  }
  reading.open -= 1
  const set = ['i', 'm'].filter((flag) => read.split('-')[0]?.includes(flag)).join('')
  // JavaScript has flags of the whole and of groups: what stands before them must not mind.
  if (/^[\^]*$/.test(reading.source) && !(set.includes('m') && reading.source !== '')) reading.flags += set
  take(reading, read.length + 1, '')
}

function closeGroup(reading: Reading): void {
  if (reading.open === 0) throw problem('unexpected )', reading.text)
  reading.open -= 1
  take(reading, 1, ')')
}

const places: Readonly<Record<string, string>> = { A: '(?<![^])', z: '(?![^])', b: '\\b', B: '\\B' }

function readEscape(reading: Reading): void {
  const rest = reading.text.slice(reading.at)
  const place = places[rest.charAt(1)]
  if (place !== undefined) take(reading, 2, place)
  else if (rest.startsWith('\\Q')) readQuoted(reading, rest)
  else {
    const { length, written } = escapeAt(rest)
    take(reading, length, written === spaces ? `[${spaces}]` : written)
  }
}

function readQuoted(reading: Reading, rest: string): void {
  const end = rest.indexOf('\\E')
  const quoted = rest.slice(2, end < 0 ? undefined : end)
  take(reading, end < 0 ? rest.length : end + 2, quoted.replace(/[\^$\\.*+?()[\]{}|/]/g, '\\$&'))
}

interface Escape {
  readonly length: number
  readonly written: string
}

/** An escape as it may stand outside and inside of brackets. */
function escapeAt(rest: string): Escape {
  const letter = rest.charAt(1)
  if (letter === '') throw problem('trailing backslash at end of expression', '')
  if (letter === 'p' || letter === 'P') return propertyAt(rest)
  if (letter === 's') return { length: 2, written: spaces }
  if (/[dDwWS]/.test(letter)) return { length: 2, written: letter === 'S' ? `[^${spaces}]` : `\\${letter}` }
  const control = controls[letter]
  if (control !== undefined) return { length: 2, written: control }
  const [octal] = /^\\(0[0-7]{0,2}|[1-7][0-7]{1,2})/.exec(rest) ?? []
  if (octal !== undefined) return { length: octal.length, written: `\\u{${Number.parseInt(octal.slice(1), 8).toString(16)}}` }
  const [hex, digits = ''] = /^\\x(?:([0-9A-Fa-f]{2})|\{[0-9A-Fa-f]+\})/.exec(rest) ?? []
  if (hex !== undefined) return { length: hex.length, written: `\\u{${digits || hex.slice(3, -1)}}` }
  if (/[\w]/.test(letter) || letter > '\x7f') throw problem('invalid escape sequence', rest.slice(0, 2))
  return { length: 2, written: /[\^$\\.*+?()[\]{}|/-]/.test(letter) ? `\\${letter}`.replace('\\-', '\\x2d') : letter }
}

function propertyAt(rest: string): Escape {
  const [whole = rest.slice(0, 3), braced] = /^\\[pP](?:\{(\^?\w+)\})?/.exec(rest) ?? []
  const found = braced === undefined ? rest.slice(0, 3) : whole
  const name = (braced ?? rest.charAt(2)).replace('^', '')
  const negated = (rest.charAt(1) === 'P') !== (braced?.startsWith('^') ?? false)
  for (const written of [`\\${negated ? 'P' : 'p'}{${name}}`, `\\${negated ? 'P' : 'p'}{Script=${name}}`]) {
    try {
      new RegExp(written, 'u')
      return { length: found.length, written }
    } catch {
      // A name of a script, or of nothing.
    }
  }
  throw problem('invalid character class range', found)
}

function readClass(reading: Reading): void {
  const start = reading.at
  const rest = reading.text.slice(start)
  let [at, written] = rest.startsWith('[^') ? [2, '[^'] : [1, '[']
  for (let first = true; first || rest.charAt(at) !== ']'; first = false) {
    const low = memberAt(rest, at)
    at += low.length
    written += low.written
    if (rest.charAt(at) !== '-' || rest.charAt(at + 1) === ']' || !low.single) continue
    const high = memberAt(rest, at + 1)
    const range = rest.slice(at - low.length, at + 1 + high.length)
    if (codeOf(high.written) < codeOf(low.written)) throw problem('invalid character class range', range)
    at += 1 + high.length
    written += `-${high.written}`
  }
  take(reading, at + 1, `${written}]`)
}

interface Member extends Escape {
  readonly single: boolean
}

/** What stands at a place in brackets: a letter, an escape, or a class by name. */
function memberAt(rest: string, at: number): Member {
  const here = rest.slice(at)
  if (here === '') throw problem('missing closing ]', rest)
  const [named, negated, name = ''] = /^\[:(\^?)(\w+):\]/.exec(here) ?? []
  if (named !== undefined) {
    const members = classes[name]
    if (members === undefined || negated === '^') throw problem('invalid character class range', named)
    return { length: named.length, written: members, single: false }
  }
  if (here.startsWith('\\')) {
    const { length, written } = escapeAt(here)
    return { length, written: written.replace(/^\[\^.*/, '\\S'), single: !/^\\[dDwWsSpP]/.test(here) }
  }
  const letter = String.fromCodePoint(here.codePointAt(0) ?? 0)
  return { length: letter.length, written: /[\\\]^[-]/.test(letter) ? `\\${letter}` : letter, single: true }
}

function codeOf(written: string): number {
  const [, hex] = /^\\(?:x|u\{)([0-9a-f]+)/i.exec(written) ?? []
  return hex === undefined ? (written.replace(/^\\/, '').codePointAt(0) ?? 0) : Number.parseInt(hex, 16)
}
