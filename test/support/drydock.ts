// The drydock command as a process, and what it printed.
import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const command = fileURLToPath(new URL('../../runner/drydock', import.meta.url))

export interface Outcome {
  readonly exit: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs it to its end. `stdin` is what it reads; nothing unless given. */
export async function drydock(
  words: readonly string[],
  options: { stdin?: string; cwd?: string; env?: Record<string, string>; path?: string } = {},
): Promise<Outcome> {
  const child = startDrydock(words, options)
  child.stdin?.end(options.stdin ?? '')
  return outcome(child)
}

/** Starts it and leaves it running. */
export function startDrydock(words: readonly string[], options: { cwd?: string; env?: Record<string, string>; path?: string } = {}): ChildProcess {
  return spawn(options.path ?? command, words, { cwd: options.cwd, env: { ...process.env, ...options.env }, stdio: 'pipe' })
}

/** What a process printed, once it has ended. */
export function outcome(child: ChildProcess): Promise<Outcome> {
  let [stdout, stderr] = ['', '']
  child.stdout?.setEncoding('utf8').on('data', (text) => {
    stdout += text
  })
  child.stderr?.setEncoding('utf8').on('data', (text) => {
    stderr += text
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (exit) => resolve({ exit, stdout, stderr }))
  })
}
