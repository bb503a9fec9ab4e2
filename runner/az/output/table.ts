// -o table: rows of plain values, laid out as Python's tabulate does with its simple format.
import { pythonText, sortedKeys } from '../python.ts'

const skipped = new Set(['id', 'type', 'etag'])

/** The result as a table. Keys are sorted unless a query or a transformer chose their order. */
export function formatTable(value: unknown, options: { readonly sortKeys: boolean }): string {
  const items = Array.isArray(value) ? value : [value]
  const rows = items.map((item) => tableRow(item, options.sortKeys))
  const columns = [...new Set(rows.flatMap((row) => [...row.keys()]))]
  if (columns.length === 0) return '\n'
  const widths = columns.map((column) => Math.max(width(column) + 2, ...rows.map((row) => Math.max(...cellLines(row.get(column)).map(width)))))
  const lines = [
    tableLine(columns, widths),
    tableLine(
      widths.map((count) => '-'.repeat(count)),
      widths,
    ),
    ...rows.flatMap((row) => rowLines(columns, row, widths)),
  ]
  return `${lines.join('\n')}\n`
}

type Row = ReadonlyMap<string, unknown>

function tableRow(item: unknown, sortKeys: boolean): Row {
  if (Array.isArray(item)) return new Map(item.map((value, index) => [`Column${index + 1}`, value]))
  if (typeof item !== 'object' || item === null) return new Map([['Result', item]])
  const keys = sortKeys ? sortedKeys(item) : Object.keys(item)
  const shown = keys.filter((key) => !skipped.has(key) && isPlain(Reflect.get(item, key)))
  return new Map(shown.map((key) => [key.charAt(0).toUpperCase() + key.slice(1), Reflect.get(item, key)]))
}

function isPlain(value: unknown): boolean {
  return value !== null && value !== undefined && typeof value !== 'object'
}

function cellLines(value: unknown): readonly string[] {
  return value === undefined || value === null ? [''] : pythonText(value).split(/\r\n|[\r\n]/)
}

function rowLines(columns: readonly string[], row: Row, widths: readonly number[]): readonly string[] {
  const cells = columns.map((column) => cellLines(row.get(column)))
  const height = Math.max(...cells.map((cell) => cell.length))
  return Array.from({ length: height }, (_, line) =>
    tableLine(
      cells.map((cell) => cell[line] ?? ''),
      widths,
    ),
  )
}

function tableLine(cells: readonly string[], widths: readonly number[]): string {
  return cells
    .map((cell, index) => cell + ' '.repeat(Math.max((widths[index] ?? 0) - width(cell), 0)))
    .join('  ')
    .trimEnd()
}

function width(text: string): number {
  return [...text].length
}
