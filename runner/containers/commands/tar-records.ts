// The records of a tar archive.
import type { Entry } from '../files.ts'

/** An entry as an archive holds it: its head and its content. */
export function record(name: string, entry: Entry): string {
  const content = entry.kind === 'file' ? entry.content : ''
  const type = entry.kind === 'folder' ? '5' : entry.kind === 'link' ? '2' : '0'
  const mode = entry.kind === 'link' ? 0o777 : entry.mode
  const shown = entry.kind === 'folder' && !name.endsWith('/') ? `${name}/` : name
  const octal = (value: number, width: number): string => `${value.toString(8).padStart(width - 1, '0')}\0`
  const head = [
    shown.slice(0, 100).padEnd(100, '\0'),
    octal(mode, 8),
    octal((entry.kind === 'link' ? undefined : entry.owner)?.[0] ?? 0, 8),
    octal((entry.kind === 'link' ? undefined : entry.owner)?.[1] ?? 0, 8),
    octal(content.length, 12),
    octal(Math.floor(entry.at / 1000), 12),
  ].join('')
  const tail = [type, (entry.kind === 'link' ? entry.target : '').padEnd(100, '\0'), 'ustar  \0', 'root'.padEnd(32, '\0'), 'root'.padEnd(32, '\0')].join('')
  const sum = [...`${head}        ${tail}`].reduce((total, char) => total + char.charCodeAt(0), 0)
  const header = `${head}${sum.toString(8).padStart(6, '0')}\0 ${tail}`.padEnd(512, '\0')
  return header + content.padEnd(Math.ceil(content.length / 512) * 512, '\0')
}

/** The entries of an archive. */
export function* entriesOf(archive: string, now: number): Generator<{ readonly name: string; readonly entry: Entry }> {
  let longName: string | undefined
  for (let at = 0; at + 512 <= archive.length; ) {
    const field = (from: number, length: number): string => archive.slice(at + from, at + from + length).split('\0', 1)[0] ?? ''
    const size = Number.parseInt(field(124, 12).trim() || '0', 8)
    const prefix = field(257, 5) === 'ustar' && archive[at + 262] === '\0' ? field(345, 155) : ''
    const name = longName ?? `${prefix === '' ? '' : `${prefix}/`}${field(0, 100)}`
    const type = archive[at + 156] ?? '0'
    if (field(0, 100) === '') return
    const content = archive.slice(at + 512, at + 512 + size)
    const [mode, target] = [Number.parseInt(field(100, 8).trim() || '644', 8) & 0o777, field(157, 100)]
    at += 512 + Math.ceil(size / 512) * 512
    longName = type === 'L' ? content.replace(/\0+$/, '') : type === 'x' ? content.match(/\d+ path=(.*)\n/)?.[1] : undefined
    if (type === 'L' || type === 'x' || type === 'g') continue
    if (type === '5') yield { name: name.replace(/\/$/, ''), entry: { kind: 'folder', mode, at: now } }
    else if (type === '2') yield { name, entry: { kind: 'link', target, at: now } }
    else yield { name, entry: { kind: 'file', content, mode, at: now } }
  }
}
