// What a command is given of the process it runs in.

import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'

/** The outside of a command: streams, variables, folders, and the signal that somebody wants it to end. */
export interface Machine {
  readonly stdin: Readable & { readonly isTTY?: boolean; setRawMode?(raw: boolean): unknown }
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number; readonly rows?: number }
  readonly stderr: Writable & { readonly isTTY?: boolean }
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** Folder of the project: where `labs`, `checks` and the tools' cache are. */
  readonly project: string
  /** Aborted by SIGINT and SIGTERM; `reason` is the signal's name. */
  readonly ending: AbortSignal
}

/** The project's folder, from where this file is. */
export const projectFolder = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')

/** Where unpacked tools and other things that can be made again are kept. */
export function cacheFolder(machine: Machine): string {
  return machine.env.DRYDOCK_CACHE ?? join(machine.project, '.cache')
}

/** Writes a line to standard output. */
export function print(machine: Machine, line: string): void {
  machine.stdout.write(`${line}\n`)
}

/** Writes a line to standard error: everything that is not a result. */
export function tell(machine: Machine, line: string): void {
  machine.stderr.write(`${line}\n`)
}

/** Whether a stream may be coloured: a terminal, and nobody objects. */
export function coloured(stream: { readonly isTTY?: boolean }, machine: Machine): boolean {
  return stream.isTTY === true && (machine.env.NO_COLOR ?? '') === '' && machine.env.TERM !== 'dumb'
}
