// What a runner that was killed has left on the machine: told apart by its name, swept by the next.
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isOutsideUser } from './outside-user.ts'

/** How the names begin of all that this process puts on the machine: its number, when it began, and where numbers are counted. */
export function ownPrefix(): string {
  return `drydock-${process.pid}-${begunAt(process.pid)}-${countedIn()}-`
}

/** Whether a name is of a process that is no more. One counted elsewhere (in a container) is not ours to judge. */
export function isLeftover(name: string): boolean {
  const marks = /^drydock-(\d+)-(?:(\d+)-(\d+)-)?/.exec(name)
  if (!marks) return false
  const [, pid, begun, counted] = marks
  if (counted !== undefined && counted !== countedIn()) return false
  if (!existsSync(`/proc/${pid}`)) return existsSync('/proc/self')
  return begun !== undefined && begun !== begunAt(Number(pid))
}

/** Removes folders of sandboxes whose runner is no more. */
export function sweepFolders(folder: string = tmpdir()): void {
  for (const name of readdirSync(folder)) {
    if (!isLeftover(name)) continue
    const path = join(folder, name)
    const status = lstatSync(path, { throwIfNoEntry: false })
    if (!status?.isDirectory() || !isOurs(status.uid)) continue
    // Another runner may sweep at the same time.
    rmSync(path, { recursive: true, force: true, maxRetries: 2 })
  }
}

function isOurs(owner: number): boolean {
  const self = process.geteuid?.()
  return owner === self || (self === 0 && isOutsideUser(owner))
}

/** When a process began, in the kernel's ticks since the machine did. */
function begunAt(pid: number): string {
  try {
    // The second field is the program's name in brackets, which may hold anything.
    return (
      readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ')[19] ?? '0'
    )
  } catch {
    return '0'
  }
}

function countedIn(): string {
  try {
    return /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '0'
  } catch {
    return '0'
  }
}
