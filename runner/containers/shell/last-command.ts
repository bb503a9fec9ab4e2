// The command with which a script ends: whatever it runs is what the script was for.
import type { Node } from './syntax.ts'

/** The last command of a tree; undefined where that depends on how it goes. */
export function lastCommand(node: Node): Node | undefined {
  switch (node.kind) {
    case 'simple':
      return node
    case 'and':
    case 'or':
      return lastCommand(node.right)
    case 'list': {
      const last = node.items.at(-1)
      return last && lastCommand(last.node)
    }
    case 'group':
      return lastCommand(node.body)
    default:
      return undefined
  }
}
