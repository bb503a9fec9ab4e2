// `find`: files that suit an expression, and what is done with them.
import { type Entry, join, lengthOf, nameOf, resolve } from '../files.ts'
import { child, fail, type Process, type Program, runProgram } from '../process.ts'
import { matches } from '../shell/glob.ts'
import { inputOf } from '../streams.ts'
import { basicExpression } from './expressions.ts'
import { modeOf } from './modes.ts'
import { numberIn } from './people.ts'
import { helpOf } from './usage.ts'

/** A file that was come upon. */
interface Found {
  readonly path: string
  readonly real: string
  readonly entry: Entry
  pruned: boolean
}

type Test = (file: Found) => boolean | Promise<boolean>

class FindFault extends Error {}

/** `-quit`: that is enough. */
class Enough extends Error {}

const kinds: Readonly<Record<string, Entry['kind']>> = { f: 'file', d: 'folder', l: 'link' }
const units: Readonly<Record<string, number>> = { c: 1, k: 1024, b: 512, M: 1024 ** 2, G: 1024 ** 3 }

function bytesOf(entry: Entry): number {
  return entry.kind === 'file' ? lengthOf(entry) : entry.kind === 'link' ? entry.target.length : 4096
}

/** `+N` more, `-N` less, `N` just so many. */
function compared(text: string, value: number): boolean {
  const number = Number(text.replace(/^[-+]/, ''))
  if (Number.isNaN(number)) throw new FindFault(`invalid number '${text}'`)
  return text.startsWith('+') ? value > number : text.startsWith('-') ? value < number : value === number
}

/** An expression and what it needs beside it. */
class Expression {
  readonly #words: readonly string[]
  readonly #process: Process
  #at = 0
  acts = false
  deepFirst = false
  depths: readonly [least: number, most: number] = [0, Number.POSITIVE_INFINITY]
  /** Programs that are run once, over all files. */
  readonly gathered: { readonly command: readonly string[]; readonly paths: string[] }[] = []
  code = 0

  constructor(words: readonly string[], process: Process) {
    this.#words = words
    this.#process = process
  }

  read(): Test {
    const test = this.#words.length === 0 ? () => true : this.#either()
    if (this.#at < this.#words.length) throw new FindFault(`unrecognized: ${this.#words[this.#at]}`)
    if (this.acts) return test
    return async (file) => (await test(file)) && this.#print(file.path, '\n')
  }

  #next(): string {
    const word = this.#words[this.#at]
    if (word === undefined) throw new FindFault(`${this.#words[this.#at - 1] ?? ''} requires an argument`)
    this.#at += 1
    return word
  }

  #take(...signs: readonly string[]): boolean {
    if (!signs.includes(this.#words[this.#at] ?? '')) return false
    this.#at += 1
    return true
  }

  #either(): Test {
    let left = this.#both()
    while (this.#take('-o', '-or')) {
      const [one, other] = [left, this.#both()]
      left = async (file) => (await one(file)) || (await other(file))
    }
    return left
  }

  #both(): Test {
    let left = this.#single()
    while (this.#at < this.#words.length && !['-o', '-or', ')'].includes(this.#words[this.#at] ?? '')) {
      this.#take('-a', '-and')
      const [one, other] = [left, this.#single()]
      left = async (file) => (await one(file)) && (await other(file))
    }
    return left
  }

  #single(): Test {
    const word = this.#next()
    if (word === '!' || word === '-not') {
      const test = this.#single()
      return async (file) => !(await test(file))
    }
    if (word === '(') {
      const test = this.#either()
      if (this.#next() !== ')') throw new FindFault('unmatched (')
      return test
    }
    return this.#ofFile(word) ?? this.#action(word)
  }

  #ofFile(word: string): Test | undefined {
    const ageOf = ({ entry }: Found, unit: number): number => Math.floor((this.#process.now() - entry.at) / unit)
    if (/^-i?(name|path|wholename)$/.test(word)) {
      const pattern = this.#next()
      const part = (path: string): string => (word.endsWith('path') || word.endsWith('wholename') ? path : nameOf(path))
      return word.startsWith('-i') ? ({ path }) => matches(part(path).toLowerCase(), pattern.toLowerCase()) : ({ path }) => matches(part(path), pattern)
    }
    if (word === '-type') {
      const kind = kinds[this.#next()]
      return ({ entry }) => entry.kind === kind
    }
    if (word === '-size') {
      const [, count = '', unit = 'b'] = this.#next().match(/^([-+]?\d+)([ckbMG]?)$/) ?? []
      return ({ entry }) => compared(count, Math.ceil(bytesOf(entry) / (units[unit || 'b'] ?? 512)))
    }
    if (word === '-mtime' || word === '-mmin') {
      const count = this.#next()
      return (file) => compared(count, ageOf(file, word === '-mtime' ? 86_400_000 : 60_000))
    }
    if (word === '-newer') {
      const path = this.#next()
      const other = this.#process.files.stat(resolve(this.#process.cwd, path))
      if (!other) throw new FindFault(`${path}: No such file or directory`)
      return ({ entry }) => entry.at > other.at
    }
    if (word === '-regex') {
      const expression = new RegExp(`^(?:${basicExpression(this.#next())})$`)
      return ({ path }) => expression.test(path)
    }
    return this.#ofOwner(word)
  }

  /** Who has a file, and who may do what with it. */
  #ofOwner(word: string): Test | undefined {
    const ownerOf = (entry: Entry): readonly [number, number] => (entry.kind === 'link' ? undefined : entry.owner) ?? [0, 0]
    if (word === '-user' || word === '-uid' || word === '-group' || word === '-gid') {
      const name = this.#next()
      const users = word === '-user' || word === '-uid'
      const number = numberIn(users ? '/etc/passwd' : '/etc/group', name, this.#process) ?? Number(name)
      return ({ entry }) => ownerOf(entry)[users ? 0 : 1] === number
    }
    if (word === '-perm') {
      const [, sign = '', text = ''] = /^([-/+]?)(.*)$/.exec(this.#next()) ?? []
      const wanted = modeOf(text, 0, { folder: false, mask: 0 })
      if (wanted === undefined) throw new FindFault(`invalid mode '${text}'`)
      return ({ entry }) => {
        const mode = entry.kind === 'link' ? 0o777 : entry.mode
        return sign === '' ? mode === wanted : sign === '-' ? (mode & wanted) === wanted : (mode & wanted) !== 0
      }
    }
    if (word === '-executable') return ({ entry }) => entry.kind !== 'link' && (entry.mode & 0o111) !== 0
    if (word === '-empty')
      return ({ entry, real }) => (entry.kind === 'folder' ? this.#process.files.list(real).length === 0 : entry.kind === 'file' && entry.content === '')
    return undefined
  }

  #action(word: string): Test {
    if (word === '-maxdepth' || word === '-mindepth') {
      const depth = Number(this.#next())
      this.depths = word === '-maxdepth' ? [this.depths[0], depth] : [depth, this.depths[1]]
      return () => true
    }
    if (word === '-depth') this.deepFirst = true
    if (word === '-depth' || word === '-xdev' || word === '-mount' || word === '-follow') return () => true
    if (word === '-prune') return (file) => (file.pruned = true)
    this.acts = true
    if (word === '-print') return ({ path }) => this.#print(path, '\n')
    if (word === '-print0') return ({ path }) => this.#print(path, '\0')
    if (word === '-exec' || word === '-execdir') return this.#exec()
    if (word === '-quit')
      return () => {
        throw new Enough()
      }
    if (word === '-ls' && this.#process.machine.flavor === 'debian') return ({ path }) => this.#print(path, '\n')
    if (word === '-printf' && this.#process.machine.flavor === 'debian') return this.#form(this.#next())
    if (word !== '-delete') throw new FindFault(`unrecognized: ${word}`)
    this.deepFirst = true
    return ({ real }) => {
      this.#process.files.remove(real)
      return true
    }
  }

  /** `-printf`: facts of a file in a form. */
  #form(form: string): Test {
    return ({ path, entry }) => {
      const facts: Readonly<Record<string, string>> = {
        p: path,
        f: nameOf(path),
        h: path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '.',
        s: String(bytesOf(entry)),
        m: (entry.kind === 'link' ? 0o777 : entry.mode).toString(8),
        y: { file: 'f', folder: 'd', link: 'l' }[entry.kind],
        T: String(entry.at / 1000),
        '%': '%',
      }
      this.#process.out(
        form.replace(/%([a-zA-Z%])|\\([nt0])/g, (whole, letter?: string, sign?: string) =>
          sign === undefined ? (facts[letter ?? ''] ?? whole) : ({ n: '\n', t: '\t', '0': '\0' }[sign] ?? ''),
        ),
      )
      return true
    }
  }

  #print(path: string, end: string): boolean {
    this.#process.out(`${path}${end}`)
    return true
  }

  #exec(): Test {
    const command: string[] = []
    for (let word = this.#next(); word !== ';'; word = this.#next()) {
      if (word === '+' && command.at(-1) === '{}') {
        const all = { command: command.slice(0, -1), paths: [] as string[] }
        this.gathered.push(all)
        return ({ path }) => all.paths.push(path) > 0
      }
      command.push(word)
    }
    return async ({ path }) =>
      (await run(
        command.map((word) => word.replaceAll('{}', path)),
        this.#process,
      )) === 0
  }
}

async function run(words: readonly string[], process: Process): Promise<number> {
  const [name = ''] = words
  if (process.find(name)) return runProgram(words, child(process, { stdin: inputOf('') }))
  process.err(`find: ${name}: No such file or directory\n`)
  return 1
}

/** `find`. */
export const find: Program = async (words, process) => {
  const start = words.findIndex((word) => /^[-!(]/.test(word))
  const paths = words.slice(0, start < 0 ? undefined : start)
  const expression = new Expression(start < 0 ? [] : words.slice(start), process)
  let code = 0
  try {
    const test = expression.read()
    const [least, most] = expression.depths
    const visit = async (path: string, depth: number): Promise<void> => {
      await process.step()
      const real = resolve(process.cwd, path)
      const entry = process.files.entry(real)
      if (!entry) {
        code = fail(process, process.machine.flavor === 'busybox' ? `find: ${path}: No such file or directory` : `find: ‘${path}’: No such file or directory`)
        return
      }
      const file: Found = { path, real, entry, pruned: false }
      if (!expression.deepFirst && depth >= least) await test(file)
      if (entry.kind === 'folder' && depth < most && !file.pruned)
        for (const name of process.files.list(real)) await visit(join(path === '/' ? '/' : path.replace(/\/$/, ''), name), depth + 1)
      if (expression.deepFirst && depth >= least) await test(file)
    }
    for (const path of paths.length === 0 ? ['.'] : paths) await visit(path, 0)
    for (const { command, paths: all } of expression.gathered) if (all.length > 0) code = (await run([...command, ...all], process)) === 0 ? code : 1
    return code
  } catch (error) {
    if (error instanceof Enough) return code
    if (!(error instanceof FindFault)) throw error
    if (process.machine.flavor === 'busybox')
      return fail(process, `find: ${error.message}${error.message.startsWith('unrecognized') ? `\n${helpOf('find').trimEnd()}` : ''}`)
    return fail(process, `find: ${error.message.replace(/^unrecognized: (.*)$/, "unknown predicate `$1'")}`)
  }
}
