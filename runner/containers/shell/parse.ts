// Reads a script into trees, line by line: lists, pipelines, simple commands.
import type { Language } from './dialect.ts'
import { SyntaxFault } from './faults.ts'
import { readCompound } from './parse-compound.ts'
import { atProcess, readProcess, readRedirection, readRedirections } from './parse-redirection.ts'
import { readWord } from './parse-word.ts'
import { Reader, reserved } from './reader.ts'
import type { Item, Node, Redirection, Word } from './syntax.ts'

const closers: ReadonlySet<string> = new Set(['then', 'else', 'elif', 'fi', 'do', 'done', 'esac', '}'])

/** Words that stand for others where a command begins. */
export type Aliases = ReadonlyMap<string, string>

/** Reads a script's lines one after the other, so that each is run before the next is read. Throws `SyntaxFault`. */
export function createParser(text: string, language: Language, aliases: Aliases = new Map()): { next(): Node | undefined; line(): number; ended(): boolean } {
  const parser = new Parser(text, language, aliases)
  return { next: () => parser.nextLine(), line: () => parser.line, ended: () => parser.ended() }
}

/** True for the beginning of a script that goes on: in a construct, in quotes, in a here-document. */
export function isIncomplete(text: string, language: Language): boolean {
  const parser = new Parser(text, language, new Map())
  try {
    while (parser.nextLine()) if (parser.unended) return true
    return parser.unended || parser.pending.length > 0 || /(^|[^\\])(\\\\)*\\\n$/.test(text)
  } catch (error) {
    return error instanceof SyntaxFault && error.incomplete
  }
}

class Parser extends Reader {
  readonly #aliases: Aliases
  /** Up to where an alias was put in, and which: it does not stand for itself. */
  #putIn: { readonly name: string; readonly end: number }[] = []

  constructor(text: string, language: Language, aliases: Aliases) {
    super(text, language)
    this.#aliases = aliases
  }

  readonly nested = (text: string, at: number, close: string): { readonly node: Node; readonly end: number } => {
    const inner = new Parser(text, this.language, this.#aliases)
    inner.at = at
    const node = inner.list([])
    if (close !== '') inner.sign(close)
    else if (inner.at < text.length) inner.unexpected()
    return { node, end: inner.at }
  }

  /** True if nothing is left but blanks and remarks. */
  ended(): boolean {
    this.blank(true)
    return this.at >= this.text.length
  }

  /** The commands of the next line that has some; undefined at the end. */
  nextLine(): Node | undefined {
    this.blank(true)
    if (this.at >= this.text.length) return undefined
    const items = this.#items([], true)
    if (this.at < this.text.length && this.char !== '\n') this.unexpected()
    if (this.char === '\n') this.blankLine()
    return asNode(items)
  }

  /** Past the end of this line, and the here-documents that follow it. */
  blankLine(): void {
    const end = this.at
    this.blank(true)
    if (this.at === end) this.at += 1
  }

  list(closing: readonly string[]): Node {
    return asNode(this.#items(closing, false))
  }

  #items(closing: readonly string[], oneLine: boolean): Item[] {
    const items: Item[] = []
    for (;;) {
      this.blank(!oneLine)
      if (this.at >= this.text.length || (oneLine && this.char === '\n') || this.#isClosing(closing)) break
      if (items.length > 0 && closers.has(this.peekWord())) break
      const start = this.at
      const node = this.#andOr()
      this.blank()
      const text = this.text.slice(start, this.at).trim()
      const background = this.char === '&' && this.text[this.at + 1] !== '&'
      items.push({ node, background, text })
      if (background || (this.char === ';' && this.text[this.at + 1] !== ';')) this.at += 1
      else if (this.char !== '\n' || oneLine) break
    }
    if (!oneLine) this.blank(true)
    return items
  }

  #isClosing(closing: readonly string[]): boolean {
    if (this.char === ')' || this.text.startsWith(';;', this.at)) return true
    return closing.length > 0 && closing.includes(this.peekWord())
  }

  #andOr(): Node {
    let left = this.#pipe()
    for (;;) {
      this.blank()
      const sign = this.text.slice(this.at, this.at + 2)
      if (sign !== '&&' && sign !== '||') return left
      this.at += 2
      this.blank(true)
      left = { kind: sign === '&&' ? 'and' : 'or', left, right: this.#pipe() }
    }
  }

  #pipe(): Node {
    let negated = false
    if (this.language.wide && this.take('time')) return { kind: 'time', posix: this.take('-p'), body: this.#pipe() }
    while (this.take('!')) negated = !negated
    const parts = [this.command()]
    for (;;) {
      this.blank()
      if (this.char !== '|' || this.text[this.at + 1] === '|') break
      this.at += 1
      if (this.text.startsWith('&', this.at) && this.language.wide) {
        this.at += 1
        parts.push(withErrors(parts.pop()))
      }
      this.blank(true)
      parts.push(this.command())
    }
    return parts.length === 1 && !negated && parts[0] ? parts[0] : { kind: 'pipe', parts, negated }
  }

  command(): Node {
    this.blank()
    const node = readCompound(this)
    if (!node) return this.#simple()
    if (node.kind === 'function') return node
    const redirections = readRedirections(this)
    return redirections.length === 0 ? node : { ...node, redirections }
  }

  #simple(): Node {
    const { line } = this
    const assigns: (readonly [string, Word, boolean])[] = []
    const lists: (readonly [string, readonly Word[], boolean])[] = []
    const words: Word[] = []
    const redirections: Redirection[] = []
    for (;;) {
      this.blank()
      const found = readRedirection(this)
      if (found.length > 0) redirections.push(...found)
      else if (atProcess(this)) words.push(readProcess(this))
      else if (words.length === 0 && this.#assignment(assigns, lists)) continue
      else if (!/^[^\n;&|<>()]/.test(this.char ?? '\n')) break
      else if (words.length === 0 && this.#standsForMore()) return this.#substituted({ assigns, redirections })
      else if (!this.#listWord(words, lists)) words.push(readWord(this))
    }
    if (this.char === '(' || assigns.length + lists.length + words.length + redirections.length === 0) this.unexpected()
    return { kind: 'simple', line, assigns, words, ...(lists.length > 0 && { lists }), ...(redirections.length > 0 && { redirections }) }
  }

  /** What an alias stands for may be any command; what stood before it goes with it. */
  #substituted({
    assigns,
    redirections,
  }: {
    readonly assigns: readonly (readonly [string, Word, boolean])[]
    readonly redirections: readonly Redirection[]
  }): Node {
    const node = this.command()
    if (node.kind !== 'simple') return node
    const all = [...redirections, ...(node.redirections ?? [])]
    return { ...node, assigns: [...assigns, ...node.assigns], ...(all.length > 0 && { redirections: all }) }
  }

  #assignment(assigns: (readonly [string, Word, boolean])[], lists: (readonly [string, readonly Word[], boolean])[]): boolean {
    const match = this.sees(this.language.wide ? /([A-Za-z_]\w*(?:\[[^\]\n]+\])?)(\+?)=/y : /([A-Za-z_]\w*)()=/y)
    if (!match) return false
    this.at += match[0].length
    if (this.char === '(' && this.language.wide) lists.push([match[1] ?? '', this.#values(), match[2] === '+'])
    else assigns.push([match[1] ?? '', readWord(this), match[2] === '+'])
    return true
  }

  /** `declare -a x=(…)`: the list is assigned, and the name stays with the command. */
  #listWord(words: Word[], lists: (readonly [string, readonly Word[], boolean])[]): boolean {
    const [first] = words
    const declares = first?.[0]?.kind === 'text' && /^(declare|typeset|local|readonly|export)$/.test(first[0].text)
    const match = declares && this.language.wide ? this.sees(/([A-Za-z_]\w*)(\+?)=\(/y) : null
    if (!match) return false
    this.at += match[0].length - 1
    lists.push([match[1] ?? '', this.#values(), match[2] === '+'])
    words.push([{ kind: 'text', text: match[1] ?? '', quoted: false }])
    return true
  }

  /** The values of a list, in parentheses. */
  #values(): readonly Word[] {
    const words: Word[] = []
    this.at += 1
    for (this.blank(true); !/^[)]?$/.test(this.char ?? ''); this.blank(true)) {
      if (/^[;&|<>(]$/.test(this.char ?? '')) this.unexpected()
      words.push(readWord(this))
    }
    this.sign(')')
    return words
  }

  /** Puts in what the word at the place stands for; throws if it may not begin a command. */
  #standsForMore(): boolean {
    const word = this.sees(/[^\s;&|<>()'"\\$`]+(?=[\s;&|<>()]|$)/y)?.[0]
    if (word === undefined) return false
    if (reserved.has(word) && word !== 'in' && word !== '!') this.unexpected()
    this.#putIn = this.#putIn.filter(({ end }) => this.at < end)
    const text = this.#aliases.get(word)
    if (text === undefined || this.#putIn.some(({ name }) => name === word)) return false
    this.#putIn = [...this.#putIn.map((each) => ({ ...each, end: each.end + text.length - word.length })), { name: word, end: this.at + text.length }]
    this.text = this.text.slice(0, this.at) + text + this.text.slice(this.at + word.length)
    return true
  }
}

function asNode(items: readonly Item[]): Node {
  return items.length === 1 && items[0] && !items[0].background ? items[0].node : { kind: 'list', items }
}

/** A command whose errors go where its output goes. */
function withErrors(node: Node | undefined): Node {
  const target: Word = [{ kind: 'text', text: '1', quoted: false }]
  return { ...(node ?? { kind: 'list', items: [] }), redirections: [...(node?.redirections ?? []), { from: 2, operator: '>&', target }] }
}
