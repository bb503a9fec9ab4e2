// Runs a shell's tree.
import { child, Exit, type Process, runProgram } from '../process.ts'
import { BrokenPipe, Pipe, type Write } from '../streams.ts'
import { builtins } from './builtins.ts'
import { evaluateCondition } from './condition.ts'
import { type Builtin, Leave, type ShellCore } from './core.ts'
import { type Expander, expandPattern, expandText, expandWords, sum, UnsetFault } from './expand.ts'
import { matches } from './glob.ts'
import { RedirectFault, redirect, type Streams } from './redirect.ts'
import type { Scope } from './scope.ts'
import type { Node } from './syntax.ts'

/** A shell at work. */
export class Shell implements ShellCore {
  readonly scope: Scope
  readonly process: Process
  readonly jobs: Promise<number>[]
  /** The command with which the script ends. */
  last: Node | undefined
  #atLast = false
  #quiet = 0
  #captured = 0

  constructor(process: Process, scope: Scope, jobs: Promise<number>[] = []) {
    this.process = process
    this.scope = scope
    this.jobs = jobs
  }

  /** Runs a tree; gives its exit code, which is `$?` afterwards. */
  async run(node: Node, streams: Streams): Promise<number> {
    await this.process.step()
    const code = await this.#redirected(node, streams)
    this.scope.last = code
    if (
      code !== 0 &&
      this.scope.exitOnError &&
      this.#quiet === 0 &&
      (node.kind === 'simple' || node.kind === 'condition' || node.kind === 'subshell' || node.kind === 'pipe')
    ) {
      if (node.kind !== 'pipe' || !node.negated) throw new Exit(code)
    }
    return code
  }

  /** A line for people, with the shell's name before it. */
  complain(streams: Streams, line: string): number {
    streams.err(`${this.prefix}${line}\n`)
    return 2
  }

  get prefix(): string {
    const { name } = this.scope
    if (this.process.machine.flavor === 'busybox') return `${name}: `
    return name.endsWith('bash') ? `${name}: line 1: ` : `${name}: 1: `
  }

  /** Runs a function or program by its words: for `command`, `eval` and the like. */
  async call(words: readonly string[], streams: Streams, env?: Map<string, string>): Promise<number> {
    const [name = '', ...args] = words
    const body = this.scope.functions.get(name)
    if (body) return this.#callFunction(body, args, streams)
    const builtin: Builtin | undefined = builtins[name]
    if (builtin) return builtin(args, this, streams)
    const { process, scope } = this
    const program = child(process, { env: env ?? scope.environment(), cwd: scope.cwd, ...streams })
    if (process.find(name)) return runProgram(words, program)
    return process.stranger?.(name, program, this.#atLast) ?? this.#notFound(name, streams)
  }

  expander(streams: Streams): Expander {
    const { scope, process } = this
    return { scope, files: process.files, seed: process.seed, err: streams.err, capture: (body) => this.#capture(body, streams) }
  }

  #notFound(name: string, streams: Streams): number {
    const { flavor } = this.process.machine
    const path = name.includes('/')
    const words =
      path && flavor === 'busybox' ? 'not found' : path ? 'No such file or directory' : this.scope.name.endsWith('bash') ? 'command not found' : 'not found'
    streams.err(`${this.prefix}${name}: ${words}\n`)
    return 127
  }

  async #redirected(node: Node, streams: Streams): Promise<number> {
    if (!node.redirections) return this.#execute(node, streams)
    let directed = streams
    try {
      for (const each of node.redirections) {
        const target = await expandText(each.target, this.expander(streams))
        directed = redirect(directed, each, target, { files: this.process.files, cwd: this.scope.cwd, seed: this.process.seed })
      }
    } catch (error) {
      if (!(error instanceof RedirectFault)) throw error
      streams.err(`${this.prefix}${error.message}\n`)
      return 1
    }
    return this.#execute(node, directed)
  }

  #execute(node: Node, streams: Streams): Promise<number> {
    switch (node.kind) {
      case 'simple':
        return this.#simple(node, streams)
      case 'condition':
        return this.#condition(node, streams)
      case 'pipe':
        return this.#pipe(node, streams)
      case 'and':
      case 'or':
        return this.#either(node, streams)
      case 'list':
        return this.#list(node, streams)
      case 'if':
        return this.#if(node, streams)
      case 'loop':
        return this.#loop(node, streams)
      case 'for':
      case 'count':
        return node.kind === 'for' ? this.#for(node, streams) : this.#count(node, streams)
      case 'case':
        return this.#case(node, streams)
      case 'function':
        this.scope.functions.set(node.name, node.body)
        return Promise.resolve(0)
      case 'group':
        return this.run(node.body, streams)
      case 'subshell':
        return this.#subshell(node.body, streams)
      case 'calculate':
        return sum(node.word, this.expander(streams)).then((value) => (value === 0 ? 1 : 0))
    }
  }

  async #simple(node: Node & { kind: 'simple' }, streams: Streams): Promise<number> {
    const expander = this.expander(streams)
    this.#captured = 0
    this.#atLast = node === this.last
    const words = await expandWords(node.words, expander)
    const assigned = new Map<string, string>()
    for (const [name, value, append] of node.assigns) {
      const text = await expandText(value, expander)
      assigned.set(name, append ? (this.scope.variables.get(name) ?? '') + text : text)
    }
    for (const [name, values, append] of node.lists ?? []) this.#assignList(name, await expandWords(values, expander), append)
    if (this.scope.trace) streams.err(`+ ${[...[...assigned].map(([name, value]) => `${name}=${value}`), ...words].join(' ')}\n`)
    if (words.length === 0) {
      for (const [name, value] of assigned) this.scope.set(name, value)
      return this.#captured
    }
    if (assigned.size === 0) return this.call(words, streams)
    if (words[0] === 'read') return this.scope.during(assigned, () => this.call(words, streams))
    return this.call(words, streams, new Map([...this.scope.environment(), ...assigned]))
  }

  async #condition({ test }: Node & { kind: 'condition' }, streams: Streams): Promise<number> {
    const { name } = this.scope
    // dash, the `sh` of Debian, has no such command.
    if (this.process.machine.flavor === 'debian' && /(^|\/)(da)?sh$/.test(name)) return this.#notFound('[[', streams)
    const outcome = await evaluateCondition(test, this.expander(streams))
    if (typeof outcome === 'boolean') return outcome ? 0 : 1
    return this.complain(streams, `[[: ${outcome}`)
  }

  #assignList(name: string, values: readonly string[], append: boolean): void {
    const before = append ? [...(this.scope.lists.get(name)?.values() ?? [])] : []
    this.scope.lists.set(name, new Map([...before, ...values].entries().map(([index, value]) => [String(index), value])))
  }

  async #callFunction(body: Node, args: readonly string[], streams: Streams): Promise<number> {
    const { scope } = this
    const outer = scope.parameters
    scope.parameters = args
    scope.locals.push(new Map())
    try {
      return await this.run(body, streams)
    } catch (error) {
      if (error instanceof Leave && error.kind === 'return') return error.levels
      throw error
    } finally {
      scope.parameters = outer
      for (const [name, value] of scope.locals.pop() ?? [])
        if (value === undefined) scope.variables.delete(name)
        else scope.set(name, value)
    }
  }

  async #pipe(node: Node & { kind: 'pipe' }, streams: Streams): Promise<number> {
    const [only] = node.parts
    const code = node.parts.length === 1 && only ? await this.#tested(only, streams, node.negated) : await this.#connected(node.parts, streams)
    return node.negated ? (code === 0 ? 1 : 0) : code
  }

  async #connected(parts: readonly Node[], streams: Streams): Promise<number> {
    let stdin = streams.stdin
    const codes = parts.map((part, index) => {
      const last = index === parts.length - 1
      const pipe = new Pipe()
      const input = stdin
      stdin = pipe
      const out: Write = last ? streams.out : (bytes) => pipe.write(bytes)
      return this.#subshell(part, { ...streams, stdin: input, out }).finally(() => {
        pipe.end()
        if (index > 0) input.close()
      })
    })
    const ended = await Promise.all(codes)
    return this.scope.pipeFail ? (ended.findLast((code) => code !== 0) ?? 0) : (ended.at(-1) ?? 0)
  }

  async #either(node: Node & { kind: 'and' | 'or' }, streams: Streams): Promise<number> {
    const code = await this.#tested(node.left, streams, true)
    return (code === 0) === (node.kind === 'and') ? this.run(node.right, streams) : code
  }

  /** A command whose failure is part of the plan. */
  async #tested(node: Node, streams: Streams, quiet: boolean): Promise<number> {
    this.#quiet += quiet ? 1 : 0
    try {
      return await this.run(node, streams)
    } finally {
      this.#quiet -= quiet ? 1 : 0
    }
  }

  async #list(node: Node & { kind: 'list' }, streams: Streams): Promise<number> {
    let code = 0
    for (const item of node.items) {
      if (!item.background) code = await this.run(item.node, streams)
      else {
        this.jobs.push(this.#subshell(item.node, { ...streams, stdin: emptyInput() }))
        this.scope.background = 100 + this.jobs.length
        code = 0
      }
    }
    return code
  }

  async #subshell(body: Node, streams: Streams): Promise<number> {
    const shell = new Shell(this.process, this.scope.copy())
    try {
      return await shell.run(body, streams)
    } catch (error) {
      if (error instanceof BrokenPipe) return 141
      if (error instanceof Leave) return error.kind === 'return' ? error.levels : 0
      if (!(error instanceof Exit) || this.process.halt.code !== undefined) throw error
      return error.code
    }
  }

  async #capture(body: Node, streams: Streams): Promise<string> {
    let text = ''
    // `$(<file)` is the file.
    if (body.kind === 'simple' && body.words.length + body.assigns.length === 0 && body.redirections?.[0]?.operator === '<') {
      return this.#capture({ ...body, words: [[{ kind: 'text', text: 'cat', quoted: false }]] }, streams)
    }
    this.#captured = await this.#subshell(body, { ...streams, out: (bytes) => (text += bytes) })
    return text
  }

  async #if(node: Node & { kind: 'if' }, streams: Streams): Promise<number> {
    for (const [condition, body] of node.cases) if ((await this.#tested(condition, streams, true)) === 0) return this.run(body, streams)
    return node.otherwise ? this.run(node.otherwise, streams) : 0
  }

  async #loop(node: Node & { kind: 'loop' }, streams: Streams): Promise<number> {
    let code = 0
    while (((await this.#tested(node.condition, streams, true)) === 0) !== node.until) {
      const [ended, next] = await this.#turn(node.body, streams)
      code = ended
      if (!next) break
    }
    return code
  }

  async #for(node: Node & { kind: 'for' }, streams: Streams): Promise<number> {
    const words = node.words ? await expandWords(node.words, this.expander(streams)) : this.scope.parameters
    let code = 0
    for (const word of words) {
      this.scope.set(node.name, word)
      const [ended, next] = await this.#turn(node.body, streams)
      code = ended
      if (!next) break
    }
    return code
  }

  async #count(node: Node & { kind: 'count' }, streams: Streams): Promise<number> {
    const expander = this.expander(streams)
    let code = 0
    for (await sum(node.start, expander); node.condition.length === 0 || (await sum(node.condition, expander)) !== 0; await sum(node.step, expander)) {
      const [ended, next] = await this.#turn(node.body, streams)
      code = ended
      if (!next) break
    }
    return code
  }

  /** One turn of a loop: its exit code, and whether there is a next. */
  async #turn(body: Node, streams: Streams): Promise<readonly [code: number, next: boolean]> {
    try {
      return [await this.run(body, streams), true]
    } catch (error) {
      if (!(error instanceof Leave) || error.kind === 'return') throw error
      error.levels -= 1
      if (error.levels > 0) throw error
      return [0, error.kind === 'continue']
    }
  }

  async #case(node: Node & { kind: 'case' }, streams: Streams): Promise<number> {
    const expander = this.expander(streams)
    const text = await expandText(node.word, expander)
    for (const { patterns, body } of node.cases) {
      for (const pattern of patterns) if (matches(text, await expandPattern(pattern, expander))) return this.run(body, streams)
    }
    return 0
  }
}

function emptyInput(): Pipe {
  const pipe = new Pipe()
  pipe.end()
  return pipe
}

/** True for what ends a shell with a line of its own. */
export function isFault(error: unknown): error is UnsetFault {
  return error instanceof UnsetFault
}
