// The sandbox made with nothing but util-linux: `unshare`, `nsenter`, `setpriv`, bind mounts and `pivot_root`.
import { createHolder, type Making, plainShell } from './holder.ts'
import type { SandboxBody, SandboxOptions } from './sandbox.ts'
import { enterScript, initScript } from './scripts.ts'
import { findSeccompLoader, type SeccompLoader } from './seccomp-loader.ts'

const unshared = ['--mount', '--net', '--pid', '--ipc', '--uts', '--cgroup']

const makingWith = (loader: SeccompLoader | undefined): Making => ({
  kind: 'namespaces',
  make(folder, _shown, { user, hostName }) {
    const words = [folder.path, folder.home, hostName, user === 'root' ? 'open' : 'fixed']
    return ['unshare', '--user', '--map-root-user', ...unshared, '--fork', '--kill-child', '--', ...plainShell, initScript, 'init', ...words]
  },
  enter({ user }, program, variables) {
    const environment = Object.entries(variables).map(([name, value]) => `${name}=${value}`)
    const words = [...(loader?.words ?? []), 'env', '-i', ...environment, ...program]
    return [...plainShell, enterScript, 'enter', user === 'root' ? '0' : '1000', variables.HOME ?? '/', ...words]
  },
})

/** A sandbox that is ready for shells. */
export function createNamespaces(options: SandboxOptions): Promise<SandboxBody> {
  return createHolder(makingWith(findSeccompLoader()), options)
}
