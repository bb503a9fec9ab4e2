// What each body protects on this machine, and what it cannot: for whoever runs it.
import { groupBases } from './control-groups.ts'
import type { SandboxKind } from './sandbox.ts'
import { findSeccompLoader } from './seccomp-loader.ts'

/** One protection of a sandbox on this machine. */
export interface Protection {
  readonly name: string
  readonly inForce: boolean
  readonly note: string
}

const common: readonly Protection[] = [
  { name: 'own user, mount, process, network, IPC and host name namespaces', inForce: true, note: 'nothing of the machine is seen but /usr, read-only' },
  { name: 'network', inForce: true, note: 'no way out: only listeners for the hosts of its own world' },
  { name: 'capabilities', inForce: true, note: 'none, no new privileges, no further user namespace' },
  { name: 'limits', inForce: true, note: '256 processes, 1024 open files, 4 GiB of address space each; memory file systems capped in bytes and inodes' },
]

/** Protection by protection, what a body gives here. */
export function protectionsOf(kind: Exclude<SandboxKind, 'none'>): readonly Protection[] {
  return [ownUser(), ...common, seccomp(kind), controlGroups()]
}

function ownUser(): Protection {
  const root = process.getuid?.() === 0
  return {
    name: 'own user outside',
    inForce: root,
    note: root ? 'each sandbox is another ordinary user of the machine' : 'all sandboxes are this user outside: start drydock as root to give each its own',
  }
}

const filtered = 'ptrace, mounts, namespaces, keyctl, io_uring, bpf, TIOCSTI and their like are refused'
const open = 'keyctl, io_uring, userfaultfd and TIOCSTI stay as the kernel allows them'

function seccomp(kind: 'bubblewrap' | 'namespaces'): Protection {
  const name = 'seccomp'
  if (process.arch !== 'x64') return { name, inForce: false, note: `no filter for ${process.arch}: ${open}` }
  if (kind === 'bubblewrap') return { name, inForce: true, note: filtered }
  const loader = findSeccompLoader()
  if (!loader) return { name, inForce: false, note: `no perl, python3 or setpriv 2.41 to load a filter with: ${open}` }
  return { name, inForce: true, note: `${filtered}; loaded by ${loader.name}` }
}

function controlGroups(): Protection {
  const limited = groupBases().flatMap(({ controllers }) => controllers)
  const name = 'memory, processes and CPU in all'
  if (limited.includes('memory') && limited.includes('pids'))
    return { name, inForce: true, note: 'a control group each: 768 MiB (1 GiB as root inside), 256 processes' }
  const lacking = ['memory', 'pids'].filter((one) => !limited.some((given) => given === one)).join(' and ')
  return {
    name,
    inForce: false,
    note: `no control group for ${lacking}: start drydock as root, or as a service with Delegate=yes, where learners are strangers`,
  }
}
