// Builtins about variables: export, readonly, local, unset.
import type { Builtin, ShellCore } from '../core.ts'
import { ShellFault } from '../faults.ts'
import { singleQuoted } from '../quote.ts'
import type { Streams } from '../redirect.ts'
import { assigned, shownVariable } from './declare.ts'

/** Cuts `NAME=value` and `NAME+=value`. */
function split(word: string): { readonly name: string; readonly value?: string; readonly append: boolean } {
  const [, name = word, plus, value] = /^([^=+]*)(\+?)=(.*)$/s.exec(word) ?? []
  return value === undefined ? { name: word, append: false } : { name, value, append: plus === '+' }
}

/** False for what cannot be a name, and then it was said; ash and dash end. */
function isName(name: string, shell: ShellCore, { streams, command }: { readonly streams: Streams; readonly command: string }): boolean {
  if (/^[A-Za-z_]\w*$/.test(name)) return true
  const { dialect } = shell.scope
  if (dialect !== 'bash') throw new ShellFault(`${name}: bad variable name`, { command, code: 2 })
  shell.complain(streams, `\`${name}': not a valid identifier`, command)
  return false
}

const marks =
  (command: 'export' | 'readonly'): Builtin =>
  (words, shell, streams) => {
    const { scope } = shell
    const marked = command === 'export' ? scope.exported : scope.fixed
    const options = words.filter((word) => /^-[a-zA-Z]/.test(word)).join('')
    const names = words.filter((word) => !/^-[a-zA-Z]/.test(word) && word !== '--')
    if (scope.dialect === 'dash' && options.includes('n')) throw new ShellFault('Illegal option -n', { command, code: 2 })
    if (names.length === 0) {
      for (const name of [...marked].sort()) streams.out(`${listed(command, name, shell)}\n`)
      return 0
    }
    let code = 0
    for (const word of names) {
      const { name, value, append } = split(word)
      if (!isName(name, shell, { streams, command })) code = 1
      else if (options.includes('n')) marked.delete(name)
      else {
        if (value !== undefined) scope.set(name, append ? (scope.variables.get(name) ?? '') + value : value)
        marked.add(name)
      }
    }
    return code
  }

function listed(command: 'export' | 'readonly', name: string, shell: ShellCore): string {
  if (shell.scope.dialect === 'bash') return shownVariable(name, shell.scope)
  const value = shell.scope.variables.get(name)
  return `${command} ${name}${value === undefined ? '' : `=${singleQuoted(value)}`}`
}

const local: Builtin = (words, shell, streams) => {
  const { scope } = shell
  if (scope.locals.length === 0) {
    if (scope.dialect !== 'bash') throw new ShellFault('not in a function', { command: 'local', code: 2 })
    shell.complain(streams, 'can only be used in a function', 'local')
    return 1
  }
  const options = words.filter((word) => /^-[a-zA-Z]/.test(word)).join('')
  for (const word of words.filter((each) => !/^-[a-zA-Z]/.test(each))) {
    const { name, value, append } = split(word)
    if (!isName(name, shell, { streams, command: 'local' })) continue
    const listed = scope.lists.has(name) && scope.owns(name)
    scope.own(name)
    if (scope.dialect === 'bash' && options.includes('A')) scope.keyed.add(name)
    if (scope.dialect === 'bash' && options.includes('i')) scope.integers.add(name)
    if (value !== undefined) scope.set(name, assigned(shell, streams, { name, value, append }))
    else if (listed) continue
    else if (/[aA]/.test(options)) scope.setList(name, new Map())
    else if (scope.dialect !== 'dash') scope.forget(name)
    if (options.includes('r')) scope.fixed.add(name)
  }
  return 0
}

const unset: Builtin = (words, shell, streams) => {
  const { scope } = shell
  const options = words.filter((word) => /^-[fvn]+$/.test(word)).join('')
  for (const word of words.filter((each) => !/^-[fvn]+$/.test(each))) {
    const [, list, key = ''] = /^(\w+)\[(.*)\]$/.exec(word) ?? []
    if (options.includes('f')) scope.functions.delete(word)
    else if (list !== undefined && list !== word) scope.lists.get(list)?.delete(key.replace(/^(["'])(.*)\1$/, '$2'))
    else if (scope.fixed.has(word)) {
      if (scope.dialect !== 'bash') throw new ShellFault(`${word}: is read only`, { command: 'unset', code: 2 })
      shell.complain(streams, `${word}: cannot unset: readonly variable`, 'unset')
      return 1
    } else if (scope.has(word) || options.includes('v')) scope.unset(word)
    else if (scope.dialect === 'bash') scope.functions.delete(word)
  }
  return 0
}

/** Builtins about variables by name. */
export const variables: Readonly<Record<string, Builtin>> = { export: marks('export'), readonly: marks('readonly'), local, unset }
