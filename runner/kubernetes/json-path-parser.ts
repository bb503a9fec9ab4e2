// Parses kubectl's dialect of JSONPath (client-go `util/jsonpath`) into nodes.

/** A node of a template: text, or a step that goes from values to values. */
export type PathNode =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'list'; readonly nodes: readonly PathNode[] }
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'slice'; readonly from: number | undefined; readonly to: number | undefined; readonly single: boolean; readonly step: number | undefined }
  | { readonly kind: 'filter'; readonly left: readonly PathNode[]; readonly operator: string; readonly right: readonly PathNode[] }
  | { readonly kind: 'number'; readonly value: number; readonly float: boolean }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'wildcard' }
  | { readonly kind: 'recursive' }
  | { readonly kind: 'union'; readonly lists: readonly (readonly PathNode[])[] }
  | { readonly kind: 'identifier'; readonly name: string }

/** A template that cannot be parsed or evaluated, in client-go's words. */
export class JsonPathError extends Error {
  override readonly name = 'JsonPathError'
}

/** Parses a template: text with actions in braces. Throws JsonPathError. */
export function parseJsonPath(template: string): readonly PathNode[] {
  const input: Input = { text: template, position: 0 }
  const nodes: PathNode[] = []
  while (input.position < template.length) {
    const open = template.indexOf('{', input.position)
    const end = open < 0 ? template.length : open
    if (end > input.position) nodes.push({ kind: 'text', text: template.slice(input.position, end) })
    input.position = end + 1
    if (open >= 0) nodes.push({ kind: 'list', nodes: readAction(input) })
  }
  return nodes
}

interface Input {
  readonly text: string
  position: number
}

const terminators = new Set([undefined, '.', ',', '[', ']', '$', '@', '{', '}', ' ', '\t', '\r', '\n'])

function readAction(input: Input): readonly PathNode[] {
  const nodes: PathNode[] = []
  for (;;) {
    const rest = input.text.slice(input.position)
    if (rest.startsWith('}')) {
      input.position++
      return nodes
    }
    if (rest.startsWith('[?(')) nodes.push(readFilter(input))
    else if (rest.startsWith('..')) nodes.push(...readRecursive(input, nodes))
    else nodes.push(...readStep(input))
  }
}

function readStep(input: Input): readonly PathNode[] {
  const character = input.text[input.position]
  if (character === undefined || character === '\n' || character === '\r') throw new JsonPathError('unclosed action')
  if (character === ' ' || character === '@' || character === '$') {
    input.position++
    return []
  }
  if (character === '[') return readBrackets(input)
  if (character === '"' || character === "'") return [readQuoted(input, character)]
  if (character === '.') return [readField(input, 1)]
  if (/[-+\d]/.test(character)) return [readNumber(input)]
  if (/[\p{L}\p{N}_]/u.test(character)) return [readIdentifier(input)]
  const code = character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')
  throw new JsonPathError(`unrecognized character in action: U+${code} '${character}'`)
}

function readRecursive(input: Input, before: readonly PathNode[]): readonly PathNode[] {
  if (before.at(-1)?.kind === 'recursive') throw new JsonPathError('invalid multiple recursive descent')
  input.position += 2
  const named = /[\p{L}\p{N}_]/u.test(input.text[input.position] ?? '')
  return named ? [{ kind: 'recursive' }, readField(input, 0)] : [{ kind: 'recursive' }]
}

function readField(input: Input, prefix: number): PathNode {
  const start = input.position + prefix
  let end = start
  while (!terminators.has(input.text[end])) end += input.text[end] === '\\' ? 2 : 1
  input.position = Math.min(end, input.text.length)
  const name = input.text.slice(start, end)
  return name === '*' ? { kind: 'wildcard' } : { kind: 'field', name: name.replaceAll('\\', '') }
}

function readNumber(input: Input): PathNode {
  const text = /^[-+]?[\d.]*/.exec(input.text.slice(input.position))?.[0] ?? ''
  input.position += text.length
  if (/^[-+]?\d+$/.test(text)) return { kind: 'number', value: Number(text), float: false }
  if (/^[-+]?(?:\d+\.?\d*|\.\d+)$/.test(text)) return { kind: 'number', value: Number(text), float: true }
  throw new JsonPathError(`cannot parse number ${text}`)
}

function readIdentifier(input: Input): PathNode {
  const start = input.position
  while (!terminators.has(input.text[input.position])) input.position++
  const name = input.text.slice(start, input.position)
  return name === 'true' || name === 'false' ? { kind: 'boolean', value: name === 'true' } : { kind: 'identifier', name }
}

function readQuoted(input: Input, quote: string): PathNode {
  const start = input.position
  let end = start + 1
  for (; input.text[end] !== quote; end++) {
    if (input.text[end] === '\\') end++
    if (end >= input.text.length || input.text[end] === '\n') throw new JsonPathError('unterminated quoted string')
  }
  input.position = end + 1
  return { kind: 'text', text: unquote(input.text.slice(start + 1, end)) }
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', v: '\v', a: '\u0007' }

function unquote(text: string): string {
  return text.replace(/\\(.)/gs, (_, letter: string) => escapes[letter] ?? letter)
}

function readBrackets(input: Input): readonly PathNode[] {
  const end = input.text.indexOf(']', input.position)
  const line = input.text.indexOf('\n', input.position)
  if (end < 0 || (line >= 0 && line < end)) throw new JsonPathError('unterminated array')
  const inner = input.text.slice(input.position + 1, end)
  input.position = end + 1
  const text = inner === '*' ? ':' : inner
  const parts = text.split(',')
  if (parts.length > 1) return [{ kind: 'union', lists: parts.map((part) => parseInner(`[${part.replace(/^ +| +$/g, '')}]`)) }]
  const key = /^'([^']*)'$/.exec(text)?.[1]
  return key === undefined ? [readSlice(text)] : parseInner(`.${key}`)
}

function readSlice(text: string): PathNode {
  const match = /^(-?\d*)(:-?\d*)?(:-?\d*)?$/.exec(text)
  if (!match) throw new JsonPathError(`invalid array index ${text}`)
  const [, first = '', second, third] = match
  if (first === '-') throw new JsonPathError(`array index ${first} is not a number`)
  const from = first === '' ? undefined : Number(first)
  const single = second === undefined
  return { kind: 'slice', from, to: single ? (from ?? 0) + 1 : bound(second), single, step: bound(third) }
}

function bound(text: string | undefined): number | undefined {
  const digits = text?.slice(1) ?? ''
  if (digits === '-') throw new JsonPathError(`array index ${digits} is not a number`)
  return digits === '' ? undefined : Number(digits)
}

function readFilter(input: Input): PathNode {
  const start = input.position + '[?('.length
  const end = filterEnd(input.text, start)
  if (input.text[end + 1] !== ']') throw new JsonPathError('unclosed array expect ]')
  input.position = end + 2
  const text = input.text.slice(start, end)
  const [, left, operator, right] = /^([^!<>=]+)([!<>=]+)(.+?)$/s.exec(text) ?? []
  if (left === undefined || operator === undefined || right === undefined) return { kind: 'filter', left: parseInner(text), operator: 'exists', right: [] }
  return { kind: 'filter', left: parseInner(left), operator, right: parseInner(right) }
}

/** The closing parenthesis; one inside quotes does not count. */
function filterEnd(text: string, start: number): number {
  let quote = ''
  let closed = false
  for (let index = start; index < text.length && text[index] !== '\n'; index++) {
    const character = text[index] ?? ''
    if (character === '"' || character === "'") {
      if (quote === '') quote = character
      else if (character === quote && text[index - 1] !== '\\') closed = true
    } else if (character === ')' && (quote !== '') === closed) return index
  }
  throw new JsonPathError('unterminated filter')
}

function parseInner(text: string): readonly PathNode[] {
  const [first] = parseJsonPath(`{${text}}`)
  return first?.kind === 'list' ? first.nodes : []
}
