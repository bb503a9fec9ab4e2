// Installs bubblewrap where tests of that sandbox would be skipped for want of it, on a machine that lets us: as root, with apt.
import { execFileSync } from 'node:child_process'
import { isOnPath } from '#runner/sessions/sandbox/probe.ts'

/** Quiet where it is there or comes; says in one line that it does not. */
export function ensureBubblewrap(): void {
  if (isOnPath('bwrap')) return
  const refresh = (): boolean => apt('update')
  const install = (): boolean => apt('install', '--yes', '--no-install-recommends', 'bubblewrap')
  const can = process.getuid?.() === 0 && isOnPath('apt-get')
  if (can && (install() || (refresh() && install()))) return
  console.log('This machine has no bubblewrap: the tests of that sandbox are skipped (Debian, Ubuntu: apt-get install bubblewrap)')
}

function apt(...words: readonly string[]): boolean {
  try {
    execFileSync('apt-get', words, { stdio: 'ignore', timeout: 180_000, env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } })
    return true
  } catch {
    return false
  }
}
