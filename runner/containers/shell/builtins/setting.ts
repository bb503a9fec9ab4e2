// The builtin `set`: options and parameters. And `let`.
import type { Builtin, ShellCore } from '../core.ts'
import { calculated } from '../expand.ts'
import { ShellFault } from '../faults.ts'
import { listOptions, optionOfLetter, optionOfName } from '../options.ts'
import { quoteForBash, singleQuoted } from '../quote.ts'
import type { Streams } from '../redirect.ts'

const set: Builtin = (words, shell, streams) => {
  const { scope } = shell
  if (words.length === 0) return listVariables(shell, streams)
  const rest = [...words]
  while (/^[-+]./.test(rest[0] ?? '')) {
    const word = rest.shift() ?? ''
    if (word === '--') {
      scope.parameters = rest
      return 0
    }
    const on = word.startsWith('-')
    for (const letter of word.slice(1)) {
      if (letter !== 'o') toggle(letter, on, shell)
      else if (rest.length === 0) streams.out(listOptions(scope.options, scope.dialect, !on))
      else if (!byName(rest.shift() ?? '', on, shell, streams)) return scope.dialect === 'bash' ? 2 : 1
    }
  }
  if (rest[0] === '-') rest.shift()
  if (rest.length > 0) scope.parameters = rest
  return 0
}

function toggle(letter: string, on: boolean, { scope }: ShellCore): void {
  const option = optionOfLetter(letter)
  if (option === undefined) {
    const bash = scope.dialect === 'bash'
    throw new ShellFault(bash ? `-${letter}: invalid option` : `${scope.dialect === 'ash' ? 'illegal' : 'Illegal'} option -${letter}`, {
      command: 'set',
      code: 2,
    })
  }
  if (on) scope.options.add(option)
  else scope.options.delete(option)
}

function byName(name: string, on: boolean, shell: ShellCore, streams: Streams): boolean {
  const { scope } = shell
  const option = optionOfName(name, scope.dialect)
  if (option === undefined) {
    if (scope.dialect === 'dash') throw new ShellFault(`Illegal option -o ${name}`, { command: 'set', code: 2 })
    shell.complain(streams, scope.dialect === 'bash' ? `${name}: invalid option name` : `illegal option ${on ? '-' : '+'}o ${name}`, 'set')
    return false
  }
  if (on) scope.options.add(option)
  else scope.options.delete(option)
  return true
}

function listVariables({ scope }: ShellCore, { out }: Streams): number {
  const quote = scope.dialect === 'bash' ? (text: string) => (/^[\w@%+=:,./-]*$/.test(text) ? text : quoteForBash(text)) : singleQuoted
  for (const [name, value] of [...scope.variables].sort(([a], [b]) => (a < b ? -1 : 1))) out(`${name}=${quote(value)}\n`)
  return 0
}

/** `set` and `let` by name. */
export const setting: Readonly<Record<string, Builtin>> = {
  set,
  let: (words, shell, streams) => (words.map((word) => calculated(word, shell.expander(streams))).at(-1) === 0n ? 1 : 0),
}
