// A shell as its builtins see it.
import type { Process } from '../process.ts'
import type { Streams } from './redirect.ts'
import type { Scope } from './scope.ts'
import type { Node } from './syntax.ts'

/** A shell at work. */
export interface ShellCore {
  readonly scope: Scope
  readonly process: Process
  /** What runs in the background. */
  readonly jobs: Promise<number>[]
  /** What stands before its complaints. */
  readonly prefix: string
  run(node: Node, streams: Streams): Promise<number>
  call(words: readonly string[], streams: Streams): Promise<number>
  complain(streams: Streams, line: string): number
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
