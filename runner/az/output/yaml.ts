// -o yaml and kubeconfig files: PyYAML's safe_dump in block style.
import { sortedKeys } from '../python.ts'
import { scalarStyle, writeScalar } from './yaml-scalar.ts'
import { put, type Writer } from './yaml-writer.ts'

/** How YAML is written. */
export interface YamlOptions {
  /** Letters beyond ASCII stay as they are; otherwise they are escaped. */
  readonly unicode?: boolean
}

/** A value as a YAML document, keys sorted. */
export function formatYaml(value: unknown, options: YamlOptions = {}): string {
  const writer: Writer = { text: '', column: 0, unicode: options.unicode ?? true }
  writeNode(writer, value, 0, 'root')
  const open = isScalar(value) && scalarStyle(value, writer.unicode, false) === 'plain'
  return `${writer.text}\n${open ? '...\n' : ''}`
}

type Place = 'root' | 'value' | 'item'

function isScalar(value: unknown): boolean {
  return typeof value !== 'object' || value === null
}

function writeNode(writer: Writer, value: unknown, indent: number, place: Place): void {
  if (Array.isArray(value)) writeList(writer, value, indent, place)
  else if (typeof value === 'object' && value !== null) writeMapping(writer, value, indent, place)
  else {
    if (place !== 'root') put(writer, ' ')
    writeScalar(writer, value, place === 'root' ? 2 : indent, false)
  }
}

function newLine(writer: Writer, indent: number): void {
  put(writer, `\n${' '.repeat(indent)}`)
}

function writeList(writer: Writer, items: readonly unknown[], indent: number, place: Place): void {
  if (items.length === 0) put(writer, place === 'root' ? '[]' : ' []')
  // A list under a key starts in the key's own column.
  const column = place === 'value' ? indent - 2 : indent
  items.forEach((item, index) => {
    if (place === 'item' && index === 0) put(writer, ' ')
    else if (!(place === 'root' && index === 0)) newLine(writer, column)
    put(writer, '-')
    writeNode(writer, item, column + 2, 'item')
  })
}

function writeMapping(writer: Writer, value: object, indent: number, place: Place): void {
  const keys = sortedKeys(value).filter((key) => Reflect.get(value, key) !== undefined)
  if (keys.length === 0) put(writer, place === 'root' ? '{}' : ' {}')
  keys.forEach((key, index) => {
    if (place === 'item' && index === 0) put(writer, ' ')
    else if (!(place === 'root' && index === 0)) newLine(writer, indent)
    writeScalar(writer, key, indent, true)
    put(writer, ':')
    writeNode(writer, Reflect.get(value, key), indent + 2, 'value')
  })
}
