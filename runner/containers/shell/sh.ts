// The program `sh`: a script in words, in a file, from a pipe, or typed at a prompt.
import { FileError, resolve } from '../files.ts'
import { Exit, fail, isTerminal, type Process } from '../process.ts'
import { signalName } from '../signals.ts'
import { dialectOf, languages } from './dialect.ts'
import { ended } from './ended.ts'
import { Shell } from './interpreter.ts'
import { optionOfLetter, optionOfName } from './options.ts'
import { isIncomplete } from './parse.ts'
import type { Streams } from './redirect.ts'
import { Scope } from './scope.ts'
import { typed } from './typed.ts'

/** The words of a shell, read. */
interface Asked {
  readonly on: readonly string[]
  readonly script?: string
  /** It reads its input though words are given. */
  readonly input: boolean
  readonly interactive: boolean
  readonly rest: readonly string[]
  /** A letter that needs another word. */
  readonly lacking?: string
}

function asked(words: readonly string[]): Asked {
  const on: string[] = []
  let [input, interactive, command] = [false, false, false]
  let index = 0
  for (; /^[-+]./.test(words[index] ?? ''); index += 1) {
    const word = words[index] ?? ''
    if (word === '--') {
      index += 1
      break
    }
    if (/^--(rcfile|init-file)$/.test(word)) index += 1
    if (word.startsWith('--')) continue
    if (word.includes('c')) command = true
    if (word.includes('s')) input = true
    if (word.includes('i')) interactive = true
    for (const letter of word.slice(1)) if (letter !== 'o' && letter !== 'O') on.push(`${word[0]}${letter}`)
    if (/[oO]$/.test(word)) {
      index += 1
      on.push(`${word[0]}o ${words[index]}`)
    }
  }
  if (!command) return { on, input, interactive, rest: words.slice(index) }
  const script = words[index]
  return { on, input, interactive, rest: words.slice(index + 1), ...(script === undefined ? { lacking: 'c' } : { script }) }
}

/** Runs a shell called by this name. */
export async function runShell(name: string, words: readonly string[], process: Process): Promise<number> {
  const { on, script, input, interactive, rest, lacking } = asked(words)
  const dialect = dialectOf(name, process.machine.flavor)
  if (lacking !== undefined) {
    const line = { ash: `${name}: -c requires an argument`, dash: `${name}: 0: -c requires an argument`, bash: `${name}: -c: option requires an argument` }
    return fail(process, line[dialect], 2)
  }
  const [first, ...more] = rest
  const parameters = input && script === undefined ? rest : more
  const scope = begun(new Scope({ name: input && script === undefined ? name : (first ?? name), dialect, parameters }, process.env, process.cwd), process)
  for (const word of on) setOption(word, scope)
  if (script !== undefined) {
    scope.origin = 'words'
    return finish(process, scope, (shell, streams) => shell.read(script, streams))
  }
  if (first !== undefined && !input) return runScript(process, scope, { name, file: first })
  if (isTerminal(process, process.stdin) || interactive) return finish(process, scope, typed)
  return finish(process, scope, piped)
}

function setOption(word: string, { options, dialect }: Scope): void {
  const option = word.startsWith('o ', 1) ? optionOfName(word.slice(3), dialect) : optionOfLetter(word.slice(1))
  if (option && word.startsWith('-')) options.add(option)
  else if (option) options.delete(option)
}

function begun(scope: Scope, process: Process): Scope {
  scope.pid = process.pid
  scope.started = process.now()
  if (!scope.variables.has('PATH')) scope.variables.set('PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin')
  return scope
}

/** Runs a script by the shell that its first line names. */
export function runFile(
  process: Process,
  args: readonly string[],
  { name, file, shown = file }: { readonly name: string; readonly file: string; readonly shown?: string },
): Promise<number> {
  const scope = new Scope({ name: shown, dialect: dialectOf(name, process.machine.flavor), parameters: args }, process.env, process.cwd)
  return runScript(process, begun(scope, process), { name, file })
}

function runScript(process: Process, scope: Scope, { name, file }: { readonly name: string; readonly file: string }): Promise<number> {
  scope.origin = 'file'
  let text: string
  try {
    text = process.files.read(resolve(process.cwd, file))
  } catch (error) {
    if (!(error instanceof FileError)) throw error
    const line = {
      ash: `${name}: can't open '${file}': ${error.message}`,
      dash: `${name}: 0: cannot open ${file}: No such file`,
      bash: error.code === 'folder' ? `${file}: ${file}: Is a directory` : `${name}: ${file}: ${error.message}`,
    }
    return Promise.resolve(fail(process, line[scope.dialect], scope.dialect === 'bash' ? 127 : 2))
  }
  return finish(process, scope, (shell, streams) => shell.read(text, streams))
}

/** How a shell comes to its end: through a script, or through what it reads. */
type Work = (shell: Shell, streams: Streams) => Promise<number>

/** Commands from a pipe: each is run as soon as its lines are there, and what they read comes after them. */
async function piped(shell: Shell, streams: Streams): Promise<number> {
  let held = ''
  for (;;) {
    const line = await shell.process.halt.unless(streams.stdin.readLine())
    if (line === undefined) return held === '' ? shell.scope.last : shell.read(held, streams)
    held += `${line}\n`
    if (isIncomplete(held, languages[shell.scope.dialect])) continue
    const text = held
    held = ''
    await shell.read(text, streams)
  }
}

async function finish(process: Process, scope: Scope, work: Work): Promise<number> {
  const shell = new Shell(process, scope)
  const streams: Streams = { stdin: process.stdin, out: process.out, err: process.err }
  const gone = process.family.join({ pid: process.pid, command: scope.name, ...shell.traps.answers() })
  try {
    return await ended(shell, streams, () => work(shell, streams))
  } catch (error) {
    if (!(error instanceof Exit) || process.halt.code === undefined || error.reason !== undefined) throw error
    return await halted(shell, streams, error)
  } finally {
    gone()
  }
}

/** A signal from outside ended what ran: what `trap` said is to be done at it is done. */
async function halted(shell: Shell, streams: Streams, error: Exit): Promise<number> {
  const { halt } = shell.process
  const code = halt.code ?? 0
  const name = code > 128 ? (signalName(String(code - 128)) ?? '') : ''
  const body = shell.traps.get(name) ?? (shell.scope.dialect === 'bash' && name !== 'KILL' ? shell.traps.get('EXIT') : undefined)
  if (body === undefined || body === '') throw error
  if (shell.traps.get(name) === undefined) shell.traps.clear()
  halt.code = undefined
  const trapped = shell.traps.get(name) !== undefined
  const left = await ended(shell, streams, () => shell.read(body, streams))
  halt.code = undefined
  return trapped || left !== 0 ? left : code
}
