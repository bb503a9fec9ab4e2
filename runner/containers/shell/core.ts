// A shell as its builtins see it.
import type { Process } from '../process.ts'
import type { Connections } from './connecting.ts'
import type { Expander } from './expander.ts'
import type { Jobs } from './jobs.ts'
import type { Streams } from './redirect.ts'
import type { Scope } from './scope.ts'
import type { Node } from './syntax.ts'
import type { Traps } from './traps.ts'

/** A shell at work. */
export interface ShellCore {
  readonly scope: Scope
  readonly process: Process
  /** What runs in the background. */
  readonly jobs: Jobs
  readonly traps: Traps
  /** Somebody types into it. */
  readonly interactive: boolean
  run(node: Node, streams: Streams): Promise<number>
  /** True for the command with which the script ends. */
  isLast(node: Node): boolean
  /** A command whose failure is part of the plan. */
  tested(node: Node, streams: Streams, quiet?: boolean): Promise<number>
  /** Runs a text, line by line. */
  read(text: string, streams: Streams): Promise<number>
  /** Runs a function, builtin or program by its words. */
  call(words: readonly string[], streams: Streams, options?: CallOptions): Promise<number>
  /** Runs commands in a copy of this shell. */
  subshell(body: Node, streams: Streams, process?: Process): Promise<number>
  /** Runs the traps of signals that came. */
  heed(streams: Streams): Promise<void>
  expander(streams: Streams, connections?: Connections): Expander
  notFound(name: string, streams: Streams): number
  /** A line for people with the shell's name before it, and the builtin that has a say; gives 2. */
  complain(streams: Streams, line: string, command?: string): number
}

/** How words are called. */
export interface CallOptions {
  /** Functions are passed over. */
  readonly plain?: boolean
  readonly env?: Map<string, string>
  /** The process that a program is started from. */
  readonly process?: Process
  /** The script ends with it. */
  readonly last?: boolean
  /** The number that a program takes over. */
  readonly pid?: number
}

/** A builtin: gives its exit code. */
export type Builtin = (args: readonly string[], shell: ShellCore, streams: Streams) => number | Promise<number>

/** `break`, `continue` and `return` on their way out; `levels` of a return is its exit code. */
export class Leave extends Error {
  readonly kind: 'break' | 'continue' | 'return'
  levels: number

  constructor(kind: 'break' | 'continue' | 'return', levels: number) {
    super(kind)
    this.kind = kind
    this.levels = levels
  }
}
