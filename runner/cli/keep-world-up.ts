// The work of `drydock world up`: a world, its ports and files, its log, until somebody ends it.
import { once } from 'node:events'
import { createWriteStream, type WriteStream } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { EdgeLogEntry } from '../edge/serve.ts'
import { startWorldUp } from '../edge/world-up.ts'
import { readDeclarations } from '../sessions/declarations.ts'
import { createWorld, type World, type WorldLogEntry } from '../world/world.ts'
import { exitCodes, type Given, UsageError } from './command.ts'
import { loadWorld, parseSeed } from './content.ts'
import { type Machine, tell } from './machine.ts'

/** Keeps a world up until a signal, or the end of standard input where that was asked for. */
export async function keepWorldUp(given: Given, machine: Machine): Promise<number> {
  const out = given.value('--out')
  if (out === undefined) throw new UsageError('"drydock world up" needs "--out FILE.json": the file that tells clients where everything is')
  const file = { ...(await loadWorld(given.words[0] ?? 'cluster', machine)), ...parseSeed(given.value('--seed')) }
  const log = given.value('--log') === undefined ? undefined : await openLog(resolve(machine.cwd, given.value('--log') ?? ''))
  const world = await createWorld(file, { declarations: readDeclarations, ...(log ? { log: log.world } : {}) })
  world.clock.start()
  const up = await startWorldUp(world, { out: resolve(machine.cwd, out), ...(log ? { log: (entry) => log.edge(entry, world) } : {}) }).catch(
    (error: NodeJS.ErrnoException) => {
      world.close()
      throw error.code === undefined ? error : new UsageError(`Cannot write "${out}" in ${dirname(resolve(machine.cwd, out))}: ${error.message}`)
    },
  )
  if (machine.stderr.isTTY) tell(machine, `The world is up: ${out} tells where. Press Ctrl-C to end it.`)
  await untilTold(machine, given.has('--until-stdin-closes'))
  await up.close()
  world.close()
  await log?.close()
  return exitCodes.done
}

async function untilTold(machine: Machine, stdin: boolean): Promise<void> {
  const ends: Promise<unknown>[] = [machine.ending.aborted ? Promise.resolve() : once(machine.ending, 'abort')]
  if (stdin) {
    machine.stdin.resume()
    ends.push(once(machine.stdin, 'end'), once(machine.stdin, 'close'))
  }
  // A pending promise does not keep a process alive: the open ports do.
  await Promise.race(ends)
}

interface Log {
  world(entry: WorldLogEntry): void
  /** What no cluster logs by itself: requests to all other hosts. */
  edge(entry: EdgeLogEntry, world: World): void
  close(): Promise<void>
}

async function openLog(path: string): Promise<Log> {
  const stream: WriteStream = createWriteStream(path, { flags: 'a', mode: 0o600 })
  await once(stream, 'open').catch((error: Error) => {
    throw new UsageError(`Cannot write the log "${path}": ${error.message}`)
  })
  const write = (line: object): void => void stream.write(`${JSON.stringify(line)}\n`)
  return {
    world: ({ time, ...entry }) => write({ time: new Date(time).toISOString(), ...entry }),
    edge({ host, method, ...entry }, world) {
      if (world.clusters().some(({ spec }) => spec.host === host)) return
      write({ time: new Date(world.clock.now()).toISOString(), at: host, host, verb: method.toLowerCase(), ...entry })
    },
    async close() {
      stream.end()
      await once(stream, 'close')
    },
  }
}
