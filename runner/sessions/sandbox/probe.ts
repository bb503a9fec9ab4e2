// What this machine allows a sandbox to be made of; where it refuses, the exact remedy.
import { execFile } from 'node:child_process'
import { accessSync, constants, existsSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { MachineError } from '../machine-error.ts'

const run = promisify(execFile)

/** Programs of util-linux and the basic system that the sandbox of namespaces is made with. */
const needed = ['bash', 'mount', 'nsenter', 'pivot_root', 'prlimit', 'setpriv', 'setsid', 'umount', 'unshare']

/** One protection of a sandbox on this machine. */
export interface Protection {
  readonly name: string
  readonly inForce: boolean
  readonly note: string
}

/** The protections of the sandbox of namespaces; decision by decision, what it gives and what it cannot. */
export const namespacesProtections: readonly Protection[] = [
  { name: 'own user, mount, process, network, IPC and host name namespaces', inForce: true, note: 'nothing of the machine is seen but /usr, read-only' },
  { name: 'network', inForce: true, note: 'no way out: only listeners for the hosts of its own world' },
  { name: 'capabilities', inForce: true, note: 'none, no new privileges, no further user namespace' },
  { name: 'limits', inForce: true, note: '256 processes, 1024 open files, 4 GiB of address space each; memory file systems capped in bytes and inodes' },
  { name: 'seccomp', inForce: false, note: 'util-linux loads no filter: keyctl, io_uring and TIOCSTI stay as the kernel allows them' },
  { name: 'memory and CPU in all', inForce: false, note: 'limits are per process: start drydock itself in a memory cgroup where learners are strangers' },
]

/** Tries to make the namespaces; throws `MachineError` with the remedy where this machine refuses. */
export async function probeNamespaces(): Promise<void> {
  const missing = needed.filter((name) => !isOnPath(name))
  if (missing.length > 0) {
    throw new MachineError(`This machine has no ${missing.join(', ')}`, 'Install util-linux and bash (Debian, Ubuntu: apt-get install util-linux mount bash).')
  }
  const asUser = process.getuid?.() === 0 ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--'] : []
  const making = ['unshare', '--user', '--map-root-user', '--mount', '--net', '--pid', '--ipc', '--uts', '--cgroup', '--fork', '--']
  const trying = ['bash', '-c', 'mount -t proc proc /proc && mount -t tmpfs tmpfs /mnt && setpriv --no-new-privs --bounding-set=-all true']
  const [file = '', ...args] = [...asUser, ...making, ...trying]
  try {
    await run(file, args, { timeout: 10_000, env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' } })
  } catch (error) {
    throw refusal(error)
  }
}

/** Why the kernel refuses, as far as its settings tell. */
function refusal(error: unknown): MachineError {
  const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim().split('\n').at(-1) : String(error)
  const message = `This machine refuses the namespaces that a sandbox needs${said ? `: ${said}` : ''}`
  const known = refusals.find(({ holds }) => holds())
  return new MachineError(message, known?.remedy ?? 'Allow unprivileged user namespaces, or start with "--sandbox none" where only you use the terminal.')
}

const refusals: readonly { holds(): boolean; readonly remedy: string }[] = [
  {
    holds: () => setting('user/max_user_namespaces') === '0',
    remedy: 'Run: sudo sysctl -w user.max_user_namespaces=15000',
  },
  {
    holds: () => setting('kernel/unprivileged_userns_clone') === '0',
    remedy: 'Run: sudo sysctl -w kernel.unprivileged_userns_clone=1',
  },
  {
    holds: () => setting('kernel/apparmor_restrict_unprivileged_userns') === '1',
    remedy: 'Run: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0',
  },
  {
    holds: () => existsSync('/.dockerenv') || existsSync('/run/.containerenv'),
    remedy: 'This is a container: start it with "--security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined".',
  },
]

function setting(name: string): string | undefined {
  try {
    return readFileSync(`/proc/sys/${name}`, 'utf8').trim()
  } catch {
    return undefined
  }
}

/** Whether a program is found on the PATH, or where a system keeps its own. */
export function isOnPath(name: string): boolean {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/bin', '/sbin', '/bin']
  return folders.some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
