// The sandbox made with nothing but util-linux: `unshare`, `nsenter`, `setpriv`, `prlimit`, bind mounts and `pivot_root`.
import { type ChildProcess, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { Server } from 'node:net'
import { join } from 'node:path'
import { shellEnvironment, worldAddress } from './etc-files.ts'
import { openListeners } from './listeners.ts'
import { realPipes } from './processes.ts'
import type { Launch, SandboxBody, SandboxOptions } from './sandbox.ts'
import { enterScript, initScript } from './scripts.ts'
import { createSessionFolder, type SessionFolder } from './session-folder.ts'
import { stageFor } from './stage.ts'

/** Nothing of the learner's may stand on it: what is found here runs before the capabilities go. */
const systemPath = '/usr/sbin:/usr/bin:/sbin:/bin'
const ports = [443, 6443]
/** Largest address space of a process: below 2 GB kubectl fails, and Node needs more than it uses. */
const addressSpace = 4 * 2 ** 30
const unshared = ['--mount', '--net', '--pid', '--ipc', '--uts', '--cgroup']
const shell = ['bash', '--norc', '--noprofile', '-c']

/** A sandbox that is ready for shells. */
export async function createNamespaces(options: SandboxOptions): Promise<SandboxBody> {
  const outside = process.getuid?.() === 0 ? freeUser() : undefined
  const folder = createSessionFolder(options)
  const init = launch(folder, options, outside === undefined ? [] : stageFor(outside, folder, folder.shown))
  let servers: Promise<readonly Server[]> = Promise.resolve([])
  const stopFollowing = options.internet.onChange(folder.writeHosts)

  async function close(): Promise<void> {
    stopFollowing()
    for (const server of await servers.catch(() => [])) server.close()
    if (init.exitCode === null && init.signalCode === null) {
      init.kill('SIGKILL')
      await once(init, 'exit')
    }
    folder.remove()
  }

  try {
    const { namespaces, ready } = followInit(init)
    await namespaces
    const addresses = ports.map((port) => ({ host: worldAddress, port }))
    servers = openListeners({ pid: pidOf(init), user: outside === undefined }, addresses)
    const [opened] = await Promise.all([servers, ready])
    for (const server of opened) options.edge.attach(server)
    return bodyOf(options, { init, outside, close })
  } catch (error) {
    await close()
    throw error
  }
}

/** As root outside: an ordinary user that nobody else is, so that uid 0 inside is nobody of the machine's. */
function freeUser(): number {
  return 1_900_000_000 + randomInt(100_000_000)
}

function launch(folder: SessionFolder, { user, hostName }: SandboxOptions, outer: readonly string[]): ChildProcess {
  const words = [folder.path, folder.home, hostName, user === 'root' ? 'open' : 'fixed']
  const inner = ['unshare', '--user', '--map-root-user', ...unshared, '--fork', '--kill-child', '--', ...shell, initScript, 'init', ...words]
  const [file = '', ...args] = [...outer, ...inner]
  return spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { PATH: systemPath }, cwd: '/', detached: true })
}

/** What the first process says of itself: its namespaces are made, then all is ready. */
function followInit(init: ChildProcess): { namespaces: Promise<void>; ready: Promise<void> } {
  const namespaces = Promise.withResolvers<void>()
  const ready = Promise.withResolvers<void>()
  ready.promise.catch(() => undefined)
  let said = ''
  let complaint = ''
  init.stdin?.on('error', () => undefined)
  init.stdout?.on('data', (chunk) => {
    said += chunk
    if (said.includes('namespaces\n')) namespaces.resolve()
    if (said.includes('ready\n')) ready.resolve()
  })
  init.stderr?.on('data', (chunk) => {
    complaint += chunk
  })
  const fail = (error: Error): void => {
    namespaces.reject(error)
    ready.reject(error)
  }
  init.once('error', fail)
  init.once('close', () => fail(new Error(complaint.trim() || 'The sandbox ended before it was ready')))
  return { namespaces: namespaces.promise, ready: ready.promise }
}

interface Parts {
  readonly init: ChildProcess
  readonly outside: number | undefined
  close(): Promise<void>
}

function bodyOf({ user }: SandboxOptions, { init, outside, close }: Parts): SandboxBody {
  const outer = pidOf(init)
  const first = firstChild(outer)
  const become = outside === undefined ? [] : ['setpriv', `--reuid=${outside}`, `--regid=${outside}`, '--clear-groups', '--']
  const join = ['nsenter', '--preserve-credentials', `--user=/proc/${outer}/ns/user`, '--mount', '--pid', '--net', '--ipc', '--uts', '--cgroup']
  const variables = shellEnvironment(user)
  const home = variables.HOME ?? '/'
  const id = user === 'root' ? '0' : '1000'

  function enter(program: readonly string[], terminal?: string): Launch {
    const environment = Object.entries({ ...variables, ...(terminal === undefined ? {} : { TERM: terminal }) }).map(([name, value]) => `${name}=${value}`)
    // Without job control a program needs a session to itself: `kill 0` in it must not reach what stands around it.
    const whole = terminal === undefined ? ['setsid', ...program] : program
    const inside = [...shell, enterScript, 'enter', id, String(addressSpace), home, 'env', '-i', ...environment, ...whole]
    const [file = '', ...args] = [...become, ...(terminal === undefined ? realPipes : []), ...join, '--target', String(first), '--', ...inside]
    return { file, arguments: args, environment: { PATH: systemPath }, folder: '/' }
  }

  return { kind: 'namespaces', home, enter, close }
}

function pidOf(child: ChildProcess): number {
  if (child.pid === undefined) throw new Error('The sandbox could not be started')
  return child.pid
}

/** Process 1 of the sandbox, as the machine numbers it. */
function firstChild(pid: number): number {
  return Number(
    readFileSync(join('/proc', String(pid), 'task', String(pid), 'children'), 'utf8')
      .trim()
      .split(' ')[0],
  )
}
