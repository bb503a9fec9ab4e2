// A shell that somebody types into: it asks for lines, and tells of what came to its end in the background.
import { Exit } from '../process.ts'
import { jobLine } from './builtins/jobs.ts'
import { completions } from './completions.ts'
import { Leave } from './core.ts'
import { languages } from './dialect.ts'
import { ShellFault } from './faults.ts'
import type { Shell } from './interpreter.ts'
import { isIncomplete } from './parse.ts'
import type { Streams } from './redirect.ts'

/** Lines from a terminal, each run when it is whole. */
export async function typed(shell: Shell, streams: Streams): Promise<number> {
  const { process, scope } = shell
  shell.interactive = true
  scope.typed = true
  if (process.typing) process.typing.complete = (line) => completions(line, shell)
  let held = ''
  for (;;) {
    if (held === '') tellEnds(shell, streams)
    process.out(held === '' ? prompt(shell) : (scope.variables.get('PS2') ?? '> '))
    const line = await nextLine(shell, streams)
    if (line === undefined) {
      if (scope.dialect === 'bash') process.out('exit\n')
      return scope.last
    }
    if (line !== interrupted) remember(line, held, scope)
    if (line === '') {
      if (held === '') continue
    }
    held += `${line}\n`
    if (line !== interrupted && isIncomplete(held, languages[scope.dialect])) continue
    const text = line === interrupted ? '' : held
    held = ''
    const code = await attempt(shell, text, streams)
    if (code !== undefined) return code
  }
}

/** One entry for each command to bash, for each line to others. */
function remember(line: string, before: string, { past, dialect }: Shell['scope']): void {
  if (line.trim() === '') return
  past.push(dialect === 'bash' && before !== '' ? `${past.pop()}${before.includes('<<') ? '\n' : '; '}${line}` : line)
}

const interrupted = '\x03'

/** The next line; an interrupt gives up what was typed so far. */
async function nextLine({ process, scope }: Shell, streams: Streams): Promise<string | undefined> {
  try {
    return await process.halt.unless(streams.stdin.readLine())
  } catch (error) {
    if (!(error instanceof Exit) || process.halt.code !== 130) throw error
    process.halt.code = undefined
    scope.last = 130
    process.out('\n')
    return interrupted
  }
}

/** Runs what was typed; a number if that was the end of the shell. */
async function attempt(shell: Shell, text: string, streams: Streams): Promise<number | undefined> {
  const { process, scope } = shell
  try {
    await shell.read(text, streams)
  } catch (error) {
    if (error instanceof ShellFault) {
      shell.complain(streams, error.message, error.command)
      scope.last = error.code ?? 2
    } else if (error instanceof Exit && process.halt.code === 130) {
      process.halt.code = undefined
      scope.last = 130
      process.out('\n')
    } else if (error instanceof Exit && process.halt.code === undefined && error.reason === undefined) return error.code
    else if (!(error instanceof Leave)) throw error
  }
  return undefined
}

function tellEnds(shell: Shell, streams: Streams): void {
  for (const job of [...shell.jobs.list]) {
    if (job.code === undefined) continue
    streams.err(jobLine(job, shell, true))
    shell.jobs.forget(job)
  }
}

function prompt({ scope, process }: Shell): string {
  const { machine } = process
  const own = scope.variables.get('PS1')
  const sign = machine.user.uid === 0 ? '#' : '$'
  if (own !== undefined) return filled(own)
  if (scope.dialect === 'bash') return filled(machine.flavor === 'debian' ? '\\u@\\h:\\w\\$ ' : 'bash-5.3\\$ ')
  return scope.dialect === 'dash' ? `${sign} ` : filled('\\w \\$ ')

  function filled(form: string): string {
    const home = scope.variables.get('HOME') ?? ''
    const cwd = scope.cwd === home && home !== '/' ? '~' : home.length > 1 && scope.cwd.startsWith(`${home}/`) ? `~${scope.cwd.slice(home.length)}` : scope.cwd
    const user = machine.user.uid === 0 ? 'root' : scope.dialect === 'bash' ? 'I have no name!' : ''
    const names: Readonly<Record<string, string>> = {
      u: user,
      h: machine.hostname.split('.')[0] ?? '',
      H: machine.hostname,
      w: cwd,
      W: cwd.split('/').at(-1) || '/',
      $: sign,
      n: '\n',
      '[': '',
      ']': '',
      e: '\x1b',
    }
    return form.replace(/\\([uhHwW$n[\]e])/g, (_, letter: string) => names[letter] ?? '')
  }
}
