// `du` and `df`: how much room files take, and how much there is.
import { join, lengthOf, type Mount, resolve } from '../files.ts'
import { memoryOfNode } from '../mount-lines.ts'
import { fail, type Process, type Program } from '../process.ts'
import { readOptions } from './options.ts'

/** An amount of kilobytes as `-h` prints it. */
function inUnits(blocks: number, { machine }: Process): string {
  const power = blocks >= 1024 ** 2 ? 2 : blocks >= 1024 ? 1 : 0
  const amount = blocks / 1024 ** power
  return `${machine.flavor === 'busybox' || amount < 10 ? amount.toFixed(1) : Math.ceil(amount)}${'KMG'[power]}`
}

const du: Program = (words, process) => {
  const { rest, has, value } = readOptions(words, ['d', 'max-depth'])
  const { files, cwd } = process
  const deepest = has('s', 'summarize') ? 0 : Number(value('d', 'max-depth') ?? Number.POSITIVE_INFINITY)
  let code = 0
  const show = (blocks: number, path: string): void =>
    process.out(`${has('h', 'human-readable') ? inUnits(blocks, process) : has('m') ? Math.ceil(blocks / 1024) : blocks}\t${path}\n`)
  const visit = (path: string, depth: number): number => {
    const entry = files.entry(resolve(cwd, path))
    if (entry?.kind !== 'folder') {
      const blocks = entry?.kind === 'file' ? Math.ceil(lengthOf(entry) / 4096) * 4 : 0
      if (depth === 0 || (has('a', 'all') && depth <= deepest)) show(blocks, path)
      return blocks
    }
    const inside = files.list(resolve(cwd, path)).map((name) => visit(join(path, name), depth + 1))
    const blocks = 4 + inside.reduce((sum, each) => sum + each, 0)
    if (depth <= deepest) show(blocks, path)
    return blocks
  }
  let total = 0
  for (const path of rest.length === 0 ? ['.'] : rest) {
    if (files.entry(resolve(cwd, path))) total += visit(path, 0)
    else
      code = fail(
        process,
        process.machine.flavor === 'busybox' ? `du: ${path}: No such file or directory` : `du: cannot access '${path}': No such file or directory`,
      )
  }
  if (has('c', 'total')) show(total, 'total')
  return code
}

interface Room {
  readonly size: number
  readonly used: number
  readonly free: number
}

/** The disk of a node, KiB. */
const disk: Room = { size: 129_886_128, used: 21_473_280, free: 108_396_464 }

/** The forms of a line: the widths of its columns, and the head over them. */
const forms = {
  busybox: {
    plain: { widths: [20, 11, 10, 10, 5], head: 'Filesystem           1K-blocks      Used Available Use% Mounted on' },
    human: { widths: [20, 11, 10, 10, 5], head: 'Filesystem                Size      Used Available Use% Mounted on' },
  },
  debian: {
    plain: { widths: [14, 10, 9, 10, 5], head: 'Filesystem     1K-blocks     Used Available Use% Mounted on' },
    human: { widths: [15, 6, 6, 6, 5], head: 'Filesystem      Size  Used Avail Use% Mounted on' },
  },
} as const

const df: Program = (words, process) => {
  const { rest, has } = readOptions(words, ['t', 'T'])
  const { flavor } = process.machine
  const human = has('h', 'human-readable')
  const { widths, head } = forms[flavor][human ? 'human' : 'plain']
  process.out(`${head}\n`)
  const mounts = process.files.mounts.filter(({ path }) => !/^\/proc(\/|$)/.test(path) && path !== '/sys/fs/cgroup')
  const holds = (asked: string, { path }: { readonly path: string }): boolean => path === '/' || asked === path || asked.startsWith(`${path}/`)
  let code = 0
  const wanted = rest.flatMap((each) => {
    const real = resolve(process.cwd, each)
    if (process.files.stat(real)) return mounts.find((mount) => holds(real, mount)) ?? []
    code = fail(process, flavor === 'busybox' ? `df: ${each}: can't find mount point` : `df: ${each}: No such file or directory`)
    return []
  })
  for (const mount of rest.length === 0 ? [...mounts].reverse() : wanted) {
    const { size, used, free } = roomOf(mount, process)
    const share = Math.ceil((100 * used) / size)
    const figures = [size, used, free].map((each) => (human ? inUnits(each, process) : String(each)))
    const name = mount.path === '/' ? 'overlay' : mount.memory ? 'tmpfs' : '/dev/sda1'
    const columns = [...figures, `${share}%`].map((text, index) => text.padStart((widths[index + 1] ?? 0) - 1))
    process.out(`${[name.padEnd(widths[0]), ...columns, mount.path].join(' ')}\n`)
  }
  return code
}

function roomOf({ path, memory, size }: Mount, process: Process): Room {
  if (!memory) return disk
  const all = size ?? (process.machine.memoryLimit === undefined ? memoryOfNode : Math.floor(process.machine.memoryLimit / 1024))
  const used = Math.min(all, blocksIn(path, process))
  return { size: all, used, free: all - used }
}

/** What the files below a folder take, KiB, in pages. */
function blocksIn(path: string, process: Process): number {
  const entry = process.files.entry(path)
  if (entry?.kind === 'file') return Math.ceil(lengthOf(entry) / 4096) * 4
  return entry?.kind === 'folder' ? process.files.list(path).reduce((sum, name) => sum + blocksIn(join(path, name), process), 0) : 0
}

/** Programs about room by name. */
export const spacePrograms: Readonly<Record<string, Program>> = { du, df }
