// Builtins that say where a script goes on: exit, return, break, eval, exec and the like.
import { FileError, resolve } from '../../files.ts'
import { child, Exit } from '../../process.ts'
import { type Builtin, Leave, type ShellCore } from '../core.ts'
import { ShellFault } from '../faults.ts'
import { locate } from '../locate.ts'
import type { Streams } from '../redirect.ts'

/** A number that a builtin is given; without one `otherwise`. */
function codeOf(name: string, word: string | undefined, shell: ShellCore): number {
  const { scope } = shell
  if (word === undefined) return scope.last
  if (scope.dialect === 'bash') {
    if (/^-?\d+$/.test(word)) return Number(word) & 255
    throw new ShellFault(`${word}: numeric argument required`, { command: name, code: 2 })
  }
  if (!/^\d+$/.test(word)) throw new ShellFault(`Illegal number: ${word}`, { command: name, code: 2 })
  return scope.dialect === 'dash' && name === 'return' ? Number(word) : Number(word) & 255
}

const leaveLoop =
  (kind: 'break' | 'continue'): Builtin =>
  ([levels = '1'], shell, streams) => {
    if (shell.scope.loops > 0) throw new Leave(kind, Math.min(Math.max(Number(levels) || 1, 1), shell.scope.loops))
    if (shell.scope.dialect === 'bash') shell.complain(streams, "only meaningful in a `for', `while', or `until' loop", kind)
    return 0
  }

const leaveFunction: Builtin = ([word], shell, streams) => {
  const code = codeOf('return', word, shell)
  if (shell.scope.dialect === 'bash' && shell.scope.locals.length === 0 && shell.scope.sourcing === 0)
    return shell.complain(streams, "can only `return' from a function or sourced script", 'return')
  throw new Leave('return', code)
}

const exec: Builtin = async (words, shell, streams) => {
  const [name, ...rest] = words[0] === '--' ? words.slice(1) : words
  if (name === undefined) return 0
  const { process, traps } = shell
  const strange = process.stranger && !locate(name, shell) ? process.stranger(name, child(process, { ...streams, cwd: shell.scope.cwd }), true) : undefined
  if (strange) throw new Exit(await strange)
  if (!locate(name, shell)) {
    shell.complain(streams, `${name}: not found`, 'exec')
    throw new Exit(127)
  }
  traps.clear()
  throw new Exit(await shell.call([name, ...rest], streams, { plain: true, pid: process.pid }))
}

/** `.`: the lines of a file in this shell. */
const source: Builtin = async ([path, ...args], shell, streams) => {
  const { scope, process } = shell
  if (path === undefined) return scope.dialect === 'bash' ? shell.complain(streams, 'filename argument required\n.: usage: . filename [arguments]', '.') : 0
  const found = locateSource(path, shell)
  let text: string
  try {
    text = process.files.read(resolve(scope.cwd, found))
  } catch (error) {
    if (!(error instanceof FileError)) throw error
    return cannotOpen(path, error, shell, streams)
  }
  const outer = { parameters: scope.parameters, loops: scope.loops }
  if (args.length > 0 && scope.dialect !== 'dash') scope.parameters = args
  scope.sourcing += 1
  try {
    return await shell.read(text, streams)
  } catch (error) {
    if (error instanceof Leave && error.kind === 'return') return error.levels
    throw error
  } finally {
    scope.sourcing -= 1
    if (args.length > 0) Object.assign(scope, outer)
  }
}

/** What bash cannot read in an `eval` does not end it. */
async function evaluate(words: readonly string[], shell: ShellCore, streams: Streams): Promise<number> {
  try {
    return await shell.read(words.join(' '), streams)
  } catch (error) {
    if (!(error instanceof ShellFault) || !error.syntax || shell.scope.dialect !== 'bash') throw error
    streams.err(`${shell.scope.name}: eval: line ${shell.scope.line + 1}: ${error.message.split('\n')[0]}\n`)
    return error.code ?? 2
  }
}

/** A name without a slash is looked for in the folders of PATH. */
function locateSource(path: string, { scope, process }: ShellCore): string {
  if (path.includes('/')) return path
  const folders = (scope.variables.get('PATH') ?? '').split(':')
  return folders.map((folder) => `${folder}/${path}`).find((each) => process.files.stat(resolve(scope.cwd, each))?.kind === 'file') ?? path
}

function cannotOpen(path: string, error: FileError, shell: ShellCore, streams: Streams): number {
  const { dialect } = shell.scope
  if (dialect === 'bash') {
    shell.complain(streams, `${path}: ${error.message}`)
    return 1
  }
  const said = dialect === 'ash' ? `can't open '${path}': ${error.message}` : path.includes('/') ? `cannot open ${path}: No such file` : `${path}: not found`
  throw new ShellFault(said, { command: '.', code: 2 })
}

/** Builtins about where a script goes on, by name. */
export const flow: Readonly<Record<string, Builtin>> = {
  ':': () => 0,
  true: () => 0,
  false: () => 1,
  exit: ([word], shell, { err }) => {
    if (shell.interactive && shell.scope.dialect === 'bash') err('exit\n')
    throw new Exit(codeOf('exit', word, shell))
  },
  return: leaveFunction,
  break: leaveLoop('break'),
  continue: leaveLoop('continue'),
  eval: evaluate,
  exec,
  '.': source,
  source,
  shift: ([word = '1'], shell, streams) => {
    const { scope } = shell
    const count = Number(word)
    if (count > scope.parameters.length) {
      if (scope.dialect === 'dash') throw new ShellFault("can't shift that many", { command: 'shift', code: 2 })
      return 1
    }
    if (!/^\d+$/.test(word)) return shell.complain(streams, `Illegal number: ${word}`, 'shift')
    scope.parameters = scope.parameters.slice(count)
    return 0
  },
}
