// Processes inside a sandbox, started with pipes.
import { type ChildProcess, spawn } from 'node:child_process'
import { constants } from 'node:os'
import { finished } from 'node:stream/promises'
import type { Launch } from './sandbox.ts'

/**
 * What a command begins with, as bash reads it: every descriptor but the standard ones is closed. The runner's ends of all terminals are among
 * them, for the system hands them on to every child.
 */
export const closeDescriptors = `for n in /proc/self/fd/*; do n=\${n##*/}; [ "$n" -gt 2 ] && eval "exec $n>&-"; done`

/**
 * A command that turns the outputs of the one after it into real pipes: Node's own are sockets, which `/dev/stdout` cannot open.
 * They belong to whoever starts it, so it comes after a change of user.
 */
export const realPipes = ['bash', '--norc', '--noprofile', '-c', `${closeDescriptors}; exec "$@" > >(exec cat) 2> >(exec cat >&2)`, 'pipes']

/** Starts a program inside with its outputs as pipes. */
export function start({ file, arguments: args, environment, folder }: Launch, stdin: 'ignore' | 'pipe'): ChildProcess {
  // A session of its own: nothing inside can reach the terminal that the runner itself was started from.
  return spawn(file, args, { stdio: [stdin, 'pipe', 'pipe'], env: environment, cwd: folder, detached: true })
}

/** A process's exit code; one that a signal ended counts as a shell counts it. */
export function exitCode(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)))
  })
}

/** Ends a process that `start` began, and all of its group. */
export function killAll(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // It ended just now.
  }
}

/** A background process may hold the outputs open for ever: after a short calm what was written before the end has come through. */
export async function outputsOver(child: ChildProcess): Promise<void> {
  const closing = [child.stdout, child.stderr].map((stream) => stream && finished(stream).catch(() => undefined))
  let timer: NodeJS.Timeout | undefined
  const calm = new Promise<void>((resolve) => {
    const wait = (): void => {
      clearTimeout(timer)
      timer = setTimeout(resolve, 200)
    }
    child.stdout?.on('data', wait)
    child.stderr?.on('data', wait)
    wait()
  })
  await Promise.race([Promise.all(closing), calm])
  clearTimeout(timer)
  for (const stream of [child.stdout, child.stderr]) stream?.destroy()
}
