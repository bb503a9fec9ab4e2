// Listening sockets made inside a network namespace and handed over to this process: no forwarder, no process left behind.
import { spawn } from 'node:child_process'
import { Server } from 'node:net'
import { closeDescriptors } from './processes.ts'
import { listenScript } from './scripts.ts'
import { isSystemProgram, systemPath } from './seccomp-loader.ts'

/** Where to listen inside. */
export interface Address {
  readonly host: string
  readonly port: number
}

/** The namespaces of a process, entered before listening. */
export interface Namespaces {
  readonly pid: number
  /** Whether its user namespace must be entered too, as whoever is not root must. */
  readonly user: boolean
}

/** Descriptor 3 is the channel that sockets come through. */
const closeOthers = closeDescriptors.replace('-gt 2', '-gt 3')

/**
 * Opens listeners at `addresses` inside. They are this process's, and outlive the helper that made them: perl where it is there, which is ready
 * ten times as fast, else Node.
 */
export async function openListeners(inside: Namespaces, addresses: readonly Address[], perl = canUsePerl()): Promise<readonly Server[]> {
  const node = [process.execPath, '-e', `(${listenAndSend})(${JSON.stringify(addresses)})`]
  const quick = ['perl', '-e', listenScript, ...addresses.map(({ host, port }) => `${host}:${port}`)]
  if (!perl) return listenBy(node, inside, addresses.length)
  return listenBy(quick, inside, addresses.length).catch(() => listenBy(node, inside, addresses.length))
}

/** The numbers of system calls in the script are those of x64. */
function canUsePerl(): boolean {
  return process.arch === 'x64' && isSystemProgram('perl')
}

function listenBy(words: readonly string[], { pid, user }: Namespaces, count: number): Promise<readonly Server[]> {
  const enter = ['nsenter', ...(user ? ['--preserve-credentials', '--user', '--net'] : ['--net']), '--target', String(pid), '--']
  const helper = spawn('bash', ['--norc', '--noprofile', '-c', `${closeOthers}; exec "$@"`, 'listen', ...enter, ...words], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { PATH: systemPath },
    serialization: 'json',
  })
  return new Promise((resolve, reject) => {
    const servers: Server[] = []
    let complaint = ''
    helper.stderr?.on('data', (chunk) => {
      complaint += chunk
    })
    helper.on('message', (_message, handle) => {
      if (handle instanceof Server) servers.push(handle)
      if (servers.length === count) {
        resolve(servers)
        helper.disconnect()
      }
    })
    helper.once('error', reject)
    helper.once('exit', () => {
      if (servers.length < count) for (const server of servers) server.close()
      reject(new Error(`Cannot listen inside the sandbox: ${complaint.trim().split('\n').at(-1) ?? ''}`))
    })
  })
}

/** Runs inside, from its own text: it may use nothing of this file. Plain script text starts twice as fast as a TypeScript file. */
function listenAndSend(addresses: readonly Address[]): void {
  const { createServer } = process.getBuiltinModule('node:net')
  process.once('disconnect', () => process.exit())
  for (const address of addresses) {
    const server = createServer().listen(address.port, address.host, () => process.send?.('listening', server))
  }
}
