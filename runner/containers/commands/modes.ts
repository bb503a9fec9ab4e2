// `chmod`, `chown` and `chgrp`: who may do what with files.
import { type Entry, FileError, join, type Owner, resolve } from '../files.ts'
import { fail, type Process, type Program } from '../process.ts'
import { permissions } from './facts.ts'
import { readOptions } from './options.ts'
import { numberIn } from './people.ts'
import { tooFew } from './usage.ts'

const bits: Readonly<Record<string, number>> = { r: 0o444, w: 0o222, x: 0o111, s: 0o6000, t: 0o1000 }
const classes: Readonly<Record<string, number>> = { u: 0o4700, g: 0o2070, o: 0o0007, a: 0o6777 }

/** A mode that is given in digits or clauses like `u+x,go-w`; undefined for what is none. */
export function modeOf(text: string, before: number, { folder, mask }: { readonly folder: boolean; readonly mask: number }): number | undefined {
  if (/^[0-7]{1,4}$/.test(text)) return Number.parseInt(text, 8)
  let mode = before
  for (const clause of text.split(',')) {
    const [, who = '', actions = ''] = /^([ugoa]*)((?:[-+=](?:[rwxXst]*|[ugo]))+)$/.exec(clause) ?? []
    if (actions === '') return undefined
    const reach = who === '' ? 0o7777 & ~mask : [...who].reduce((sum, letter) => sum | (classes[letter] ?? 0), 0)
    for (const [, sign = '', what = ''] of actions.matchAll(/([-+=])([rwxXstugo]*)/g)) mode = changed(mode, { sign, what, who, reach, folder })
  }
  return mode
}

interface Change {
  readonly sign: string
  readonly what: string
  readonly who: string
  readonly reach: number
  readonly folder: boolean
}

function changed(mode: number, { sign, what, who, reach, folder }: Change): number {
  const copied: Readonly<Record<string, number>> = { u: (mode >> 6) & 7, g: (mode >> 3) & 7, o: mode & 7 }
  const wanted = [...what].reduce((sum, letter) => {
    const like = copied[letter]
    if (like !== undefined) return sum | (like * 0o111)
    if (letter === 'X') return sum | (folder || (mode & 0o111) !== 0 ? 0o111 : 0)
    return sum | (bits[letter] ?? 0)
  }, 0)
  const within = wanted & (reach | (what.includes('t') ? 0o1000 : 0))
  if (sign === '-') return mode & ~within
  if (sign === '+') return mode | within
  const cleared = who === '' || who.includes('a') ? 0o0777 : [...who].reduce((sum, letter) => sum | ((classes[letter] ?? 0) & 0o0777), 0)
  return (mode & ~cleared) | within
}

/** Changes entries, below folders too if that is wanted; `change` gives undefined for what stays. */
function changeAll(
  name: string,
  paths: readonly string[],
  process: Process,
  { deep, change }: { readonly deep: boolean; readonly change: (entry: Exclude<Entry, { kind: 'link' }>, path: string) => Entry | undefined },
): number {
  const { files } = process
  let code = 0
  const visit = (path: string): void => {
    const real = files.real(resolve(process.cwd, path)) ?? resolve(process.cwd, path)
    const entry = files.entry(real)
    try {
      if (!entry || entry.kind === 'link') throw new FileError('missing')
      const made = change(entry, path)
      if (made) files.put(real, made)
      if (deep && entry.kind === 'folder') for (const each of files.list(real)) if (files.entry(join(real, each))?.kind !== 'link') visit(join(path, each))
    } catch (error) {
      if (!(error instanceof FileError)) throw error
      const gnu = error.code === 'missing' ? `cannot access '${path}'` : `changing ${name === 'chmod' ? 'permissions' : 'ownership'} of '${path}'`
      code = fail(process, `${name}: ${process.machine.flavor === 'busybox' ? path : gnu}: ${error.message}`)
    }
  }
  for (const path of paths) visit(path)
  return code
}

const chmod: Program = (words, process) => {
  const options = readOptions(
    words.filter((word) => !/^-[rwxXst]/.test(word)),
    ['reference'],
  )
  const [given, ...others] = options.rest
  const minus = words.find((word) => /^-[rwxXst]/.test(word))
  const [mode, paths] = minus === undefined ? [given, others] : [minus, options.rest]
  if (mode === undefined || paths.length === 0) return tooFew(process, 'chmod', mode === undefined ? 'missing operand' : `missing operand after '${mode}'`)
  const { mask } = process.files
  if (modeOf(mode, 0, { folder: false, mask }) === undefined)
    return fail(
      process,
      process.machine.flavor === 'busybox' ? `chmod: invalid mode '${mode}'` : `chmod: invalid mode: '${mode}'\nTry 'chmod --help' for more information.`,
    )
  return changeAll('chmod', paths, process, {
    deep: options.has('R', 'recursive'),
    change: (entry, path) => {
      const made = { ...entry, mode: modeOf(mode, entry.mode, { folder: entry.kind === 'folder', mask }) ?? entry.mode }
      if (options.has('v', 'c')) process.out(`mode of '${path}' changed to ${made.mode.toString(8).padStart(4, '0')} (${permissions(made).slice(1)})\n`)
      return made
    },
  })
}

/** The number of a user or group that is given by name or number; undefined for none. */
function accountOf(file: string, word: string, process: Process): number | undefined {
  return numberIn(file, word, process) ?? (/^\d+$/.test(word) ? Number(word) : undefined)
}

const chown: Program = (words, process) => {
  const options = readOptions(words, ['reference'])
  const [spec, ...paths] = options.rest
  if (spec === undefined || paths.length === 0) return tooFew(process, 'chown', spec === undefined ? 'missing operand' : `missing operand after '${spec}'`)
  const [user = '', group] = spec.split(/[:.]/)
  const uid = user === '' ? undefined : accountOf('/etc/passwd', user, process)
  const gid = group === undefined || group === '' ? undefined : accountOf('/etc/group', group, process)
  const busybox = process.machine.flavor === 'busybox'
  if (user !== '' && uid === undefined) return fail(process, busybox ? `chown: unknown user ${user}` : `chown: invalid user: '${spec}'`)
  if (group && gid === undefined) return fail(process, busybox ? `chown: unknown group ${group}` : `chown: invalid group: '${spec}'`)
  return owned('chown', paths, process, { uid, gid: group === '' ? uid : gid, deep: options.has('R', 'recursive') })
}

const chgrp: Program = (words, process) => {
  const options = readOptions(words, [])
  const [group, ...paths] = options.rest
  if (group === undefined || paths.length === 0) return tooFew(process, 'chgrp')
  const gid = accountOf('/etc/group', group, process)
  if (gid === undefined) return fail(process, process.machine.flavor === 'busybox' ? `chgrp: unknown group ${group}` : `chgrp: invalid group: '${group}'`)
  return owned('chgrp', paths, process, { uid: undefined, gid, deep: options.has('R', 'recursive') })
}

function owned(
  name: string,
  paths: readonly string[],
  process: Process,
  { uid, gid, deep }: { readonly uid: number | undefined; readonly gid: number | undefined; readonly deep: boolean },
): number {
  const { user } = process.machine
  return changeAll(name, paths, process, {
    deep,
    change: (entry) => {
      const before: Owner = entry.owner ?? [0, 0]
      const owner: Owner = [uid ?? before[0], gid ?? before[1]]
      if (owner[0] === before[0] && owner[1] === before[1]) return undefined
      if (user.uid !== 0 && (owner[0] !== before[0] || ![user.gid, ...user.groups].includes(owner[1]))) throw new FileError('not permitted')
      return { ...entry, owner }
    },
  })
}

/** Programs about rights by name. */
export const modePrograms: Readonly<Record<string, Program>> = { chmod, chown, chgrp }
