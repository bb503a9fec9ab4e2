// Cuts an awk program into words.
import { AwkFault } from './syntax.ts'

/** A word of a program. `function name` is a name with a bracket right behind it. */
export interface Token {
  readonly kind: 'number' | 'text' | 'pattern' | 'name' | 'function name' | 'word' | 'sign' | 'newline' | 'end'
  readonly text: string
}

const words = new Set('BEGIN END function func if else while for do break continue next nextfile exit return delete in getline print printf'.split(' '))
const signs = /^(?:\*\*=|\*\*|&&|\|\||\+\+|--|\+=|-=|\*=|\/=|%=|\^=|==|<=|>=|!=|!~|>>|[{}()[\];,+\-*/%^!<>|?:~$=])/
const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', f: '\f', v: '\v', '\\': '\\', '"': '"', '/': '/' }

/** The words of a program. Throws AwkFault. */
export function tokensOf(program: string): readonly Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < program.length) {
    const [skipped = ''] = /^(?:[ \t\r]|\\\r?\n|#[^\n]*)*/.exec(program.slice(at)) ?? []
    at += skipped.length
    if (at >= program.length) break
    const token = next(program, at, tokens.at(-1))
    tokens.push(token)
    at = token.end
  }
  return [...tokens, { kind: 'newline', text: '\n' }, { kind: 'end', text: '' }]
}

function next(program: string, at: number, before: Token | undefined): Token & { readonly end: number } {
  const rest = program.slice(at)
  const token = (kind: Token['kind'], text: string, length = text.length) => ({ kind, text, end: at + length })
  if (rest.startsWith('\n')) return token('newline', '\n')
  const [number] = /^(?:0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)/.exec(rest) ?? []
  if (number !== undefined) return token('number', number)
  const [name] = /^[A-Za-z_]\w*/.exec(rest) ?? []
  if (name !== undefined) return token(words.has(name) ? 'word' : rest[name.length] === '(' ? 'function name' : 'name', name)
  if (rest.startsWith('"')) {
    const [whole] = /^"(?:[^"\\\n]|\\[\s\S])*"/.exec(rest) ?? []
    if (whole === undefined) throw new AwkFault('unterminated string')
    return token('text', unescaped(whole.slice(1, -1)), whole.length)
  }
  if (rest.startsWith('/') && !endsValue(before)) {
    const [whole] = /^\/(?:[^/\\\n[]|\\.|\[\]?(?:[^\]\\]|\\.)*\])*\//.exec(rest) ?? []
    if (whole === undefined) throw new AwkFault('unterminated regex')
    return token('pattern', whole.slice(1, -1).replaceAll('\\/', '/'), whole.length)
  }
  const [sign] = signs.exec(rest) ?? []
  if (sign === undefined) throw new AwkFault(`Unexpected token`)
  return token('sign', sign)
}

/** After a value a slash divides. */
function endsValue(token: Token | undefined): boolean {
  if (!token) return false
  if (token.kind === 'sign') return [')', ']', '$', '++', '--'].includes(token.text)
  return token.kind === 'number' || token.kind === 'text' || token.kind === 'name' || (token.kind === 'word' && token.text === 'getline')
}

function unescaped(text: string): string {
  return text.replace(/\\(?:([0-7]{1,3})|\n|([\s\S]))/g, (whole, octal: string | undefined, char: string | undefined) => {
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8))
    return char === undefined ? '' : (escapes[char] ?? whole)
  })
}
