// Commands that only a shell itself can do.

import { evaluateTest } from '../commands/test.ts'
import { resolve } from '../files.ts'
import { child, Exit } from '../process.ts'
import { type Builtin, Leave, type ShellCore as Shell } from './core.ts'
import { getopts } from './getopts.ts'
import { parse } from './parse.ts'
import { read } from './read.ts'
import type { Streams } from './redirect.ts'

/** The builtins by name. */
export const builtins: Readonly<Record<string, Builtin>> = {
  ':': () => 0,
  true: () => 0,
  false: () => 1,
  cd: changeFolder,
  pwd: (_, { scope }, { out }) => say(out, scope.cwd),
  exit: ([code], { scope }) => {
    throw new Exit(code === undefined ? scope.last : Number(code) & 255)
  },
  return: ([code], { scope }) => {
    throw new Leave('return', code === undefined ? scope.last : Number(code))
  },
  break: ([levels = '1']) => {
    throw new Leave('break', Number(levels))
  },
  continue: ([levels = '1']) => {
    throw new Leave('continue', Number(levels))
  },
  export: exportNames,
  readonly: exportNames,
  declare: exportNames,
  local: localNames,
  unset: (names, { scope }) => {
    for (const name of names) {
      scope.variables.delete(name)
      scope.lists.delete(name)
      scope.functions.delete(name)
    }
    return 0
  },
  set: setOptions,
  shift: ([count = '1'], { scope }) => {
    scope.parameters = scope.parameters.slice(Number(count))
    return 0
  },
  eval: (words, shell, streams) => shell.run(parse(words.join(' ')), streams),
  '.': source,
  source,
  exec: async (words, shell, streams) => {
    const [name] = words
    if (name === undefined) return 0
    const { process } = shell
    const strange = process.stranger && !process.find(name) ? process.stranger(name, child(process, streams), true) : undefined
    throw new Exit(await (strange ?? shell.call(words, streams)))
  },
  command,
  type: which,
  read,
  getopts,
  test: (words, shell, streams) => check(words, shell, streams),
  '[': (words, shell, streams) => (words.at(-1) === ']' ? check(words.slice(0, -1), shell, streams) : shell.complain(streams, '[: missing ]')),
  trap: ([body = '', ...signals], { scope }) => {
    for (const signal of signals) scope.traps.set(signal.replace(/^SIG/, '').replace(/^0$/, 'EXIT'), body)
    return 0
  },
  wait: async (_, shell) => {
    const codes = await Promise.all(shell.jobs.splice(0))
    return codes.at(-1) ?? 0
  },
  umask: (_, __, { out }) => say(out, '0022'),
  ulimit: (_, __, { out }) => say(out, 'unlimited'),
  jobs: () => 0,
  alias: () => 0,
  let: async (words, shell, streams) => shell.run(parse(`((${words.join(',')}))`), streams),
  times: () => 0,
}

function say(out: Streams['out'], line: string): number {
  out(`${line}\n`)
  return 0
}

function changeFolder([target]: readonly string[], shell: Shell, streams: Streams): number {
  const { scope, process } = shell
  const wanted = target === '-' ? (scope.variables.get('OLDPWD') ?? scope.cwd) : (target ?? scope.variables.get('HOME') ?? '/')
  const path = resolve(scope.cwd, wanted)
  const entry = process.files.stat(path)
  if (entry?.kind !== 'folder') {
    streams.err(`${shell.prefix}cd: can't cd to ${wanted}: ${entry ? 'Not a directory' : 'No such file or directory'}\n`)
    return 2
  }
  scope.set('OLDPWD', scope.cwd)
  scope.cwd = path
  if (target === '-') say(streams.out, path)
  return 0
}

function exportNames(words: readonly string[], { scope }: Shell, { out }: Streams): number {
  const names = words.filter((word) => !word.startsWith('-'))
  if (names.length === 0) for (const name of [...scope.exported].sort()) say(out, `export ${name}='${scope.variables.get(name) ?? ''}'`)
  for (const word of names) {
    const [name = '', value] = split(word)
    scope.exported.add(name)
    if (value !== undefined) scope.set(name, value)
  }
  return 0
}

function localNames(words: readonly string[], { scope }: Shell): number {
  for (const word of words) {
    const [name = '', value] = split(word)
    const frame = scope.locals.at(-1)
    if (frame && !frame.has(name)) frame.set(name, scope.variables.get(name))
    scope.set(name, value ?? '')
  }
  return 0
}

function split(word: string): readonly [name: string, value: string | undefined] {
  const at = word.indexOf('=')
  return at < 0 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)]
}

function setOptions(words: readonly string[], { scope }: Shell, { out }: Streams): number {
  if (words.length === 0) for (const [name, value] of [...scope.variables].sort()) say(out, `${name}='${value}'`)
  const rest = [...words]
  while (/^[-+]/.test(rest[0] ?? '')) {
    const word = rest.shift() ?? ''
    const on = word.startsWith('-')
    if (word === '--') break
    if (word.includes('e')) scope.exitOnError = on
    if (word.includes('u')) scope.refuseUnset = on
    if (word.includes('x')) scope.trace = on
    if (word.endsWith('o')) {
      const option = rest.shift()
      if (option === 'pipefail') scope.pipeFail = on
      if (option === 'errexit') scope.exitOnError = on
    }
  }
  if (rest.length > 0 || words.includes('--')) scope.parameters = rest
  return 0
}

async function source([path = '', ...args]: readonly string[], shell: Shell, streams: Streams): Promise<number> {
  const real = resolve(shell.scope.cwd, path)
  if (shell.process.files.stat(real)?.kind !== 'file') {
    streams.err(`${shell.prefix}can't open '${path}': No such file or directory\n`)
    throw new Exit(2)
  }
  if (args.length > 0) shell.scope.parameters = args
  return shell.run(parse(shell.process.files.read(real)), streams)
}

function command(words: readonly string[], shell: Shell, streams: Streams): number | Promise<number> {
  const [first, ...rest] = words
  return first === '-v' || first === '-V' ? which(rest, shell, streams) : shell.call(words, streams)
}

function which(names: readonly string[], { scope, process }: Shell, { out }: Streams): number {
  let missing = 0
  for (const name of names) {
    if (builtins[name] || scope.functions.has(name)) say(out, name)
    else if (process.find(name)) say(out, name.includes('/') ? name : `/bin/${name}`)
    else missing = 127
  }
  return missing
}

function check(words: readonly string[], { process, scope }: Shell, streams: Streams): number {
  const outcome = evaluateTest(words, { files: process.files, cwd: scope.cwd })
  if (typeof outcome === 'boolean') return outcome ? 0 : 1
  streams.err(`${scope.name}: ${outcome}\n`)
  return 2
}
