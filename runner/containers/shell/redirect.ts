// Where a command's streams go: files, other streams, here-documents.
import { deviceSink, isInput, readDevice } from '../devices.ts'
import { FileError, resolve } from '../files.ts'
import { Exit, type Process } from '../process.ts'
import { inputOf, type Pipe, type Write } from '../streams.ts'
import type { Dialect } from './dialect.ts'
import type { Redirection } from './syntax.ts'

/** What a number stands for: something to read, something to write, or both. */
export interface Descriptor {
  readonly read?: Pipe
  readonly write?: Write
}

/** The streams of a command; `more` are those of other numbers than the first three. */
export interface Streams {
  stdin: Pipe
  out: Write
  err: Write
  more?: ReadonlyMap<number, Descriptor>
}

/** Where a redirection is made. */
interface Place {
  readonly process: Pick<Process, 'files' | 'seed' | 'machine'>
  readonly cwd: string
  readonly dialect: Dialect
  /** Files that are there are not written over. */
  readonly careful: boolean
}

/** A redirection that cannot be. */
export class RedirectFault extends Error {}

/** The streams after a redirection to an expanded target. */
export function redirect(streams: Streams, { from, operator }: Redirection, target: string, at: Place): Streams {
  if (operator === '<<') return put(streams, from, { read: inputOf(target) })
  if (operator === '<<<') return put(streams, from, { read: inputOf(`${target}\n`) })
  if (operator === '<') return put(streams, from, { read: source(streams, target, at) })
  if (operator === '>&' || operator === '<&') return duplicate(streams, from, target, at)
  if (operator === '<>') {
    const path = resolve(at.cwd, target)
    const write = sink(streams, target, { ...at, append: true })
    return put(streams, from, { read: inputOf(at.process.files.stat(path)?.kind === 'file' ? at.process.files.read(path) : ''), write })
  }
  const write = sink(streams, target, { ...at, append: operator.endsWith('>>'), careful: at.careful && operator === '>' })
  if (operator.startsWith('&')) return put(put(streams, 1, { write }), 2, { write })
  return put(streams, from, { write })
}

/** Streams with another descriptor under a number. */
export function put(streams: Streams, number: number, { read, write }: Descriptor): Streams {
  if (number === 0) return { ...streams, stdin: read ?? streams.stdin }
  if (number === 1) return { ...streams, out: write ?? streams.out }
  if (number === 2) return { ...streams, err: write ?? streams.err }
  return { ...streams, more: new Map([...(streams.more ?? []), [number, { ...(read && { read }), ...(write && { write }) }]]) }
}

/** What stands under a number. */
export function descriptor({ stdin, out, err, more }: Streams, number: number): Descriptor | undefined {
  return number === 0 ? { read: stdin } : number === 1 ? { write: out } : number === 2 ? { write: err } : more?.get(number)
}

function duplicate(streams: Streams, from: number, target: string, { dialect }: Place): Streams {
  if (target === '-') return closed(streams, from)
  const number = Number(target.replace(/-$/, ''))
  const found = /^\d+-?$/.test(target) ? descriptor(streams, number) : undefined
  if (!found)
    throw new RedirectFault(/^\d+$/.test(target) ? `${target}: Bad file descriptor` : dialect === 'bash' ? `${target}: ambiguous redirect` : `bad fd number`)
  return put(streams, from, found)
}

function closed(streams: Streams, number: number): Streams {
  if (number === 0) return { ...streams, stdin: inputOf('') }
  if (number < 3) return put(streams, number, { write: () => undefined })
  const more = new Map(streams.more)
  more.delete(number)
  return { ...streams, more }
}

const failures: Readonly<Record<Dialect, (doing: 'open' | 'create', path: string, error: FileError) => string>> = {
  ash: (doing, path, error) =>
    `can't ${doing} ${path}: ${error.code === 'missing' ? (doing === 'open' ? 'no such file' : 'nonexistent directory') : error.message}`,
  dash: (doing, path, error) =>
    `cannot ${doing} ${path}: ${error.code === 'missing' ? (doing === 'open' ? 'No such file' : 'Directory nonexistent') : error.message}`,
  bash: (_, path, error) => `${path}: ${error.code === 'exists' ? 'cannot overwrite existing file' : error.message}`,
}

function source(streams: Streams, path: string, { process, cwd, dialect }: Place): Pipe {
  const real = resolve(cwd, path)
  if (isInput(real)) return streams.stdin
  const number = /^\/dev\/fd\/(\d+)$/.exec(real)?.[1]
  const open = number === undefined ? undefined : descriptor(streams, Number(number))?.read
  if (open) return open
  try {
    return inputOf(readDevice(real, process) ?? process.files.read(real))
  } catch (error) {
    if (!(error instanceof FileError)) throw error
    throw new RedirectFault(failures[dialect]('open', path, error))
  }
}

/** Devices write to the streams they name; a file is emptied when it is opened. */
function sink(streams: Streams, path: string, { process, cwd, dialect, append, careful }: Place & { readonly append: boolean }): Write {
  const real = resolve(cwd, path)
  const device = path === '' ? undefined : deviceSink(real, { ...process, out: streams.out, err: streams.err })
  if (device) return device
  const { files } = process
  try {
    if (path === '') throw new FileError('missing')
    const kind = files.stat(real)?.kind
    if (kind === 'folder') throw new FileError('folder')
    if (careful && kind === 'file') throw new FileError('exists')
    if (!append || kind === undefined) files.write(real, '', { append })
  } catch (error) {
    if (!(error instanceof FileError)) throw error
    throw new RedirectFault(failures[dialect]('create', path, error))
  }
  return (bytes) => {
    try {
      files.write(real, bytes, { append: true })
    } catch (error) {
      if (!(error instanceof FileError)) throw error
      streams.err(`write error: ${error.message}\n`)
      throw new Exit(1)
    }
  }
}
