// The builtins `declare` and `typeset` of bash, and `shopt`.
import type { Builtin, ShellCore } from '../core.ts'
import { calculated } from '../expand.ts'
import type { Streams } from '../redirect.ts'
import type { Scope } from '../scope.ts'

function inQuotes(text: string): string {
  return `"${text.replace(/[\\"$`]/g, '\\$&')}"`
}

/** A variable as `declare -p` shows it. */
export function shownVariable(name: string, scope: Scope): string {
  const list = scope.lists.get(name)
  const letters = [
    list ? (scope.keyed.has(name) ? 'A' : 'a') : '',
    scope.integers.has(name) ? 'i' : '',
    scope.fixed.has(name) ? 'r' : '',
    scope.exported.has(name) ? 'x' : '',
  ].join('')
  const head = `declare -${letters === '' ? '-' : letters} ${name}`
  if (list) {
    const values = [...list].map(([key, value]) => `[${/^\w+$/.test(key) ? key : inQuotes(key)}]=${inQuotes(value)}`).join(' ')
    return `${head}=(${values}${scope.keyed.has(name) && list.size > 0 ? ' ' : ''})`
  }
  const value = scope.variables.get(name)
  return value === undefined ? head : `${head}=${inQuotes(value)}`
}

const declare: Builtin = (words, shell, streams) => {
  const { scope } = shell
  const options = words.filter((word) => /^[-+][a-zA-Z]/.test(word))
  const has = (letter: string): boolean => options.some((word) => word.startsWith('-') && word.includes(letter))
  const names = words.filter((word) => !/^[-+][a-zA-Z]/.test(word))
  if (has('f') || has('F')) return names.every((name) => scope.functions.has(name)) ? 0 : 1
  if (has('p') || names.length === 0) return show(names, shell, streams)
  for (const word of names) {
    const [, name = word, append, value] = /^([^=+]*)(\+?)=(.*)$/s.exec(word) ?? []
    const list = scope.lists.get(name)
    if (!has('g') && scope.locals.length > 0) scope.own(name)
    if (has('A')) scope.keyed.add(name)
    if (has('i')) scope.integers.add(name)
    if ((has('a') || has('A')) && !list && value === undefined) scope.setList(name, new Map())
    if (value !== undefined) scope.set(name, assigned(shell, streams, { name, value, append: append === '+' }))
    if (has('x')) scope.exported.add(name)
    if (has('r')) scope.fixed.add(name)
    if (options.some((option) => option.startsWith('+') && option.includes('x'))) scope.exported.delete(name)
  }
  return 0
}

/** What a name comes to be: a number if it holds numbers. */
export function assigned(
  shell: ShellCore,
  streams: Streams,
  { name, value, append }: { readonly name: string; readonly value: string; readonly append: boolean },
): string {
  const { scope } = shell
  if (scope.integers.has(name)) return String(calculated(value, shell.expander(streams)))
  return append ? (scope.variables.get(name) ?? '') + value : value
}

function show(names: readonly string[], shell: ShellCore, { out, ...streams }: Streams): number {
  const { scope } = shell
  const all = names.length > 0 ? names : [...new Set([...scope.variables.keys(), ...scope.lists.keys()])].sort()
  let code = 0
  for (const name of all) {
    if (scope.has(name) || scope.exported.has(name)) out(`${shownVariable(name, scope)}\n`)
    else {
      shell.complain({ out, ...streams }, `${name}: not found`, 'declare')
      code = 1
    }
  }
  return code
}

const shopt: Builtin = (words, { scope }) => {
  const names = words.filter((word) => !word.startsWith('-'))
  if (words.includes('-s')) for (const name of names) scope.ways.add(name)
  else if (words.includes('-u')) for (const name of names) scope.ways.delete(name)
  else return names.every((name) => scope.ways.has(name)) ? 0 : 1
  return 0
}

/** `declare` and its likes by name. */
export const declaring: Readonly<Record<string, Builtin>> = { declare, typeset: declare, shopt }
