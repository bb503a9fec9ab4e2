// `stat`.
import { type Entry, resolve } from '../files.ts'
import { fail, type Process, type Program } from '../process.ts'
import { formatDate } from './date.ts'
import { inodeOf, kindOf, permissions, sizeOf } from './facts.ts'
import { readOptions } from './options.ts'
import { groupName, userName } from './people.ts'
import { tooFew } from './usage.ts'

function timeOf(at: number): string {
  return formatDate(at, '%Y-%m-%d %H:%M:%S.%N +0000')
}

/** What `stat` puts for each letter of its form. */
function factsOf(path: string, entry: Entry, process: Process): Readonly<Record<string, string>> {
  const mode = entry.kind === 'link' ? 0o777 : entry.mode
  const real = resolve(process.cwd, path)
  const [uid, gid] = (entry.kind === 'link' ? undefined : entry.owner) ?? [0, 0]
  const links = entry.kind === 'folder' ? 2 + process.files.list(real).filter((name) => process.files.entry(`${real}/${name}`)?.kind === 'folder').length : 1
  const seconds = String(Math.floor(entry.at / 1000))
  const target = entry.kind === 'link' ? ` -> '${entry.target}'` : ''
  const type = { file: 0o100_000, folder: 0o040_000, link: 0o120_000 }[entry.kind]
  return {
    a: mode.toString(8),
    A: permissions(entry),
    b: String(entry.kind === 'link' ? 0 : Math.ceil(sizeOf(entry) / 4096) * 8),
    B: '512',
    d: '66',
    D: '42',
    f: (type | mode).toString(16),
    F: kindOf(entry),
    g: String(gid),
    G: groupName(gid, process),
    h: String(links),
    i: String(inodeOf(real)),
    m: '/',
    n: path,
    N: process.machine.flavor === 'busybox' || entry.kind === 'link' ? `'${path}'${target}` : path,
    o: '4096',
    s: String(sizeOf(entry)),
    t: '0',
    T: '0',
    u: String(uid),
    U: userName(uid, process),
    w: process.machine.flavor === 'busybox' ? '' : '-',
    W: '0',
    ...Object.fromEntries([...'xyz'].map((letter) => [letter, timeOf(entry.at)])),
    ...Object.fromEntries([...'XYZ'].map((letter) => [letter, seconds])),
  }
}

/** The long form, as each system prints it. */
function usual(entry: Entry, { machine }: Process): string {
  const name = entry.kind === 'link' ? '%N' : '%n'
  const head =
    machine.flavor === 'busybox'
      ? `  File: ${name}\n  Size: %-10s\tBlocks: %-10b IO Block: %-6o %F\n`
      : `  File: ${name.replace('%N', '%n -> ')}${entry.kind === 'link' ? entry.target : ''}\n  Size: %-10s\tBlocks: %-10b IO Block: %-6o %F\n`
  const device = machine.flavor === 'busybox' ? 'Device: 42h/66d\tInode: %-10i  Links: %h\n' : 'Device: 0,66\tInode: %-11i Links: %h\n'
  return `${head}${device}Access: (%04a/%10A)  Uid: (%5u/%8U)   Gid: (%5g/%8G)\nAccess: %x\nModify: %y\nChange: %z${machine.flavor === 'busybox' ? '' : '\n Birth: %w'}`
}

/** `stat`. */
export const stat: Program = (words, process) => {
  const { rest, value, has } = readOptions(words, ['c', 'format', 'printf'])
  const { files, cwd } = process
  if (rest.length === 0) return tooFew(process, 'stat')
  let code = 0
  for (const path of rest) {
    const entry = has('L', 'dereference') ? files.stat(resolve(cwd, path)) : files.entry(resolve(cwd, path))
    if (!entry) {
      const line = process.machine.flavor === 'busybox' ? `stat: can't stat '${path}'` : `stat: cannot statx '${path}'`
      code = fail(process, `${line}: No such file or directory`)
      continue
    }
    const printf = value('printf')
    const form = printf?.replaceAll('\\n', '\n').replaceAll('\\t', '\t') ?? value('c', 'format') ?? usual(entry, process)
    const known = factsOf(path, entry, process)
    const text = form.replace(/%(-?0?)(\d*)([a-zA-Z%])/g, (whole, sign: string, width: string, letter: string) => {
      if (letter === '%') return '%'
      const fact = known[letter]
      if (fact === undefined) return whole
      return sign.startsWith('-') ? fact.padEnd(Number(width)) : fact.padStart(Number(width), sign === '0' ? '0' : ' ')
    })
    process.out(`${text}${printf === undefined ? '\n' : ''}`)
  }
  return code
}
