// Whether the members that a rule names are declared: types are followed from `self` as far as schemas say them.
import { isObject, type JsonObject } from '../../../base/json.ts'
import { itemsOf, propertiesOf } from '../structural.ts'
import { escapeName } from './values.ts'

/** A node of a parsed expression. */
export interface ExpressionNode {
  readonly op: string
  readonly args: unknown
  readonly pos: number
}

type Scope = ReadonlyMap<string, JsonObject | undefined>
interface Undefined {
  readonly name: string
  readonly at: number
}

const macros = new Set(['all', 'exists', 'exists_one', 'filter', 'map'])
const ownProperties: JsonObject = {
  apiVersion: { type: 'string' },
  kind: { type: 'string' },
  metadata: { type: 'object', properties: { name: { type: 'string' }, generateName: { type: 'string' } } },
}

/** The first member that is not declared, or undefined. `schema` is that of `self`. */
export function undefinedField(node: ExpressionNode, schema: JsonObject): Undefined | undefined {
  const scope = new Map([
    ['self', schema],
    ['oldSelf', schema],
  ])
  return check(node, scope).wrong
}

/** A root's or embedded resource's schema with the members that every resource has. */
export function resourceSchema(schema: JsonObject): JsonObject {
  return { ...schema, properties: { ...(isObject(schema.properties) ? schema.properties : {}), ...ownProperties } }
}

interface Checked {
  readonly type?: JsonObject | undefined
  readonly wrong?: Undefined | undefined
}

function check(node: unknown, scope: Scope): Checked {
  if (!isNode(node)) return { wrong: firstWrong(Array.isArray(node) ? node : [], scope) }
  if (node.op === 'id') return { type: scope.get(String(node.args)) }
  if (!Array.isArray(node.args)) return {}
  if (node.op === '.' || node.op === '.?') return checkMember(node, node.args, scope)
  if (node.op === '[]') return checkIndex(node.args, scope)
  if (node.op === 'rcall') return checkCall(node.args, scope)
  return { wrong: firstWrong(node.args, scope) }
}

function checkMember(node: ExpressionNode, [target, name]: readonly unknown[], scope: Scope): Checked {
  const { type, wrong } = check(target, scope)
  if (wrong) return { wrong }
  if (type === undefined || type.type !== 'object' || type['x-kubernetes-preserve-unknown-fields'] === true) return {}
  if (type.additionalProperties !== undefined) return { type: isObject(type.additionalProperties) ? type.additionalProperties : undefined }
  const found = propertiesOf(type).find(([property]) => escapeName(property) === name)
  return found ? { type: found[1] } : { wrong: { name: String(name), at: node.pos - 1 } }
}

function checkIndex([target, index]: readonly unknown[], scope: Scope): Checked {
  const { type, wrong } = check(target, scope)
  if (wrong) return { wrong }
  const inner = type && (itemsOf(type) ?? (isObject(type.additionalProperties) ? type.additionalProperties : undefined))
  return { type: inner, wrong: firstWrong([index], scope) }
}

function checkCall([name, target, args]: readonly unknown[], scope: Scope): Checked {
  const { type, wrong } = check(target, scope)
  if (wrong) return { wrong }
  const [variable, ...rest] = Array.isArray(args) ? (args as readonly unknown[]) : []
  if (!macros.has(String(name)) || !isNode(variable)) return { wrong: firstWrong(Array.isArray(args) ? args : [], scope) }
  const inner = new Map([...scope, [String(variable.args), type && itemsOf(type)] as const])
  return { type: name === 'filter' ? type : undefined, wrong: firstWrong(rest, inner) }
}

function firstWrong(nodes: readonly unknown[], scope: Scope): Undefined | undefined {
  for (const node of nodes) {
    const { wrong } = check(node, scope)
    if (wrong) return wrong
  }
  return undefined
}

function isNode(value: unknown): value is ExpressionNode {
  return typeof value === 'object' && value !== null && 'op' in value && typeof value.op === 'string'
}
