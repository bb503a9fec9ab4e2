// Runs a shell's trees.

import { apart, Exit, type Process } from '../process.ts'
import { BrokenPipe, inputOf, MemoryFull } from '../streams.ts'
import { Connections } from './connecting.ts'
import { control } from './control.ts'
import type { CallOptions, ShellCore } from './core.ts'
import { languages } from './dialect.ts'
import { ended } from './ended.ts'
import { expandText } from './expand.ts'
import type { Expander } from './expander.ts'
import { describe, ShellFault, SyntaxFault } from './faults.ts'
import { forked } from './fork.ts'
import { Jobs } from './jobs.ts'
import { lastCommand } from './last-command.ts'
import { type Aliases, createParser } from './parse.ts'
import { runPipe } from './pipes.ts'
import { RedirectFault, redirect, type Streams } from './redirect.ts'
import type { Scope } from './scope.ts'
import { callWords, runSimple } from './simple.ts'
import type { Item, Node } from './syntax.ts'
import { Traps } from './traps.ts'

/** Commands whose failure ends a shell that stops at errors. */
const ending: ReadonlySet<Node['kind']> = new Set(['simple', 'condition', 'subshell', 'pipe', 'calculate'])

/** A shell at work. */
export class Shell implements ShellCore {
  readonly scope: Scope
  readonly process: Process
  readonly jobs = new Jobs()
  readonly traps: Traps
  /** Somebody types into it. */
  interactive = false
  #quiet = 0
  #reading = 0
  #last: Node | undefined

  constructor(process: Process, scope: Scope, ignored: ReadonlyMap<string, string> = new Map()) {
    this.process = process
    this.scope = scope
    this.traps = new Traps(process, ignored)
  }

  /** Runs a tree; gives its exit code, which is `$?` afterwards. */
  async run(node: Node, streams: Streams): Promise<number> {
    await this.process.step()
    const behind = streams.out.behind?.()
    if (behind) await this.process.halt.unless(behind)
    if (this.traps.isWaiting) await this.heed(streams)
    if (this.scope.options.has('noexec')) return 0
    const code = await this.#redirected(node, streams)
    this.scope.last = code
    this.process.halt.check()
    if (this.traps.isWaiting) await this.heed(streams)
    if (code !== 0 && this.#quiet === 0 && ending.has(node.kind) && !(node.kind === 'pipe' && node.negated)) await this.#failed(code, streams)
    return code
  }

  async #failed(code: number, streams: Streams): Promise<void> {
    const body = this.scope.dialect === 'bash' ? this.traps.get('ERR') : undefined
    if (body !== undefined && body !== '') await this.#quietly(body, streams)
    if (this.scope.options.has('errexit')) throw new Exit(code)
  }

  async #quietly(text: string, streams: Streams): Promise<void> {
    this.#quiet += 1
    try {
      await this.read(text, streams)
    } finally {
      this.#quiet -= 1
    }
  }

  /** Runs the traps of signals that came. */
  async heed(streams: Streams): Promise<void> {
    for (let name = this.traps.next(); name !== undefined; name = this.traps.next()) {
      const { last } = this.scope
      await this.#quietly(this.traps.get(name) ?? '', streams)
      this.scope.last = last
    }
  }

  async read(text: string, streams: Streams): Promise<number> {
    const parser = createParser(text, languages[this.scope.dialect], this.#aliases)
    this.#reading += 1
    try {
      let code = 0
      for (let node = this.#next(parser, text); node; node = this.#next(parser, text)) {
        if (this.#reading === 1) this.#last = parser.ended() ? lastCommand(node) : undefined
        code = await this.run(node, streams)
      }
      return code
    } finally {
      this.#reading -= 1
    }
  }

  isLast(node: Node): boolean {
    return node === this.#last
  }

  /** bash heeds aliases only where somebody types, or asked for it. */
  get #aliases(): Aliases {
    const { dialect, ways, aliases } = this.scope
    return dialect !== 'bash' || this.interactive || ways.has('expand_aliases') ? aliases : none
  }

  /** The next line's tree; what cannot be read ends the shell. */
  #next(parser: ReturnType<typeof createParser>, text: string): Node | undefined {
    try {
      return parser.next()
    } catch (error) {
      if (!(error instanceof SyntaxFault)) throw error
      throw this.#unreadable(error, text, parser.line())
    }
  }

  #unreadable({ trouble, line: told, incomplete }: SyntaxFault, text: string, reached: number): ShellFault {
    const { dialect, origin } = this.scope
    const said = describe(trouble, dialect)
    const line = Math.max(told, reached)
    this.scope.line = line
    if (dialect !== 'bash') return new ShellFault(said, { code: 2, syntax: true })
    const lines = text.replace(/\n$/, '').split('\n')
    const at = origin === 'words' && trouble.kind !== 'substitution' ? '-c' : undefined
    const behind = trouble.kind === 'end' || (trouble.kind === 'missing' && trouble.sign === ')')
    if (incomplete) this.scope.line = lines.length - (behind ? 0 : 1)
    const again = trouble.kind === 'unexpected' ? `\n${this.#prefix(at)}\`${lines[line] ?? ''}'` : ''
    return new ShellFault(`${said}${again}`, { code: trouble.kind === 'substitution' ? 1 : 2, syntax: true, ...(at !== undefined && { command: at }) })
  }

  complain(streams: Streams, line: string, command?: string): number {
    streams.err(`${this.#prefix(command)}${line}\n`)
    return 2
  }

  /** What stands before its complaints. */
  #prefix(command?: string): string {
    const { name, dialect, line, origin } = this.scope
    const said = command === undefined ? '' : `${command}: `
    if (dialect === 'ash') return `${name}: ${said}${command === undefined || this.scope.typed ? '' : `line ${line + (origin === 'words' ? 0 : 1)}: `}`
    if (dialect === 'dash') return `${name}: ${line + 1}: ${said}`
    if (command === '-c') return `${name}: -c: line ${line + 1}: `
    return this.scope.typed || command === 'fork' ? `${name}: ${said}` : `${name}: line ${line + 1}: ${said}`
  }

  call(words: readonly string[], streams: Streams, options: CallOptions = {}): Promise<number> {
    return callWords(this, words, { streams, ...options })
  }

  notFound(name: string, streams: Streams): number {
    const { dialect } = this.scope
    const path = name.includes('/')
    const there = path && this.process.files.stat(name.startsWith('/') ? name : `${this.scope.cwd}/${name}`) !== undefined
    const words = dialect === 'ash' ? 'not found' : path ? 'No such file or directory' : dialect === 'bash' ? 'command not found' : 'not found'
    this.complain(streams, `${name}: ${there ? 'Permission denied' : dialect === 'dash' ? 'not found' : words}`)
    return there ? 126 : 127
  }

  expander(streams: Streams, connections?: Connections): Expander {
    const { scope, process } = this
    return {
      scope,
      process: connections?.process ?? process,
      err: streams.err,
      capture: (body) => this.#capture(body, streams),
      connect: (body, into) => connections?.connect(body, into, streams) ?? Promise.resolve(''),
    }
  }

  async #redirected(node: Node, streams: Streams): Promise<number> {
    const connections = new Connections(this.process, (body, given) => this.subshell(body, given))
    const failed = (): number => (this.scope.dialect === 'dash' ? 2 : 1)
    let directed = streams
    try {
      for (const each of node.redirections ?? []) {
        const target = await expandText(each.target, this.expander(directed, connections))
        const { cwd, dialect, options } = this.scope
        directed = redirect(directed, each, target, { process: connections.process, cwd, dialect, careful: options.has('noclobber') })
      }
    } catch (error) {
      if (!(error instanceof RedirectFault)) throw error
      if (node.kind === 'simple') this.scope.line = node.line
      this.complain(streams, error.message)
      return failed()
    }
    // What `exec` redirects without a program stays so.
    if (node.redirections && isBareExec(node)) Object.assign(streams, directed)
    const code = await this.#execute(node, directed, connections)
    await connections.close(streams)
    return code
  }

  #execute(node: Node, streams: Streams, connections: Connections): Promise<number> {
    switch (node.kind) {
      case 'simple':
        return runSimple(this, node, { streams, connections })
      case 'pipe':
        return runPipe(node, this, streams)
      case 'list':
        return this.#list(node.items, streams)
      case 'function':
        this.scope.functions.set(node.name, node.body)
        return Promise.resolve(0)
      case 'group':
        return this.run(node.body, streams)
      case 'subshell':
        return this.subshell(node.body, streams)
      default:
        return control(node, this, streams)
    }
  }

  async tested(node: Node, streams: Streams, quiet = true): Promise<number> {
    this.#quiet += quiet ? 1 : 0
    try {
      return await this.run(node, streams)
    } finally {
      this.#quiet -= quiet ? 1 : 0
    }
  }

  async #list(items: readonly Item[], streams: Streams): Promise<number> {
    let code = 0
    for (const item of items) {
      if (item.background) code = this.#background(item, streams)
      else code = await this.run(item.node, streams)
    }
    return code
  }

  #background({ node, text }: Item, streams: Streams): number {
    const gone = forked(this)
    const pid = this.process.family.next()
    const { halt, leave } = this.process.halt.below(true)
    const given = { ...streams, stdin: inputOf('') }
    const work = apart({ ...this.process, halt }, { pid, command: this.scope.name }, (process) => this.subshell(node, given, process)).finally(() => {
      leave()
      gone()
    })
    const job = this.jobs.add(pid, text, work)
    this.scope.background = pid
    if (this.interactive) streams.err(`[${job.number}] ${pid}\n`)
    return 0
  }

  /** Runs commands in a copy of this shell, to its end and its own traps. */
  async subshell(body: Node, streams: Streams, process = this.process): Promise<number> {
    const leave = process === this.process ? forked(this) : undefined
    const shell = new Shell(process, this.scope.copy(), this.traps.ignored)
    shell.#quiet = this.#quiet
    const own = { ...streams }
    const gone = process === this.process ? undefined : process.family.join({ pid: process.pid, command: this.scope.name, ...shell.traps.answers() })
    try {
      return await ended(shell, own, () => shell.run(body, own))
    } catch (error) {
      if (error instanceof BrokenPipe) return 141
      if (error instanceof MemoryFull) return 137
      if (!(error instanceof Exit) || process.halt.code !== undefined || error.reason !== undefined) throw error
      return error.code
    } finally {
      gone?.()
      leave?.()
    }
  }

  async #capture(body: Node, streams: Streams): Promise<string> {
    let text = ''
    // `$(<file)` is the file, but not to ash and dash.
    const [first] = body.redirections ?? []
    const file = body.kind === 'simple' && body.words.length + body.assigns.length === 0 && first?.operator === '<'
    const read: Node = file && this.scope.dialect === 'bash' ? { ...body, words: [[{ kind: 'text', text: 'cat', quoted: false }]] } : body
    let full = false
    const keep = (bytes: string): void => {
      full ||= text.length + bytes.length > mostCaptured
      text = full ? '' : text + bytes
      if (full) throw new Exit(137)
    }
    this.scope.captured = await this.subshell(read, { ...streams, out: keep })
    this.scope.last = this.scope.captured
    return text.replaceAll('\0', '')
  }
}

/** What `$(…)` takes at most, bytes: whatever prints more is killed, as by a machine whose memory is full. */
const mostCaptured = 16 * 2 ** 20

const none: Aliases = new Map()

function isBareExec(node: Node): boolean {
  const [word] = node.kind === 'simple' ? node.words : []
  return node.kind === 'simple' && node.words.length === 1 && word?.length === 1 && word[0]?.kind === 'text' && word[0].text === 'exec'
}
