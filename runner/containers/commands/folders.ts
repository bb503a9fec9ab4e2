// Programs over files and folders.

import { md5, sha1 } from '@noble/hashes/legacy.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { toBytes } from '../bytes.ts'
import { type Entry, FileError, type Files, join, nameOf, parentOf, resolve } from '../files.ts'
import { fail, type Process, type Program } from '../process.ts'
import { find } from './find.ts'
import { listFolder, permissions } from './list-folder.ts'
import { readOptions } from './options.ts'
import { groupName, userName } from './people.ts'
import { complaint, inputs } from './text.ts'

/** A program that does one thing to each path; a failure is told and the next one tried. */
function each(
  name: string,
  doing: string,
  act: (path: string, process: Process, has: (...names: readonly string[]) => boolean) => void,
  valued: readonly string[] = [],
): Program {
  return (words, process) => {
    const options = readOptions(words, valued)
    let code = 0
    for (const path of options.rest) {
      try {
        act(resolve(process.cwd, path), process, options.has)
      } catch (error) {
        if (!(error instanceof FileError)) throw error
        if (!(name === 'rm' && options.has('f') && error.code === 'missing')) code = fail(process, complaint(process, name, path, error, doing))
      }
    }
    return code
  }
}

const mkdir = each('mkdir', 'create directory', (path, { files }, has) => files.makeFolder(path, { parents: has('p') }), ['m'])

const rm = each('rm', 'remove', (path, { files }, has) => {
  if (files.entry(path)?.kind === 'folder' && !has('r', 'R')) throw new FileError('folder')
  files.remove(path)
})

const rmdir = each('rmdir', 'remove', (path, { files }) => {
  if (files.list(path).length > 0) throw new FileError('not empty')
  files.remove(path)
})

const touch = each('touch', 'touch', (path, { files }) => files.write(path, '', { append: true }), ['d', 't', 'r'])

const chmod: Program = (words, process) => {
  const options = readOptions(
    words.filter((word) => !/^-[rwx]/.test(word)),
    [],
  )
  const [mode = '', ...paths] = options.rest
  for (const path of paths) {
    const real = resolve(process.cwd, path)
    const entry = process.files.stat(real)
    if (!entry || entry.kind === 'link') return fail(process, `chmod: ${path}: No such file or directory`)
    try {
      process.files.put(process.files.real(real) ?? real, { ...entry, mode: modeOf(mode, entry.mode) })
    } catch (error) {
      if (!(error instanceof FileError)) throw error
      return fail(process, `chmod: ${path}: ${error.message}`)
    }
  }
  return 0
}

function modeOf(text: string, before: number): number {
  if (/^\d+$/.test(text)) return Number.parseInt(text, 8)
  const [, who = '', sign = '', what = ''] = text.match(/^([ugoa]*)([-+=])([rwxX]*)$/) ?? []
  const bits = (what.includes('r') ? 4 : 0) + (what.includes('w') ? 2 : 0) + (/x/i.test(what) ? 1 : 0)
  const places = who === '' || who.includes('a') ? [6, 3, 0] : [...who].map((letter) => ({ u: 6, g: 3, o: 0 })[letter] ?? 0)
  const mask = places.reduce((sum, place) => sum | (bits << place), 0)
  if (sign === '-') return before & ~mask
  return sign === '+' ? before | mask : mask
}

/** Where a copy or move of `from` to `to` ends up. */
function destination(files: Files, from: string, to: string): string {
  return files.isFolder(to) ? join(to, nameOf(from)) : to
}

function copy(files: Files, from: string, to: string, recursive: boolean): void {
  const entry = files.stat(from)
  if (!entry) throw new FileError('missing')
  if (entry.kind !== 'folder') {
    files.put(files.real(to) ?? to, { ...entry, at: entry.at })
    return
  }
  if (!recursive) throw new FileError('folder')
  files.makeFolder(to, { parents: true })
  for (const name of files.list(from)) if (!name.startsWith('..')) copy(files, join(from, name), join(to, name), true)
}

const copyOrMove =
  (name: 'cp' | 'mv'): Program =>
  (words, process) => {
    const { rest, has } = readOptions(words, [])
    const to = resolve(process.cwd, rest.at(-1) ?? '')
    let code = 0
    for (const path of rest.slice(0, -1)) {
      const from = resolve(process.cwd, path)
      try {
        copy(process.files, from, destination(process.files, from, to), name === 'mv' || has('r', 'R', 'a'))
        if (name === 'mv') process.files.remove(from)
      } catch (error) {
        if (!(error instanceof FileError)) throw error
        const omitted = error.code === 'folder'
        code = fail(
          process,
          omitted
            ? `cp: omitting directory '${path}'`
            : error.code === 'missing'
              ? `${name}: can't ${name === 'cp' ? 'stat' : 'rename'} '${path}': ${error.message}`
              : `${name}: can't create '${rest.at(-1)}': ${error.message}`,
        )
      }
    }
    return code
  }

const ln: Program = (words, process) => {
  const { rest, has } = readOptions(words, [])
  const [target = '', path = nameOf(target)] = rest
  const real = destination(process.files, target, resolve(process.cwd, path))
  try {
    if (has('f') && process.files.entry(real)) process.files.remove(real)
    if (has('s')) process.files.link(real, target)
    else copy(process.files, resolve(process.cwd, target), real, false)
    return 0
  } catch (error) {
    if (!(error instanceof FileError)) throw error
    return fail(process, `ln: ${path}: ${error.message}`)
  }
}

const stat: Program = (words, process) => {
  const { rest, value, has } = readOptions(words, ['c', 'format'])
  const { files, cwd } = process
  for (const path of rest) {
    const entry = has('L', 'dereference') ? files.stat(resolve(cwd, path)) : files.entry(resolve(cwd, path))
    if (!entry) return fail(process, `stat: can't stat '${path}': No such file or directory`)
    const form = value('c', 'format') ?? '  File: %n\n  Size: %s\nAccess: (0%a/%A)  Uid: (%u/%U)   Gid: (%g/%G)'
    const known = factsOf(path, entry, process)
    process.out(`${form.replace(/%(.)/g, (whole, letter: string) => known[letter] ?? whole)}\n`)
  }
  return 0
}

const kinds = { file: 'regular file', folder: 'directory', link: 'symbolic link' } as const

/** What `stat` puts for each letter of its form. */
function factsOf(path: string, entry: Entry, process: Process): Readonly<Record<string, string>> {
  const mode = entry.kind === 'link' ? 0o777 : entry.mode
  const size = entry.kind === 'file' ? entry.content.length : entry.kind === 'link' ? entry.target.length : 4096
  const [uid, gid] = (entry.kind === 'link' ? undefined : entry.owner) ?? [0, 0]
  return {
    a: mode.toString(8),
    A: permissions(entry),
    s: String(size),
    n: path,
    u: String(uid),
    g: String(gid),
    U: userName(uid, process),
    G: groupName(gid, process),
    Y: String(Math.floor(entry.at / 1000)),
    F: kinds[entry.kind],
  }
}

const du: Program = (words, process) => {
  const { rest, has } = readOptions(words, ['d'])
  const size = (path: string): number => {
    const entry = process.files.entry(path)
    if (entry?.kind !== 'folder') return entry?.kind === 'file' ? Math.ceil(entry.content.length / 4096) * 4 : 0
    return 4 + process.files.list(path).reduce((sum, name) => sum + size(join(path, name)), 0)
  }
  const shown = (blocks: number): string => {
    if (!has('h')) return String(blocks)
    const [amount, unit] = blocks >= 1024 ? [blocks / 1024, 'M'] : [blocks, 'K']
    return `${amount < 10 ? amount.toFixed(1) : Math.ceil(amount)}${unit}`
  }
  for (const path of rest.length === 0 ? ['.'] : rest) process.out(`${shown(size(resolve(process.cwd, path)))}\t${path}\n`)
  return 0
}

const df: Program = (words, process) => {
  const { rest, has } = readOptions(words, [])
  const figures = has('h') ? '      123.9G     20.5G    103.4G  17%' : ' 129886128  21473280 108396464  17%'
  process.out(
    has('h') ? 'Filesystem                Size      Used Available Use% Mounted on\n' : 'Filesystem           1K-blocks      Used Available Use% Mounted on\n',
  )
  const mounts = process.files.mounts.filter(({ path }) => !/^\/proc(\/|$)/.test(path) && path !== '/sys/fs/cgroup')
  const holds = (asked: string, { path }: { readonly path: string }): boolean => path === '/' || asked === path || asked.startsWith(`${path}/`)
  const shown = rest.length === 0 ? [...mounts].reverse() : rest.flatMap((each) => mounts.find((mount) => holds(resolve(process.cwd, each), mount)) ?? [])
  for (const { path } of shown) process.out(`${(path === '/' ? 'overlay' : '/dev/sda1').padEnd(20)}${figures} ${path}\n`)
  return 0
}

const readlink: Program = (words, process) => {
  const { rest, has } = readOptions(words, [])
  const path = resolve(process.cwd, rest[0] ?? '')
  const entry = process.files.entry(path)
  if (has('f')) process.out(`${process.files.real(path) ?? path}\n`)
  else if (entry?.kind === 'link') process.out(`${entry.target}\n`)
  return has('f') || entry?.kind === 'link' ? 0 : 1
}

const sums =
  (name: string, digest: (bytes: Uint8Array) => Uint8Array): Program =>
  async (words, process) => {
    const { parts, code } = await inputs(name, readOptions(words, []).rest, process)
    for (const { path, content } of parts) process.out(`${bytesToHex(digest(toBytes(content)))}  ${path}\n`)
    return code
  }

const mktemp: Program = (words, process) => {
  const path = `/tmp/tmp.${Array.from({ length: 6 }, () => 'abcdefghijklmnop'[process.seed.below(16)]).join('')}`
  if (readOptions(words, ['p']).has('d')) process.files.makeFolder(path)
  else process.files.write(path, '')
  process.out(`${path}\n`)
  return 0
}

const say =
  (change: (words: readonly string[]) => string): Program =>
  (words, process) => {
    process.out(`${change(words)}\n`)
    return 0
  }

/** Programs over files by name. */
export const folderPrograms: Readonly<Record<string, Program>> = {
  ls: listFolder,
  mkdir,
  rm,
  rmdir,
  touch,
  chmod,
  chown: each('chown', 'change owner of', () => undefined),
  cp: copyOrMove('cp'),
  mv: copyOrMove('mv'),
  ln,
  find,
  stat,
  du,
  df,
  readlink,
  realpath: (words, process) => readlink(['-f', ...words], process),
  basename: say(([path = '', suffix = '']) => nameOf(path.replace(/\/$/, '')).replace(new RegExp(`${suffix.replace(/\./g, '\\.')}$`), '')),
  dirname: say(([path = '']) => (path.includes('/') ? parentOf(path) : '.')),
  mktemp,
  md5sum: sums('md5sum', md5),
  sha1sum: sums('sha1sum', sha1),
  sha256sum: sums('sha256sum', sha256),
}
