// What a shell holds while it runs: variables, parameters, functions, options.
import type { Node } from './syntax.ts'

/** The state of one shell; subshells work on a copy. */
export class Scope {
  readonly variables: Map<string, string>
  /** Variables that hold several values, by index or key. */
  readonly lists = new Map<string, Map<string, string>>()
  readonly exported: Set<string>
  readonly functions: Map<string, Node>
  readonly traps: Map<string, string>
  readonly name: string
  /** The shell by the name it was called by; a script has a name of its own. */
  shell: string
  parameters: readonly string[]
  cwd: string
  last = 0
  background = 0
  exitOnError = false
  refuseUnset = false
  trace = false
  pipeFail = false
  /** Where `getopts` stands: the word and the letter within it. */
  optionAt: readonly [index: number, at: number] = [0, 1]
  readonly locals: Map<string, string | undefined>[] = []

  constructor(name: string, parameters: readonly string[], env: ReadonlyMap<string, string>, cwd: string) {
    this.name = name
    this.shell = name
    this.parameters = parameters
    this.variables = new Map(env)
    this.exported = new Set(env.keys())
    this.functions = new Map()
    this.traps = new Map()
    this.cwd = cwd
  }

  /** A copy for a subshell. */
  copy(): Scope {
    const made = new Scope(this.name, this.parameters, this.variables, this.cwd)
    made.exported.clear()
    for (const name of this.exported) made.exported.add(name)
    for (const [name, body] of this.functions) made.functions.set(name, body)
    for (const [name, values] of this.lists) made.lists.set(name, new Map(values))
    Object.assign(made, {
      shell: this.shell,
      last: this.last,
      exitOnError: this.exitOnError,
      refuseUnset: this.refuseUnset,
      trace: this.trace,
      pipeFail: this.pipeFail,
    })
    return made
  }

  set(name: string, value: string): void {
    const [, list, key] = name.match(/^(\w+)\[(.*)\]$/) ?? []
    if (list === undefined || key === undefined) this.variables.set(name, value)
    else this.lists.set(list, (this.lists.get(list) ?? new Map<string, string>()).set(key, value))
  }

  has(name: string): boolean {
    return this.variables.has(name) || this.lists.has(name)
  }

  /** Does something while some variables have other values. */
  async during<value>(values: ReadonlyMap<string, string>, work: () => Promise<value>): Promise<value> {
    const before = [...values.keys()].map((name) => [name, this.variables.get(name)] as const)
    for (const [name, value] of values) this.set(name, value)
    try {
      return await work()
    } finally {
      for (const [name, value] of before)
        if (value === undefined) this.variables.delete(name)
        else this.set(name, value)
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
