// The folder of one session on disk: its world (a snapshot and the log since), its home, what each step began with, its terminals.
import {
  closeSync,
  copyFileSync,
  existsSync,
  fdatasync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { WorldRecord } from '../world/recovery.ts'
import { readSnapshot } from '../world/snapshot.ts'
import type { WorldSnapshot } from '../world/world.ts'
import type { CheckpointProgress } from './checkpoint.ts'

const compress = promisify(gzip)
/** How long a change may lie in the system's memory before it is on the disk, ms (decision 5). */
const flushWithin = 40
/** A log longer than this is folded into a new snapshot, bytes. */
export const longestLog = 4 * (1 << 20)

/** What a step began with. */
export interface Checkpoint {
  readonly world: WorldSnapshot
  /** The home folder as tar.gz. */
  readonly home: Uint8Array
  readonly progress: CheckpointProgress
}

/** The files of a session. Whole files are written beside and renamed, so that each is old or new, never half. */
export interface SessionFiles {
  readonly folder: string
  /** The world as it was left, or undefined where none was written. */
  world(): { readonly snapshot: WorldSnapshot; readonly records: readonly WorldRecord[] } | undefined
  /** Keeps a change before whoever made it is answered. Changes from `newLog` on are in the log that belongs to the next snapshot. */
  record(record: WorldRecord): void
  /** Bytes of the log since the last snapshot. */
  readonly logLength: number
  /** Begins the log of the next snapshot: call it before that snapshot is taken. */
  newLog(): void
  /** Writes the snapshot taken after `newLog`; gives its bytes. */
  writeWorld(snapshot: WorldSnapshot): Promise<Uint8Array>
  home(): Uint8Array | undefined
  writeHome(bytes: Uint8Array): void
  /** Steps whose beginning is kept, ascending. */
  checkpoints(): readonly number[]
  checkpoint(step: number): Checkpoint | undefined
  /** What was achieved when a step began. */
  progress(step: number): CheckpointProgress | undefined
  /** Takes over what steps up to `step` began with from another folder of this form. */
  adoptCheckpoints(folder: string, step: number): void
  /** Puts what a step began with in place of world and home, with an empty log. */
  adoptWorld(step: number): void
  writeCheckpoint(step: number, of: { readonly world: Uint8Array; readonly home: Uint8Array; readonly progress: CheckpointProgress }): void
  /** Drops what steps after `step` began with. */
  dropCheckpoints(after: number): void
  terminalLog(number: number): string
  recording(number: number): string
  recordings(): readonly RecordingFile[]
  /** Drops the outputs of all terminals; recordings stay. */
  dropTerminals(): void
  /** Size of everything in the folder. */
  bytes(): number
  close(): void
}

/** A terminal's recording on disk; `startedAt` is true time, ms. */
export interface RecordingFile {
  readonly terminal: number
  readonly file: string
  readonly bytes: number
  readonly startedAt: number
}

/** The recordings in a session's folder. */
export function recordingsIn(folder: string): readonly RecordingFile[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder).flatMap((name) => {
    const number = /^terminal-(\d+)\.cast$/.exec(name)?.[1]
    if (number === undefined) return []
    const file = join(folder, name)
    const { size, birthtimeMs } = statSync(file)
    return [{ terminal: Number(number), file, bytes: size, startedAt: Math.round(birthtimeMs) }]
  })
}

/** Deletes a session's folder, or with `keepRecordings` everything in it but those. */
export function removeSessionFolder(folder: string, { keepRecordings = false } = {}): void {
  const kept = keepRecordings ? recordingsIn(folder).map(({ file }) => file) : []
  if (kept.length === 0) rmSync(folder, { recursive: true, force: true })
  else for (const name of readdirSync(folder)) if (!kept.includes(join(folder, name))) rmSync(join(folder, name), { recursive: true, force: true })
}

/** Opens the folder, making it where there is none. `problem` is told of a change that could not be written: it is in memory alone. */
export function openSessionFiles(folder: string, problem: (error: unknown) => void): SessionFiles {
  mkdirSync(join(folder, 'steps'), { recursive: true, mode: 0o700 })
  return new FolderFiles(folder, problem)
}

class FolderFiles implements SessionFiles {
  readonly folder: string
  #number: number
  #logs: { readonly number: number; readonly file: number }[] = []
  #length = 0
  #flushing = false
  readonly #problem: (error: unknown) => void

  constructor(folder: string, problem: (error: unknown) => void) {
    this.folder = folder
    this.#problem = problem
    this.#number = this.#latest() ?? 0
    this.#openLog(this.#number)
  }

  get logLength(): number {
    return this.#length
  }

  world(): { readonly snapshot: WorldSnapshot; readonly records: readonly WorldRecord[] } | undefined {
    const number = this.#latest()
    if (number === undefined) return undefined
    const logs = this.#numbers('log').filter((log) => log >= number)
    return { snapshot: readSnapshot(readFileSync(this.#path('world', number))), records: logs.flatMap((log) => readRecords(this.#path('log', log))) }
  }

  record(record: WorldRecord): void {
    const line = `${JSON.stringify(record)}\n`
    try {
      for (const { file } of this.#logs) writeSync(file, line)
    } catch (error) {
      this.#problem(error)
    }
    this.#length += line.length
    if (this.#flushing) return
    this.#flushing = true
    setTimeout(() => {
      this.#flushing = false
      for (const { file } of this.#logs) fdatasync(file, () => undefined)
    }, flushWithin).unref()
  }

  newLog(): void {
    this.#openLog(this.#number + 1)
  }

  async writeWorld(snapshot: WorldSnapshot): Promise<Uint8Array> {
    const number = this.#logs.at(-1)?.number ?? this.#number + 1
    const bytes = await compress(JSON.stringify(snapshot), { level: 4 })
    writeWhole(this.#path('world', number), bytes)
    this.#beginsAt(number)
    return bytes
  }

  /** The snapshot of this number is written: what came before it is no longer needed. */
  #beginsAt(number: number): void {
    this.#number = number
    for (const log of this.#logs.filter((one) => one.number < number)) closeSync(log.file)
    this.#logs = this.#logs.filter((one) => one.number >= number)
    for (const kind of ['world', 'log'] as const) {
      for (const old of this.#numbers(kind).filter((one) => one < number)) rmSync(this.#path(kind, old), { force: true })
    }
    this.#length = 0
  }

  home(): Uint8Array | undefined {
    return readIfThere(join(this.folder, 'home.tar.gz'))
  }

  writeHome(bytes: Uint8Array): void {
    writeWhole(join(this.folder, 'home.tar.gz'), bytes)
  }

  checkpoints(): readonly number[] {
    const found = readdirSync(join(this.folder, 'steps')).flatMap((name) => /^(\d+)\.json$/.exec(name)?.[1] ?? [])
    return found.map(Number).sort((a, b) => a - b)
  }

  checkpoint(step: number): Checkpoint | undefined {
    const progress = this.progress(step)
    const [world, home] = ['world.gz', 'home.tar.gz'].map((kind) => readIfThere(this.#step(step, kind)))
    return progress && world && home ? { world: readSnapshot(world), home, progress } : undefined
  }

  progress(step: number): CheckpointProgress | undefined {
    const bytes = readIfThere(this.#step(step, 'json'))
    return bytes && (JSON.parse(Buffer.from(bytes).toString('utf8')) as CheckpointProgress)
  }

  adoptCheckpoints(folder: string, step: number): void {
    for (const name of readdirSync(join(folder, 'steps'))) {
      if (Number.parseInt(name, 10) <= step) copyFileSync(join(folder, 'steps', name), join(this.folder, 'steps', name))
    }
  }

  adoptWorld(step: number): void {
    this.newLog()
    const number = this.#logs.at(-1)?.number ?? 0
    copyWhole(this.#step(step, 'world.gz'), this.#path('world', number))
    copyWhole(this.#step(step, 'home.tar.gz'), join(this.folder, 'home.tar.gz'))
    this.#beginsAt(number)
  }

  writeCheckpoint(step: number, { world, home, progress }: { world: Uint8Array; home: Uint8Array; progress: CheckpointProgress }): void {
    writeWhole(this.#step(step, 'world.gz'), world)
    writeWhole(this.#step(step, 'home.tar.gz'), home)
    // Last, since a checkpoint is there once this file is.
    writeWhole(this.#step(step, 'json'), JSON.stringify(progress))
  }

  dropCheckpoints(after: number): void {
    for (const step of this.checkpoints().filter((one) => one > after)) {
      for (const kind of ['json', 'world.gz', 'home.tar.gz']) rmSync(this.#step(step, kind), { force: true })
    }
  }

  terminalLog(number: number): string {
    return join(this.folder, `terminal-${number}.log`)
  }

  recording(number: number): string {
    return join(this.folder, `terminal-${number}.cast`)
  }

  recordings(): readonly RecordingFile[] {
    return recordingsIn(this.folder)
  }

  dropTerminals(): void {
    for (const name of readdirSync(this.folder)) if (/^terminal-\d+\.log/.test(name)) rmSync(join(this.folder, name), { force: true })
  }

  bytes(): number {
    const files = readdirSync(this.folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    return files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0)
  }

  close(): void {
    for (const { file } of this.#logs) closeSync(file)
    this.#logs = []
  }

  #openLog(number: number): void {
    this.#logs.push({ number, file: openSync(this.#path('log', number), 'a', 0o600) })
    this.#length = 0
  }

  #latest(): number | undefined {
    return this.#numbers('world').at(-1)
  }

  #numbers(kind: 'world' | 'log'): readonly number[] {
    const pattern = kind === 'world' ? /^world-(\d+)\.gz$/ : /^world-(\d+)\.log$/
    const found = readdirSync(this.folder).flatMap((name) => pattern.exec(name)?.[1] ?? [])
    return found.map(Number).sort((a, b) => a - b)
  }

  #path(kind: 'world' | 'log', number: number): string {
    return join(this.folder, `world-${number}.${kind === 'world' ? 'gz' : 'log'}`)
  }

  #step(step: number, kind: string): string {
    return join(this.folder, 'steps', `${step}.${kind}`)
  }
}

/** Records up to the first line that is not whole: that one was never acknowledged. */
function readRecords(file: string): readonly WorldRecord[] {
  const lines = readFileSync(file, 'utf8').split('\n')
  lines.pop()
  return lines.map((line) => JSON.parse(line) as WorldRecord)
}

function writeWhole(file: string, content: Uint8Array | string): void {
  writeFileSync(`${file}.new`, content, { mode: 0o600 })
  renameSync(`${file}.new`, file)
}

function copyWhole(from: string, to: string): void {
  copyFileSync(from, `${to}.new`)
  renameSync(`${to}.new`, to)
}

function readIfThere(file: string): Uint8Array | undefined {
  return existsSync(file) ? readFileSync(file) : undefined
}
