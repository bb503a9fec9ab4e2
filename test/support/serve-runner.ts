// A real `drydock serve` on a free port with a data folder of its own, to be killed and started again.
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startDrydock } from './drydock.ts'

/** A server process. */
export interface ServedRunner {
  /** `http://127.0.0.1:PORT`, the same after `start`. */
  readonly url: string
  readonly data: string
  /** Standard error so far. */
  readonly said: () => string
  readonly pid: () => number
  /** SIGKILL: nothing is stored, nothing is closed. */
  kill(): Promise<void>
  /** SIGTERM: everything is stored. */
  stop(): Promise<number | null>
  /** Starts it again on the same port and data. */
  start(): Promise<void>
  /** Ends it and deletes its data. */
  dispose(): Promise<void>
}

/** Starts a server; resolves when it can be asked. `under` is a command that it is started by, as `prlimit`. */
export async function serveRunner(
  options: { readonly arguments?: readonly string[]; readonly under?: readonly string[]; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<ServedRunner> {
  const data = mkdtempSync(join(tmpdir(), 'drydock-data-'))
  const more = options.arguments ?? []
  let said = ''
  let port = 0
  let child: ChildProcess | undefined

  async function start(): Promise<void> {
    const words = ['serve', '--port', String(port), '--data', data, ...more]
    const [path, ...before] = options.under ?? []
    const env = { ...options.env }
    const started = path === undefined ? startDrydock(words, { env }) : startDrydock([...before, 'runner/drydock', ...words], { path, env })
    child = started
    started.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString('utf8')
    })
    let printed = ''
    port = await new Promise<number>((resolve, reject) => {
      started.stdout?.on('data', (chunk: Buffer) => {
        printed += chunk.toString('utf8')
        const found = /http:\/\/[^:]+:(\d+)\//.exec(printed)?.[1]
        if (found !== undefined) resolve(Number(found))
      })
      started.once('exit', (code) => reject(new Error(`drydock serve ended with ${code}: ${said}`)))
    })
  }

  async function end(signal: NodeJS.Signals): Promise<number | null> {
    const running = child
    if (!running || running.exitCode !== null || running.signalCode !== null) return running?.exitCode ?? null
    running.kill(signal)
    const [code] = (await once(running, 'exit')) as [number | null]
    return code
  }

  await start()
  return {
    get url() {
      return `http://127.0.0.1:${port}`
    },
    data,
    said: () => said,
    pid: () => child?.pid ?? 0,
    async kill() {
      await end('SIGKILL')
    },
    stop: () => end('SIGTERM'),
    start,
    async dispose() {
      await end('SIGTERM')
      rmSync(data, { recursive: true, force: true })
    },
  }
}
