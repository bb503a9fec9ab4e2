// The builtin `trap`.
import { signalName, signalNumber } from '../../signals.ts'
import type { Builtin, ShellCore } from '../core.ts'
import { ShellFault } from '../faults.ts'
import { singleQuoted } from '../quote.ts'
import type { Streams } from '../redirect.ts'

const trap: Builtin = (words, shell, streams) => {
  const { traps, scope } = shell
  if (/^-[lp]$/.test(words[0] ?? '') && scope.dialect !== 'bash')
    throw new ShellFault(`${scope.dialect === 'ash' ? 'illegal' : 'Illegal'} option ${words[0]}`, { command: 'trap', code: 2 })
  const rest = words[0] === '--' ? words.slice(1) : words
  if (rest[0] === '-l') return shell.call(['kill', '-l'], streams)
  if (rest.length === 0 || rest[0] === '-p') return show(rest.slice(1), shell, streams)
  // One word alone, or a number in its place, means that signals are what they were.
  const alone = rest.length === 1 || (/^\d+$/.test(rest[0] ?? '') && signalName(rest[0] ?? '') !== undefined)
  const [body, signals] = alone ? ['-', rest] : [rest[0] ?? '', rest.slice(1)]
  let code = 0
  for (const word of signals) {
    const name = extra(word, scope.dialect === 'bash') ?? signalName(word)
    if (name === undefined) {
      if (scope.dialect === 'dash') streams.err(`trap: ${word}: bad trap\n`)
      else shell.complain(streams, `${word}: invalid signal specification`, 'trap')
      code = 1
    } else traps.set(name, body === '-' ? undefined : body)
  }
  return code
}

/** What bash traps beside signals. */
function extra(word: string, bash: boolean): string | undefined {
  return bash && /^(ERR|DEBUG|RETURN)$/.test(word) ? word : undefined
}

function show(names: readonly string[], { traps, scope }: ShellCore, { out }: Streams): number {
  const bash = scope.dialect === 'bash'
  const wanted = traps.list.filter(([name]) => names.length === 0 || names.some((each) => signalName(each) === name))
  const quoted = (body: string): string => (bash ? `'${body.replaceAll("'", "'\\''")}'` : singleQuoted(body))
  for (const [name, body] of [...wanted].sort(([a], [b]) => signalNumber(a) - signalNumber(b)))
    out(`trap -- ${quoted(body)} ${bash && signalNumber(name) > 0 ? `SIG${name}` : name}\n`)
  return 0
}

/** `trap` by name. */
export const trapping: Readonly<Record<string, Builtin>> = { trap }
