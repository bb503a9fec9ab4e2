// Reads a script into a tree: POSIX sh with the commonest of bash.
import { readCondition } from './condition.ts'
import { type Cursor, readQuoted, readWord } from './parse-word.ts'
import { type Node, type Redirection, SyntaxFault, type Word } from './syntax.ts'

/** The tree of a script. Throws `SyntaxFault`. */
export function parse(text: string): Node {
  const parser = new Parser(text)
  const node = parser.list([])
  parser.expectEnd()
  return node
}

/** True for the beginning of a script that goes on: in a construct, in quotes, in a here-document. */
export function isIncomplete(text: string): boolean {
  const parser = new Parser(text)
  try {
    parser.list([])
    return parser.expectEnd()
  } catch (error) {
    return error instanceof SyntaxFault && error.incomplete
  }
}

const reserved = new Set(['if', 'then', 'elif', 'else', 'fi', 'for', 'while', 'until', 'do', 'done', 'case', 'esac', 'in', '{', '}', '!', '[['])

class Parser implements Cursor {
  readonly text: string
  at = 0
  #unended = false
  #pending: { end: string; quoted: boolean; stripped: boolean; redirection: { target: Word } }[] = []

  constructor(text: string) {
    this.text = text
  }

  script(text: string): Node {
    return parse(text)
  }

  /** Throws if something is left; true if a here-document has no end. */
  expectEnd(): boolean {
    this.#blank(true)
    if (this.at < this.text.length) this.#unexpected()
    return this.#unended || this.#pending.length > 0
  }

  /** Commands up to one of the closing words. */
  list(closing: readonly string[]): Node {
    const items: { node: Node; background: boolean }[] = []
    for (;;) {
      this.#blank(true)
      if (this.at >= this.text.length || this.#isClosing(closing)) break
      const node = this.#andOr()
      this.#blank()
      const background = this.text[this.at] === '&' && this.text[this.at + 1] !== '&'
      items.push({ node, background })
      if (background || (this.text[this.at] === ';' && this.text[this.at + 1] !== ';')) this.at += 1
      else if (this.text[this.at] !== '\n') break
    }
    this.#blank(true)
    return items.length === 1 && items[0] && !items[0].background ? items[0].node : { kind: 'list', items }
  }

  #isClosing(closing: readonly string[]): boolean {
    if (this.text[this.at] === ')' || this.text.startsWith(';;', this.at)) return true
    const word = this.#peekWord()
    return closing.includes(word)
  }

  #andOr(): Node {
    let left = this.#pipe()
    for (;;) {
      this.#blank()
      const sign = this.text.slice(this.at, this.at + 2)
      if (sign !== '&&' && sign !== '||') return left
      this.at += 2
      this.#blank(true)
      left = { kind: sign === '&&' ? 'and' : 'or', left, right: this.#pipe() }
    }
  }

  #pipe(): Node {
    let negated = false
    while (this.#take('!')) negated = !negated
    const parts = [this.#command()]
    for (;;) {
      this.#blank()
      if (this.text[this.at] !== '|' || this.text[this.at + 1] === '|') break
      this.at += this.text[this.at + 1] === '&' ? 2 : 1
      this.#blank(true)
      parts.push(this.#command())
    }
    return parts.length === 1 && !negated && parts[0] ? parts[0] : { kind: 'pipe', parts, negated }
  }

  #command(): Node {
    this.#blank()
    const node = this.#compound()
    if (!node) return this.#simple()
    const redirections = this.#redirections()
    return redirections.length === 0 ? node : { ...node, redirections }
  }

  #compound(): Node | undefined {
    if (this.text.startsWith('((', this.at)) return this.#calculation()
    if (this.text[this.at] === '(') {
      this.at += 1
      const body = this.list([])
      this.#sign(')')
      return { kind: 'subshell', body }
    }
    const named = this.text.slice(this.at).match(/^(?:function\s+([\w-]+)\s*(?:\(\s*\))?|([A-Za-z_][\w-]*)\s*\(\s*\))/)
    if (named && !reserved.has(named[2] ?? '')) {
      this.at += named[0].length
      this.#blank(true)
      return { kind: 'function', name: named[1] ?? named[2] ?? '', body: this.#command() }
    }
    if (this.#take('if')) return this.#if()
    if (this.#take('while')) return this.#loop(false)
    if (this.#take('until')) return this.#loop(true)
    if (this.#take('for')) return this.#for()
    if (this.#take('case')) return this.#case()
    if (/^\[\[\s/.test(this.text.slice(this.at, this.at + 3))) return readCondition(this)
    if (!this.#take('{')) return undefined
    const body = this.list(['}'])
    this.#expect('}')
    return { kind: 'group', body }
  }

  #calculation(): Node {
    const end = this.text.indexOf('))', this.at + 2)
    if (end < 0) throw new SyntaxFault('unexpected end of file (expecting "))")', true)
    const word = readQuoted(this.text.slice(this.at + 2, end), (text) => parse(text))
    this.at = end + 2
    return { kind: 'calculate', word }
  }

  #if(): Node {
    const cases: (readonly [Node, Node])[] = []
    do {
      const condition = this.list(['then'])
      this.#expect('then')
      cases.push([condition, this.list(['elif', 'else', 'fi'])])
    } while (this.#take('elif'))
    const otherwise = this.#take('else') ? this.list(['fi']) : undefined
    this.#expect('fi')
    return { kind: 'if', cases, ...(otherwise && { otherwise }) }
  }

  #loop(until: boolean): Node {
    const condition = this.list(['do'])
    return { kind: 'loop', until, condition, body: this.#body() }
  }

  #body(): Node {
    this.#expect('do')
    const body = this.list(['done'])
    this.#expect('done')
    return body
  }

  #for(): Node {
    this.#blank()
    const count = this.text.slice(this.at).match(/^\(\(([^;]*);([^;]*);([^)]*(?:\([^)]*\)[^)]*)*)\)\)/)
    if (count) {
      this.at += count[0].length
      this.#separator()
      const [start, condition, step] = count.slice(1).map((part) => readQuoted(part.trim(), (text) => parse(text)))
      return { kind: 'count', start: start ?? [], condition: condition ?? [], step: step ?? [], body: this.#body() }
    }
    const name = this.#peekWord()
    this.at += name.length
    this.#blank(true)
    const words: Word[] = []
    const named = this.#take('in')
    if (named) for (this.#blank(); !/^[;\n]/.test(this.text[this.at] ?? '\n'); this.#blank()) words.push(readWord(this))
    this.#separator()
    return { kind: 'for', name, words: named ? words : undefined, body: this.#body() }
  }

  #separator(): void {
    this.#blank()
    if (this.text[this.at] === ';') this.at += 1
    this.#blank(true)
  }

  #case(): Node {
    this.#blank()
    const word = readWord(this)
    this.#blank(true)
    this.#expect('in')
    const cases: { patterns: Word[]; body: Node }[] = []
    for (this.#blank(true); !this.#take('esac'); this.#blank(true)) {
      if (this.at >= this.text.length) throw new SyntaxFault('unexpected end of file (expecting "esac")', true)
      if (this.text[this.at] === '(') this.at += 1
      const patterns: Word[] = []
      do {
        if (this.text[this.at] === '|') this.at += 1
        this.#blank()
        patterns.push(readWord(this))
        this.#blank()
      } while (this.text[this.at] === '|')
      this.#sign(')')
      cases.push({ patterns, body: this.list(['esac']) })
      if (this.text.startsWith(';;', this.at)) this.at += 2
    }
    return { kind: 'case', word, cases }
  }

  #simple(): Node {
    const assigns: (readonly [string, Word, boolean])[] = []
    const lists: (readonly [string, readonly Word[], boolean])[] = []
    const words: Word[] = []
    const redirections: Redirection[] = []
    for (;;) {
      this.#blank()
      const found = this.#redirection()
      const assigned = words.length === 0 && !found ? this.text.slice(this.at).match(/^([A-Za-z_]\w*(?:\[[^\]\s]+\])?)(\+?)=/) : undefined
      if (found) redirections.push(found)
      else if (assigned) {
        this.at += assigned[0].length
        if (this.text[this.at] === '(') lists.push([assigned[1] ?? '', this.#values(), assigned[2] === '+'])
        else assigns.push([assigned[1] ?? '', readWord(this), assigned[2] === '+'])
      } else if (/^[^\n;&|<>()]/.test(this.text[this.at] ?? '\n')) words.push(readWord(this))
      else break
    }
    if (assigns.length + lists.length + words.length + redirections.length === 0) this.#unexpected()
    return { kind: 'simple', assigns, words, ...(lists.length > 0 && { lists }), ...(redirections.length > 0 && { redirections }) }
  }

  /** The values of a list, in parentheses. */
  #values(): readonly Word[] {
    const words: Word[] = []
    this.at += 1
    for (this.#blank(true); !/^[)]?$/.test(this.text[this.at] ?? ''); this.#blank(true)) words.push(readWord(this))
    this.#sign(')')
    return words
  }

  #redirections(): Redirection[] {
    const found: Redirection[] = []
    for (;;) {
      this.#blank()
      const next = this.#redirection()
      if (!next) return found
      found.push(next)
    }
  }

  #redirection(): Redirection | undefined {
    const match = this.text.slice(this.at).match(/^(?:(\d?)(>>|>&|>\||>|<<<|<<-?|<&|<)|(&>>?))/)
    if (!match) return undefined
    const [whole, number = '', sign = '', both] = match
    this.at += whole.length
    this.#blank()
    const from = number === '' ? (sign.startsWith('<') ? 0 : 1) : Number(number)
    const quoted = /^['"\\]/.test(this.text[this.at] ?? '')
    const word = readWord(this)
    if (!sign.startsWith('<<') || sign === '<<<') {
      const operator = (both ?? (sign === '>|' ? '>' : sign)) as Redirection['operator']
      return { from, operator, target: word }
    }
    const redirection = { from, operator: '<<' as const, target: [] as Word }
    const end = word.map((part) => (part.kind === 'text' ? part.text : '')).join('')
    this.#pending.push({ end, quoted, stripped: sign === '<<-', redirection })
    return redirection
  }

  /** Here-documents follow the line that named them. */
  #hereDocuments(): void {
    for (const { end, quoted, stripped, redirection } of this.#pending.splice(0)) {
      const lines: string[] = []
      for (;;) {
        if (this.at >= this.text.length) {
          this.#unended = true
          break
        }
        const stop = this.text.indexOf('\n', this.at)
        const raw = this.text.slice(this.at, stop < 0 ? undefined : stop)
        this.at = stop < 0 ? this.text.length : stop + 1
        const line = stripped ? raw.replace(/^\t+/, '') : raw
        if (line === end) break
        lines.push(line)
      }
      const text = lines.map((line) => `${line}\n`).join('')
      redirection.target = quoted ? [{ kind: 'text', text, quoted: true }] : readQuoted(text, (inside) => parse(inside))
    }
  }

  #blank(lines = false): void {
    for (;;) {
      const char = this.text[this.at]
      if (char === '#') while (this.at < this.text.length && this.text[this.at] !== '\n') this.at += 1
      else if (char === '\\' && this.text[this.at + 1] === '\n') this.at += 2
      else if (char === ' ' || char === '\t' || char === '\r') this.at += 1
      else if (char === '\n' && lines) {
        this.at += 1
        this.#hereDocuments()
      } else return
    }
  }

  #peekWord(): string {
    return this.text.slice(this.at).match(/^(?:[\w[\]!{}-]+)(?=[\s;&|<>()]|$)/)?.[0] ?? ''
  }

  #take(word: string): boolean {
    this.#blank()
    if (this.#peekWord() !== word) return false
    this.at += word.length
    return true
  }

  #expect(word: string): void {
    this.#blank(true)
    if (this.#take(word)) return
    if (this.at >= this.text.length) throw new SyntaxFault(`syntax error: unexpected end of file (expecting "${word}")`, true)
    this.#unexpected()
  }

  #sign(sign: string): void {
    this.#blank(true)
    if (this.text[this.at] === sign) this.at += 1
    else if (this.at >= this.text.length) throw new SyntaxFault(`syntax error: unexpected end of file (expecting "${sign}")`, true)
    else this.#unexpected()
  }

  #unexpected(): never {
    const rest = this.text.slice(this.at)
    const token = rest.match(/^(;;|&&|\|\||[;&|()<>]|\S+)/)?.[0]
    if (rest === '') throw new SyntaxFault('syntax error: unexpected end of file', true)
    throw new SyntaxFault(`syntax error: unexpected ${token === undefined ? 'newline' : `"${token}"`}`)
  }
}
