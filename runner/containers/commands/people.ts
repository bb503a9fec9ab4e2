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

/** The name of a user, or its number. */
export function userName(uid: number, process: Process): string {
  return nameIn('/etc/passwd', uid, process) ?? String(uid)
}

/** The name of a group, or its number. */
export function groupName(gid: number, process: Process): string {
  return nameIn('/etc/group', gid, process) ?? String(gid)
}

const id: Program = (words, process) => {
  const { uid, gid, groups } = process.machine.user
  const { out } = process
  const options = readOptions(words, [])
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
