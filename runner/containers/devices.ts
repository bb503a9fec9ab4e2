// The devices of a container that programs read: nothing, zeros, chance. What has no end is given in pieces that have one.
import type { Process } from './process.ts'
import type { Write } from './streams.ts'

/** How much of an endless device is read at once by a program that reads to the end, in bytes. */
const piece = 65_536

type Source = (bytes: number, process: Pick<Process, 'seed'>) => string

const zeros: Source = (bytes) => '\0'.repeat(bytes)
const chance: Source = (bytes, { seed }) => Array.from({ length: bytes }, () => String.fromCharCode(seed.below(256))).join('')

const devices: Readonly<Record<string, Source>> = {
  '/dev/null': () => '',
  '/dev/zero': zeros,
  '/dev/full': zeros,
  '/dev/random': chance,
  '/dev/urandom': chance,
  '/proc/sys/kernel/random/uuid': (_, { seed }) => `${uuid(seed)}\n`,
}

/** What is read of a device; undefined for a path that is none. `bytes` where the reader says how much it wants. */
export function readDevice(path: string, process: Pick<Process, 'seed'>, bytes = piece): string | undefined {
  return devices[path]?.(bytes, process)
}

type Sink = (process: Pick<Process, 'out' | 'err' | 'machine'>) => Write

const out: Sink = (process) => process.out
const err: Sink = (process) => process.err
const nowhere: Sink = () => () => undefined

const sinks: Readonly<Record<string, Sink>> = {
  '/dev/stdout': out,
  '/dev/fd/1': out,
  '/proc/self/fd/1': out,
  '/dev/tty': out,
  '/dev/stderr': err,
  '/dev/fd/2': err,
  '/proc/self/fd/2': err,
  '/dev/null': nowhere,
  '/dev/zero': nowhere,
  '/dev/random': nowhere,
  '/dev/urandom': nowhere,
  '/proc/1/fd/1':
    ({ machine }) =>
    (bytes) =>
      machine.print('out', bytes),
  '/proc/1/fd/2':
    ({ machine }) =>
    (bytes) =>
      machine.print('err', bytes),
}

/** Where it goes what is written to a device or to somebody's stream; undefined for a path that is neither. */
export function deviceSink(path: string, process: Parameters<Sink>[0]): Write | undefined {
  return sinks[path]?.(process)
}

/** True for a path that is the input of whoever opens it. */
export function isInput(path: string): boolean {
  return path === '/dev/stdin' || path === '/dev/fd/0' || path === '/proc/self/fd/0'
}

/** True for a device that gives as much as is asked for. */
export function isEndless(path: string): boolean {
  return devices[path] === zeros || devices[path] === chance
}

/** A random UUID of version 4. */
function uuid(seed: Process['seed']): string {
  const digits = Array.from({ length: 32 }, (_, index) => (index === 12 ? 4 : index === 16 ? 8 + seed.below(4) : seed.below(16)).toString(16)).join('')
  return [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20)].join('-')
}
