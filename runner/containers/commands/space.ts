// `du` and `df`: how much room files take, and how much there is.
import { join, resolve } from '../files.ts'
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
      const blocks = entry?.kind === 'file' ? Math.ceil(entry.content.length / 4096) * 4 : 0
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

const columns = {
  busybox: {
    plain: ['Filesystem           1K-blocks      Used Available Use% Mounted on', ' 129886128  21473280 108396464  17%'],
    human: ['Filesystem                Size      Used Available Use% Mounted on', '    123.9G     20.5G    103.4G  17%'],
  },
  debian: {
    plain: ['Filesystem     1K-blocks     Used Available Use% Mounted on', '129886128 21473280 108396464  17%'],
    human: ['Filesystem      Size  Used Avail Use% Mounted on', ' 124G   21G  104G  17%'],
  },
} as const

const df: Program = (words, process) => {
  const { rest, has } = readOptions(words, ['t', 'T'])
  const { flavor } = process.machine
  const human = has('h', 'human-readable')
  const [head, figures] = columns[flavor][human ? 'human' : 'plain']
  const width = flavor === 'busybox' ? 20 : human ? 15 : 14
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
  for (const { path } of rest.length === 0 ? [...mounts].reverse() : wanted)
    process.out(`${(path === '/' ? 'overlay' : '/dev/sda1').padEnd(width)} ${figures} ${path}\n`)
  return code
}

/** Programs about room by name. */
export const spacePrograms: Readonly<Record<string, Program>> = { du, df }
