// Simple commands: what is assigned, and the function, builtin or program that is called.
import { apart, child, Exit, type Process, runProgram } from '../process.ts'
import { endedBy } from '../signals.ts'
import { builtinOf } from './builtins.ts'
import type { Connections } from './connecting.ts'
import { type CallOptions, Leave, type ShellCore } from './core.ts'
import { calculated, expandText, expandWords } from './expand.ts'
import type { Expander } from './expander.ts'
import { forked } from './fork.ts'
import { List } from './list.ts'
import { locate } from './locate.ts'
import { quoteForAsh, quoteForBash } from './quote.ts'
import type { Streams } from './redirect.ts'
import type { Node } from './syntax.ts'

type Simple = Node & { kind: 'simple' }

/** Runs a simple command. */
export async function runSimple(
  shell: ShellCore,
  node: Simple,
  { streams, connections }: { readonly streams: Streams; readonly connections: Connections },
): Promise<number> {
  const { scope } = shell
  const expander = shell.expander(streams, connections)
  scope.line = node.line
  scope.captured = 0
  const words = await expandWords(node.words, expander)
  const assigned = new Map<string, string>()
  for (const [name, value, append] of node.assigns) assigned.set(await keyed(name, expander), await assignment(name, value, { append, expander }))
  if (node.lists) prepareLists(node, words, shell)
  for (const [name, values, append] of node.lists ?? []) await assignList(name, values, { append, expander })
  if (scope.options.has('xtrace') && words.length + assigned.size > 0) trace(assigned, words, shell, streams)
  if (words.length === 0) {
    for (const [name, value] of assigned) scope.set(name, value)
    return scope.captured
  }
  const { process } = connections
  const last = shell.isLast(node)
  if (assigned.size === 0) return shell.call(words, streams, { process, last })
  if (!builtinOf(words[0] ?? '', scope.dialect) && !scope.functions.has(words[0] ?? ''))
    return shell.call(words, streams, { process, last, env: new Map([...scope.environment(), ...assigned]) })
  return scope.during(assigned, () => shell.call(words, streams, { process, last }))
}

/** `declare -A x=(…)` says what the list is before it is assigned. */
function prepareLists({ lists = [] }: Simple, [command = '', ...words]: readonly string[], { scope }: ShellCore): void {
  const options = words.filter((word) => word.startsWith('-')).join('')
  for (const [name] of lists) {
    if (/^(declare|typeset|local)$/.test(command) && scope.locals.length > 0 && !options.includes('g')) {
      scope.own(name)
      scope.forget(name)
    }
    if (command !== '' && options.includes('A')) scope.keyed.add(name)
  }
}

/** `a[i+1]` with its index calculated. */
async function keyed(name: string, expander: Expander): Promise<string> {
  const [, list, index = ''] = /^(\w+)\[(.*)\]$/.exec(name) ?? []
  if (list === undefined) return name
  const key = await expandText([{ kind: 'text', text: index.replace(/^(["'])(.*)\1$/, '$2'), quoted: false }], expander)
  const plain = key.replace(/^\$\{?(\w+)\}?$/, (_, of: string) => expander.scope.variables.get(of) ?? '')
  return `${list}[${expander.scope.keyed.has(list) ? plain : String(calculated(plain, expander))}]`
}

async function assignment(
  name: string,
  value: Simple['words'][number],
  { append, expander }: { readonly append: boolean; readonly expander: Expander },
): Promise<string> {
  const { scope } = expander
  const text = await expandText(value, expander, true)
  if (scope.integers.has(name)) return String(calculated(append ? `${scope.variables.get(name) ?? 0}+(${text})` : text, expander))
  if (!append) return text
  const [, list, key = ''] = /^(\w+)\[(.*)\]$/.exec(name) ?? []
  return (list === undefined ? (scope.variables.get(name) ?? scope.lists.get(name)?.get('0') ?? '') : (scope.lists.get(list)?.get(key) ?? '')) + text
}

/** `x=(a b [7]=c)`. */
async function assignList(
  name: string,
  words: Simple['words'],
  { append, expander }: { readonly append: boolean; readonly expander: Expander },
): Promise<void> {
  const { scope } = expander
  const list = append ? scope.list(name) : undefined
  let next = list instanceof List ? list.next : 0
  const values: (readonly [key: string, value: string])[] = []
  for (const word of words) {
    const [first] = word
    const [, key, start = ''] =
      (first?.kind === 'text' && !first.quoted ? /^\[([^\]]*)\]=(.*)$/s.exec(first.text) : undefined) ?? (await quotedKey(word, expander)) ?? []
    if (key === undefined) for (const value of await expandWords([word], expander)) values.push([String(next++), value])
    else {
      const rest = word.slice(word.findIndex((part) => part.kind === 'text' && !part.quoted && part.text.includes(']=')) + 1)
      const place = scope.keyed.has(name) ? key : String(calculated(key, expander))
      values.push([place, start + (await expandText(rest, expander))])
      next = Number(place) + 1
    }
  }
  if (list) for (const [key, value] of values) list.set(key, value)
  else scope.setList(name, new Map(values))
}

/** `["a b"]=…`: a key in quotes. */
async function quotedKey(word: Simple['words'][number], expander: Expander): Promise<readonly [string, string, string] | undefined> {
  const [first] = word
  const end = word.findIndex((part) => part.kind === 'text' && !part.quoted && part.text.startsWith(']='))
  const closing = word[end]
  if (first?.kind !== 'text' || first.quoted || first.text !== '[' || closing?.kind !== 'text') return undefined
  return ['', await expandText(word.slice(1, end), expander), closing.text.slice(2)]
}

function trace(assigned: ReadonlyMap<string, string>, words: readonly string[], { scope }: ShellCore, streams: Streams): void {
  const quote = scope.dialect === 'ash' ? quoteForAsh : scope.dialect === 'bash' ? quoteForTrace : (text: string) => text
  const shown = (texts: readonly string[]): void => streams.err(`${scope.variables.get('PS4') ?? '+ '}${texts.join(' ')}\n`)
  const values = [...assigned].map(([name, value]) => `${name}=${quote(value)}`)
  if (scope.dialect === 'bash') for (const value of values) shown([value])
  const all = [...(scope.dialect === 'bash' ? [] : values), ...words.map(quote)]
  if (all.length > 0) shown(all)
}

function quoteForTrace(text: string): string {
  return /^[\w@%+=:,./{}^-]+$/.test(text) && !/[{}^]/.test(text) ? text : quoteForBash(text)
}

/** Runs a function, builtin or program by its words. */
export async function callWords(
  shell: ShellCore,
  words: readonly string[],
  { streams, plain = false, env, pid, last = false, process = shell.process }: CallOptions & { readonly streams: Streams },
): Promise<number> {
  const { scope } = shell
  const [name = '', ...args] = words
  const body = plain ? undefined : scope.functions.get(name)
  if (body) return callFunction(shell, body, { name, args, streams })
  const builtin = builtinOf(name, scope.dialect)
  if (builtin) return builtin(args, shell, streams)
  const { stdin, out, err } = streams
  const around = { env: env ?? scope.environment(), cwd: scope.cwd, stdin, out, err }
  return callProgram(shell, words, { process, last, streams, around: { ...around, ...(pid !== undefined && { pid }) } })
}

interface Calling extends Pick<CallOptions, 'last'> {
  readonly process: Process
  readonly streams: Streams
  readonly around: Partial<Process>
}

async function callProgram(shell: ShellCore, words: readonly string[], { process, last = false, streams, around }: Calling): Promise<number> {
  const { scope } = shell
  const [name = '', ...args] = words
  const found = locate(name, shell)
  if (!found) return process.stranger?.(name, child(process, around), last) ?? shell.notFound(name, streams)
  if (found.refusal !== undefined) {
    shell.complain(streams, `${name}: ${found.refusal}`)
    return 126
  }
  const command = words.join(' ')
  const path = name.includes('/') ? name : pathOf(found.path, name)
  const leave = forked(shell)
  const { code, killed } = await apart(process, { command, ...around }, (own) => runProgram([path, ...args], own)).finally(leave)
  const word = killed ? endedBy(code) : undefined
  if (word !== undefined && !(scope.dialect === 'bash' && word === 'Terminated')) sayEnded(shell, streams, { word, command })
  return code
}

/** What was found in a folder of PATH goes by its path, what belongs to the image by its name. */
function pathOf(path: string, name: string): string {
  return /^(\/usr)?(\/local)?\/s?bin\//.test(path) ? name : path
}

/** A shell tells how a program ended that a signal ended. */
function sayEnded({ scope, process }: ShellCore, streams: Streams, { word, command }: { readonly word: string; readonly command: string }): void {
  streams.err(
    scope.dialect === 'bash' ? `${scope.name}: line ${scope.line + 1}: ${String(process.pid + 1).padStart(5)} ${word.padEnd(23)} ${command}\n` : `${word}\n`,
  )
}

async function callFunction(
  shell: ShellCore,
  body: Node,
  { name, args, streams }: { readonly name: string; readonly args: readonly string[]; readonly streams: Streams },
): Promise<number> {
  const { scope } = shell
  if (scope.locals.length > 1000) throw new Exit(139)
  const outer = { parameters: scope.parameters, loops: scope.loops }
  const names = [...(scope.lists.get('FUNCNAME')?.values() ?? [])]
  scope.parameters = args
  scope.loops = 0
  scope.locals.push(new Map())
  if (scope.dialect === 'bash') scope.lists.set('FUNCNAME', new Map([name, ...names].map((each, index) => [String(index), each])))
  try {
    return await shell.run(body, streams)
  } catch (error) {
    if (error instanceof Leave && error.kind === 'return') return error.levels
    throw error
  } finally {
    Object.assign(scope, outer)
    if (names.length > 0) scope.lists.set('FUNCNAME', new Map(names.map((each, index) => [String(index), each])))
    else scope.lists.delete('FUNCNAME')
    scope.restore(scope.locals.pop() ?? new Map())
  }
}
