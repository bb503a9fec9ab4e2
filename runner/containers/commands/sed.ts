// `sed`: edits what comes in line by line.
import { FileError, resolve } from '../files.ts'
import { fail, type Process, type Program } from '../process.ts'
import { readOptions } from './options.ts'
import { type Address, type Edit, ScriptReader, SedFault } from './sed-script.ts'
import { inputs } from './text.ts'

/** `sed` with `-n`, `-e`, `-f`, `-E` and `-i`. */
export const sed: Program = async (given, process) => {
  const suffixes = given.flatMap((word) => word.match(/^-i(.+)$/)?.[1] ?? [])
  const options = readOptions(
    given.map((word) => word.replace(/^-i.+$/, '-i')),
    ['e', 'f', 'expression', 'file'],
  )
  const scripts = [...options.all('e', 'expression'), ...options.all('f', 'file').map((path) => process.files.read(resolve(process.cwd, path)))]
  const [script, paths] = scripts.length > 0 ? [scripts.join('\n'), options.rest] : [options.rest[0], options.rest.slice(1)]
  if (script === undefined) return fail(process, 'sed: no script was given')
  try {
    const edits = new ScriptReader(script, options.has('E', 'r', 'regexp-extended')).edits()
    if (paths.length === 0 && !options.has('i', 'in-place') && !looksAhead(edits)) return await streamed(edits, options.has('n', 'quiet', 'silent'), process)
    const { parts, code } = await inputs('sed', paths, process)
    const silent = options.has('n', 'quiet', 'silent')
    const place = options.has('i', 'in-place')
    const texts = place ? parts : parts.length === 0 ? [] : [{ path: '-', content: parts.map(({ content }) => content).join('') }]
    let ended = code
    for (const { path, content } of texts) {
      const work = new Work(content, { edits, silent, process })
      ended = (await work.whole()) || ended
      if (suffixes[0] !== undefined) process.files.write(resolve(process.cwd, path + suffixes[0]), content)
      if (place) process.files.write(resolve(process.cwd, path), work.out)
      else process.out(work.out)
    }
    return ended
  } catch (error) {
    if (error instanceof FileError) return fail(process, `sed: ${error.message}`)
    if (!(error instanceof SedFault)) throw error
    return fail(process, `sed: ${error.message}`)
  }
}

/** True for commands that ask for lines before these have come. */
function looksAhead(edits: readonly Edit[]): boolean {
  return edits.some(({ verb, from, to, body }) => 'nNDG'.includes(verb) || from === '$' || to === '$' || looksAhead(body))
}

/** Lines of the input as they come: nobody waits for its end. */
async function streamed(edits: readonly Edit[], silent: boolean, process: Process): Promise<number> {
  const work = new Work('', { edits, silent, process })
  for (;;) {
    await process.halt.unless(process.stdin.ready('\n'))
    const piece = process.stdin.take('\n')
    if (!piece) return work.code
    work.add(piece.text, piece.ended)
    await work.whole()
    process.out(work.out)
    work.out = ''
    if (work.over) return work.code
  }
}

/** What comes after a command: the next one, the next line (with or without showing this one), a label, or the end. */
type Step = undefined | 'next' | 'drop' | 'again' | 'quit' | { readonly label: string }

class Work {
  out = ''
  readonly #lines: string[]
  readonly #edits: readonly Edit[]
  readonly #silent: boolean
  readonly #process: Process
  /** The last line had no line end. */
  #open: boolean
  readonly #ranges = new Map<Edit, number>()
  #index = 0
  #line = ''
  #held = ''
  #after = ''
  #changed = false
  code = 0
  /** It was told to end. */
  over = false

  constructor(content: string, { edits, silent, process }: { readonly edits: readonly Edit[]; readonly silent: boolean; readonly process: Process }) {
    this.#lines = content.split('\n')
    this.#open = content !== '' && this.#lines.at(-1) !== ''
    if (this.#lines.at(-1) === '') this.#lines.pop()
    this.#edits = edits
    this.#silent = silent
    this.#process = process
  }

  /** One more line, with its end or without it. */
  add(line: string, ended: boolean): void {
    this.#lines.push(line)
    this.#open = !ended
  }

  /** All lines; gives the exit code that `q` named. */
  async whole(): Promise<number> {
    let again = false
    while (again || this.#index < this.#lines.length) {
      if (!again) this.#line = this.#lines[this.#index] ?? ''
      this.#changed = false
      const step = await this.#all()
      if ((step === undefined || step === 'next' || step === 'quit') && !this.#silent) this.#show(this.#line)
      this.#flush()
      if (step === 'quit') this.over = true
      if (this.over || this.code !== 0) return this.code
      again = step === 'again'
      if (!again) this.#index += 1
    }
    return this.code
  }

  async #all(): Promise<Step> {
    let step = this.#run(this.#edits)
    while (typeof step === 'object') {
      const { label } = step
      if (label === '') return undefined
      const at = this.#edits.findIndex(({ verb, text }) => verb === ':' && text === label)
      if (at < 0) throw new SedFault(`can't find label for jump to '${label}'`)
      step = this.#run(this.#edits.slice(at))
      await this.#process.step()
    }
    return step
  }

  #run(edits: readonly Edit[]): Step {
    for (const edit of edits) {
      if (!this.#applies(edit)) continue
      const step = this.#act(edit)
      if (step !== undefined) return step
    }
    return undefined
  }

  get #last(): boolean {
    return this.#index >= this.#lines.length - 1
  }

  #show(line: string): void {
    this.out += this.#last && this.#open ? line : `${line}\n`
  }

  #flush(): void {
    if (this.#after !== '' && this.out !== '' && !this.out.endsWith('\n')) this.out += '\n'
    this.out += this.#after
    this.#after = ''
  }

  #act(edit: Edit): Step {
    const { verb, text } = edit
    if (verb === '{') return this.#run(edit.body)
    if (verb === 's') this.#substitute(edit)
    else if (verb === 'y') this.#line = [...this.#line].map((char) => letterFor(char, text)).join('')
    else if (verb === 'p') this.#show(this.#line)
    else if (verb === 'P') this.out += `${this.#line.split('\n', 1)[0]}\n`
    else if (verb === '=') this.out += `${this.#index + 1}\n`
    else if (verb === 'a') this.#after += `${text}\n`
    else if (verb === 'i') this.out += `${text}\n`
    else if (verb === 'r') this.#after += this.#fileOf(text)
    else if (verb === 'w') this.#process.files.write(resolve(this.#process.cwd, text), `${this.#line}\n`, { append: true })
    else if (verb === 'h') this.#held = this.#line
    else if (verb === 'H') this.#held += `\n${this.#line}`
    else if (verb === 'g') this.#line = this.#held
    else if (verb === 'G') this.#line += `\n${this.#held}`
    else if (verb === 'x') [this.#line, this.#held] = [this.#held, this.#line]
    else return this.#move(edit)
    return undefined
  }

  /** Commands that lead elsewhere. */
  #move({ verb, text, to, negated }: Edit): Step {
    if (verb === 'd') return 'drop'
    if (verb === 'c') {
      if (to === undefined || negated || !this.#inside) this.out += `${text}\n`
      return 'drop'
    }
    if (verb === 'b') return { label: text }
    if (verb === 't' || verb === 'T') {
      const jumps = this.#changed === (verb === 't')
      this.#changed = false
      return jumps ? { label: text } : undefined
    }
    if (verb === 'q' || verb === 'Q') {
      this.code = Number(text)
      if (verb === 'Q') this.over = true
      return verb === 'q' ? 'quit' : 'drop'
    }
    if (verb === 'D') {
      const end = this.#line.indexOf('\n')
      if (end < 0) return 'drop'
      this.#line = this.#line.slice(end + 1)
      return 'again'
    }
    if (verb === 'n' || verb === 'N') return this.#further(verb)
    return undefined
  }

  #further(verb: string): Step {
    if (this.#last) return 'quit'
    if (verb === 'n' && !this.#silent) this.#show(this.#line)
    this.#flush()
    this.#index += 1
    const next = this.#lines[this.#index] ?? ''
    this.#line = verb === 'n' ? next : `${this.#line}\n${next}`
    return undefined
  }

  #fileOf(path: string): string {
    const real = resolve(this.#process.cwd, path)
    return this.#process.files.stat(real)?.kind === 'file' ? this.#process.files.read(real) : ''
  }

  #substitute({ pattern, text, flags }: Edit): void {
    if (!pattern) return
    const everywhere = flags.includes('g')
    // busybox heeds no number beside `g`.
    const wanted = everywhere && this.#process.machine.flavor === 'busybox' ? 1 : Number(flags.match(/\d+/)?.[0] ?? 1)
    let seen = 0
    let changed = false
    this.#line = this.#line.replace(new RegExp(pattern.source, `${pattern.flags.replace('g', '')}gs`), (...found: unknown[]) => {
      seen += 1
      if (everywhere ? seen < wanted : seen !== wanted) return String(found[0])
      changed = true
      return replacement(text, found)
    })
    this.#changed ||= changed
    if (changed && flags.includes('p')) this.#show(this.#line)
  }

  /** The range of the command that was asked last goes on after this line. */
  #inside = false

  #applies(edit: Edit): boolean {
    const { from, to, negated } = edit
    this.#inside = false
    if (from === undefined) return !negated
    if (to === undefined) return this.#hits(from) !== negated
    const number = this.#index + 1
    const start = this.#ranges.get(edit)
    if (start === undefined) {
      if (!this.#hits(from)) return negated
      this.#inside = !((typeof to === 'number' && to <= number) || (typeof to === 'object' && 'more' in to && to.more === 0) || (to === '$' && this.#last))
      if (this.#inside) this.#ranges.set(edit, number)
      return !negated
    }
    const over = typeof to === 'number' && number > to
    const ends = typeof to === 'number' ? number >= to : typeof to === 'object' && 'more' in to ? number >= start + to.more : this.#hits(to)
    if (ends) this.#ranges.delete(edit)
    this.#inside = !ends
    if (over) return this.#hits(from) !== negated
    return !negated
  }

  #hits(address: Address): boolean {
    if (address === '$') return this.#last
    if (typeof address === 'number') return address === this.#index + 1
    if (address instanceof RegExp) return new RegExp(address.source, address.flags.replace('g', '')).test(this.#line)
    if ('more' in address) return false
    const past = this.#index + 1 - address.first
    return address.step === 0 ? past === 0 : past >= 0 && past % address.step === 0
  }
}

function letterFor(char: string, letters: string): string {
  const half = letters.length / 2
  const at = letters.slice(0, half).indexOf(char)
  return at < 0 ? char : (letters[half + at] ?? char)
}

function replacement(text: string, found: readonly unknown[]): string {
  return text.replace(/\\([\s\S])|&/g, (whole, char: string | undefined) => {
    if (whole === '&' || char === '0') return String(found[0])
    if (char !== undefined && /\d/.test(char)) return String(typeof found[Number(char)] === 'string' ? found[Number(char)] : '')
    return char === 'n' ? '\n' : char === 't' ? '\t' : (char ?? '')
  })
}
