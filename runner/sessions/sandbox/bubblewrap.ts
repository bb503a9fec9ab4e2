// The sandbox made by bubblewrap: one `bwrap` makes the machine, and one around each program that joins it takes away its rights.
import { shownEtc } from './etc-files.ts'
import { type MemoryFolder, memoryFolders, rootFolders, rootLinks, sharedMemory } from './file-system.ts'
import { createHolder, type Making, plainShell } from './holder.ts'
import type { SandboxBody, SandboxOptions, Shown } from './sandbox.ts'
import { enterBubblewrapScript, initBubblewrapScript } from './scripts.ts'
import type { SessionFolder } from './session-folder.ts'

const unshared = ['--unshare-user', '--unshare-pid', '--unshare-net', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup']

const plainFolders = ['/opt', '/root', '/data', '/mnt']

const making: Making = {
  kind: 'bubblewrap',
  make(folder, shown, options) {
    // The folder itself is never shown: it comes as a descriptor, which the first process closes.
    const open = ['exec 9<"$1" && shift && exec "$@"', 'open', folder.path]
    const first = [...plainShell, initBubblewrapScript, 'init', folder.home, options.user === 'root' ? 'open' : 'fixed']
    return [...plainShell, ...open, 'bwrap', ...machineWords(folder, shown, options), '--', ...first]
  },
  enter({ user }, program, variables) {
    const id = user === 'root' ? '0' : '1000'
    const environment = Object.entries(variables).map(([name, value]) => `${name}=${value}`)
    return [...plainShell, enterBubblewrapScript, 'enter', id, variables.HOME ?? '/', String(environment.length), ...environment, ...program]
  },
}

/** A sandbox that is ready for shells. */
export function createBubblewrap(options: SandboxOptions): Promise<SandboxBody> {
  return createHolder(making, options)
}

/** What bubblewrap builds. It caps bytes; the first process caps inodes, which bubblewrap cannot. */
function machineWords(folder: SessionFolder, shown: readonly Shown[], { user, hostName }: SandboxOptions): readonly string[] {
  const memory = ({ target, mebibytes, mode }: MemoryFolder): string[] => ['--size', String(mebibytes << 20), '--perms', `0${mode}`, '--tmpfs', target]
  return [
    ...[...unshared, '--uid', '0', '--gid', '0', '--hostname', hostName, '--as-pid-1', '--die-with-parent', '--cap-add', 'CAP_SYS_ADMIN'],
    ...['/usr', ...rootFolders().map((name) => `/${name}`)].flatMap((name) => ['--ro-bind', name, name]),
    ...Object.entries(rootLinks()).flatMap(([name, target]) => ['--symlink', target, `/${name}`]),
    ...[...plainFolders, folder.home].flatMap((name) => ['--dir', name]),
    ...memoryFolders(user, folder.home).flatMap(memory),
    ...['--ro-bind', `${folder.path}/etc`, '/etc', '--ro-bind-try', `/etc/${shownEtc}`, `/etc/${shownEtc}`],
    ...['--proc', '/proc', '--dev', '/dev', ...memory(sharedMemory)],
    ...shown.flatMap(({ source, target }) => ['--ro-bind', source, target]),
    ...['--remount-ro', '/dev', '--remount-ro', '/'],
  ]
}
