// -o tsv: one line for each item, values by tabs.
import { pythonText, sortedKeys } from '../python.ts'
import { isOrdered } from '../query.ts'

/** The result as lines of tab-separated values. */
export function formatTsv(value: unknown): string {
  const rows = Array.isArray(value) ? value : [value]
  return rows.map((row) => `${formatRow(row)}\n`).join('')
}

function formatRow(row: unknown): string {
  if (Array.isArray(row)) return row.map(formatCell).join('\t')
  if (typeof row === 'object' && row !== null) {
    const keys = isOrdered(row) ? Object.keys(row) : sortedKeys(row)
    return keys.map((key) => formatCell(Reflect.get(row, key))).join('\t')
  }
  return typeof row === 'boolean' ? String(row) : formatCell(row)
}

/** A list shows how long it is, an object nothing. */
function formatCell(cell: unknown): string {
  if (Array.isArray(cell)) return String(cell.length)
  return typeof cell === 'object' && cell !== null ? '' : pythonText(cell)
}
