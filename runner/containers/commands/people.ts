// Programs about users and groups: names are those of `/etc/passwd` and `/etc/group`.
import { fail, type Process, type Program } from '../process.ts'
import { readOptions } from './options.ts'

/** The name of a number in a file of accounts; undefined if it has none. */
function nameIn(file: string, number: number, { files }: Process): string | undefined {
  const entry = files.stat(file)
  if (entry?.kind !== 'file') return undefined
  const line = entry.content.split('\n').find((each) => each.split(':')[2] === String(number))
  return line?.split(':')[0]
}

/** The number of a name in a file of accounts; undefined if it has none. */
export function numberIn(file: string, name: string, { files }: Process): number | undefined {
  const entry = files.stat(file)
  const line = entry?.kind === 'file' ? entry.content.split('\n').find((each) => each.split(':')[0] === name) : undefined
  return line === undefined ? undefined : Number(line.split(':')[2])
}

/** The user and group of an account. */
function accountOf(name: string, { files }: Process): { readonly uid: number; readonly gid: number } | undefined {
  const entry = files.stat('/etc/passwd')
  const line = entry?.kind === 'file' ? entry.content.split('\n').find((each) => each.split(':')[0] === name || each.split(':')[2] === name) : undefined
  const [, , uid, gid] = line?.split(':') ?? []
  return uid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) }
}

/** Further groups that name an account. */
function groupsOf(name: string, { files }: Process): readonly number[] {
  const entry = files.stat('/etc/group')
  const lines = entry?.kind === 'file' ? entry.content.split('\n').map((line) => line.split(':')) : []
  return lines.filter(([, , , members = '']) => members.split(',').includes(name)).map(([, , gid]) => Number(gid))
}

/** The name of a user, or its number. */
export function userName(uid: number, process: Process): string {
  return nameIn('/etc/passwd', uid, process) ?? String(uid)
}

/** The name of a group, or its number. */
export function groupName(gid: number, process: Process): string {
  return nameIn('/etc/group', gid, process) ?? String(gid)
}

const id: Program = (words, process) => {
  const { out } = process
  const options = readOptions(words, [])
  const [asked] = options.rest
  const account = asked === undefined ? undefined : accountOf(asked, process)
  if (asked !== undefined && !account) return fail(process, process.machine.flavor === 'busybox' ? `id: unknown user ${asked}` : `id: '${asked}': no such user`)
  const { uid, gid, groups } = account ? { ...account, groups: groupsOf(asked ?? '', process) } : process.machine.user
  const others = groups.filter((each) => each !== gid)
  const all = process.machine.flavor === 'busybox' ? [gid, ...others].sort((a, b) => a - b) : [gid, ...others]
  const named = (file: string, number: number): string => {
    const name = nameIn(file, number, process)
    return name === undefined ? String(number) : `${number}(${name})`
  }
  if (options.has('u')) out(`${options.has('n') ? userName(uid, process) : uid}\n`)
  else if (options.has('g')) out(`${options.has('n') ? groupName(gid, process) : gid}\n`)
  else if (options.has('G')) out(`${all.map((each) => (options.has('n') ? groupName(each, process) : each)).join(' ')}\n`)
  else out(`uid=${named('/etc/passwd', uid)} gid=${named('/etc/group', gid)} groups=${all.map((each) => named('/etc/group', each)).join(',')}\n`)
  return 0
}

const whoami: Program = (_, process) => {
  const { uid } = process.machine.user
  const name = nameIn('/etc/passwd', uid, process)
  if (name === undefined)
    return fail(process, process.machine.flavor === 'busybox' ? `whoami: unknown uid ${uid}` : `whoami: cannot find name for user ID ${uid}`)
  process.out(`${name}\n`)
  return 0
}

/** Programs about people by name. */
export const peoplePrograms: Readonly<Record<string, Program>> = {
  id,
  whoami,
  groups: (_, process) => id(['-Gn'], process),
}
