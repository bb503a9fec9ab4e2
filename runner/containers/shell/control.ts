// Commands made of commands, as they run: conditions, loops, cases.
import { evaluateCondition } from './condition.ts'
import { Leave, type ShellCore } from './core.ts'
import { expandPattern, expandText, expandWords, sum } from './expand.ts'
import { matches } from './glob.ts'
import type { Streams } from './redirect.ts'
import type { Node } from './syntax.ts'

type Controlled = Exclude<Node, { kind: 'simple' | 'pipe' | 'list' | 'function' | 'group' | 'subshell' }>

/** Runs one of them; gives its exit code. */
export function control(node: Controlled, shell: ShellCore, streams: Streams): Promise<number> {
  switch (node.kind) {
    case 'and':
    case 'or':
      return either(node, shell, streams)
    case 'if':
      return choose(node, shell, streams)
    case 'loop':
      return loop(node, shell, streams)
    case 'for':
      return each(node, shell, streams)
    case 'count':
      return count(node, shell, streams)
    case 'case':
      return pick(node, shell, streams)
    case 'condition':
      return decide(node, shell, streams)
    case 'calculate':
      return sum(node.word, shell.expander(streams)).then((value) => (value === 0n ? 1 : 0))
    case 'time':
      return time(node, shell, streams)
    default:
      return node satisfies never
  }
}

type Of<kind extends Node['kind']> = Node & { kind: kind }

async function either(node: Of<'and' | 'or'>, shell: ShellCore, streams: Streams): Promise<number> {
  const code = await shell.tested(node.left, streams)
  return (code === 0) === (node.kind === 'and') ? shell.run(node.right, streams) : code
}

async function choose(node: Of<'if'>, shell: ShellCore, streams: Streams): Promise<number> {
  for (const [condition, body] of node.cases) if ((await shell.tested(condition, streams)) === 0) return shell.run(body, streams)
  return node.otherwise ? shell.run(node.otherwise, streams) : 0
}

/** The turns of a loop: `next` says whether there is one more. */
async function turns(body: Node, shell: ShellCore, { streams, next }: { readonly streams: Streams; readonly next: () => Promise<boolean> }): Promise<number> {
  let code = 0
  shell.scope.loops += 1
  try {
    for (let goes = true; goes; ) {
      const [ended, on] = await turn(shell, async () => ((await next()) ? shell.run(body, streams) : undefined))
      if (ended !== undefined) code = ended
      goes = on && ended !== undefined
    }
    return code
  } finally {
    shell.scope.loops -= 1
  }
}

/** One turn: its exit code, and whether there may be a next. */
async function turn(shell: ShellCore, work: () => Promise<number | undefined>): Promise<readonly [code: number | undefined, next: boolean]> {
  try {
    return [await work(), true]
  } catch (error) {
    if (!(error instanceof Leave) || error.kind === 'return') throw error
    error.levels -= 1
    if (error.levels > 0 && shell.scope.loops > 1) throw error
    return [0, error.kind === 'continue']
  }
}

function loop(node: Of<'loop'>, shell: ShellCore, streams: Streams): Promise<number> {
  return turns(node.body, shell, { streams, next: async () => ((await shell.tested(node.condition, streams)) === 0) !== node.until })
}

async function each(node: Of<'for'>, shell: ShellCore, streams: Streams): Promise<number> {
  const words = node.words ? await expandWords(node.words, shell.expander(streams)) : [...shell.scope.parameters]
  const next = async (): Promise<boolean> => {
    const word = words.shift()
    if (word !== undefined) shell.scope.set(node.name, word)
    return word !== undefined
  }
  return turns(node.body, shell, { streams, next })
}

async function count(node: Of<'count'>, shell: ShellCore, streams: Streams): Promise<number> {
  const expander = shell.expander(streams)
  let first = true
  await sum(node.start, expander)
  const next = async (): Promise<boolean> => {
    if (!first) await sum(node.step, expander)
    first = false
    return node.condition.length === 0 || (await sum(node.condition, expander)) !== 0n
  }
  return turns(node.body, shell, { streams, next })
}

async function pick(node: Of<'case'>, shell: ShellCore, streams: Streams): Promise<number> {
  const expander = shell.expander(streams)
  const text = await expandText(node.word, expander)
  for (const { patterns, body } of node.cases) {
    for (const pattern of patterns) if (matches(text, await expandPattern(pattern, expander))) return shell.run(body, streams)
  }
  return 0
}

async function decide({ test }: Of<'condition'>, shell: ShellCore, streams: Streams): Promise<number> {
  const outcome = await evaluateCondition(test, shell.expander(streams))
  if (typeof outcome === 'boolean') return outcome ? 0 : 1
  return shell.complain(streams, outcome, shell.scope.dialect === 'ash' ? undefined : '[[')
}

/** `time`: the world's time that a command took. */
async function time({ body, posix }: Of<'time'>, shell: ShellCore, streams: Streams): Promise<number> {
  const started = shell.process.now()
  const code = await shell.run(body, streams)
  const seconds = (shell.process.now() - started) / 1000
  const long = `${Math.floor(seconds / 60)}m${(seconds % 60).toFixed(3)}s`
  streams.err(posix ? `real ${seconds.toFixed(2)}\nuser 0.00\nsys 0.00\n` : `\nreal\t${long}\nuser\t0m0.001s\nsys\t0m0.002s\n`)
  return code
}
