// The program `sh`: a script in words, in a file, from a pipe, or typed at a prompt.
import { FileError, resolve } from '../files.ts'
import { Exit, fail, type Process } from '../process.ts'
import { isFault, Shell } from './interpreter.ts'
import { lastCommand } from './last-command.ts'
import { isIncomplete, parse } from './parse.ts'
import type { Streams } from './redirect.ts'
import { Scope } from './scope.ts'
import { SyntaxFault } from './syntax.ts'

/** Runs a shell called by this name. */
export async function runShell(name: string, words: readonly string[], process: Process): Promise<number> {
  const args = [...words]
  const scope = new Scope(name, [], process.env, process.cwd)
  let given: string | undefined
  while (/^-./.test(args[0] ?? '')) {
    const flags = args.shift() ?? ''
    if (flags.includes('e')) scope.exitOnError = true
    if (flags.includes('u')) scope.refuseUnset = true
    if (flags.includes('x')) scope.trace = true
    if (flags.endsWith('o') && args.shift() === 'pipefail') scope.pipeFail = true
    if (/^-[a-z]*c/.test(flags)) {
      given = args.shift()
      if (given === undefined) return fail(process, `${name}: option requires an argument -- 'c'`, 2)
      break
    }
  }
  const shell = new Shell(process, scope)
  if (given !== undefined) {
    const first = args.shift()
    return finish(new Shell(process, named(scope, first ?? name, args)), scriptOf(given))
  }
  const file = args.shift()
  if (file !== undefined) return runFile(process, named(scope, file, args), { name, file })
  return process.tty ? typed(shell) : finish(shell, piped)
}

/** Runs a script under the name of its file. */
export async function runFile(process: Process, scope: Scope, { name, file }: { readonly name: string; readonly file: string }): Promise<number> {
  try {
    return await finish(new Shell(process, scope), scriptOf(process.files.read(resolve(process.cwd, file))))
  } catch (error) {
    if (!(error instanceof FileError)) throw error
    return fail(process, `${name}: can't open '${file}': ${error.message}`, 2)
  }
}

function named(scope: Scope, name: string, parameters: readonly string[]): Scope {
  const made = new Scope(name, parameters, scope.variables, scope.cwd)
  return Object.assign(made, {
    shell: scope.shell,
    exitOnError: scope.exitOnError,
    refuseUnset: scope.refuseUnset,
    trace: scope.trace,
    pipeFail: scope.pipeFail,
  })
}

function streamsOf({ stdin, out, err }: Process): Streams {
  return { stdin, out, err }
}

/** How a shell comes to its end: through a script, or through what it reads. */
type Work = (shell: Shell, streams: Streams) => Promise<number>

function scriptOf(text: string): Work {
  return (shell, streams) => attempt(shell, text, streams)
}

/** Commands from a pipe: each is run as soon as its lines are there, and what they read comes after them. */
async function piped(shell: Shell, streams: Streams): Promise<number> {
  let held = ''
  for (;;) {
    const line = await shell.process.halt.unless(streams.stdin.readLine())
    if (line === undefined) return held === '' ? shell.scope.last : attempt(shell, held, streams)
    held += `${line}\n`
    if (isIncomplete(held)) continue
    const code = await attempt(shell, held, streams)
    held = ''
    if (code === 2 && shell.scope.last !== 2) return code
  }
}

async function finish(shell: Shell, work: Work): Promise<number> {
  const streams = streamsOf(shell.process)
  let code: number
  try {
    code = await work(shell, streams)
  } catch (error) {
    if (!(error instanceof Exit)) throw error
    code = await trapped(shell, error.code, streams)
    return shell.process.halt.code ?? code
  }
  return trapped(shell, code, streams)
}

/** What `trap` said is to be done at the end, or at the signal that ended it. */
async function trapped(shell: Shell, code: number, streams: Streams): Promise<number> {
  const { traps } = shell.scope
  const { halt } = shell.process
  const signal = halt.code === undefined ? undefined : traps.get(signalNames[halt.code - 128] ?? '')
  const body = signal ?? (halt.code === undefined ? traps.get('EXIT') : undefined)
  if (body === undefined || body === '') return code
  traps.clear()
  halt.code = undefined
  try {
    await attempt(shell, body, streams)
    return signal === undefined ? code : 0
  } catch (error) {
    if (error instanceof Exit) return error.code
    throw error
  }
}

const signalNames: Readonly<Record<number, string>> = { 2: 'INT', 15: 'TERM', 1: 'HUP' }

async function attempt(shell: Shell, script: string, streams: Streams): Promise<number> {
  try {
    const tree = parse(script)
    shell.last = lastCommand(tree)
    return await shell.run(tree, streams)
  } catch (error) {
    if (error instanceof SyntaxFault) return shell.complain(streams, error.message)
    if (isFault(error)) return shell.complain(streams, error.message)
    throw error
  }
}

/** Lines from a terminal, each run when it is whole. */
async function typed(shell: Shell): Promise<number> {
  const { process } = shell
  const streams = streamsOf(process)
  let held = ''
  for (;;) {
    process.out(held === '' ? prompt(shell) : '> ')
    const line = await process.halt.unless(process.stdin.readLine())
    if (line === undefined) return shell.scope.last
    held += `${line}\n`
    if (isIncomplete(held)) continue
    try {
      const node = parse(held)
      held = ''
      await shell.run(node, streams)
    } catch (error) {
      if (error instanceof Exit) {
        if (process.halt.code === 130) {
          process.halt.code = undefined
          process.out('\n')
          continue
        }
        return error.code
      }
      held = ''
      if (!(error instanceof SyntaxFault) && !isFault(error)) throw error
      shell.complain(streams, error.message)
    }
  }
}

function prompt({ scope, process }: Shell): string {
  const { machine } = process
  const sign = machine.user.uid === 0 ? '#' : '$'
  if (machine.flavor === 'debian' && scope.name.endsWith('bash'))
    return `${machine.user.uid === 0 ? 'root' : 'I have no name!'}@${machine.hostname}:${scope.cwd}${sign} `
  if (machine.flavor === 'debian') return `${sign} `
  const home = scope.variables.get('HOME') ?? ''
  return `${scope.cwd === home && home !== '/' ? '~' : scope.cwd} ${sign} `
}
