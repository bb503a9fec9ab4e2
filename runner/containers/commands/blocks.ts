// Programs over files by their bytes: dd, truncate, fallocate.
import { isEndless, readDevice } from '../devices.ts'
import { FileError, resolve } from '../files.ts'
import { fail, type Process, type Program } from '../process.ts'
import { readOptions } from './options.ts'
import { complaint } from './text.ts'

const units: Readonly<Record<string, number>> = { '': 1, c: 1, w: 2, b: 512, k: 1024, K: 1024, M: 1024 ** 2, G: 1024 ** 3, T: 1024 ** 4 }
/** How much of a file is kept at most; what else it has are zeros, that are only counted. */
const most = 4 * 1024 ** 2

/** What is free on a node's disk. */
const mostZeros = 108_396_464 * 1024

/** A number of bytes as `4M`; undefined for what is none. */
function bytesOf(text: string): number | undefined {
  const [, digits, unit = ''] = /^(\d+)([cwbkKMGT]?)(?:i?B)?$/.exec(text) ?? []
  return digits === undefined ? undefined : Number(digits) * (units[unit] ?? 1)
}

const dd: Program = async (words, process) => {
  const given = new Map(words.map((word) => [word.split('=')[0] ?? '', word.slice(word.indexOf('=') + 1)]))
  const odd = ['bs', 'count', 'skip', 'seek'].find((name) => given.has(name) && bytesOf(given.get(name) ?? '') === undefined)
  if (odd !== undefined) return fail(process, `dd: invalid number '${given.get(odd)}'`)
  const [size = 512, count] = [bytesOf(given.get('bs') ?? '512'), bytesOf(given.get('count') ?? '')]
  const [source, target] = [given.get('if'), given.get('of')].map((path) => (path === undefined ? undefined : resolve(process.cwd, path)))
  if (source !== undefined && isEndless(source) && count === undefined) return forEver(process, target)
  const wanted = count === undefined ? Number.POSITIVE_INFINITY : count * size
  const content = await contentOf(source, Math.min(wanted, most), process)
  if (content instanceof FileError) return fail(process, complaint(process, 'dd', given.get('if') ?? '', content))
  const kept = content.slice((bytesOf(given.get('skip') ?? '0') ?? 0) * size).slice(0, wanted)
  const endless = source !== undefined && isEndless(source)
  const problem = put(process, target, placed(kept, target, { given, size, process }), endless ? wanted - kept.length : 0)
  if (problem) return fail(process, complaint(process, 'dd', given.get('of') ?? '', problem))
  const copied = endless ? wanted : kept.length
  if (given.get('status') !== 'none') process.err(summary(copied, size, process))
  return 0
}

/** What a file comes to hold: `seek` leaves its beginning, `conv=notrunc` also what lies behind. */
function placed(
  kept: string,
  target: string | undefined,
  { given, size, process }: { readonly given: ReadonlyMap<string, string>; readonly size: number; readonly process: Process },
): string {
  const entry = target === undefined ? undefined : process.files.stat(target)
  const before = entry?.kind === 'file' && (given.has('seek') || given.get('conv')?.includes('notrunc')) ? entry.content : ''
  const start = (bytesOf(given.get('seek') ?? '0') ?? 0) * size
  const behind = given.get('conv')?.includes('notrunc') ? before.slice(start + kept.length) : ''
  return before.slice(0, start).padEnd(Math.min(start, most), '\0') + kept + behind
}

async function contentOf(source: string | undefined, bytes: number, process: Process): Promise<string | FileError> {
  if (source === undefined) return process.halt.unless(process.stdin.readAll())
  try {
    return readDevice(source, process, bytes) ?? process.files.read(source)
  } catch (error) {
    if (error instanceof FileError) return error
    throw error
  }
}

function put(process: Process, target: string | undefined, content: string, zeros = 0): FileError | undefined {
  try {
    if (zeros > mostZeros) return new FileError('full')
    if (target === undefined || target === '/dev/stdout') process.out(content)
    else if (readDevice(target, process, 0) === undefined) process.files.write(target, content, { zeros })
  } catch (error) {
    if (error instanceof FileError) return error
    throw error
  }
  return undefined
}

/** From a device without an end into one: it costs time until somebody ends it. */
async function forEver(process: Process, target: string | undefined): Promise<number> {
  put(process, target, '\0'.repeat(most))
  for (;;) await process.step()
}

function summary(bytes: number, size: number, { machine }: Process): string {
  const [whole, part] = [Math.floor(bytes / size), bytes % size === 0 ? 0 : 1]
  const records = `${whole}+${part} records in\n${whole}+${part} records out\n`
  const seconds = Math.max(bytes / 1.2e9, 1e-5)
  if (machine.flavor === 'busybox')
    return `${records}${bytes} bytes (${inUnits(bytes, 1024)}) copied, ${seconds.toFixed(6)} seconds, ${inUnits(bytes / seconds, 1024)}/s\n`
  const units = bytes < 1000 ? '' : ` (${decimal(bytes, ' kB, MB, GB')}, ${decimal(bytes, ' KiB, MiB, GiB', 1024)})`
  return `${records}${bytes} bytes${units} copied, ${seconds.toPrecision(6)} s, ${decimal(bytes / seconds, ' kB, MB, GB')}/s\n`
}

/** As busybox prints sizes: `4.0KB`, `100.0MB`. */
function inUnits(bytes: number, step: number): string {
  const power = Math.min(Math.floor(Math.log(Math.max(bytes, 1)) / Math.log(step)), 3)
  return power === 0 ? `${Math.round(bytes)} bytes` : `${(bytes / step ** power).toFixed(1)}${['', 'K', 'M', 'G'][power]}B`
}

function decimal(bytes: number, names: string, step = 1000): string {
  const power = Math.min(Math.max(Math.floor(Math.log(Math.max(bytes, 1)) / Math.log(step)), 1), 3)
  const value = bytes / step ** power
  return `${value < 10 ? value.toFixed(1) : Math.round(value)}${` ${names.split(',')[power - 1]?.trim()}`}`
}

/** Sets the length of files: cut off, or filled up with zeros. */
const resized =
  (name: string, sizeOption: string): Program =>
  (words, process) => {
    const options = readOptions(words, [sizeOption, 'size', 'length', 'o'])
    const size = bytesOf(options.value(sizeOption, 'size', 'length') ?? '')
    if (size === undefined) return fail(process, `${name}: invalid number '${options.value(sizeOption, 'size', 'length') ?? ''}'`)
    for (const path of options.rest) {
      const real = resolve(process.cwd, path)
      const entry = process.files.stat(real)
      const before = entry?.kind === 'file' ? entry.content : ''
      const kept = before.slice(0, size).padEnd(Math.min(size, most), '\0')
      const problem = put(process, real, kept, size - kept.length)
      if (problem) return fail(process, complaint(process, name, path, problem))
    }
    return 0
  }

/** Programs over bytes by name. */
export const blockPrograms: Readonly<Record<string, Program>> = { dd, truncate: resized('truncate', 's'), fallocate: resized('fallocate', 'l') }
