// `cp`, `mv`, `install` and `ln`.
import { FileError, join, nameOf, parentOf, resolve } from '../files.ts'
import { fail, type Process, type Program } from '../process.ts'
import { modeOf } from './modes.ts'
import { type Options, readOptions } from './options.ts'
import { noOption, strangeOption, tooFew } from './usage.ts'

/** A copy or a move of one path to another. */
interface Step {
  readonly from: string
  readonly to: string
}

const folderOmitted = new FileError('folder')

/** Copies an entry; times go along only where that is wanted. */
function copy(process: Process, { from, to }: Step, { deep, same, links }: { readonly deep: boolean; readonly same: boolean; readonly links: boolean }): void {
  const { files } = process
  const entry = links ? files.entry(from) : files.stat(from)
  if (!entry) throw new FileError('missing')
  if (entry.kind !== 'folder') {
    if (files.isFolder(to)) throw new FileError('folder')
    if (entry.kind === 'link') files.put(to, entry)
    else if (same || !files.stat(to)) {
      const { owner: _, ...plain } = entry
      if (!same) files.write(to, '', { mode: entry.mode & ~files.mask & 0o777 })
      const made = files.stat(to)
      files.put(files.real(to) ?? to, same ? entry : { ...(made?.kind === 'file' ? made : plain), content: entry.content })
    } else files.write(to, entry.content)
    return
  }
  if (!deep) throw folderOmitted
  files.makeFolder(to, { parents: false, mode: entry.mode, ...(files.isFolder(to) && { parents: true }) })
  for (const name of files.list(from)) if (!name.startsWith('..')) copy(process, { from: join(from, name), to: join(to, name) }, { deep, same, links: true })
}

function complain(name: string, path: string, target: string, error: FileError, process: Process): number {
  const busybox = process.machine.flavor === 'busybox'
  if (error === folderOmitted)
    return fail(process, busybox ? `${name}: omitting directory '${path}'` : `${name}: -r not specified; omitting directory '${path}'`)
  if (error.code === 'missing' && !process.files.entry(resolve(process.cwd, path)))
    return fail(
      process,
      busybox ? `${name}: can't ${name === 'mv' ? 'rename' : 'stat'} '${path}': ${error.message}` : `${name}: cannot stat '${path}': ${error.message}`,
    )
  if (busybox) return fail(process, `${name}: can't create '${target}': ${error.message}`)
  return fail(
    process,
    name === 'mv' ? `mv: cannot move '${path}' to '${target}': ${error.message}` : `${name}: cannot create regular file '${target}': ${error.message}`,
  )
}

const copyOrMove =
  (name: 'cp' | 'mv'): Program =>
  (words, process) => {
    const strange = strangeOption(name, words, process.machine.flavor)
    if (strange !== undefined) return noOption(process, name, strange)
    const options = readOptions(words, ['t', 'target-directory', 'S'])
    const folder = options.value('t', 'target-directory')
    const paths = folder === undefined ? options.rest.slice(0, -1) : options.rest
    const [first] = options.rest
    if (paths.length === 0) return tooFew(process, name, first === undefined ? 'missing file operand' : `missing destination file operand after '${first}'`)
    const target = folder ?? options.rest.at(-1) ?? ''
    if (paths.length > 1 && !process.files.isFolder(resolve(process.cwd, target)))
      return fail(
        process,
        process.machine.flavor === 'busybox' ? `${name}: can't create directory '${target}': File exists` : `${name}: target '${target}' is not a directory`,
      )
    return Math.max(...paths.map((path) => transfer(name, path, target, { options, process })))
  }

function transfer(name: 'cp' | 'mv', path: string, target: string, { options, process }: { readonly options: Options; readonly process: Process }): number {
  const { files, cwd } = process
  const from = resolve(cwd, path)
  const inside = files.isFolder(resolve(cwd, target)) && !options.has('T')
  const shown = inside ? join(target.replace(/\/$/, '') || '/', nameOf(path.replace(/\/+$/, ''))) : target
  const to = resolve(cwd, shown)
  try {
    if (options.has('n') && files.entry(to)) return 0
    if (options.has('u') && (files.stat(to)?.at ?? 0) >= (files.stat(from)?.at ?? 0) && files.stat(to)) return 0
    if (files.entry(from) && from === to)
      return fail(process, name === 'mv' ? `mv: '${path}' and '${shown}' are the same file` : `cp: '${path}' and '${shown}' are the same file`)
    if (target.endsWith('/') && !files.isFolder(resolve(cwd, target)) && files.stat(from)?.kind === 'file') throw new FileError('no folder')
    const all = name === 'mv' || options.has('a', 'archive')
    copy(
      process,
      { from, to },
      { deep: all || options.has('r', 'R', 'recursive'), same: all || options.has('p', 'preserve'), links: all || options.has('d', 'P', 'r', 'R') },
    )
    if (name === 'mv') files.remove(from)
    if (options.has('v', 'verbose')) process.out(`${name === 'mv' && process.machine.flavor === 'debian' ? 'renamed ' : ''}'${path}' -> '${shown}'\n`)
    return 0
  } catch (error) {
    if (!(error instanceof FileError)) throw error
    return complain(name, path, shown, error, process)
  }
}

const install: Program = (words, process) => {
  const options = readOptions(words, ['m', 'mode', 'o', 'g', 't'])
  const mode = modeOf(options.value('m', 'mode') ?? '755', 0, { folder: false, mask: 0 }) ?? 0o755
  const { files, cwd } = process
  try {
    if (options.has('d')) {
      for (const path of options.rest) files.makeFolder(resolve(cwd, path), { parents: true, mode })
      return 0
    }
    const target = options.value('t') ?? options.rest.at(-1) ?? ''
    const paths = options.value('t') === undefined ? options.rest.slice(0, -1) : options.rest
    if (paths.length === 0) return tooFew(process, 'install', 'missing file operand')
    for (const path of paths) {
      const to = files.isFolder(resolve(cwd, target)) ? join(resolve(cwd, target), nameOf(path)) : resolve(cwd, target)
      if (options.has('D') && !files.isFolder(parentOf(to))) files.makeFolder(parentOf(to), { parents: true })
      const entry = files.stat(resolve(cwd, path))
      if (!entry) throw new FileError('missing')
      files.write(to, entry.kind === 'file' ? entry.content : '')
      const made = files.stat(to)
      if (made?.kind === 'file') files.put(to, { ...made, mode })
    }
    return 0
  } catch (error) {
    if (!(error instanceof FileError)) throw error
    return complain('install', options.rest[0] ?? '', options.rest.at(-1) ?? '', error, process)
  }
}

const ln: Program = (words, process) => {
  const { rest, has } = readOptions(words, ['S', 't'])
  if (rest.length === 0) return tooFew(process, 'ln', 'missing file operand')
  const { files, cwd } = process
  const busybox = process.machine.flavor === 'busybox'
  const place = rest.length === 1 ? '.' : (rest.at(-1) ?? '')
  let code = 0
  for (const target of rest.length === 1 ? rest : rest.slice(0, -1)) {
    const existing = files.entry(resolve(cwd, place))
    const inside = files.isFolder(resolve(cwd, place)) && !(has('n', 'no-dereference', 'T') && existing?.kind === 'link')
    const path = inside ? (place === '.' ? nameOf(target) : join(place, nameOf(target))) : place
    try {
      if (!has('s') && !files.stat(resolve(cwd, target))) {
        code = fail(process, busybox ? `ln: ${target}: No such file or directory` : `ln: failed to access '${target}': No such file or directory`)
        continue
      }
      if (has('f') && files.entry(resolve(cwd, path))) files.remove(resolve(cwd, path))
      if (has('s')) files.link(resolve(cwd, path), target)
      else if (files.entry(resolve(cwd, path))) throw new FileError('exists')
      else copy(process, { from: resolve(cwd, target), to: resolve(cwd, path) }, { deep: false, same: true, links: false })
      if (has('v')) process.out(`'${path}' -> '${target}'\n`)
    } catch (error) {
      if (!(error instanceof FileError)) throw error
      code = fail(
        process,
        busybox ? `ln: ${path}: ${error.message}` : `ln: failed to create ${has('s') ? 'symbolic' : 'hard'} link '${path}': ${error.message}`,
      )
    }
  }
  return code
}

/** Programs that copy and move by name. */
export const copyPrograms: Readonly<Record<string, Program>> = {
  cp: copyOrMove('cp'),
  mv: copyOrMove('mv'),
  install,
  ln,
  link: (words, process) => ln(words, process),
}
