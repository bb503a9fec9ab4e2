// What a shell holds while it runs: variables, parameters, functions, options.
import type { Dialect } from './dialect.ts'
import { parameterFault, ShellFault } from './faults.ts'
import { List } from './list.ts'
import { initialOptions, type ShellOption } from './options.ts'
import type { Node } from './syntax.ts'

/** What a name had before a function made it its own. */
interface Kept {
  readonly value: string | undefined
  readonly list: Map<string, string> | undefined
}

/** How a shell is called. */
interface Called {
  readonly name: string
  readonly dialect: Dialect
  readonly parameters?: readonly string[]
}

/** The state of one shell; subshells work on a copy. */
export class Scope {
  readonly dialect: Dialect
  readonly variables: Map<string, string>
  /** Variables that hold several values, by index or key. */
  readonly lists = new Map<string, Map<string, string>>()
  /** Lists whose keys are words. */
  readonly keyed = new Set<string>()
  readonly exported: Set<string>
  readonly fixed = new Set<string>()
  /** Names whose values are numbers: what is assigned is calculated. */
  readonly integers = new Set<string>()
  readonly functions = new Map<string, Node>()
  readonly aliases = new Map<string, string>()
  readonly options: Set<ShellOption>
  /** Ways of bash that `shopt` sets. */
  readonly ways = new Set<string>()
  readonly name: string
  /** What stands behind `-c` or comes from a terminal is no file, and its lines are counted from elsewhere. */
  origin: 'words' | 'file' | 'input' = 'input'
  parameters: readonly string[]
  cwd: string
  last = 0
  background = 0
  line = 0
  /** The exit code of the last command whose output was taken. */
  captured = 0
  /** It is a subshell's. */
  inner = false
  /** How many loops one stands in. */
  loops = 0
  /** How many files one reads from, each called by the one before. */
  sourcing = 0
  /** Where `getopts` stands: the word and the letter within it. */
  optionAt: readonly [index: number, at: number] = [0, 1]
  readonly locals: Map<string, Kept>[] = []
  /** Somebody types into it, or into the shell that it is a copy of. */
  typed = false
  /** Lines that were typed; its subshells see the same. */
  past: string[] = []
  started = 0
  /** `$$`: the same in subshells. */
  pid = 1

  constructor({ name, dialect, parameters = [] }: Called, env: ReadonlyMap<string, string>, cwd: string) {
    this.name = name
    this.dialect = dialect
    this.parameters = parameters
    this.variables = new Map(env)
    this.exported = new Set(env.keys())
    this.options = new Set(initialOptions[dialect])
    this.cwd = cwd
    this.variables.set('PWD', cwd)
    if (!this.variables.has('IFS')) this.variables.set('IFS', ' \t\n')
  }

  /** A copy for a subshell. */
  copy(): Scope {
    const made = new Scope({ name: this.name, dialect: this.dialect, parameters: this.parameters }, this.variables, this.cwd)
    made.exported.clear()
    for (const kind of ['exported', 'fixed', 'integers', 'keyed', 'ways'] as const) for (const name of this[kind]) made[kind].add(name)
    made.options.clear()
    for (const option of this.options) made.options.add(option)
    for (const [name, body] of this.functions) made.functions.set(name, body)
    for (const [name, text] of this.aliases) made.aliases.set(name, text)
    for (const [name, values] of this.lists) made.lists.set(name, new Map(values))
    made.variables.clear()
    for (const [name, value] of this.variables) made.variables.set(name, value)
    for (const frame of this.locals) made.locals.push(new Map(frame))
    Object.assign(made, {
      inner: true,
      origin: this.origin,
      last: this.last,
      line: this.line,
      loops: this.loops,
      sourcing: this.sourcing,
      background: this.background,
      optionAt: this.optionAt,
      started: this.started,
      pid: this.pid,
      past: this.past,
      typed: this.typed,
    })
    return made
  }

  /** Sets a variable, or with `name[key]` one value of a list. Throws a `ShellFault` for what is fixed. */
  set(name: string, value: string): void {
    const [, list, key] = name.match(/^(\w+)\[(.*)\]$/s) ?? []
    this.mayChange(list ?? name)
    if (list !== undefined && key !== undefined) this.list(list).set(key, value)
    else if (this.lists.has(name)) this.lists.get(name)?.set('0', value)
    else this.variables.set(name, value)
    if (this.options.has('allexport')) this.exported.add(list ?? name)
  }

  /** The values of a list; what was a variable becomes its first. Throws a `ShellFault` for what is fixed. */
  list(name: string): Map<string, string> {
    this.mayChange(name)
    const values = this.lists.get(name)
    if (values && (this.keyed.has(name) || values instanceof List)) return values
    const value = this.variables.get(name)
    this.variables.delete(name)
    const before = [...(values ?? (value === undefined ? [] : [['0', value] as const]))]
    const made = this.keyed.has(name) ? new Map(before) : List.of(before)
    this.lists.set(name, made)
    return made
  }

  /** Sets all values of a list. */
  setList(name: string, values: Map<string, string>): void {
    this.mayChange(name)
    this.variables.delete(name)
    this.lists.set(name, this.keyed.has(name) ? values : List.of(values))
  }

  unset(name: string): void {
    this.mayChange(name)
    this.variables.delete(name)
    this.lists.delete(name)
    for (const kind of ['exported', 'integers', 'keyed'] as const) this[kind].delete(name)
  }

  /** A name has no value. */
  forget(name: string): void {
    this.variables.delete(name)
    this.lists.delete(name)
  }

  /** Throws for a variable that must not change. */
  mayChange(name: string): void {
    if (this.fixed.has(name)) throw new ShellFault(`${name}: ${parameterFault('readonly', this.dialect)}`, { code: this.dialect === 'bash' ? 1 : 2 })
  }

  has(name: string): boolean {
    return this.variables.has(name) || this.lists.has(name)
  }

  /** A name becomes the function's own until it is left. */
  own(name: string): void {
    const frame = this.locals.at(-1)
    if (frame && !frame.has(name)) frame.set(name, { value: this.variables.get(name), list: this.lists.get(name) })
  }

  /** True for a name that the function made its own. */
  owns(name: string): boolean {
    return this.locals.at(-1)?.has(name) === true
  }

  /** Gives names back what they had before the function. */
  restore(frame: ReadonlyMap<string, Kept>): void {
    for (const [name, { value, list }] of frame) {
      this.fixed.delete(name)
      if (value === undefined) this.variables.delete(name)
      else this.variables.set(name, value)
      if (list) this.lists.set(name, list)
      else this.lists.delete(name)
    }
  }

  /** Does something while some variables have other values, and are given to programs. */
  async during<value>(values: ReadonlyMap<string, string>, work: () => Promise<value>): Promise<value> {
    const before = [...values.keys()].map((name) => [name, this.variables.get(name), this.exported.has(name)] as const)
    for (const [name, value] of values) {
      this.set(name, value)
      this.exported.add(name)
    }
    try {
      return await work()
    } finally {
      for (const [name, value, exported] of before) {
        if (value === undefined) this.variables.delete(name)
        else this.variables.set(name, value)
        if (!exported) this.exported.delete(name)
      }
    }
  }

  /** The environment of a program. */
  environment(): Map<string, string> {
    const env = new Map<string, string>()
    for (const name of this.exported) {
      const value = this.variables.get(name)
      if (value !== undefined) env.set(name, value)
    }
    return env
  }
}
