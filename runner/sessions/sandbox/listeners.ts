// Listening sockets made inside a network namespace and handed over to this process: no forwarder, no process left behind.
import { spawn } from 'node:child_process'
import { Server } from 'node:net'
import { closeDescriptors } from './processes.ts'
import { systemPath } from './seccomp-loader.ts'

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

/** Opens listeners at `addresses` inside. They are this process's, and outlive the helper that made them. */
export function openListeners({ pid, user }: Namespaces, addresses: readonly Address[]): Promise<readonly Server[]> {
  const enter = user ? ['--preserve-credentials', '--user', '--net'] : ['--net']
  const code = `(${listenAndSend})(${JSON.stringify(addresses)})`
  const words = ['nsenter', ...enter, '--target', String(pid), '--', process.execPath, '-e', code]
  const helper = spawn('bash', ['--norc', '--noprofile', '-c', `${closeOthers}; exec "$@"`, 'listen', ...words], {
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
      if (servers.length === addresses.length) {
        resolve(servers)
        helper.disconnect()
      }
    })
    helper.once('error', reject)
    helper.once('exit', () => reject(new Error(`Cannot listen inside the sandbox: ${complaint.trim().split('\n').at(-1) ?? ''}`)))
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
