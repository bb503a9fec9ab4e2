// Runs expressions of jq: each gives as many values as it wants.
import { functions } from './functions.ts'
import type { Filter } from './syntax.ts'
import { fieldsOf, indexed, operations, placed, typeOf, ValueFault } from './values.ts'

/** What names stand for, and who is asked for what one is not told. */
export interface Surroundings {
  readonly variables: ReadonlyMap<string, unknown>
  readonly environment: Readonly<Record<string, string>>
  /** Counts a step: an expression that makes too many is given up, for nobody could end it. Throws ValueFault. */
  tick(): void
  /** Values that were not read yet. */
  inputs(): Iterable<unknown>
}

type Values = Iterable<unknown>

/** The values of an expression over one value. */
export function* run(filter: Filter, input: unknown, around: Surroundings): Generator<unknown> {
  around.tick()
  switch (filter.kind) {
    case 'identity':
      yield input
      return
    case 'recurse':
      yield* recurse(input)
      return
    case 'value':
      yield filter.value
      return
    case 'variable':
      yield filter.name === '$ENV' ? around.environment : variable(filter.name, around)
      return
    case 'text':
      yield* text(filter, input, around)
      return
    case 'pipe':
      for (const value of run(filter.left, input, around)) yield* run(filter.right, value, around)
      return
    case 'comma':
      yield* run(filter.left, input, around)
      yield* run(filter.right, input, around)
      return
    case 'index':
      for (const value of run(filter.of, input, around)) for (const key of run(filter.key, input, around)) yield indexed(value, key)
      return
    case 'slice':
      for (const value of run(filter.of, input, around)) yield sliced(value, filter, input, around)
      return
    case 'each':
      for (const value of run(filter.of, input, around)) yield* each(value)
      return
    default:
      yield* further(filter, input, around)
  }
}

function* further(filter: Filter, input: unknown, around: Surroundings): Generator<unknown> {
  switch (filter.kind) {
    case 'try':
      yield* attempt(filter, input, around)
      return
    case 'list':
      yield filter.body ? [...run(filter.body, input, around)] : []
      return
    case 'object':
      yield* objects(filter.fields, input, around)
      return
    case 'negate':
      for (const value of run(filter.of, input, around)) yield -Number(value)
      return
    case 'operation':
      yield* operation(filter, input, around)
      return
    case 'assign':
      yield* assigned(filter, input, around)
      return
    case 'if':
      yield* choose(filter.cases, filter.otherwise, { input, around })
      return
    case 'as':
      for (const value of run(filter.source, input, around)) yield* run(filter.body, input, naming(around, filter.name, value))
      return
    case 'reduce':
      yield reduced(filter, input, around)
      return
    case 'call':
      yield* call(filter, input, around)
  }
}

function naming(around: Surroundings, name: string, value: unknown): Surroundings {
  return { ...around, variables: new Map([...around.variables, [name, value]]) }
}

function variable(name: string, { variables }: Surroundings): unknown {
  if (!variables.has(name)) throw new ValueFault(`${name} is not defined`)
  return variables.get(name)
}

function* recurse(value: unknown): Generator<unknown> {
  yield value
  if (Array.isArray(value)) for (const inner of value) yield* recurse(inner)
  else for (const inner of Object.values(fieldsOf(value) ?? {})) yield* recurse(inner)
}

function each(value: unknown): Values {
  if (Array.isArray(value)) return value
  const fields = fieldsOf(value)
  if (!fields) throw new ValueFault(`Cannot iterate over ${typeOf(value)}${value === null ? '' : ` (${JSON.stringify(value)})`}`)
  return Object.values(fields)
}

function sliced(value: unknown, { from, to }: Filter & { kind: 'slice' }, input: unknown, around: Surroundings): unknown {
  const bound = (filter: Filter | undefined): number | undefined => (filter ? Number([...run(filter, input, around)][0]) : undefined)
  if (value === null) return null
  if (typeof value !== 'string' && !Array.isArray(value)) throw new ValueFault(`Cannot index ${typeOf(value)} with object`)
  return value.slice(bound(from), bound(to))
}

const formats: Readonly<Record<string, (value: unknown) => string>> = {
  '@text': (value) => (typeof value === 'string' ? value : JSON.stringify(value)),
  '@json': (value) => JSON.stringify(value),
  '@base64': (value) => btoa(String.fromCharCode(...new TextEncoder().encode(plain(value)))),
  '@base64d': (value) => new TextDecoder().decode(Uint8Array.from(atob(plain(value)), (char) => char.charCodeAt(0))),
  '@uri': (value) => encodeURIComponent(plain(value)).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`),
  '@html': (value) => plain(value).replace(/[<>&'"]/g, (char) => ({ '<': '&lt;', '>': '&gt;', '&': '&amp;', "'": '&#39;', '"': '&quot;' })[char] ?? char),
  '@sh': (value) =>
    [value]
      .flat()
      .map((each) => (typeof each === 'string' ? `'${each.replaceAll("'", "'\\''")}'` : JSON.stringify(each)))
      .join(' '),
  '@csv': (value) =>
    [...each(value)].map((cell) => (typeof cell === 'string' ? `"${cell.replaceAll('"', '""')}"` : cell === null ? '' : String(cell))).join(','),
  '@tsv': (value) =>
    [...each(value)].map((cell) => (cell === null ? '' : plain(cell).replaceAll('\\', '\\\\').replaceAll('\t', '\\t').replaceAll('\n', '\\n'))).join('\t'),
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function* text({ parts, format = '@text' }: Filter & { kind: 'text' }, input: unknown, around: Surroundings): Generator<unknown> {
  const form = formats[format]
  if (!form) throw new ValueFault(`${format.slice(1)} is not a valid format`)
  let texts = ['']
  for (const part of parts) {
    const pieces = typeof part === 'string' ? [part] : [...run(part, input, around)].map(form)
    texts = pieces.flatMap((piece) => texts.map((before) => before + piece))
  }
  yield* texts
}

function* attempt({ body, otherwise }: Filter & { kind: 'try' }, input: unknown, around: Surroundings): Generator<unknown> {
  try {
    yield* run(body, input, around)
  } catch (error) {
    if (!(error instanceof ValueFault)) throw error
    if (otherwise) yield* run(otherwise, error.value, around)
  }
}

function* objects(fields: (Filter & { kind: 'object' })['fields'], input: unknown, around: Surroundings): Generator<unknown> {
  const [first, ...rest] = fields
  if (!first) {
    yield {}
    return
  }
  for (const key of run(first[0], input, around)) {
    if (typeof key !== 'string') throw new ValueFault(`Object keys must be strings`)
    for (const value of run(first[1], input, around)) for (const others of objects(rest, input, around)) yield { [key]: value, ...fieldsOf(others) }
  }
}

function truthy(value: unknown): boolean {
  return value !== null && value !== false && value !== undefined
}

function* operation({ sign, left, right }: Filter & { kind: 'operation' }, input: unknown, around: Surroundings): Generator<unknown> {
  if (sign === '//') {
    const good = [...attempt({ kind: 'try', body: left }, input, around)].filter(truthy)
    if (good.length > 0) yield* good
    else yield* run(right, input, around)
  } else if (sign === 'and' || sign === 'or') {
    for (const one of run(left, input, around)) {
      if (truthy(one) === (sign === 'or')) yield sign === 'or'
      else for (const other of run(right, input, around)) yield truthy(other)
    }
  } else for (const other of run(right, input, around)) for (const one of run(left, input, around)) yield operations[sign]?.(one, other)
}

function* choose(
  [first, ...rest]: (Filter & { kind: 'if' })['cases'],
  otherwise: Filter | undefined,
  at: { readonly input: unknown; readonly around: Surroundings },
): Generator<unknown> {
  if (!first) {
    if (otherwise) yield* run(otherwise, at.input, at.around)
    else yield at.input
    return
  }
  for (const value of run(first[0], at.input, at.around)) {
    if (truthy(value)) yield* run(first[1], at.input, at.around)
    else yield* choose(rest, otherwise, at)
  }
}

function reduced({ source, name, start, step }: Filter & { kind: 'reduce' }, input: unknown, around: Surroundings): unknown {
  let sum = [...run(start, input, around)].at(-1) ?? null
  for (const value of run(source, input, around)) sum = [...run(step, sum, naming(around, name, value))].at(-1) ?? null
  return sum
}

/** The paths that an expression leads to. */
export function* pathsOf(filter: Filter, input: unknown, around: Surroundings): Generator<readonly unknown[]> {
  const at = (path: readonly unknown[]): unknown => path.reduce(indexed, input)
  if (filter.kind === 'identity') yield []
  else if (filter.kind === 'index') {
    for (const path of pathsOf(filter.of, input, around)) for (const key of run(filter.key, input, around)) yield [...path, key]
  } else if (filter.kind === 'each') {
    for (const path of pathsOf(filter.of, input, around)) {
      const value = at(path)
      for (const key of Array.isArray(value) ? value.keys() : Object.keys(fieldsOf(value) ?? {})) yield [...path, key]
    }
  } else if (filter.kind === 'pipe') {
    for (const path of pathsOf(filter.left, input, around)) for (const rest of pathsOf(filter.right, at(path), around)) yield [...path, ...rest]
  } else if (filter.kind === 'comma') {
    yield* pathsOf(filter.left, input, around)
    yield* pathsOf(filter.right, input, around)
  } else if (filter.kind === 'try') yield* pathsOf(filter.body, input, around)
  else if (filter.kind === 'call' && filter.name === 'select') {
    for (const value of run(filter.args[0] ?? { kind: 'identity' }, input, around)) if (truthy(value)) yield []
  } else if (filter.kind === 'recurse') yield* allPaths(input)
  else throw new ValueFault('Invalid path expression')
}

function* allPaths(value: unknown): Generator<readonly unknown[]> {
  yield []
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(fieldsOf(value) ?? {})
  for (const [key, inner] of entries) for (const path of allPaths(inner)) yield [key, ...path]
}

function* assigned({ sign, left, right }: Filter & { kind: 'assign' }, input: unknown, around: Surroundings): Generator<unknown> {
  const paths = [...pathsOf(left, input, around)]
  if (sign === '|=') {
    yield paths.reduce<unknown>((value, path) => placed(value, path, (before) => [...run(right, before, around)][0] ?? null), input)
    return
  }
  for (const given of run(right, input, around)) {
    const change = (before: unknown): unknown => {
      if (sign === '=') return given
      return sign === '//=' ? (truthy(before) ? before : given) : operations[sign.slice(0, -1)]?.(before, given)
    }
    yield paths.reduce<unknown>((value, path) => placed(value, path, change), input)
  }
}

function* call({ name, args }: Filter & { kind: 'call' }, input: unknown, around: Surroundings): Generator<unknown> {
  if (name === 'empty') return
  if (name === 'env') yield around.environment
  else if (name === 'input') yield [...around.inputs()][0]
  else if (name === 'inputs') yield* around.inputs()
  else {
    const work = functions[`${name}/${args.length}`]
    if (!work) throw new ValueFault(`${name}/${args.length} is not defined`)
    yield* work(input, { args, values: (arg, value) => run(arg, value, around), paths: (arg, value) => pathsOf(arg, value, around), tick: around.tick })
  }
}
