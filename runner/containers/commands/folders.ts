// Programs over files and folders: make, remove, touch, and name them.

import { type Entry, FileError, join, nameOf, parentOf, resolve } from '../files.ts'
import { fail, type Process, type Program } from '../process.ts'
import { copyPrograms } from './copying.ts'
import { fromDigits, parseDate } from './date.ts'
import { find } from './find.ts'
import { listFolder } from './list-folder.ts'
import { modeOf, modePrograms } from './modes.ts'
import { type Options, readOptions } from './options.ts'
import { spacePrograms } from './space.ts'
import { stat } from './stat.ts'
import { complaint } from './text.ts'
import { noOption, strangeOption, tooFew } from './usage.ts'

/** A program that does one thing to each path; a failure is told and the next one tried. */
function each(
  name: string,
  act: (path: string, process: Process, options: Options) => void,
  { valued = [], complain }: { readonly valued?: readonly string[]; complain(path: string, error: FileError, process: Process): string | undefined },
): Program {
  return (words, process) => {
    const strange = strangeOption(name, words, process.machine.flavor)
    if (strange !== undefined) return noOption(process, name, strange)
    const options = readOptions(words, valued)
    if (options.rest.length === 0 && !options.has('f')) return tooFew(process, name, name === 'touch' ? 'missing file operand' : 'missing operand')
    let code = 0
    for (const path of options.rest) {
      try {
        act(path, process, options)
      } catch (error) {
        if (!(error instanceof FileError)) throw error
        if (name === 'rm' && options.has('f') && error.code === 'missing') continue
        code = fail(process, complain(path, error, process) ?? '')
      }
    }
    return code
  }
}

const mkdir = each(
  'mkdir',
  (path, { files, cwd, out }, options) => {
    const given = options.value('m', 'mode')
    const mode = given === undefined ? undefined : modeOf(given, 0o777 & ~files.mask, { folder: true, mask: files.mask })
    files.makeFolder(resolve(cwd, path), { parents: options.has('p', 'parents'), ...(mode !== undefined && { mode }) })
    if (options.has('v', 'verbose')) out(`mkdir: created directory '${path}'\n`)
  },
  { valued: ['m', 'mode'], complain: (path, error, process) => complaint(process, 'mkdir', path, error, 'create directory') },
)

const rm = each(
  'rm',
  (path, { files, cwd, machine, out }, options) => {
    const real = resolve(cwd, path)
    if (/(^|\/)\.\.?\/?$/.test(path)) throw new FileError('busy')
    if (files.entry(real)?.kind === 'folder' && !options.has('r', 'R', 'recursive') && !(options.has('d') && files.list(real).length === 0))
      throw new FileError('folder')
    files.remove(real)
    if (options.has('v', 'verbose')) out(machine.flavor === 'busybox' ? `removed '${path}'\n` : `removed '${path}'\n`)
  },
  {
    complain(path, error, process) {
      const busybox = process.machine.flavor === 'busybox'
      if (error.code === 'busy' && /(^|\/)\.\.?\/?$/.test(path))
        return busybox ? `rm: can't remove '.' or '..'` : `rm: refusing to remove '.' or '..' directory: skipping '${path}'`
      if (error.code === 'folder') return busybox ? `rm: '${path}' is a directory` : `rm: cannot remove '${path}': Is a directory`
      return complaint(process, 'rm', path, error, 'remove')
    },
  },
)

const rmdir = each(
  'rmdir',
  (path, { files, cwd }, options) => {
    const paths = options.has('p') ? path.split('/').map((_, index, parts) => parts.slice(0, parts.length - index).join('/')) : [path]
    for (const part of paths) {
      const real = resolve(cwd, part)
      if (files.list(real).length > 0) throw new FileError('not empty')
      files.remove(real)
    }
  },
  {
    complain: (path, error, { machine }) =>
      machine.flavor === 'busybox' ? `rmdir: '${path}': ${error.message}` : `rmdir: failed to remove '${path}': ${error.message}`,
  },
)

const touch: Program = (words, process) => {
  const strange = strangeOption('touch', words, process.machine.flavor)
  if (strange !== undefined) return noOption(process, 'touch', strange)
  const options = readOptions(words, ['d', 't', 'r', 'date', 'reference'])
  if (options.rest.length === 0) return tooFew(process, 'touch', 'missing file operand')
  const { files, cwd, machine } = process
  const [text, digits, reference] = [options.value('d', 'date'), options.value('t'), options.value('r', 'reference')]
  const like = reference === undefined ? undefined : files.stat(resolve(cwd, reference))
  const given = text !== undefined ? parseDate(text, process.now(), machine.flavor) : digits !== undefined ? fromDigits(digits, process.now()) : like?.at
  if (given === undefined && (text ?? digits ?? reference) !== undefined)
    return fail(
      process,
      reference !== undefined
        ? `touch: ${reference}: No such file or directory`
        : `touch: invalid date ${machine.flavor === 'debian' ? 'format ' : ''}'${text ?? digits}'`,
    )
  let code = 0
  for (const path of options.rest) {
    const real = resolve(cwd, path)
    try {
      const before = files.stat(real)
      if (!before && options.has('c', 'no-create')) continue
      if (!before) files.write(real, '')
      const entry = files.stat(real)
      if (entry && (before || given !== undefined)) files.put(files.real(real) ?? real, { ...entry, at: given ?? process.now() })
    } catch (error) {
      if (!(error instanceof FileError)) throw error
      code = fail(process, machine.flavor === 'busybox' ? `touch: ${path}: ${error.message}` : `touch: cannot touch '${path}': ${error.message}`)
    }
  }
  return code
}

const readlink: Program = (words, process) => {
  const { rest, has } = readOptions(words, [])
  if (rest.length === 0) return tooFew(process, 'readlink')
  let code = 0
  for (const word of rest) {
    const path = resolve(process.cwd, word)
    const entry = process.files.entry(path)
    const canonical = has('f', 'e', 'm', 'canonicalize')
    if (canonical && process.files.isFolder(parentOf(process.files.real(path) ?? path)))
      process.out(`${process.files.real(path) ?? path}${has('n') ? '' : '\n'}`)
    else if (!canonical && entry?.kind === 'link') process.out(`${entry.target}${has('n') ? '' : '\n'}`)
    else code = 1
  }
  return code
}

const realpath: Program = (words, process) => {
  const { rest, has } = readOptions(words, [])
  if (rest.length === 0) return tooFew(process, 'realpath')
  let code = 0
  for (const word of rest) {
    const path = resolve(process.cwd, word)
    const real = process.files.real(path)
    const near = process.machine.flavor === 'debian' && !has('e') && process.files.isFolder(parentOf(real ?? path))
    if (real !== undefined && (process.files.stat(path) || near || has('m'))) process.out(`${real}\n`)
    else code = fail(process, `realpath: ${word}: No such file or directory`)
  }
  return code
}

const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'

const mktemp: Program = (words, process) => {
  const options = readOptions(words, ['p', 'suffix'])
  const busybox = process.machine.flavor === 'busybox'
  const folder = options.value('p') ?? process.env.get('TMPDIR') ?? '/tmp'
  const [given] = options.rest
  const form = given ?? (busybox ? 'tmp.XXXXXX' : 'tmp.XXXXXXXXXX')
  const [, head = '', marks = '', tail = ''] = /^(.*?)(X{3,})([^X]*)$/.exec(form) ?? []
  if (marks === '' || (busybox && (marks.length < 6 || tail !== '')))
    return fail(process, busybox ? 'mktemp: (null): Invalid argument' : `mktemp: too few X's in template '${form}'`)
  const chosen = (): string => {
    const name = `${head}${[...marks].map(() => letters[process.seed.below(letters.length)]).join('')}${tail}`
    const path = given === undefined || options.has('p', 't') ? join(folder, name) : name
    return process.files.entry(resolve(process.cwd, path)) ? chosen() : path
  }
  const path = chosen()
  try {
    if (!options.has('u')) {
      if (options.has('d')) process.files.makeFolder(resolve(process.cwd, path), { mode: 0o700 })
      else process.files.write(resolve(process.cwd, path), '', { mode: 0o600 })
    }
  } catch (error) {
    if (!(error instanceof FileError)) throw error
    return fail(
      process,
      busybox
        ? `mktemp: (null): ${error.message}`
        : `mktemp: failed to create ${options.has('d') ? 'directory' : 'file'} via template '${join(folder, form)}': ${error.message}`,
    )
  }
  process.out(`${path}\n`)
  return 0
}

const basename: Program = (words, process) => {
  const options = readOptions(words, ['s'])
  const several = options.has('a', 's')
  const [path, suffix] = options.rest
  if (path === undefined) return tooFew(process, 'basename')
  const end = options.value('s') ?? (several ? '' : (suffix ?? ''))
  for (const each of several ? options.rest : [path]) {
    const name = nameOf(each.replace(/\/+$/, '')) || '/'
    process.out(`${end !== '' && name !== end && name.endsWith(end) ? name.slice(0, -end.length) : name}\n`)
  }
  return 0
}

const dirname: Program = (words, process) => {
  if (words.length === 0) return tooFew(process, 'dirname')
  for (const word of words) {
    const path = word.replace(/(.)\/+$/, '$1')
    process.out(`${path.includes('/') ? parentOf(path) : '.'}\n`)
  }
  return 0
}

const unlink: Program = ([path = ''], process) => {
  const entry: Entry | undefined = process.files.entry(resolve(process.cwd, path))
  if (!entry || entry.kind === 'folder') return fail(process, `unlink: can't remove file '${path}': ${entry ? 'Is a directory' : 'No such file or directory'}`)
  process.files.remove(resolve(process.cwd, path))
  return 0
}

/** Programs over files by name. */
export const folderPrograms: Readonly<Record<string, Program>> = {
  ...copyPrograms,
  ...modePrograms,
  ...spacePrograms,
  ls: listFolder,
  mkdir,
  rm,
  rmdir,
  touch,
  find,
  stat,
  readlink,
  realpath,
  basename,
  dirname,
  mktemp,
  unlink,
}
