// What an awk program remembers: variables, arrays, the present line and its fields.
import { formatted, numberOf, type Outer, outer, patternOf, textOf, type Value } from './values.ts'

/** A name's value: a scalar or an array, or neither yet. */
export interface Cell {
  value: Value
  array: Map<string, Value> | undefined
}

const begin: Readonly<Record<string, Value>> = {
  FS: ' ',
  OFS: ' ',
  ORS: '\n',
  RS: '\n',
  SUBSEP: '\x1c',
  CONVFMT: '%.6g',
  OFMT: '%.6g',
  NR: 0,
  FNR: 0,
  RSTART: 0,
  RLENGTH: -1,
}

/** The memory of one program. */
export class Memory {
  readonly #globals = new Map<string, Cell>()
  #frames: Map<string, Cell>[] = []
  #line = ''
  #fields: Value[] | undefined

  constructor() {
    for (const [name, value] of Object.entries(begin)) this.cell(name).value = value
  }

  /** Does work with names of its own. */
  enter(names: Map<string, Cell>): () => void {
    this.#frames.push(names)
    return () => void this.#frames.pop()
  }

  cell(name: string): Cell {
    const known = this.#frames.at(-1)?.get(name) ?? this.#globals.get(name)
    if (known) return known
    const made: Cell = { value: undefined, array: undefined }
    this.#globals.set(name, made)
    return made
  }

  array(name: string): Map<string, Value> {
    const cell = this.cell(name)
    cell.array ??= new Map()
    return cell.array
  }

  get(name: string): Value {
    return name === 'NF' ? this.#split().length : this.cell(name).value
  }

  text(name: string): string {
    return textOf(this.get(name), '%.6g')
  }

  set(name: string, value: Value): void {
    if (name !== 'NF') {
      this.cell(name).value = value
      return
    }
    const fields = this.#split()
    const count = numberOf(value)
    this.#fields = Array.from({ length: count }, (_, index) => fields[index] ?? '')
    this.#join()
  }

  /** A value as a text within expressions. */
  write(value: Value): string {
    return textOf(value, this.text('CONVFMT'))
  }

  /** A value as print shows it. */
  show(value: Value): string {
    return typeof value === 'number' && !Number.isInteger(value) ? formatted(this.text('OFMT'), [value]) : textOf(value)
  }

  setLine(text: string): void {
    this.#line = text
    this.#fields = undefined
  }

  field(index: number): Value {
    return index === 0 ? outer(this.#line) : this.#split()[index - 1]
  }

  setField(index: number, value: Value): void {
    if (index === 0) {
      this.setLine(this.write(value))
      return
    }
    const fields = this.#split()
    while (fields.length < index) fields.push('')
    fields[index - 1] = value
    this.#join()
  }

  /** The parts of a text by a separator as FS has it. */
  parts(text: string, separator: string): Outer[] {
    if (text === '') return []
    if (separator === ' ')
      return text
        .trim()
        .split(/[ \t\n]+/)
        .filter((part) => part !== '')
        .map(outer)
    if (separator === '') return [...text].map(outer)
    const pattern = separator.length === 1 && separator !== ' ' ? separator : patternOf(separator)
    const split =
      typeof pattern === 'string' && this.text('RS') === ''
        ? text.split(new RegExp(`${pattern.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}|\\n`))
        : text.split(pattern)
    return split.map(outer)
  }

  #split(): Value[] {
    this.#fields ??= this.parts(this.#line, this.text('FS'))
    return this.#fields
  }

  #join(): void {
    this.#line = (this.#fields ?? []).map((field) => this.write(field)).join(this.text('OFS'))
  }
}
