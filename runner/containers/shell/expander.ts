// What expansion needs of a shell.
import type { Process } from '../process.ts'
import type { Scope } from './scope.ts'
import type { Node } from './syntax.ts'

/** A shell as words see it. */
export interface Expander {
  readonly scope: Scope
  readonly process: Process
  /** What a command prints. */
  capture(body: Node): Promise<string>
  /** A path behind which a command's output or input is. */
  connect(body: Node, into: boolean): Promise<string>
  err(text: string): void
}
