// Runs an awk program: its rules over the records of its input, and where what it prints goes.
import { type Around, evaluate, type Given, keyOf, type Need, type Work } from './evaluate.ts'
import { Records } from './input.ts'
import { Memory } from './memory.ts'
import type { AwkProgram, Expression, Rule, Statement } from './syntax.ts'
import { formatted, isTrue, numberOf, outer, type Value } from './values.ts'

/** What a program is run with. */
export interface AwkRun {
  readonly program: AwkProgram
  /** Its arguments: files, and `name=value` between them. */
  readonly files: readonly string[]
  readonly variables: readonly (readonly [name: string, value: string])[]
  readonly environment: ReadonlyMap<string, string>
  print(text: string): void
  /** Writes to a file or a device, anew or at its end. */
  write(path: string, text: string, append: boolean): void
  now(): number
  below(limit: number): number
}

/** How rules are left before their end. */
class Leave {
  readonly how: 'next' | 'nextfile' | 'exit' | 'break' | 'continue' | 'return'
  readonly value: Value
  constructor(how: Leave['how'], value?: Value) {
    this.how = how
    this.value = value
  }
}

/** An awk program at work; `work` ends with its exit code. */
export class Awk {
  readonly #run: AwkRun
  readonly #memory = new Memory()
  readonly #around: Around
  readonly #sources = new Map<string, Records>()
  readonly #pipes = new Map<string, string>()
  readonly #opened = new Set<string>()
  readonly #ranges = new Set<Rule>()
  #files: string[]
  #named = false
  /** More may come of the input. */
  #comes = false
  #records: Records | undefined
  #code = 0
  #seed = 0

  constructor(run: AwkRun) {
    this.#run = run
    this.#files = [...run.files]
    this.#around = {
      memory: this.#memory,
      functions: run.program.functions,
      now: () => run.now(),
      random: () => run.below(2 ** 31) / 2 ** 31,
      seed: (value) => {
        const before = this.#seed
        this.#seed = value
        return before
      },
      record: (from, source) => this.#record(from, source),
      close: (name) => this.#close(name),
      call: (body) => this.#called(body),
    }
    const environment = this.#memory.array('ENVIRON')
    for (const [name, value] of run.environment) environment.set(name, outer(value))
    const args = this.#memory.array('ARGV')
    for (const [index, value] of ['awk', ...run.files].entries()) args.set(String(index), outer(value))
    this.#memory.set('ARGC', run.files.length + 1)
    for (const [name, value] of run.variables) this.#memory.set(name, outer(unescaped(value)))
  }

  *work(): Work<number> {
    const { rules } = this.#run.program
    const of = (when: Rule['when']): readonly Rule[] => rules.filter((rule) => rule.when === when)
    yield* this.#untilExit(this.#begin(of))
    yield* this.#untilExit(this.#all(of('end')))
    for (const name of [...this.#pipes.keys()]) yield* this.#close(name)
    return this.#code
  }

  *#begin(of: (when: Rule['when']) => readonly Rule[]): Work<void> {
    yield* this.#all(of('begin'))
    if (of('line').length > 0 || of('end').length > 0) yield* this.#lines(of('line'))
  }

  *#all(rules: readonly Rule[]): Work<void> {
    for (const rule of rules) yield* this.#do(rule.action)
  }

  /** Work up to its end, or to where it says `exit`. */
  *#untilExit(work: Work<void>): Work<void> {
    try {
      yield* work
    } catch (error) {
      if (!(error instanceof Leave)) throw error
      if (error.value !== undefined) this.#code = numberOf(error.value) & 255
    }
  }

  *#lines(rules: readonly Rule[]): Work<void> {
    for (let record = yield* this.#next(); record !== undefined; record = yield* this.#next()) {
      this.#memory.setLine(record)
      for (const count of ['NR', 'FNR']) this.#memory.set(count, numberOf(this.#memory.get(count)) + 1)
      yield { kind: 'step' }
      try {
        for (const rule of rules) if (yield* this.#applies(rule)) yield* this.#do(rule.action ?? printLine)
      } catch (error) {
        if (!(error instanceof Leave) || !error.how.startsWith('next')) throw error
        if (error.how === 'nextfile') this.#records = undefined
      }
    }
  }

  *#applies(rule: Rule): Work<boolean> {
    const holds = (expression: Expression | undefined) => this.#holds(expression)
    if (!rule.until) return yield* holds(rule.pattern)
    if (!this.#ranges.has(rule)) {
      if (!(yield* holds(rule.pattern))) return false
      this.#ranges.add(rule)
    }
    if (yield* holds(rule.until)) this.#ranges.delete(rule)
    return true
  }

  *#holds(expression: Expression | undefined): Work<boolean> {
    return expression === undefined || isTrue(yield* evaluate(expression, this.#around))
  }

  /** The next record of the input, over all files. */
  *#next(): Work<string | undefined> {
    for (;;) {
      const separator = this.#memory.text('RS')
      while (this.#comes && !this.#records?.holds(separator)) {
        const { text }: Given = yield { kind: 'more' }
        if (text === undefined) this.#comes = false
        else this.#records?.add(text)
      }
      const record = this.#records?.next(separator)
      if (record !== undefined) return record
      if (!(yield* this.#openNext())) return undefined
    }
  }

  *#openNext(): Work<boolean> {
    for (let file = this.#files.shift(); file !== undefined; file = this.#files.shift()) {
      const [, name, value] = /^([A-Za-z_]\w*)=([\s\S]*)$/.exec(file) ?? []
      if (name !== undefined) {
        this.#memory.set(name, outer(unescaped(value ?? '')))
        continue
      }
      this.#named = true
      yield* this.#open(file)
      return true
    }
    if (this.#named) return false
    this.#named = true
    yield* this.#open('-')
    return true
  }

  *#open(path: string): Work<void> {
    this.#comes = path === '-'
    const { text = '' }: Given = this.#comes ? {} : yield { kind: 'read', path }
    this.#records = new Records(text)
    this.#memory.set('FILENAME', path === '-' ? '' : path)
    this.#memory.set('FNR', 0)
  }

  *#record(from: 'input' | 'file' | 'command', source: string): Work<string | undefined> {
    if (from === 'input') return yield* this.#next()
    let records = this.#sources.get(source)
    if (!records) {
      const need: Need = from === 'file' ? { kind: 'read', path: source } : { kind: 'run', command: source, shown: false }
      const { text = '' }: Given = yield need
      records = new Records(text)
      this.#sources.set(source, records)
    }
    return records.next(this.#memory.text('RS'))
  }

  *#close(name: string): Work<number> {
    const text = this.#pipes.get(name)
    const known = text !== undefined || this.#sources.has(name) || this.#opened.has(name)
    this.#pipes.delete(name)
    this.#sources.delete(name)
    this.#opened.delete(name)
    if (text === undefined) return known ? 0 : -1
    const { code = 0 } = yield { kind: 'run', command: `${name} <<'drydock end'\n${text.replace(/\n$/, '')}\ndrydock end`, shown: true }
    return code
  }

  *#called(body: Statement): Work<Value> {
    try {
      yield* this.#do(body)
    } catch (error) {
      if (error instanceof Leave && error.how === 'return') return error.value
      throw error
    }
    return undefined
  }

  *#do(statement: Statement | undefined): Work<void> {
    switch (statement?.kind) {
      case 'expression':
        yield* evaluate(statement.value, this.#around)
        return
      case 'print':
        return yield* this.#print(statement)
      case 'if':
        return yield* this.#do((yield* this.#holds(statement.test)) ? statement.yes : statement.no)
      case 'loop':
        return yield* this.#loop(statement)
      case 'each': {
        const array = this.#memory.array(statement.array)
        for (const key of [...array.keys()]) {
          if (!array.has(key)) continue
          this.#memory.set(statement.name, outer(key))
          if (yield* this.#round(statement.body)) return
        }
        return
      }
      case 'block':
        for (const each of statement.statements) yield* this.#do(each)
        return
      case 'delete':
        if (statement.keys.length === 0) this.#memory.array(statement.array).clear()
        else this.#memory.array(statement.array).delete(yield* keyOf(statement.keys, this.#around))
        return
      case 'leave':
        throw new Leave(statement.how)
      case 'exit':
      case 'return':
        throw new Leave(statement.kind, statement.value && (yield* evaluate(statement.value, this.#around)))
      default:
    }
  }

  *#loop({ first, test, next, body, once }: Extract<Statement, { readonly kind: 'loop' }>): Work<void> {
    yield* this.#do(first)
    for (let round = 0; (once && round === 0) || (yield* this.#holds(test)); round += 1) {
      if (yield* this.#round(body)) return
      yield* this.#do(next)
    }
  }

  /** One round of a loop; true where it was left. */
  *#round(body: Statement): Work<boolean> {
    yield { kind: 'step' }
    try {
      yield* this.#do(body)
    } catch (error) {
      if (!(error instanceof Leave) || (error.how !== 'break' && error.how !== 'continue')) throw error
      return error.how === 'break'
    }
    return false
  }

  *#print({ formatted: written, values, way, to }: Extract<Statement, { readonly kind: 'print' }>): Work<void> {
    const shown: Value[] = []
    for (const value of values) shown.push(yield* evaluate(value, this.#around))
    const memory = this.#memory
    const texts = values.length === 0 ? [memory.write(memory.field(0))] : shown.map((value) => memory.show(value))
    const text = written ? formatted(memory.write(shown[0]), shown.slice(1)) : `${texts.join(memory.text('OFS'))}${memory.text('ORS')}`
    if (way === undefined) this.#run.print(text)
    else this.#send(way, to ? memory.write(yield* evaluate(to, this.#around)) : '', text)
  }

  /** To a file, which is emptied when it is first written to, or to a command, which is run once it is closed. */
  #send(way: string, to: string, text: string): void {
    if (way === '|') {
      this.#pipes.set(to, (this.#pipes.get(to) ?? '') + text)
      return
    }
    this.#run.write(to, text, way === '>>' || this.#opened.has(to))
    this.#opened.add(to)
  }
}

const printLine: Statement = { kind: 'print', formatted: false, values: [] }

/** Values of assignments from outside have the escapes of texts. */
function unescaped(text: string): string {
  return text.replace(/\\([ntr\\"])/g, (_, char: string) => ({ n: '\n', t: '\t', r: '\r' })[char] ?? char)
}
