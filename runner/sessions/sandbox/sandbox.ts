// What a sandbox is: a learner's machine, with a home, real programs, and no network but one world's hosts.
import type { Writable } from 'node:stream'
import type { OpenPorts } from '../../edge/open-ports.ts'
import type { Edge } from '../../edge/serve.ts'
import type { Internet } from '../../world/internet.ts'

/** Who the learner is inside: an ordinary user, or uid 0 (which is no more than an ordinary user outside). */
export type SandboxUser = 'learner' | 'root'

/** A file of the learner's home, by its path there. */
export interface HomeFile {
  readonly text: string
  readonly mode?: number
}

/** Something in the sandbox's `/usr/local/bin`: a program of the machine, or a script by its text. */
export type Program = { readonly name: string; readonly path: string } | { readonly name: string; readonly script: string }

/** A file or folder of the machine that is shown read-only. */
export interface Shown {
  readonly source: string
  readonly target: string
}

/** What a sandbox is made of. */
export interface SandboxOptions {
  readonly user: SandboxUser
  readonly hostName: string
  /** The only network: each of its names is found in `/etc/hosts`, its CA is trusted by every client. */
  readonly internet: Internet
  /** Serves the connections that are made to the internet's hosts. */
  readonly edge: Edge
  readonly home: Readonly<Record<string, HomeFile>>
  /** Texts of files below `/etc` beside those that every sandbox has. */
  readonly etc?: Readonly<Record<string, string>>
  readonly programs: readonly Program[]
  readonly shown: readonly Shown[]
  /** What else of the world is found, by its address. */
  readonly openPorts?: OpenPorts
}

/** Where a script's output goes, and what ends it early. */
export interface RunOptions {
  readonly stdout: Writable
  readonly stderr: Writable
  readonly signal?: AbortSignal
  /** The script's standard input; it is empty without. */
  readonly input?: Uint8Array
}

/** What one block of commands did in a shell. */
export interface BlockResult {
  readonly exit: number
  readonly stdout: string
  readonly stderr: string
  readonly durationMs: number
  /** True when the block ended the shell itself (`exit`, `set -e`): the next block begins in a new one. */
  readonly ended: boolean
}

/** One long-lived bash that is given one block of commands after another, as a learner types them. */
export interface BlockShell {
  execute(block: string): Promise<BlockResult>
  close(): void
}

/** An interactive bash on a terminal of its own. */
export interface Terminal {
  write(data: Uint8Array): void
  resize(columns: number, rows: number): void
  /** Called with each piece of output. */
  onData(listener: (data: Uint8Array) => void): void
  /** Stops reading what it prints, until `resume`: programs inside wait once the system's own buffer is full. */
  pause(): void
  resume(): void
  readonly exited: Promise<number>
  kill(): void
}

/** What a terminal is opened with: its size, its kind (TERM), and variables of its shell besides the learner's own. */
export interface TerminalOptions {
  readonly columns: number
  readonly rows: number
  readonly type?: string
  readonly variables?: Readonly<Record<string, string>>
}

/** The bodies a sandbox can have. */
export type SandboxKind = 'bubblewrap' | 'namespaces' | 'none'

/** A learner's machine. All that runs in it ends when it is closed. */
export interface Sandbox {
  readonly kind: SandboxKind
  /** The learner's home folder, as its path inside. */
  readonly home: string
  /** Runs a script by one bash; gives its exit code. */
  run(script: string, options: RunOptions): Promise<number>
  openShell(): BlockShell
  openTerminal(options: TerminalOptions): Promise<Terminal>
  close(): Promise<void>
}

/** What a body gives; shells and terminals are the same in all of them. */
export interface SandboxBody {
  readonly kind: SandboxKind
  readonly home: string
  /** The command of this machine that starts `program` inside with the learner's environment; `terminal` is the kind of terminal it is on, if any. */
  enter(program: readonly string[], terminal?: string): Launch
  /** The sandbox's own terminals, where the runner can open them. */
  readonly terminals?: OwnTerminals
  close(): Promise<void>
}

/** Where this process finds a sandbox's terminals, and who is to own them (nobody else than it does, if undefined). */
export interface OwnTerminals {
  readonly folder: string
  readonly owner: number | undefined
}

/** A command of this machine, for `spawn`. */
export interface Launch {
  readonly file: string
  readonly arguments: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly folder: string
}
