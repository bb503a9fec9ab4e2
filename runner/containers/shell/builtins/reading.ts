// The builtins `read` and `mapfile`: input into variables.
import { isTerminal } from '../../process.ts'
import type { Pipe } from '../../streams.ts'
import type { Builtin, ShellCore } from '../core.ts'
import { descriptor, type Streams } from '../redirect.ts'

/** Letters that take a value. */
const valued: Readonly<Record<string, string>> = { ash: 'pntdu', dash: 'p', bash: 'pnNtduia' }
const flags: Readonly<Record<string, string>> = { ash: 'rs', dash: 'r', bash: 'rse' }

interface Wanted {
  readonly options: ReadonlyMap<string, string>
  readonly names: readonly string[]
}

/** The words of a `read`; a letter that it does not know is given back. */
function wantedBy(words: readonly string[], dialect: string): Wanted | string {
  const options = new Map<string, string>()
  let index = 0
  for (; /^-./.test(words[index] ?? ''); index += 1) {
    const word = words[index] ?? ''
    if (word === '--') {
      index += 1
      break
    }
    for (let at = 1; at < word.length; at += 1) {
      const letter = word[at] ?? ''
      if (flags[dialect]?.includes(letter)) options.set(letter, '')
      else if (!valued[dialect]?.includes(letter)) return letter
      else {
        const rest = word.slice(at + 1)
        if (rest === '') index += 1
        options.set(letter, rest === '' ? (words[index] ?? '') : rest)
        break
      }
    }
  }
  return { options, names: words.slice(index) }
}

/** A character of a line; one after a backslash separates nothing. */
interface Letter {
  readonly char: string
  readonly plain: boolean
}

interface Line {
  readonly letters: readonly Letter[]
  /** The end of the line was there. */
  readonly ended: boolean
  readonly late: boolean
}

/** Reads up to the end of a line, or as much as is wanted, or as long as one may wait. */
async function lineOf(pipe: Pipe, { options }: Wanted, shell: ShellCore): Promise<Line> {
  const raw = options.has('r')
  const mark = options.has('N') ? undefined : options.has('d') ? options.get('d')?.[0] || '\0' : '\n'
  const most = Number(options.get('n') ?? options.get('N') ?? Number.POSITIVE_INFINITY)
  const letters: Letter[] = []
  for (;;) {
    const ready = pipe.ready(mark, most - letters.length)
    const wait = options.get('t')
    const late = wait === undefined ? false : await before(ready, Number(wait) * 1000, shell)
    if (late) return { letters: lettersOf(pipe.takeAll(), raw), ended: false, late }
    const piece = await shell.traps.unless(ready.then(() => pipe.take(mark, most - letters.length)))
    if (piece === undefined) {
      if (!shell.traps.isWaiting) return { letters, ended: false, late: false }
      await shell.heed({ stdin: pipe, out: shell.process.out, err: shell.process.err })
      continue
    }
    letters.push(...lettersOf(piece.text, raw))
    const goesOn = !raw && piece.ended && /(^|[^\\])(\\\\)*\\$/.test(piece.text)
    if (!goesOn) return { letters, ended: piece.ended || letters.length >= most, late: false }
  }
}

/** True if the time was over first. */
async function before(ready: Promise<void>, ms: number, { process }: ShellCore): Promise<boolean> {
  const { halt, leave } = process.halt.below()
  const sleeping = process.sleep(ms, halt).then(
    () => true,
    () => false,
  )
  const late = await Promise.race([ready.then(() => false), sleeping])
  halt.fire(0)
  leave()
  process.halt.check()
  return late
}

function lettersOf(text: string, raw: boolean): Letter[] {
  if (raw) return [...text].map((char) => ({ char, plain: true }))
  return [...text.matchAll(/\\([\s\S]?)|([\s\S])/g)].flatMap(([, escaped, char]): Letter[] =>
    char !== undefined ? [{ char, plain: true }] : escaped === '' || escaped === undefined ? [] : [{ char: escaped, plain: false }],
  )
}

/** At most so many fields; the last one takes all that is left. White space among the separators counts once, and not at the ends. */
function fieldsOf(line: readonly Letter[], count: number, separators: string): readonly string[] {
  const separates = (letter: Letter | undefined): boolean => letter?.plain === true && separators.includes(letter.char)
  const isBlank = (letter: Letter | undefined): boolean => separates(letter) && ' \t\n'.includes(letter?.char ?? 'x')
  const textOf = (from: number, to: number): string =>
    line
      .slice(from, to)
      .map(({ char }) => char)
      .join('')
  const skip = (from: number): number => {
    let at = from
    while (isBlank(line[at])) at += 1
    return at
  }
  const fields: string[] = []
  let at = skip(0)
  while (fields.length < count - 1 && at < line.length) {
    const start = at
    while (at < line.length && !separates(line[at])) at += 1
    fields.push(textOf(start, at))
    at = skip(at)
    if (at < line.length && separates(line[at])) at = skip(at + 1)
  }
  let end = line.length
  while (end > at && isBlank(line[end - 1])) end -= 1
  // A separator that ends the last field is no part of it.
  const last = line.slice(at, end)
  if (last.length > 1 && separates(last.at(-1)) && !last.slice(0, -1).some(separates)) end -= 1
  return [...fields, textOf(at, end)]
}

const read: Builtin = async (words, shell, streams) => {
  const { scope, process } = shell
  const wanted = wantedBy(words, scope.dialect)
  if (typeof wanted === 'string') {
    const bash = scope.dialect === 'bash'
    shell.complain(streams, bash ? `-${wanted}: invalid option` : `${scope.dialect === 'ash' ? 'illegal' : 'Illegal'} option -${wanted}`, 'read')
    if (bash) streams.err('read: usage: read [-ers] [-a array] [-d delim] [-i text] [-n nchars] [-N nchars] [-p prompt] [-t timeout] [-u fd] [name ...]\n')
    return 2
  }
  const { options, names } = wanted
  const bad = names.find((name) => !/^[A-Za-z_]\w*(\[.*\])?$/.test(name))
  if (bad !== undefined) {
    if (scope.dialect === 'bash') shell.complain(streams, `\`${bad}': not a valid identifier`, 'read')
    else if (scope.dialect === 'dash') shell.complain(streams, `${bad}: bad variable name`, 'read')
    else streams.err(`${scope.name}: read: '${bad}': bad variable name\n`)
    return scope.dialect === 'dash' ? 2 : 1
  }
  if (isTerminal(process, streams.stdin) && options.has('p')) streams.err(options.get('p') ?? '')
  const pipe = options.has('u') ? descriptor(streams, Number(options.get('u')))?.read : streams.stdin
  if (!pipe) return 1
  const line = await lineOf(pipe, wanted, shell)
  assign(line, wanted, shell)
  return line.late ? (scope.dialect === 'bash' ? 142 : 1) : line.ended ? 0 : 1
}

function assign({ letters }: Line, { options, names }: Wanted, { scope }: ShellCore): void {
  const separators = scope.variables.get('IFS') ?? ' \t\n'
  const whole = letters.map(({ char }) => char).join('')
  const list = options.get('a')
  if (list !== undefined) {
    const fields = fieldsOf(letters, Number.POSITIVE_INFINITY, separators)
    const found = fields.at(-1) === '' ? fields.slice(0, -1) : fields
    scope.setList(list, new Map(found.map((field, index) => [String(index), field])))
  } else if (options.has('N')) scope.set(names[0] ?? 'REPLY', whole)
  else if (names.length === 0) scope.set('REPLY', scope.dialect === 'bash' ? whole : (fieldsOf(letters, 1, separators)[0] ?? ''))
  else {
    const fields = fieldsOf(letters, names.length, separators)
    for (const [index, name] of names.entries()) scope.set(name, fields[index] ?? '')
  }
}

/** The lines of the input as a list. */
const mapfile: Builtin = async (words, { scope, process }, streams: Streams) => {
  const name = words.filter((word) => !word.startsWith('-')).at(-1) ?? 'MAPFILE'
  const text = await process.halt.unless(streams.stdin.readAll())
  const lines = text.split(/(?<=\n)/).filter((line) => line !== '')
  scope.setList(name, new Map(lines.map((line, index) => [String(index), words.includes('-t') ? line.replace(/\n$/, '') : line])))
  return 0
}

/** Builtins that read, by name. */
export const reading: Readonly<Record<string, Builtin>> = { read, mapfile, readarray: mapfile }
