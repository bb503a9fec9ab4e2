// What this machine allows a sandbox to be made of; where it refuses, the exact remedy.
import { execFile } from 'node:child_process'
import { accessSync, constants, existsSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { MachineError } from '../machine-error.ts'
import { becoming } from './outside-user.ts'
import { isSystemProgram, systemPath } from './seccomp-loader.ts'

const run = promisify(execFile)

/** Programs of util-linux and the basic system that the sandbox of namespaces is made with. */
const needed = ['bash', 'mount', 'nsenter', 'pivot_root', 'prlimit', 'setpriv', 'setsid', 'umount', 'unshare']

/** Tries to make a machine with bubblewrap and a learner in it; throws `MachineError` with the remedy where this machine refuses. */
export async function probeBubblewrap(): Promise<void> {
  if (!isSystemProgram('bwrap')) {
    throw new MachineError('This machine has no bwrap', 'Install bubblewrap (Debian, Ubuntu: apt-get install bubblewrap), or use "--sandbox namespaces".')
  }
  const { stdout } = await run('bwrap', ['--version'], { env: { PATH: systemPath } }).catch(() => ({ stdout: '' }))
  const [, major = '0', minor = '0'] = /(\d+)\.(\d+)/.exec(stdout) ?? []
  if (Number(major) === 0 && Number(minor) < 8) {
    const remedy = 'Install bubblewrap 0.8 or newer, or use "--sandbox namespaces".'
    throw new MachineError(`This machine's bubblewrap is too old: ${stdout.trim() || 'it says no version'}`, remedy)
  }
  // Mapping root into a user namespace of its own takes the right to set capabilities on files.
  const rights = ['--cap-add', 'CAP_SYS_ADMIN', '--cap-add', 'CAP_SETFCAP']
  const making = ['bwrap', '--unshare-all', '--uid', '0', '--gid', '0', '--as-pid-1', ...rights, '--bind', '/', '/', '--proc', '/proc']
  const capping = ['--tmpfs', '/tmp', '--dev', '/dev', '--', 'bash', '-c', 'mount -o remount,nr_inodes=100 tmpfs /tmp && exec "$@"', 'probe']
  const entering = ['bwrap', '--unshare-user', '--disable-userns', '--uid', '1000', '--gid', '1000', '--dev-bind', '/', '/', '--cap-drop', 'ALL', '--', 'true']
  await attempt([...making, ...capping, ...entering])
}

/** Tries to make the namespaces; throws `MachineError` with the remedy where this machine refuses. */
export async function probeNamespaces(): Promise<void> {
  const missing = needed.filter((name) => !isOnPath(name))
  if (missing.length > 0) {
    throw new MachineError(`This machine has no ${missing.join(', ')}`, 'Install util-linux and bash (Debian, Ubuntu: apt-get install util-linux mount bash).')
  }
  const making = ['unshare', '--user', '--map-root-user', '--mount', '--net', '--pid', '--ipc', '--uts', '--cgroup', '--fork', '--']
  const trying = ['bash', '-c', 'mount -t proc proc /proc && mount -t tmpfs tmpfs /mnt && setpriv --no-new-privs --bounding-set=-all true']
  await attempt([...making, ...trying])
}

/** Runs a command as an ordinary user; throws the reason why the machine refuses it. */
async function attempt(words: readonly string[]): Promise<void> {
  const [file = '', ...args] = [...becoming(process.getuid?.() === 0 ? 65_534 : undefined), ...words]
  try {
    await run(file, args, { timeout: 10_000, env: { PATH: systemPath }, cwd: '/' })
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
