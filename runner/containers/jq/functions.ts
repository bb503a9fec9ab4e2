// The functions of jq by name and number of arguments.
import { formatDate } from '../commands/date.ts'
import type { Filter } from './syntax.ts'
import { compare, fieldsOf, indexed, operations, placed, typeOf, ValueFault, without } from './values.ts'

interface Call {
  readonly args: readonly Filter[]
  values(arg: Filter, input: unknown): Iterable<unknown>
  paths(arg: Filter, input: unknown): Iterable<readonly unknown[]>
  /** Counts a step. */
  tick(): void
}

type Work = (input: unknown, call: Call) => Iterable<unknown>

const truthy = (value: unknown): boolean => value !== null && value !== false && value !== undefined

/** A function of the input alone. */
const of =
  (change: (input: unknown) => unknown): Work =>
  (input) => [change(input)]

/** A function of the input and the values of its arguments. */
const given =
  (change: (input: unknown, ...values: readonly unknown[]) => unknown): Work =>
  (input, { args, values }) =>
    args
      .reduce<readonly (readonly unknown[])[]>((rows, arg) => [...values(arg, input)].flatMap((value) => rows.map((row) => [...row, value])), [[]])
      .map((row) => change(input, ...row))

function list(input: unknown): readonly unknown[] {
  if (Array.isArray(input)) return input
  throw new ValueFault(`Cannot iterate over ${typeOf(input)}`)
}

function string(input: unknown): string {
  if (typeof input === 'string') return input
  throw new ValueFault(`${typeOf(input)} (${JSON.stringify(input)}) cannot be matched, as it is not a string`)
}

function lengthOf(input: unknown): number {
  if (input === null) return 0
  if (typeof input === 'number') return Math.abs(input)
  if (typeof input === 'string') return [...input].length
  if (Array.isArray(input)) return input.length
  const fields = fieldsOf(input)
  if (fields) return Object.keys(fields).length
  throw new ValueFault(`${typeOf(input)} (${JSON.stringify(input)}) has no length`)
}

/** Values beside what they are ordered by. */
function keyed(input: unknown, { args: [arg], values }: Call): readonly (readonly [key: unknown, value: unknown])[] {
  return list(input)
    .map((value) => [arg ? [...values(arg, value)] : value, value] as const)
    .sort(([a], [b]) => compare(a, b))
}

function grouped(input: unknown, call: Call): readonly (readonly unknown[])[] {
  const groups: { readonly key: unknown; readonly values: unknown[] }[] = []
  for (const [key, value] of keyed(input, call)) {
    const last = groups.at(-1)
    if (last && compare(last.key, key) === 0) last.values.push(value)
    else groups.push({ key, values: [value] })
  }
  return groups.map(({ values }) => values)
}

function contains(a: unknown, b: unknown): boolean {
  if (typeof a === 'string' && typeof b === 'string') return a.includes(b)
  if (Array.isArray(a) && Array.isArray(b)) return b.every((each) => a.some((other) => contains(other, each)))
  const [one, other] = [fieldsOf(a), fieldsOf(b)]
  if (one && other) return Object.entries(other).every(([key, value]) => Object.hasOwn(one, key) && contains(one[key], value))
  return compare(a, b) === 0
}

function entriesOf(input: unknown): readonly unknown[] {
  return Object.entries(fieldsOf(input) ?? {}).map(([key, value]) => ({ key, value }))
}

function fromEntries(input: unknown): unknown {
  return Object.fromEntries(
    list(input).map((entry) => {
      const fields = fieldsOf(entry) ?? {}
      return [String(fields.key ?? fields.k ?? fields.name ?? fields.Name ?? 'null'), fields.value ?? fields.v ?? fields.Value ?? null]
    }),
  )
}

function flattened(input: unknown, depth: number): readonly unknown[] {
  return list(input).flatMap((value) => (Array.isArray(value) && depth > 0 ? flattened(value, depth - 1) : [value]))
}

function expression(source: unknown, flags: unknown): RegExp {
  return new RegExp(string(source), String(flags ?? '').replace(/[^gimsu]/g, ''))
}

const everyPath = function* (value: unknown): Generator<readonly unknown[]> {
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(fieldsOf(value) ?? {})
  for (const [key, inner] of entries) {
    yield [key]
    for (const path of everyPath(inner)) yield [key, ...path]
  }
}

const texts: Readonly<Record<string, Work>> = {
  'ascii_downcase/0': of((input) => string(input).toLowerCase()),
  'ascii_upcase/0': of((input) => string(input).toUpperCase()),
  'ltrimstr/1': given((input, start) => (typeof input === 'string' && input.startsWith(String(start)) ? input.slice(String(start).length) : input)),
  'rtrimstr/1': given((input, end) => (typeof input === 'string' && input.endsWith(String(end)) && end !== '' ? input.slice(0, -String(end).length) : input)),
  'startswith/1': given((input, start) => string(input).startsWith(string(start))),
  'endswith/1': given((input, end) => string(input).endsWith(string(end))),
  'trim/0': of((input) => string(input).trim()),
  'ltrim/0': of((input) => string(input).trimStart()),
  'rtrim/0': of((input) => string(input).trimEnd()),
  'split/1': given((input, mark) => (input === '' ? [] : string(input).split(string(mark)))),
  'split/2': given((input, mark, flags) => string(input).split(expression(mark, flags))),
  'join/1': given((input, mark) =>
    list(input)
      .map((each) => (each === null ? '' : typeof each === 'string' ? each : JSON.stringify(each)))
      .join(string(mark)),
  ),
  'test/1': given((input, source) => expression(source, '').test(string(input))),
  'test/2': given((input, source, flags) => expression(source, flags).test(string(input))),
  'sub/2': (input, { args: [source, by], values }) => [replaced(input, { source, by, flags: '' }, values)],
  'gsub/2': (input, { args: [source, by], values }) => [replaced(input, { source, by, flags: 'g' }, values)],
  'capture/1': given((input, source) => ({ ...expression(source, '').exec(string(input))?.groups })),
  'scan/1': (input, { args: [source], values }) =>
    source
      ? [...values(source, input)].flatMap((each) =>
          [...string(input).matchAll(expression(each, 'g'))].map((found) => (found.length > 1 ? found.slice(1) : found[0])),
        )
      : [],
  'match/1': given((input, source) => {
    const found = expression(source, '').exec(string(input))
    return found && { offset: found.index, length: found[0].length, string: found[0], captures: found.slice(1).map((each) => ({ string: each })) }
  }),
  'tostring/0': of((input) => (typeof input === 'string' ? input : JSON.stringify(input))),
  'tojson/0': of((input) => JSON.stringify(input)),
  'fromjson/0': of((input) => {
    try {
      return JSON.parse(string(input))
    } catch {
      throw new ValueFault(`${JSON.stringify(input)} (while parsing '${String(input)}')`)
    }
  }),
  'tonumber/0': of((input) => {
    if (typeof input === 'number') return input
    if (typeof input === 'string' && input.trim() !== '' && !Number.isNaN(Number(input))) return Number(input)
    throw new ValueFault(`${typeOf(input)} (${JSON.stringify(input)}) cannot be parsed as a number`)
  }),
  'explode/0': of((input) => [...string(input)].map((char) => char.codePointAt(0))),
  'implode/0': of((input) => String.fromCodePoint(...list(input).map(Number))),
  'ascii/0': of((input) => String.fromCharCode(Number(input))),
}

function replaced(
  input: unknown,
  { source, by, flags }: { readonly source: Filter | undefined; readonly by: Filter | undefined; readonly flags: string },
  values: Call['values'],
): unknown {
  if (!source || !by) return input
  const [pattern] = values(source, input)
  return string(input).replace(expression(pattern, flags), (...found) => {
    const groups = found.at(-1)
    return String([...values(by, typeof groups === 'object' ? groups : {})][0] ?? '')
  })
}

const lists: Readonly<Record<string, Work>> = {
  'map/1': (input, { args: [arg], values }) => [
    (Array.isArray(input) ? input : Object.values(fieldsOf(input) ?? {})).flatMap((each) => (arg ? [...values(arg, each)] : [])),
  ],
  'map_values/1': (input, { args: [arg], values }) => {
    const one = (value: unknown): readonly unknown[] => (arg ? [...values(arg, value)].slice(0, 1) : [])
    if (Array.isArray(input)) return [input.flatMap(one)]
    return [Object.fromEntries(Object.entries(fieldsOf(input) ?? {}).flatMap(([key, value]) => one(value).map((made) => [key, made])))]
  },
  'sort/0': (input, call) => [keyed(input, { ...call, args: [] }).map(([, value]) => value)],
  'sort_by/1': (input, call) => [keyed(input, call).map(([, value]) => value)],
  'group_by/1': (input, call) => [grouped(input, call)],
  'unique/0': (input, call) => [grouped(input, { ...call, args: [] }).map(([first]) => first)],
  'unique_by/1': (input, call) => [grouped(input, call).map(([first]) => first)],
  'min/0': (input, call) => [keyed(input, { ...call, args: [] })[0]?.[1] ?? null],
  'max/0': (input, call) => [keyed(input, { ...call, args: [] }).at(-1)?.[1] ?? null],
  'min_by/1': (input, call) => [keyed(input, call)[0]?.[1] ?? null],
  'max_by/1': (input, call) => [keyed(input, call).at(-1)?.[1] ?? null],
  'reverse/0': of((input) => (typeof input === 'string' ? [...input].reverse().join('') : input === null ? [] : [...list(input)].reverse())),
  'add/0': of((input) =>
    (Array.isArray(input) ? input : Object.values(fieldsOf(input) ?? {})).reduce((sum: unknown, each) => operations['+']?.(sum, each), null),
  ),
  'any/0': of((input) => list(input).some(truthy)),
  'all/0': of((input) => list(input).every(truthy)),
  'any/1': (input, { args: [arg], values }) => [list(input).some((each) => arg && [...values(arg, each)].some(truthy))],
  'all/1': (input, { args: [arg], values }) => [list(input).every((each) => arg && [...values(arg, each)].every(truthy))],
  'flatten/0': of((input) => flattened(input, Number.POSITIVE_INFINITY)),
  'flatten/1': given((input, depth) => flattened(input, Number(depth))),
  'first/0': of((input) => indexed(input, 0)),
  'last/0': of((input) => indexed(input, -1)),
  'first/1': (input, { args: [arg], values }) => (arg ? [...values(arg, input)].slice(0, 1) : []),
  'last/1': (input, { args: [arg], values }) => (arg ? [...values(arg, input)].slice(-1) : []),
  'nth/1': given((input, at) => indexed(input, at)),
  'limit/2': (input, { args: [count, arg], values }) => (count && arg ? [...values(arg, input)].slice(0, Number([...values(count, input)][0])) : []),
  'range/1': (input, { args: [to], values, tick }) => rangeOf(0, Number(to && [...values(to, input)][0]), tick),
  'range/2': (input, { args: [from, to], values, tick }) => {
    const [start = 0, end = 0] = [from, to].map((arg) => Number(arg && [...values(arg, input)][0]))
    return rangeOf(start, end, tick)
  },
  'index/1': given((input, part) =>
    typeof input === 'string'
      ? input.includes(String(part))
        ? input.indexOf(String(part))
        : null
      : (list(input).findIndex((each) => compare(each, part) === 0) + 1 || 0) - 1,
  ),
  'inside/1': given((input, whole) => contains(whole, input)),
  'contains/1': given((input, part) => contains(input, part)),
  'IN/1': (input, { args: [arg], values }) => [arg !== undefined && [...values(arg, input)].some((each) => compare(each, input) === 0)],
  'transpose/0': of((input) => {
    const rows = list(input).map(list)
    return Array.from({ length: Math.max(0, ...rows.map((row) => row.length)) }, (_, column) => rows.map((row) => row[column] ?? null))
  }),
}

function* rangeOf(from: number, to: number, tick: () => void): Generator<unknown> {
  for (let value = from; value < to; value += 1) {
    tick()
    yield value
  }
}

/** All functions. */
export const functions: Readonly<Record<string, Work>> = {
  ...texts,
  ...lists,
  'length/0': of(lengthOf),
  'utf8bytelength/0': of((input) => new TextEncoder().encode(string(input)).length),
  'not/0': of((input) => !truthy(input)),
  'type/0': of(typeOf),
  'keys/0': of((input) => (Array.isArray(input) ? [...input.keys()] : Object.keys(fieldsOf(input) ?? {}).sort())),
  'keys_unsorted/0': of((input) => (Array.isArray(input) ? [...input.keys()] : Object.keys(fieldsOf(input) ?? {}))),
  'values/0': (input) => (input === null ? [] : [input]),
  'nulls/0': (input) => (input === null ? [input] : []),
  'strings/0': (input) => (typeof input === 'string' ? [input] : []),
  'numbers/0': (input) => (typeof input === 'number' ? [input] : []),
  'arrays/0': (input) => (Array.isArray(input) ? [input] : []),
  'objects/0': (input) => (fieldsOf(input) ? [input] : []),
  'scalars/0': (input) => (Array.isArray(input) || fieldsOf(input) ? [] : [input]),
  'has/1': given((input, key) => (Array.isArray(input) ? Number(key) >= 0 && Number(key) < input.length : Object.hasOwn(fieldsOf(input) ?? {}, String(key)))),
  'select/1': (input, { args: [arg], values }) => (arg ? [...values(arg, input)].filter(truthy).map(() => input) : []),
  'recurse/0': function* again(input): Generator<unknown> {
    yield input
    for (const inner of Array.isArray(input) ? input : Object.values(fieldsOf(input) ?? {})) yield* again(inner)
  },
  'to_entries/0': of(entriesOf),
  'from_entries/0': of(fromEntries),
  'with_entries/1': (input, { args: [arg], values }) => [fromEntries(entriesOf(input).flatMap((entry) => (arg ? [...values(arg, entry)] : [])))],
  'paths/0': (input) => everyPath(input),
  'path/1': (input, { args: [arg], paths }) => (arg ? paths(arg, input) : []),
  'getpath/1': given((input, path) => list(path).reduce(indexed, input)),
  'setpath/2': given((input, path, value) => placed(input, list(path), () => value)),
  'delpaths/1': given((input, paths) =>
    [...list(paths)]
      .sort(compare)
      .reverse()
      .reduce((value, path) => without(value, list(path)), input),
  ),
  'del/1': (input, { args: [arg], paths }) => [[...(arg ? paths(arg, input) : [])].sort(compare).reverse().reduce<unknown>(without, input)],
  'error/0': (input) => {
    throw new ValueFault(typeof input === 'string' ? input : `${JSON.stringify(input)} (not a string)`, input)
  },
  'error/1': (input, { args: [arg], values }) => {
    const [message] = arg ? values(arg, input) : []
    throw new ValueFault(typeof message === 'string' ? message : `${JSON.stringify(message)} (not a string)`, message)
  },
  'floor/0': of((input) => Math.floor(Number(input))),
  'ceil/0': of((input) => Math.ceil(Number(input))),
  'round/0': of((input) => Math.round(Number(input))),
  'sqrt/0': of((input) => Math.sqrt(Number(input))),
  'abs/0': of((input) => Math.abs(Number(input))),
  'fromdateiso8601/0': of((input) => Date.parse(string(input)) / 1000),
  'fromdate/0': of((input) => Date.parse(string(input)) / 1000),
  'todate/0': of((input) => formatDate(Number(input) * 1000, '%Y-%m-%dT%H:%M:%SZ')),
  'strftime/1': given((input, form) => formatDate(Number(input) * 1000, string(form))),
  'debug/0': of((input) => input),
  'ascii/1': of((input) => input),
}
