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

/** What is wrong with a name, in the words of cel-go, and where it stands. */
export interface Problem {
  readonly says: string
  readonly at: number
}

const macros = new Set(['all', 'exists', 'exists_one', 'filter', 'map'])
const typeNames = new Set(
  'bool bytes cel double duration dyn int jsonpatch list map math null_type optional sets string strings timestamp type uint google'.split(' '),
)
const ownProperties: JsonObject = {
  apiVersion: { type: 'string' },
  kind: { type: 'string' },
  metadata: { type: 'object', properties: { name: { type: 'string' }, generateName: { type: 'string' } } },
}

/** The first name that nothing declares, or undefined. `variables` are those of the expression with their schemas. */
export function undeclared(node: ExpressionNode, variables: ReadonlyMap<string, JsonObject | undefined>): Problem | undefined {
  return check(node, variables).wrong
}

/** A root's or embedded resource's schema with the members that every resource has. */
export function resourceSchema(schema: JsonObject): JsonObject {
  return { ...schema, properties: { ...(isObject(schema.properties) ? schema.properties : {}), ...ownProperties } }
}

interface Checked {
  readonly type?: JsonObject | undefined
  readonly wrong?: Problem | undefined
}

function check(node: unknown, scope: Scope): Checked {
  if (!isNode(node)) return { wrong: firstWrong(Array.isArray(node) ? node : [], scope) }
  if (node.op === 'value') return {}
  if (node.op === 'id') return checkName(String(node.args), node.pos, scope)
  if (!Array.isArray(node.args)) return {}
  if (node.op === '.' || node.op === '.?') return checkMember(node, node.args, scope)
  if (node.op === '[]') return checkIndex(node.args, scope)
  if (node.op === 'rcall') return checkCall(node.args, scope)
  if (node.op === 'call') return { wrong: firstWrong(node.args.slice(1), scope) }
  return { wrong: firstWrong(node.args, scope) }
}

function checkName(name: string, at: number, scope: Scope): Checked {
  if (scope.has(name)) return { type: scope.get(name) }
  return typeNames.has(name) ? {} : { wrong: { says: `undeclared reference to '${name}' (in container '')`, at } }
}

function checkMember(node: ExpressionNode, [target, name]: readonly unknown[], scope: Scope): Checked {
  const { type, wrong } = check(target, scope)
  if (wrong) return { wrong }
  if (type === undefined || type.type !== 'object' || type['x-kubernetes-preserve-unknown-fields'] === true) return {}
  if (type.additionalProperties !== undefined) return { type: isObject(type.additionalProperties) ? type.additionalProperties : undefined }
  const found = propertiesOf(type).find(([property]) => escapeName(property) === name)
  return found ? { type: found[1] } : { wrong: { says: `undefined field '${String(name)}'`, at: node.pos - 1 } }
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
  if (name === 'bind' && isNode(variable)) {
    const [value, ...body] = rest
    const bound = check(value, scope)
    return bound.wrong ? bound : { wrong: firstWrong(body, new Map([...scope, [String(variable.args), bound.type] as const])) }
  }
  if (!macros.has(String(name)) || !isNode(variable)) return { wrong: firstWrong(Array.isArray(args) ? args : [], scope) }
  const inner = new Map([...scope, [String(variable.args), type && itemsOf(type)] as const])
  return { type: name === 'filter' ? type : undefined, wrong: firstWrong(rest, inner) }
}

function firstWrong(nodes: readonly unknown[], scope: Scope): Problem | undefined {
  for (const node of nodes) {
    const { wrong } = check(node, scope)
    if (wrong) return wrong
  }
  return undefined
}

/** True for a node of a parsed expression. */
export function isNode(value: unknown): value is ExpressionNode {
  return typeof value === 'object' && value !== null && 'op' in value && typeof value.op === 'string'
}
