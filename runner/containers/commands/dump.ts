// Bytes in numbers: `hexdump -C`, `xxd`.
import type { Process, Program } from '../process.ts'
import { od } from './od.ts'
import { readOptions } from './options.ts'
import { inputs } from './text.ts'

const width = 16

function rowsOf(bytes: string): readonly { readonly at: number; readonly codes: readonly number[] }[] {
  const rows: { at: number; codes: number[] }[] = []
  for (let at = 0; at < bytes.length; at += width) rows.push({ at, codes: Array.from(bytes.slice(at, at + width), (letter) => letter.charCodeAt(0)) })
  return rows
}

function shown(codes: readonly number[]): string {
  return codes.map((code) => (code >= 0x20 && code < 0x7f ? String.fromCharCode(code) : '.')).join('')
}

function hex(number: number, digits: number): string {
  return number.toString(16).padStart(digits, '0')
}

/** Two bytes as the machine reads them: the second one counts more. */
function words(codes: readonly number[]): readonly number[] {
  return Array.from({ length: Math.ceil(codes.length / 2) }, (_, index) => (codes[2 * index] ?? 0) + (codes[2 * index + 1] ?? 0) * 256)
}

async function dumped(name: string, process: Process, paths: readonly string[], print: (bytes: string) => string): Promise<number> {
  const { parts, code } = await inputs(name, paths, process)
  process.out(print(parts.map(({ content }) => content).join('')))
  return code
}

const hexdump: Program = (given, process) => {
  const options = readOptions(given, ['n', 's'])
  return dumped('hexdump', process, options.rest, (bytes) => {
    const digits = options.has('C') ? 8 : 7
    const lines = rowsOf(bytes).map(({ at, codes }) => {
      if (!options.has('C'))
        return `${hex(at, digits)} ${words(codes)
          .map((word) => hex(word, 4))
          .join(' ')
          .padEnd(39)}\n`
      const [left, right] = [codes.slice(0, 8), codes.slice(8)].map((half) => half.map((code) => hex(code, 2)).join(' '))
      return `${hex(at, digits)}  ${`${left}  ${right}`.padEnd(48)}  |${shown(codes)}|\n`
    })
    return lines.length === 0 ? '' : `${lines.join('')}${hex(bytes.length, digits)}\n`
  })
}

const xxd: Program = async (given, process) => {
  const options = readOptions(given, ['l', 's', 'c', 'g', 'o'])
  const { parts, code } = await inputs('xxd', options.rest, process)
  const all = parts.map(({ content }) => content).join('')
  if (options.has('r')) {
    process.out(options.has('p', 'ps', 'plain') ? bytesOf(all.replace(/\s/g, '')) : undumped(all))
    return code
  }
  const from = Number(options.value('s') ?? 0)
  const bytes = all.slice(from, options.value('l') === undefined ? undefined : from + Number(options.value('l')))
  if (options.has('p', 'ps')) {
    const digits = Array.from(bytes, (char) => hex(char.charCodeAt(0), 2)).join('')
    const wide = Number(options.value('c') ?? 30) * 2
    process.out(digits === '' ? '' : `${digits.match(new RegExp(`.{1,${wide}}`, 'g'))?.join('\n')}\n`)
  } else process.out(xxdRows(bytes, { columns: Number(options.value('c') ?? 16), group: Number(options.value('g') ?? 2) || 64, from, upper: options.has('u') }))
  return code
}

function xxdRows(
  bytes: string,
  { columns, group, from, upper }: { readonly columns: number; readonly group: number; readonly from: number; readonly upper: boolean },
): string {
  const room = columns * 2 + Math.ceil(columns / group) - 1
  let text = ''
  for (let at = 0; at < bytes.length; at += columns) {
    const codes = Array.from(bytes.slice(at, at + columns), (letter) => letter.charCodeAt(0))
    const groups = Array.from({ length: Math.ceil(codes.length / group) }, (_, index) =>
      codes
        .slice(group * index, group * index + group)
        .map((code) => hex(code, 2))
        .join(''),
    ).join(' ')
    text += `${hex(at + from, 8)}: ${(upper ? groups.toUpperCase() : groups).padEnd(room)}  ${shown(codes)}\n`
  }
  return text
}

function bytesOf(digits: string): string {
  return (digits.match(/[\da-fA-F]{2}/g) ?? []).map((pair) => String.fromCharCode(Number.parseInt(pair, 16))).join('')
}

/** The bytes of a dump. */
function undumped(text: string): string {
  return text
    .split('\n')
    .map((line) => bytesOf((/^[\da-fA-F]+: ?(.*?)( {2}.*)?$/.exec(line)?.[1] ?? '').replace(/\s/g, '')))
    .join('')
}

/** Programs that print bytes in numbers. */
export const dumpPrograms: Readonly<Record<string, Program>> = { hexdump, hd: (given, process) => hexdump(['-C', ...given], process), od, xxd }
