// A machine that is made of namespaces, whose process 1 waits in them and which every shell joins; how they are made differs by body.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { Server } from 'node:net'
import { join } from 'node:path'
import { type ControlGroup, openControlGroup } from './control-groups.ts'
import { shellEnvironment, worldAddress } from './etc-files.ts'
import { openListeners } from './listeners.ts'
import { becoming, outsideUser } from './outside-user.ts'
import { listenAtPorts } from './port-listeners.ts'
import { closeDescriptors, realPipes } from './processes.ts'
import type { Launch, SandboxBody, SandboxKind, SandboxOptions, Shown } from './sandbox.ts'
import { isSystemProgram, systemPath } from './seccomp-loader.ts'
import { createSessionFolder, type SessionFolder } from './session-folder.ts'
import { stageFor } from './stage.ts'

/** The shell that runs the scripts beside this file. */
export const plainShell = ['bash', '--norc', '--noprofile', '-c'] as const
const beginScript = `${closeDescriptors}; for group in $1; do echo $$ >"$group/cgroup.procs" || exit 70; done; shift; exec "$@"`
const tlsPorts = [443, 6443]

/** What a body adds: two commands. */
export interface Making {
  readonly kind: SandboxKind
  /** Makes the machine. It says "namespaces" once they are there, "ready" once all is, and ends with its standard input. */
  make(folder: SessionFolder, shown: readonly Shown[], options: SandboxOptions): readonly string[]
  /** Run in the machine's namespaces as their root: becomes the learner for good and starts a program in their home. */
  enter(options: SandboxOptions, program: readonly string[], variables: Readonly<Record<string, string>>): readonly string[]
}

interface Parts {
  readonly holder: ChildProcess
  readonly folder: SessionFolder
  readonly group: ControlGroup
  readonly outside: number | undefined
}

/** A machine that is ready for shells. */
export async function createHolder(making: Making, options: SandboxOptions): Promise<SandboxBody> {
  const parts = begin(making, options)
  const { holder, folder, group, outside } = parts
  let servers: Promise<readonly Server[]> = Promise.resolve([])
  let ports: { close(): Promise<void> } | undefined
  const stopFollowing = [options.internet.onChange(folder.writeHosts), options.openPorts?.onChange(folder.writeHosts)]

  async function close(): Promise<void> {
    for (const stop of stopFollowing) stop?.()
    await ports?.close()
    for (const server of await servers.catch(() => [])) server.close()
    if (holder.exitCode === null && holder.signalCode === null) {
      holder.kill('SIGKILL')
      await once(holder, 'exit')
    }
    await group.remove()
    folder.remove()
  }

  try {
    const { namespaces, ready } = follow(holder)
    await namespaces
    const addresses = tlsPorts.map((port) => ({ host: worldAddress, port }))
    const inside = { pid: firstProcess(holder), user: outside === undefined }
    servers = openListeners(inside, addresses)
    const [opened] = await Promise.all([servers, ready])
    for (const server of opened) options.edge.attach(server)
    ports = options.openPorts && listenAtPorts(inside, options.openPorts)
    return bodyOf(making, options, { ...parts, close })
  } catch (error) {
    await close()
    throw error
  }
}

function begin(making: Making, options: SandboxOptions): Parts {
  const outside = outsideUser()
  const folder = createSessionFolder(options)
  const group = openControlGroup(folder.name, options.user)
  const { shown, words } = stageFor(outside, folder)
  folder.writeMounts(shown)
  const [file = '', ...args] = [...beginning(group), ...words, ...making.make(folder, shown, options)]
  const holder = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { PATH: systemPath }, cwd: '/', detached: true })
  return { holder, folder, group, outside }
}

/** The words that begin every command: with nothing of the runner's, and in the sandbox's groups. */
function beginning({ folders }: ControlGroup): readonly string[] {
  return [...plainShell, beginScript, 'begin', folders.join(' ')]
}

/** What the first process says of itself: its namespaces are made, then all is ready. */
function follow(holder: ChildProcess): { namespaces: Promise<void>; ready: Promise<void> } {
  const namespaces = Promise.withResolvers<void>()
  const ready = Promise.withResolvers<void>()
  ready.promise.catch(() => undefined)
  let said = ''
  let complaint = ''
  holder.stdin?.on('error', () => undefined)
  holder.stdout?.on('data', (chunk) => {
    said += chunk
    if (said.includes('namespaces\n')) namespaces.resolve()
    if (said.includes('ready\n')) ready.resolve()
  })
  holder.stderr?.on('data', (chunk) => {
    complaint += chunk
  })
  const fail = (error: Error): void => {
    namespaces.reject(error)
    ready.reject(error)
  }
  holder.once('error', fail)
  holder.once('close', () => fail(new Error(complaint.trim() || 'The sandbox ended before it was ready')))
  return { namespaces: namespaces.promise, ready: ready.promise }
}

function bodyOf(making: Making, options: SandboxOptions, { holder, group, outside, close }: Parts & { close(): Promise<void> }): SandboxBody {
  const target = String(firstProcess(holder))
  const namespaces = ['--user', '--mount', '--pid', '--net', '--ipc', '--uts', '--cgroup']
  const join = ['nsenter', '--preserve-credentials', ...namespaces, '--target', target, '--']
  const variables = shellEnvironment(options.user)

  function enter(program: readonly string[], terminal?: string): Launch {
    // Its number may be another process's by now.
    if (holder.exitCode !== null || holder.signalCode !== null) throw new Error('The sandbox has ended')
    // Without job control a program needs a session to itself: `kill 0` in it must not reach what stands around it.
    const whole = terminal === undefined ? ['setsid', ...program] : program
    const inside = making.enter(options, whole, terminal === undefined ? variables : { ...variables, TERM: terminal })
    const [file = '', ...args] = [...beginning(group), ...becoming(outside), ...(terminal === undefined ? realPipes : []), ...join, ...inside]
    return { file, arguments: args, environment: { PATH: systemPath }, folder: '/' }
  }

  const terminals = { folder: `/proc/${target}/root/dev/pts`, owner: outside }
  return { kind: making.kind, home: variables.HOME ?? '/', enter, close, ...(isSystemProgram('perl') ? { terminals } : {}) }
}

/** Process 1 of the sandbox, as the machine numbers it. */
function firstProcess({ pid }: ChildProcess): number {
  if (pid === undefined) throw new Error('The sandbox could not be started')
  return Number(
    readFileSync(join('/proc', String(pid), 'task', String(pid), 'children'), 'utf8')
      .trim()
      .split(' ')[0],
  )
}
