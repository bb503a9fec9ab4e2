// Items and entries of literals that may be missing, `[?x]` and `{?'a': x}`: the library reads no such sign, and is given another
// in its place, `!`, which is as long, so that places stay what they are.
import type { ExpressionNode } from './fields.ts'
import { isNode } from './fields.ts'
import { tokens } from './presence.ts'

/** An expression as the library can read it, and where `!` stands for `?`. */
export interface Readable {
  readonly text: string
  readonly places: ReadonlySet<number>
}

/** The expression with its optional items written otherwise. */
export function withOptionalItems(text: string): Readable {
  const places = new Set<number>()
  if (!text.includes('?')) return { text, places }
  let [before, beforeThat] = ['', '']
  const written = text.replace(tokens, (token, at: number) => {
    if (/^(\s|\/\/)/.test(token)) return token
    const isItem = token === '?' && (before === ',' || before === '{' || (before === '[' && !endsValue(beforeThat)))
    beforeThat = before
    before = token
    if (isItem) places.add(at)
    return isItem ? '!' : token
  })
  return { text: written, places }
}

/** True for a token that an index may follow. */
function endsValue(token: string): boolean {
  return token !== 'in' && /[\w)\]}"']$/.test(token)
}

/** The tree with `optional` nodes for optional items; those of entries are their keys. */
export function readItems(node: unknown, places: ReadonlySet<number>): unknown {
  if (Array.isArray(node)) return node.map((each) => readItems(each, places))
  if (!isNode(node)) return node
  const { op, pos, end } = node
  if (op === '!_' && places.has(pos)) return readItems(node.args, places)
  const args = readItems(node.args, places)
  if (op === 'list') return { op, pos, end, args: items(node.args, args, places) }
  if (op === 'map') return { op, pos, end, args: (args as unknown[][]).map((entry, index) => [marked(keyOf(node, index), entry[0], places), entry[1]]) }
  return { op, pos, end, args }
}

function items(given: unknown, read: unknown, places: ReadonlySet<number>): readonly unknown[] {
  return (read as readonly unknown[]).map((item, index) => marked((given as readonly unknown[])[index], item, places))
}

function keyOf({ args }: ExpressionNode, index: number): unknown {
  return (args as readonly (readonly unknown[])[])[index]?.[0]
}

function marked(given: unknown, read: unknown, places: ReadonlySet<number>): unknown {
  return isNode(given) && isNode(read) && places.has(given.pos) ? { op: 'optional', pos: given.pos, end: given.end, args: read } : read
}
