// Processes inside a sandbox, started with pipes.
import { type ChildProcess, spawn } from 'node:child_process'
import { constants } from 'node:os'
import { finished } from 'node:stream/promises'
import type { Launch } from './sandbox.ts'

/** Node's own pipes are sockets, which `/dev/stdout` cannot open; with these relays a program sees what a shell gives. */
const realPipes = ['bash', '--norc', '--noprofile', '-c', 'exec "$@" > >(exec cat) 2> >(exec cat >&2)', 'pipes']

/** Starts a program inside with its outputs as pipes. */
export function start({ file, arguments: args, environment, folder }: Launch, stdin: 'ignore' | 'pipe'): ChildProcess {
  const [first = '', ...rest] = [...realPipes, file, ...args]
  return spawn(first, rest, { stdio: [stdin, 'pipe', 'pipe'], env: environment, cwd: folder })
}

/** A process's exit code; one that a signal ended counts as a shell counts it. */
export function exitCode(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)))
  })
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
}
