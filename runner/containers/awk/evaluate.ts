// Evaluates expressions of awk. Work is a generator: it stops where it needs something of its process, and now and then so that others go on.
import { matchIn, noFunction, ownFunctions, replaced } from './functions.ts'
import type { Cell, Memory } from './memory.ts'
import { AwkFault, type Expression, type OwnFunction, type Place, type Statement } from './syntax.ts'
import { compared, isTrue, numberOf, outer, patternOf, textOf, type Value } from './values.ts'

/** What work asks of its process: a pause, or one of the things that only a process can do. */
export type Need =
  | { readonly kind: 'step' }
  | { readonly kind: 'run'; readonly command: string; readonly shown: boolean }
  | { readonly kind: 'read'; readonly path: string }
  /** More of the input, if there is any. */
  | { readonly kind: 'more' }

/** What came of a need: the text that was read or printed, if any, and an exit code. */
export interface Given {
  readonly text?: string
  readonly code?: number
}

/** Work on its way to a value. */
export type Work<value> = Generator<Need, value, Given>

/** What evaluation needs of the program that it stands in. */
export interface Around {
  readonly memory: Memory
  readonly functions: ReadonlyMap<string, OwnFunction>
  now(): number
  random(): number
  seed(value: number): number
  /** The next record of the input, of a file or of a command's output. */
  record(from: 'input' | 'file' | 'command', source: string): Work<string | undefined>
  /** Ends what goes out to or comes from somewhere. */
  close(name: string): Work<number>
  call(body: Statement): Work<Value>
}

/** The value of an expression. */
export function* evaluate(expression: Expression, around: Around): Work<Value> {
  const { memory } = around
  switch (expression.kind) {
    case 'number':
    case 'text':
      return expression.value
    case 'pattern':
      return Number(patternOf(expression.source).test(textOf(memory.field(0))))
    case 'variable':
      return memory.get(expression.name)
    case 'field':
      return memory.field(fieldNumber(yield* evaluate(expression.index, around)))
    case 'element': {
      const [array, key] = [memory.array(expression.array), yield* keyOf(expression.keys, around)]
      if (!array.has(key)) array.set(key, undefined)
      return array.get(key)
    }
    case 'list':
      return yield* keyOf(expression.items, around)
    case 'assign': {
      const value = yield* evaluate(expression.value, around)
      const next = expression.operator === '' ? value : arithmetic(expression.operator, yield* evaluate(expression.to, around), value)
      yield* assign(expression.to, next, around)
      return next
    }
    case 'choice':
      return yield* evaluate(isTrue(yield* evaluate(expression.test, around)) ? expression.yes : expression.no, around)
    case 'binary':
      return yield* binary(expression, around)
    case 'unary': {
      const value = yield* evaluate(expression.of, around)
      if (expression.operator === '!') return Number(!isTrue(value))
      return expression.operator === '-' ? -numberOf(value) : numberOf(value)
    }
    case 'step': {
      const before = numberOf(yield* evaluate(expression.to, around))
      yield* assign(expression.to, before + expression.by, around)
      return expression.before ? before + expression.by : before
    }
    case 'in':
      return Number(memory.array(expression.array).has(yield* keyOf(expression.keys, around)))
    case 'call':
      return yield* call(expression.name, expression.args, around)
    case 'getline':
      return yield* getline(expression, around)
  }
}

function fieldNumber(value: Value): number {
  const index = Math.trunc(numberOf(value))
  if (index < 0) throw new AwkFault('Access to negative field')
  return index
}

/** The key of an element: its parts with SUBSEP between them. */
export function* keyOf(keys: readonly Expression[], around: Around): Work<string> {
  const parts: string[] = []
  for (const key of keys) parts.push(around.memory.write(yield* evaluate(key, around)))
  return parts.join(around.memory.text('SUBSEP'))
}

/** Gives a place a value. */
export function* assign(to: Place, value: Value, around: Around): Work<void> {
  const { memory } = around
  if (to.kind === 'variable') memory.set(to.name, value)
  else if (to.kind === 'field') memory.setField(fieldNumber(yield* evaluate(to.index, around)), value)
  else memory.array(to.array).set(yield* keyOf(to.keys, around), value)
}

const operations: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
  '^': (a, b) => a ** b,
}
const comparisons: Readonly<Record<string, (order: number) => boolean>> = {
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '==': (order) => order === 0,
  '!=': (order) => order !== 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
}

function arithmetic(operator: string, left: Value, right: Value): number {
  const [a, b] = [numberOf(left), numberOf(right)]
  if (b === 0 && (operator === '/' || operator === '%')) throw new AwkFault('Division by zero')
  return operations[operator]?.(a, b) ?? 0
}

function* binary({ operator, left, right }: Extract<Expression, { readonly kind: 'binary' }>, around: Around): Work<Value> {
  const first = yield* evaluate(left, around)
  if (operator === '&&') return Number(isTrue(first) && isTrue(yield* evaluate(right, around)))
  if (operator === '||') return Number(isTrue(first) || isTrue(yield* evaluate(right, around)))
  if (operator === '~' || operator === '!~') {
    const matches = patternOf(yield* sourceOf(right, around)).test(around.memory.write(first))
    return Number(matches === (operator === '~'))
  }
  const second = yield* evaluate(right, around)
  if (operator === ' ') return around.memory.write(first) + around.memory.write(second)
  const comparison = comparisons[operator]
  return comparison ? Number(comparison(compared(first, second))) : arithmetic(operator, first, second)
}

/** A pattern as it is written, or what an expression makes. */
function* sourceOf(expression: Expression | undefined, around: Around): Work<string> {
  if (!expression) return ''
  return expression.kind === 'pattern' ? expression.source : around.memory.write(yield* evaluate(expression, around))
}

function* call(name: string, args: readonly Expression[], around: Around): Work<Value> {
  const own = around.functions.get(name)
  if (own) return yield* callOwn(name, own, { args, around })
  const special = specials[name]
  if (special) return yield* special(args, around)
  const outsider = outsiders[name]
  if (outsider) return outsider(around)
  const work = ownFunctions[name]
  if (!work) throw noFunction()
  const values: Value[] = []
  for (const arg of args) values.push(yield* evaluate(arg, around))
  return work(values, around.memory)
}

/** Arrays are handed over themselves, and names that are nothing yet; values are copied. */
function* callOwn(
  name: string,
  { parameters, body }: OwnFunction,
  { args, around }: { readonly args: readonly Expression[]; readonly around: Around },
): Work<Value> {
  if (args.length > parameters.length) throw new AwkFault(`function ${name} called with too many arguments`)
  const cells = new Map<string, Cell>()
  for (const [index, parameter] of parameters.entries()) {
    const arg = args[index]
    const cell = arg?.kind === 'variable' && arg.name !== 'NF' ? around.memory.cell(arg.name) : undefined
    const shared = cell && (cell.array !== undefined || cell.value === undefined)
    cells.set(parameter, shared ? cell : { value: arg && (yield* evaluate(arg, around)), array: undefined })
  }
  yield { kind: 'step' }
  const leave = around.memory.enter(cells)
  try {
    return yield* around.call(body)
  } finally {
    leave()
  }
}

type Special = (args: readonly Expression[], around: Around) => Work<Value>

function* substitute(args: readonly Expression[], around: Around, all: boolean): Work<Value> {
  const [pattern, by, target] = args
  const to: Place =
    target && (target.kind === 'variable' || target.kind === 'field' || target.kind === 'element')
      ? target
      : { kind: 'field', index: { kind: 'number', value: 0 } }
  const source = yield* sourceOf(pattern, around)
  const text = by ? around.memory.write(yield* evaluate(by, around)) : ''
  const done = replaced(around.memory.write(yield* evaluate(target ?? to, around)), source, text, all)
  if (done.count > 0) yield* assign(to, done.text, around)
  return done.count
}

/** Functions of nothing but the time and chance. */
const outsiders: Readonly<Record<string, (around: Around) => Value>> = {
  fflush: () => 0,
  rand: (around) => around.random(),
  systime: (around) => Math.floor(around.now() / 1000),
}

const specials: Readonly<Record<string, Special>> = {
  *length([of], around) {
    const { memory } = around
    if (of?.kind === 'variable' && memory.cell(of.name).array) return memory.array(of.name).size
    return memory.write(of ? yield* evaluate(of, around) : memory.field(0)).length
  },
  *split([text, array, separator], around) {
    if (array?.kind !== 'variable') throw new AwkFault('Not an array')
    const whole = text ? around.memory.write(yield* evaluate(text, around)) : ''
    const by = separator ? yield* sourceOf(separator, around) : around.memory.text('FS')
    const parts = around.memory.parts(whole, by)
    const into = around.memory.array(array.name)
    into.clear()
    for (const [index, part] of parts.entries()) into.set(String(index + 1), part)
    return parts.length
  },
  sub: (args, around) => substitute(args, around, false),
  gsub: (args, around) => substitute(args, around, true),
  *match([text, pattern], around) {
    return matchIn(text ? around.memory.write(yield* evaluate(text, around)) : '', yield* sourceOf(pattern, around), around.memory)
  },
  *srand([seed], around) {
    return around.seed(seed ? numberOf(yield* evaluate(seed, around)) : Math.floor(around.now() / 1000))
  },
  *system([command], around) {
    const { code = 0 } = yield { kind: 'run', command: command ? around.memory.write(yield* evaluate(command, around)) : '', shown: true }
    return code
  },
  *close([name], around) {
    return yield* around.close(name ? around.memory.write(yield* evaluate(name, around)) : '')
  },
}

function* getline({ to, from, source }: Extract<Expression, { readonly kind: 'getline' }>, around: Around): Work<Value> {
  const { memory } = around
  const name = source ? memory.write(yield* evaluate(source, around)) : ''
  let record: string | undefined
  try {
    record = yield* around.record(from, name)
  } catch (error) {
    if (from === 'file' && error instanceof AwkFault) return -1
    throw error
  }
  if (record === undefined) return 0
  if (to) yield* assign(to, outer(record), around)
  else memory.setLine(record)
  if (from !== 'file') for (const count of from === 'input' ? ['NR', 'FNR'] : ['NR']) memory.set(count, numberOf(memory.get(count)) + 1)
  return 1
}
