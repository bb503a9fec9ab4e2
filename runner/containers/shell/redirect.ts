// Where a command's streams go: files, other streams, here-documents.
import { readDevice } from '../devices.ts'
import { FileError, resolve } from '../files.ts'
import type { Process } from '../process.ts'
import { inputOf, type Pipe, type Write } from '../streams.ts'
import type { Redirection } from './syntax.ts'

/** The streams of a command. */
export interface Streams {
  readonly stdin: Pipe
  readonly out: Write
  readonly err: Write
}

/** Where a redirection is made. */
interface Place extends Pick<Process, 'files' | 'seed'> {
  readonly cwd: string
}

/** A redirection that cannot be. */
export class RedirectFault extends Error {}

/** The streams after a redirection to an expanded target. */
export function redirect(streams: Streams, { from, operator }: Redirection, target: string, at: Place): Streams {
  if (operator === '<<') return { ...streams, stdin: inputOf(target) }
  if (operator === '<<<') return { ...streams, stdin: inputOf(`${target}\n`) }
  if (operator === '<') return { ...streams, stdin: inputOf(readFile(target, at)) }
  if (operator === '>&' || operator === '<&') return duplicate(streams, from, target)
  const write = writer(target, operator.endsWith('>>'), at)
  if (operator.startsWith('&')) return { ...streams, out: write, err: write }
  return from === 2 ? { ...streams, err: write } : { ...streams, out: write }
}

function duplicate(streams: Streams, from: number, target: string): Streams {
  const write = target === '-' ? () => undefined : target === '2' ? streams.err : streams.out
  if (from === 0) return streams
  return from === 2 ? { ...streams, err: write } : { ...streams, out: write }
}

function readFile(path: string, { files, cwd, seed }: Place): string {
  try {
    const real = resolve(cwd, path)
    return readDevice(real, { seed }) ?? files.read(real)
  } catch (error) {
    if (!(error instanceof FileError)) throw error
    throw new RedirectFault(`can't open ${path}: ${error.code === 'missing' ? 'no such file' : error.message}`)
  }
}

/** Devices write to the streams they name; a file is emptied when it is opened. */
function writer(path: string, append: boolean, { files, cwd, seed }: Place): Write {
  if (readDevice(resolve(cwd, path), { seed }, 0) !== undefined) return () => undefined
  const real = resolve(cwd, path)
  try {
    const kind = files.stat(real)?.kind
    if (kind === 'folder') throw new FileError('folder')
    if (!append || kind === undefined) files.write(real, '', { append })
  } catch (error) {
    if (!(error instanceof FileError)) throw error
    throw new RedirectFault(`can't create ${path}: ${error.code === 'missing' ? 'nonexistent directory' : error.message}`)
  }
  return (bytes) => files.write(real, bytes, { append: true })
}
