// What a running command sees: its words, streams, files, time and the machine that it believes to be on.
import type { CoreDnsState } from './coredns/state.ts'
import type { DnsAnswer, DnsQuestion } from './dns-message.ts'
import { endBy, type Family } from './family.ts'
import type { Files } from './files.ts'
import type { ClusterReader } from './pod.ts'
import { BrokenPipe, type Pipe, type Write } from './streams.ts'
import type { Console, Typing } from './terminal.ts'

/** A request to something that listens, and its answer; bodies are byte strings. */
export interface HttpCall {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Address of the caller. */
  readonly from: string
}

/** An answer over HTTP. */
export interface HttpAnswer {
  readonly status: number
  readonly reason?: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** How long whoever asked waits for it, ms; at once without it. */
  readonly delay?: number
}

/** Whoever connected: takes bytes, and the end of them. */
export interface Connected {
  send(bytes: string): void
  end(): void
}

/** Something that listens on a port: HTTP, or what answers pieces of bytes with bytes. */
export type Listener =
  | {
      readonly http: (call: HttpCall) => HttpAnswer | Promise<HttpAnswer>
      /** It speaks TLS: what is sent in the clear is refused. */
      readonly secure?: boolean
    }
  | { readonly talk: () => (bytes: string) => string }
  | {
      /** Bytes both ways, whenever they come; what is given is told what the caller sends. */
      readonly stream: (to: Connected) => { data(bytes: string): void; end(): void }
    }
  | {
      /** gRPC's health protocol: how the service of a name fares; undefined for a name that nobody serves. */
      readonly health: (service: string) => 'SERVING' | 'NOT_SERVING' | undefined
    }
  | {
      /** UDP: a datagram and who sent it; what is sent back, if anything. */
      readonly datagram: (text: string, from: string) => string | undefined
    }

/** What a connection is made over. */
export type Protocol = 'TCP' | 'UDP'

/** The number under which what listens is kept: ports of the two protocols do not meet. */
export function portKey(port: number, protocol: Protocol = 'TCP'): number {
  return protocol === 'UDP' ? port + 65_536 : port
}

/** What a number stands for that `portKey` made. */
export function unkeyed(key: number): { readonly protocol: Protocol; readonly number: number } {
  return key < 65_536 ? { protocol: 'TCP', number: key } : { protocol: 'UDP', number: key - 65_536 }
}

/** How an attempt to connect ended. */
export type Connection = { readonly listener: Listener; readonly address: string } | 'refused' | 'timeout' | 'no route'

/** The network as a process sees it. */
export interface Net {
  readonly address: string
  /** Addresses of a name with its full name; undefined if there is none. Never fails for an address. */
  resolve(name: string): { readonly name: string; readonly addresses: readonly string[] } | undefined
  /** False while nobody answers at the nameserver: no pod of cluster DNS is ready, or policies keep the pod from them. */
  readonly answersNames: boolean
  /** What the nameserver answers; undefined while it is silent. */
  query(question: DnsQuestion): DnsAnswer | undefined
  /** The name of an address. */
  reverse(address: string): string | undefined
  connect(address: string, port: number, protocol?: Protocol): Promise<Connection>
  /** Starts to listen. */
  listen(port: number, listener: Listener, protocol?: Protocol): void
  readonly listening: readonly number[]
  readonly nameserver: string
  /** How the pod's own CoreDNS stands, where it has the configuration of one. */
  coreDns(): CoreDnsState | undefined
}

/** A running program as `ps` shows it. */
export interface Task {
  readonly pid: number
  readonly user: string
  readonly command: string
  /** The container whose first process it is. */
  readonly first?: string
}

/** The node below a container. */
export interface Host {
  readonly name: string
  /** True where the pod sees the node's own processes. */
  readonly sharesProcesses: boolean
  files(): Files
}

/** What a process knows of the container and pod around it. */
export interface Machine {
  readonly hostname: string
  /** The release of its node's kernel. */
  readonly kernel: string
  readonly flavor: 'busybox' | 'debian'
  readonly user: { readonly uid: number; readonly gid: number; readonly groups: readonly number[] }
  readonly net: Net
  readonly node: Host
  /** Bytes that the container may use. */
  readonly memoryLimit: number | undefined
  /** Its work comes to an end: an init container's, a Job's, that of a hook of a chart. */
  readonly finite: boolean
  /** Ports that the container declares. */
  readonly declaredPorts: readonly number[]
  readonly image: string
  /** What an etcd keeps; for its own programs. */
  readonly store: ClusterReader | undefined
  tasks(): readonly Task[]
  /** Prints as the container's first process does: into its log. */
  print(stream: 'out' | 'err', bytes: string): void
  /** A signal for the container's first process; false if there is none of that number. */
  kill(pid: number, signal: string): boolean
  /** True once the container was asked to end. */
  leaving(): boolean
  /** A first process goes on for so long after it was asked to end, ms. */
  linger(ms: number): void
}

/** A process. */
export interface Process {
  readonly pid: number
  /** Who started it; 0 for a first process. */
  readonly parent: number
  readonly family: Family
  /** How many processes it came from, each started by the one before; 0 without it. */
  readonly depth?: number
  readonly env: Map<string, string>
  readonly cwd: string
  readonly stdin: Pipe
  /** The terminal that it was begun at, if it was. */
  readonly terminal?: Console
  /** What the terminal is told of how lines could go on. */
  readonly typing?: Typing
  out: Write
  err: Write
  readonly files: Files
  readonly machine: Machine
  readonly seed: { below(limit: number): number }
  readonly halt: Halt
  now(): number
  /** Sleeps on the world's clock; counts as a place where a signal ends the process: its own, or the one that is given. */
  sleep(ms: number, halt?: Halt): Promise<void>
  /** Counts a step: whoever spins without a pause pays in time. */
  step(): Promise<void> | undefined
  /** The program of a name or path as this container has it. */
  find(name: string, cwd?: string): Program | undefined
  /** Runs a program that its image may have though nobody wrote it down, and that is the last of its script or not; only below the first process of a container. */
  readonly stranger?: (name: string, process: Process, last: boolean) => Promise<number> | undefined
}

/** Whether something to read from or to print to is the terminal that a process was begun at. */
export function isTerminal({ terminal }: Pick<Process, 'terminal'>, stream: Pipe | Write): boolean {
  return terminal !== undefined && (stream === terminal.stdin || stream === terminal.out || stream === terminal.err)
}

/** A process like this one, with other streams, environment or the like. Where its output can get too much for a reader it waits at its steps. */
export function child(process: Process, changes: Partial<Process>): Process {
  const made = { ...process, ...changes }
  const { out, step, halt } = made
  if (changes.out?.behind === undefined) return made
  const paced = (): Promise<void> | undefined => {
    const behind = out.behind?.()
    return behind ? halt.unless(behind) : step()
  }
  return { ...made, step: paced }
}

/** A process below this one, that a signal ends alone; work that a signal ended has its code, and `killed` tells of it. */
export async function apart(
  process: Process,
  { command, ...changes }: Partial<Process> & { readonly command: string },
  work: (process: Process) => Promise<number>,
): Promise<{ readonly code: number; readonly killed: boolean }> {
  const { halt: own, leave } = process.halt.below()
  const pid = changes.pid ?? process.family.next()
  const step = (): Promise<void> | undefined => {
    own.check()
    return process.step()
  }
  const inner = child(process, {
    parent: process.pid,
    depth: (process.depth ?? 0) + 1,
    ...changes,
    pid,
    halt: own,
    step,
    sleep: (ms, halt = own) => process.sleep(ms, halt),
  })
  const gone = process.family.join({ pid, command, signal: (name) => endBy(name, own), heeds: () => false })
  try {
    const code = await work(inner)
    process.halt.check()
    return { code, killed: own.code !== undefined }
  } catch (error) {
    process.halt.check()
    if (!(error instanceof Exit) || error.reason !== undefined) throw error
    return { code: error.code, killed: own.code !== undefined }
  } finally {
    gone()
    leave()
  }
}

/** Runs a program; its exit code, also when it was ended from within or by a signal. */
export async function runProgram(words: readonly string[], process: Process): Promise<number> {
  const [name = '', ...args] = words
  const program = process.find(name, process.cwd)
  if (!program) return 127
  try {
    return await program(args, process)
  } catch (error) {
    if (error instanceof Exit && error.reason === undefined) return error.code
    if (error instanceof BrokenPipe) return 141
    throw error
  }
}

/** Ends a group of processes from outside. */
export class Halt {
  code: number | undefined
  readonly #listeners = new Set<() => void>()

  fire(code: number): void {
    this.code ??= code
    for (const listener of this.#listeners) listener()
  }

  /** What is ended with this, and can be ended alone; who types an interrupt means only what stands in front. */
  below(background = false): { readonly halt: Halt; leave(): void } {
    const halt = new Halt()
    if (this.code !== undefined) halt.fire(this.code)
    const listener = (): void => {
      if (this.code !== undefined && !(background && this.code === 130)) halt.fire(this.code)
    }
    this.#listeners.add(listener)
    return { halt, leave: () => this.#listeners.delete(listener) }
  }

  /** Throws once the group was ended. */
  check(): void {
    if (this.code !== undefined) throw new Exit(this.code)
  }

  /** What is awaited, unless the group is ended before. */
  async unless<value>(awaited: Promise<value>): Promise<value> {
    this.check()
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#listeners.add(resolve)
    try {
      const value = await Promise.race([awaited, promise.then(() => ended)])
      if (value === ended) this.check()
      return value as value
    } finally {
      this.#listeners.delete(resolve)
    }
  }
}

const ended = Symbol('ended')

/** A program: gives its exit code. */
export type Program = (args: readonly string[], process: Process) => number | Promise<number>

/** Ends a process from within: `exit`, or a signal. */
export class Exit extends Error {
  readonly code: number
  /** Why, where it is not the program's own doing: `OOMKilled`. */
  readonly reason: string | undefined

  constructor(code: number, reason?: string) {
    super(`exit ${code}`)
    this.code = code
    this.reason = reason
  }
}

/** What a server does once it listens: it stays until a signal ends it, for its exit code. */
export async function forever(process: Process): Promise<number> {
  await process.sleep(Number.POSITIVE_INFINITY)
  return 0
}

/** The standard line of a program that failed, and its exit code. */
export function fail(process: Process, line: string, code = 1): number {
  process.err(`${line}\n`)
  return code
}
