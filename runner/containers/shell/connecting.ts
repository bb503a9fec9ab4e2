// `<(…)` and `>(…)`: paths behind which commands are, for as long as one command runs.
import type { Entry, Writes } from '../files.ts'
import { child, type Process } from '../process.ts'
import { inputOf } from '../streams.ts'
import type { Streams } from './redirect.ts'
import type { Node } from './syntax.ts'

type Subshell = (body: Node, streams: Streams) => Promise<number>

/** The connections of one command. */
export class Connections {
  /** The process that sees them. */
  process: Process
  readonly #subshell: Subshell
  readonly #taking: { readonly body: Node; readonly path: string }[] = []
  #next = 63

  constructor(process: Process, subshell: Subshell) {
    this.process = process
    this.#subshell = subshell
  }

  /** The path behind which a command's output is, or that a command reads when all is written. */
  async connect(body: Node, into: boolean, streams: Streams): Promise<string> {
    const path = `/dev/fd/${this.#next}`
    this.#next -= 1
    let content = ''
    const keep = (bytes: string): void => {
      content += bytes
    }
    if (into) this.#taking.push({ body, path })
    else await this.#subshell(body, { ...streams, out: keep })
    const entry: Entry = { kind: 'file', content, mode: 0o600, at: this.process.now() }
    const writes: Writes = new Map()
    this.process = child(this.process, { files: this.process.files.plus({ path, tree: { base: () => new Map([['', entry]]), writes } }) })
    return path
  }

  /** The command is over: those that take what it wrote begin. */
  async close(streams: Streams): Promise<void> {
    for (const { body, path } of this.#taking) await this.#subshell(body, { ...streams, stdin: inputOf(this.process.files.read(path)) })
  }
}
