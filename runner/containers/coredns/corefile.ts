// Reads a Corefile as far as its form goes (coredns/caddy `caddyfile/parse.go`): server blocks, and in each the words of every directive.
import { sha512 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { directives } from './directives.ts'
import { linesIn, type Token, tokensOf } from './tokens.ts'

/** Where it stands in every container of CoreDNS. */
export const corefilePath = '/etc/coredns/Corefile'

/** What is wrong with a Corefile, in the program's words. */
export class CorefileError extends Error {
  override readonly name = 'CorefileError'
}

/** The addresses that a server block is for, and its directives; one that stands twice has the words of both. */
export interface ServerBlock {
  readonly keys: readonly string[]
  readonly tokens: ReadonlyMap<string, readonly Token[]>
}

/** A Corefile that was read. */
export interface Corefile {
  readonly blocks: readonly ServerBlock[]
  /** Patterns of imports that no file matches: that is allowed, and said. */
  readonly unmatched: readonly string[]
}

/** Reads the Corefile among these files, which are known by their whole paths. Throws CorefileError. */
export function readCorefile(files: ReadonlyMap<string, string>): Corefile {
  return new CorefileParser(files).all()
}

/** The digest that the plugin `reload` knows a Corefile by. */
export function digestOf({ blocks }: Corefile): string {
  const plain = blocks.map(({ keys, tokens }) => ({
    Keys: keys,
    Tokens: Object.fromEntries([...tokens].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, words]) => [name, words.map(goToken)])),
  }))
  const json = JSON.stringify(plain).replace(/[<>&]/g, (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`)
  return bytesToHex(sha512(new TextEncoder().encode(json)))
}

function goToken({ file, line, text }: Token): { readonly File: string; readonly Line: number; readonly Text: string } {
  return { File: file, Line: line, Text: text }
}

class CorefileParser {
  readonly #files: ReadonlyMap<string, string>
  readonly #unmatched: string[] = []
  readonly #snippets = new Map<string, readonly Token[]>()
  #tokens: readonly Token[]
  #at = -1

  constructor(files: ReadonlyMap<string, string>) {
    this.#files = files
    this.#tokens = tokensOf(files.get(corefilePath) ?? '')
  }

  all(): Corefile {
    const blocks: ServerBlock[] = []
    while (this.#next()) {
      const block = this.#block()
      if (block && block.keys.length > 0) blocks.push(block)
    }
    return { blocks, unmatched: this.#unmatched }
  }

  #block(): ServerBlock | undefined {
    const { keys, over } = this.#addresses()
    const tokens = new Map<string, Token[]>()
    if (over) return { keys, tokens }
    const [first = ''] = keys
    if (keys.length === 1 && /^\(.*\)$/.test(first)) return this.#snippet(first.slice(1, -1))
    const braces = this.#is('{')
    if (!braces) this.#at -= 1
    this.#directives(tokens)
    if (braces && !this.#is('}')) throw this.#expecting('}')
    return { keys, tokens }
  }

  #snippet(name: string): undefined {
    if (this.#snippets.has(name)) throw this.#wrong(`redeclaration of previously declared snippet ${name}`)
    const words: Token[] = []
    let depth = 1
    while (depth > 0) {
      if (!this.#next()) throw this.#expecting('}')
      depth += this.#text === '{' ? 1 : this.#text === '}' ? -1 : 0
      if (depth > 0) words.push(this.#token)
    }
    this.#snippets.set(name, words)
  }

  #addresses(): { readonly keys: readonly string[]; readonly over: boolean } {
    const keys: string[] = []
    for (let another = false; ; ) {
      const word = this.#text
      if (word === 'import' && this.#beginsLine) {
        this.#import()
        if (!this.#next()) return { keys, over: true }
        continue
      }
      if (word === '{') {
        if (another) throw this.#wrong(`Expected another address but had '${word}' - check for extra comma`)
        return { keys, over: false }
      }
      another = word.endsWith(',')
      if (word !== '') keys.push(another ? word.slice(0, -1) : word)
      const more = this.#next()
      if (another && !more) throw this.#wrong('Unexpected EOF')
      if (!more) return { keys, over: true }
      if (!another && this.#beginsLine) return { keys, over: false }
    }
  }

  #directives(tokens: Map<string, Token[]>): void {
    while (this.#next()) {
      if (this.#text === '}') return
      if (this.#text === 'import') this.#import()
      else this.#directive(tokens)
    }
  }

  /** A directive goes to the end of its line, or of the block that begins there. */
  #directive(tokens: Map<string, Token[]>): void {
    const name = this.#text
    if (!directives.includes(name)) throw this.#wrong(`Unknown directive '${name}'`)
    const words = tokens.get(name) ?? []
    tokens.set(name, words)
    words.push(this.#token)
    let depth = 0
    while (this.#next()) {
      if (this.#text === '{') depth += 1
      else if (this.#beginsLine && depth === 0) {
        this.#at -= 1
        return
      } else if (this.#text === '}') {
        if (depth === 0) throw this.#wrong("Unexpected '}' because no matching opening brace")
        depth -= 1
      } else if (this.#text === 'import' && this.#beginsLine) {
        this.#import()
        continue
      }
      words.push(this.#token)
    }
    if (depth > 0) throw this.#wrong('Unexpected EOF')
  }

  /** Puts what is imported in the place of the two words that ask for it; the next word is the first of it. */
  #import(): void {
    const start = this.#at
    const pattern = this.#nextOnLine() ? this.#text : undefined
    if (pattern === undefined) throw this.#wrong("Wrong argument count or unexpected line ending after 'import'")
    if (this.#nextOnLine()) throw this.#wrong('Import takes only one argument (glob pattern or file)')
    const imported = this.#snippets.get(pattern) ?? this.#fromFiles(pattern)
    this.#tokens = [...this.#tokens.slice(0, start), ...imported, ...this.#tokens.slice(start + 2)]
    this.#at = start - 1
  }

  #fromFiles(pattern: string): readonly Token[] {
    const whole = pattern.startsWith('/') ? pattern : `/etc/coredns/${pattern.replace(/^\.\//, '')}`
    const matches = [...this.#files.keys()].filter((path) => globOf(whole).test(path)).sort()
    if (matches.length === 0 && !/[*?[\]]/.test(whole)) throw this.#wrong(`File to import not found: ${pattern}`)
    if (matches.length === 0) this.#unmatched.push(pattern)
    return matches.flatMap((path) => tokensOf(this.#files.get(path) ?? '', path))
  }

  #next(): boolean {
    if (this.#at >= this.#tokens.length - 1) return false
    this.#at += 1
    return true
  }

  #nextOnLine(): boolean {
    const [here, next] = [this.#token, this.#tokens[this.#at + 1]]
    if (!next || next.file !== here.file || here.line + linesIn(here.text) !== next.line) return false
    return this.#next()
  }

  get #token(): Token {
    return this.#tokens[this.#at] ?? { file: '', line: 0, text: '' }
  }

  get #text(): string {
    return this.#token.text
  }

  #is(word: string): boolean {
    return this.#text === word
  }

  get #beginsLine(): boolean {
    const before = this.#tokens[this.#at - 1]
    return !before || before.file !== this.#token.file || before.line + linesIn(before.text) < this.#token.line
  }

  #wrong(text: string): CorefileError {
    return new CorefileError(`${placeOf(this.#token)} - Error during parsing: ${text}`)
  }

  #expecting(word: string): CorefileError {
    return new CorefileError(`${placeOf(this.#token)} - Syntax error: Unexpected token '${this.#text}', expecting '${word}'`)
  }
}

/** A word's place as errors name it. */
export function placeOf({ file, line }: Token): string {
  return `${file === '' ? corefilePath : file}:${line}`
}

function globOf(pattern: string): RegExp {
  return new RegExp(
    `^${pattern
      .replace(/[.+^${}()|\\]/g, '\\$&')
      .replaceAll('*', '[^/]*')
      .replaceAll('?', '[^/]')}$`,
  )
}
