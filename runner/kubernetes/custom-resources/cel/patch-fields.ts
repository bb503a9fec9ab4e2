// Whether the JSON patches that an expression makes have the fields of one (apiserver `pkg/cel/mutation/jsonpatch.go`).
import { type ExpressionNode, isNode, type Problem } from './fields.ts'

/** What a patch's fields are; that of `value` is open. */
const patchFields: Readonly<Record<string, string>> = { op: 'string', path: 'string', from: 'string', value: '' }
const literals: Readonly<Record<string, string>> = { string: 'string', bigint: 'int', number: 'double', boolean: 'bool' }

/** The first field of a patch that it has none of, or that a literal of another type is given to. */
export function misfit(node: unknown): Problem | undefined {
  if (Array.isArray(node)) return firstMisfit(node)
  if (!isNode(node)) return undefined
  const wrong = node.op === 'call' && Array.isArray(node.args) && node.args[0] === 'newJSONPatch' ? wrongField(node.args[1]) : undefined
  return wrong ?? (Array.isArray(node.args) ? firstMisfit(node.args) : undefined)
}

function firstMisfit(nodes: readonly unknown[]): Problem | undefined {
  for (const node of nodes) {
    const wrong = misfit(node)
    if (wrong) return wrong
  }
  return undefined
}

function wrongField(args: unknown): Problem | undefined {
  const [fields] = args as readonly ExpressionNode[]
  for (const [name, value] of (fields?.args ?? []) as readonly (readonly [ExpressionNode, ExpressionNode])[]) {
    const wanted = patchFields[String(name.args)]
    const given = value.op === 'value' ? (literals[typeof value.args] ?? 'dyn') : (wanted ?? 'dyn')
    if (wanted === undefined || (wanted !== '' && given !== wanted))
      return {
        says: `expected type of field '${String(name.args)}' is '${wanted ?? ''}' but provided type is '${given}'`,
        at: name.pos + String(name.args).length,
      }
  }
  return undefined
}
