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
          .join(' ')}\n`
      const [left, right] = [codes.slice(0, 8), codes.slice(8)].map((half) => half.map((code) => hex(code, 2)).join(' '))
      return `${hex(at, digits)}  ${`${left}  ${right}`.padEnd(48)}  |${shown(codes)}|\n`
    })
    return lines.length === 0 ? '' : `${lines.join('')}${hex(bytes.length, digits)}\n`
  })
}

const xxd: Program = (given, process) =>
  dumped('xxd', process, readOptions(given, ['l', 's', 'c']).rest, (bytes) =>
    rowsOf(bytes)
      .map(({ at, codes }) => {
        const pairs = Array.from({ length: Math.ceil(codes.length / 2) }, (_, index) =>
          codes
            .slice(2 * index, 2 * index + 2)
            .map((code) => hex(code, 2))
            .join(''),
        )
        return `${hex(at, 8)}: ${pairs.join(' ').padEnd(39)}  ${shown(codes)}\n`
      })
      .join(''),
  )

/** Programs that print bytes in numbers. */
export const dumpPrograms: Readonly<Record<string, Program>> = { hexdump, hd: (given, process) => hexdump(['-C', ...given], process), od, xxd }
