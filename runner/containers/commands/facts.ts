// What programs tell of an entry: its kind, rights, size and number.
import { type Entry, lengthOf } from '../files.ts'

/** An entry's kind and who may do what with it, as `ls -l` has them. */
export function permissions(entry: Entry): string {
  const kind = entry.kind === 'folder' ? 'd' : entry.kind === 'link' ? 'l' : '-'
  const mode = entry.kind === 'link' ? 0o777 : entry.mode
  const triple = (place: number, special: number, sign: string): string => {
    const runs = (mode >> place) & 1
    const last = mode & special ? (runs ? sign : sign.toUpperCase()) : runs ? 'x' : '-'
    return `${(mode >> place) & 4 ? 'r' : '-'}${(mode >> place) & 2 ? 'w' : '-'}${last}`
  }
  return `${kind}${triple(6, 0o4000, 's')}${triple(3, 0o2000, 's')}${triple(0, 0o1000, 't')}`
}

/** What an entry is, in words. */
export function kindOf(entry: Entry): string {
  if (entry.kind === 'folder') return 'directory'
  return entry.kind === 'link' ? 'symbolic link' : entry.content === '' ? 'regular empty file' : 'regular file'
}

/** How many bytes an entry takes, as `ls` and `stat` tell it. */
export function sizeOf(entry: Entry): number {
  if (entry.kind === 'folder') return 4096
  return entry.kind === 'file' ? lengthOf(entry) : entry.target.length
}

/** A number that stays with a path. */
export function inodeOf(path: string): number {
  let sum = 2166
  for (const char of path) sum = (sum * 31 + char.charCodeAt(0)) % 4_000_000
  return 1_000_000 + sum
}
