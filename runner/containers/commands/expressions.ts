// Regular expressions of POSIX in the words of this language.
import { characterClasses } from '../character-classes.ts'

const bracket = /\[(\^?)(\]?(?:\[:\w+:\]|[^\]])*)\]/y

/** What stands between brackets: a backslash there stands for itself. */
function bracketed(negated: string, inside: string): string {
  const text = inside.replace(/\[:(\w+):\]|\\([nt\]\\]?)|([[\]])/g, (_, name: string | undefined, escaped: string | undefined, sign: string | undefined) => {
    if (name !== undefined) return characterClasses[name] ?? ''
    if (sign !== undefined) return `\\${sign}`
    return escaped === 'n' || escaped === 't' ? `\\${escaped}` : `\\\\${escaped === '\\' ? '\\\\' : (escaped ?? '')}`
  })
  return `[${negated}${text}]`
}

function translated(source: string, outside: (char: string, next: string, before: string) => readonly [text: string, length: number]): string {
  let text = ''
  for (let at = 0; at < source.length; ) {
    bracket.lastIndex = at
    const set = source[at] === '[' ? bracket.exec(source) : null
    if (set) {
      text += bracketed(set[1] ?? '', set[2] ?? '')
      at += set[0].length
      continue
    }
    const [piece, length] = outside(source[at] ?? '', source[at + 1] ?? '', text)
    text += piece
    at += length
  }
  return text
}

function escaped(next: string): string {
  if (next === '<' || next === '>') return '\\b'
  return next === '/' || /[\w.*+?^$|()[\]{}\\]/.test(next) ? `\\${next}` : next.replace(/[-]/, '\\-')
}

/** A basic expression: `\(`, `\{`, `\|`, `\+` and `\?` are signs, without the backslash they stand for themselves. */
export function basicExpression(source: string): string {
  return translated(source, (char, next, before) => {
    if (char === '\\') return ['(){}|+?'.includes(next) && next !== '' ? next : escaped(next), 2]
    if (char === '*' && (before === '' || before.endsWith('(') || before.endsWith('|') || before === '^')) return ['\\*', 1]
    if (char === '$' && next !== '' && next !== '\\') return ['\\$', 1]
    if (char === '^' && before !== '' && !/[(|]$/.test(before)) return ['\\^', 1]
    return ['(){}|+?'.includes(char) ? `\\${char}` : char, 1]
  })
}

/** An extended expression. */
export function extendedExpression(source: string): string {
  return translated(source, (char, next) => {
    if (char === '\\') return [escaped(next), 2]
    return [char === '{' && !/[\d,]/.test(next) ? '\\{' : char, 1]
  })
}
