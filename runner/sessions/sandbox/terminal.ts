// An interactive shell on a pseudo-terminal.
import { write as writeTo } from 'node:fs'
import { type Size, startOnMachines, startOnOwn } from './pty.ts'
import type { SandboxBody, Terminal, TerminalOptions } from './sandbox.ts'

const limits = { columns: [2, 500], rows: [1, 300] } as const
/** Input waiting for a program that does not read; more than this is dropped. */
const longestQueue = 1 << 20

/** Opens bash on a terminal of this size. */
export async function openTerminal(body: SandboxBody, options: TerminalOptions): Promise<Terminal> {
  const type = options.type ?? 'xterm-256color'
  const size = clamped(options.columns, options.rows)
  const launch = body.enter(shellWith(options.variables ?? {}), type)
  const pty = body.terminals ? await startOnOwn(body.terminals, launch, size) : await startOnMachines(launch, size, type)
  const input = createInput(pty.descriptor)
  void pty.exited.then(input.stop)
  const resize = oneByOne(pty.resize)
  return {
    write: input.write,
    resize: (columns, rows) => input.hold(resize(clamped(columns, rows))),
    onData: pty.onData,
    pause: pty.pause,
    resume: pty.resume,
    exited: pty.exited,
    kill: pty.kill,
  }
}

function shellWith(variables: Readonly<Record<string, string>>): readonly string[] {
  const words = Object.entries(variables).map(([name, value]) => `${name}=${value}`)
  return words.length > 0 ? ['env', ...words, 'bash'] : ['bash']
}

/** One size after the other, and of those that wait only the last: a window that is dragged has many. */
function oneByOne(set: (size: Size) => Promise<void>): (size: Size) => Promise<void> {
  let next: Size | undefined
  let going: Promise<void> | undefined
  const go = async (): Promise<void> => {
    while (next) {
      const size = next
      next = undefined
      await set(size)
    }
    going = undefined
  }
  return (size) => {
    next = size
    going ??= go()
    return going
  }
}

interface Input {
  write(data: Uint8Array): void
  /** Keeps what is typed from now on until this is done: a command typed into a new size sees that size. */
  hold(until: Promise<void>): void
  stop(): void
}

/** A queue of its own in place of the library's, which keeps a core busy while a program does not read. */
function createInput(descriptor: number): Input {
  const queue: Uint8Array[] = []
  let length = 0
  let busy = false
  let held = 0
  let stopped = false
  let pause = 2

  function pump(): void {
    const first = queue[0]
    if (busy || held > 0 || stopped || !first) return
    busy = true
    writeTo(descriptor, first, 0, Math.min(first.length, 4096), null, (error, count) => {
      busy = false
      if (error?.code === 'EAGAIN') {
        pause = Math.min(pause * 2, 100)
        return void setTimeout(pump, pause)
      }
      if (error) return stop()
      pause = 2
      length -= count
      if (count === first.length) queue.shift()
      else queue[0] = first.subarray(count)
      pump()
    })
  }

  function stop(): void {
    stopped = true
    queue.length = 0
  }

  return {
    write(data) {
      if (stopped || data.length === 0 || length + data.length > longestQueue) return
      queue.push(data)
      length += data.length
      pump()
    },
    async hold(until) {
      held++
      await until.catch(() => undefined)
      held--
      pump()
    },
    stop,
  }
}

function clamped(columns: number, rows: number): Size {
  return { columns: clamp(columns, limits.columns), rows: clamp(rows, limits.rows) }
}

function clamp(value: number, [least, most]: readonly [number, number]): number {
  return Math.min(Math.max(Math.trunc(value) || least, least), most)
}
