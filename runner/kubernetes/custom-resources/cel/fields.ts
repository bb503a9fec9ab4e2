// Whether the members that a rule names are declared, and whether its operators fit: types are followed from `self` as far as schemas say them.
import { isObject, type JsonObject } from '../../../base/json.ts'
import { itemsOf, propertiesOf } from '../structural.ts'
import { before, between, type TypeName, typeOfLiteral, typeOfSchema } from './operators.ts'
import { escapeName } from './values.ts'

/** A node of a parsed expression. */
export interface ExpressionNode {
  readonly op: string
  readonly args: unknown
  readonly pos: number
  readonly end: number
}

type Scope = ReadonlyMap<string, JsonObject | undefined>

/** What is wrong with a name or an operator, in the words of cel-go, and where it stands; `sign` is what stands there, after that place. */
export interface Problem {
  readonly says: string
  readonly at: number
  readonly sign?: string
}

/** Macros with what they take, and how many of that are variables. */
const macros: Readonly<Record<string, number>> = {
  ...{ 'all/2': 1, 'exists/2': 1, 'exists_one/2': 1, 'filter/2': 1, 'map/2': 1, 'map/3': 1, 'sortBy/2': 1, 'optMap/2': 1, 'optFlatMap/2': 1 },
  ...{ 'all/3': 2, 'exists/3': 2, 'exists_one/3': 2, 'existsOne/3': 2, 'transformList/3': 2, 'transformList/4': 2 },
  ...{ 'transformMap/3': 2, 'transformMap/4': 2, 'transformMapEntry/3': 2, 'transformMapEntry/4': 2 },
}
const typeNames = new Set(
  'bool bytes double duration dyn format int ip jsonpatch list lists map null_type optional sets string strings timestamp type uint google'.split(' '),
)
const ownProperties: JsonObject = {
  apiVersion: { type: 'string' },
  kind: { type: 'string' },
  metadata: { type: 'object', properties: { name: { type: 'string' }, generateName: { type: 'string' } } },
}

/** The first name that nothing declares, or operator that does not fit, or undefined. `variables` are those of the expression with their schemas. */
export function undeclared(node: ExpressionNode, variables: ReadonlyMap<string, JsonObject | undefined>): Problem | undefined {
  return check(node, variables).wrong
}

/** A root's or embedded resource's schema with the members that every resource has. */
export function resourceSchema(schema: JsonObject): JsonObject {
  return { ...schema, properties: { ...(isObject(schema.properties) ? schema.properties : {}), ...ownProperties } }
}

interface Checked {
  readonly type?: JsonObject | undefined
  /** The type of a value that no schema tells of. */
  readonly scalar?: TypeName
  readonly wrong?: Problem | undefined
}

const made: Readonly<Record<string, TypeName>> = { has: 'bool', HAS: 'bool', size: 'int', string: 'string', int: 'int', double: 'double', bool: 'bool' }
const seekers = new Set(['startsWith', 'endsWith', 'contains', 'matches', 'find'])
const ofTexts = new Set([
  'startsWith',
  'endsWith',
  'contains',
  'matches',
  'lowerAscii',
  'upperAscii',
  'trim',
  'split',
  'replace',
  'substring',
  'indexOf',
  'find',
])

function check(node: unknown, scope: Scope): Checked {
  if (!isNode(node)) return { wrong: firstWrong(Array.isArray(node) ? node : [], scope) }
  if (node.op === 'value') return { scalar: typeOfLiteral(node.args) }
  if (node.op === 'id') return checkName(String(node.args), node.pos, scope)
  if (node.op === '!_' || node.op === '-_') return checkBefore(node, scope)
  if (!Array.isArray(node.args)) return {}
  if (node.op === '.' || node.op === '.?') return checkMember(node, node.args, scope)
  if (node.op === '[]') return checkIndex(node.args, scope)
  if (node.op === 'rcall') return checkCall(node.args, scope)
  if (node.op === 'call') return { scalar: made[String(node.args[0])], wrong: firstWrong(node.args.slice(1), scope) }
  return checkOperator(node.op, node.args, scope)
}

function scalarOf({ scalar, type }: Checked): TypeName {
  return scalar ?? typeOfSchema(type)
}

function checkBefore({ op, args, pos }: ExpressionNode, scope: Scope): Checked {
  const operand = check(args, scope)
  if (operand.wrong) return operand
  const { type, problem } = before(op, scalarOf(operand))
  return problem === undefined ? { scalar: type } : { wrong: { says: problem, at: pos } }
}

function checkOperator(op: string, args: readonly unknown[], scope: Scope): Checked {
  const [left, right] = args
  const wrong = firstWrong(args, scope)
  if (wrong || !isNode(left) || !isNode(right)) return { wrong }
  if (op === '&&' || op === '||') return { scalar: 'bool', wrong: notBool(left, scope) ?? notBool(right, scope) }
  const first = scalarOf(check(left, scope))
  if (op === '?:') return checkChoice(left, args.slice(1), scope)
  if (op === 'in') return { scalar: 'bool', wrong: notAmong(left, right, scope) }
  const { type, problem } = between(op, first, scalarOf(check(right, scope)))
  return problem === undefined ? { scalar: type } : { wrong: { says: problem, at: left.end, sign: op } }
}

function checkChoice(condition: ExpressionNode, ways: readonly unknown[], scope: Scope): Checked {
  const asked = scalarOf(check(condition, scope))
  const types = ways.map((each) => scalarOf(check(each, scope)))
  const [one, other] = types
  const same = one === undefined || other === undefined || one === other
  if (same && (asked === undefined || asked === 'bool')) return { scalar: one === other ? one : undefined }
  const shown = [asked, ...types].map((type) => type ?? 'dyn').join(', ')
  return { wrong: { says: `found no matching overload for '_?_:_' applied to '(${shown})'`, at: condition.end, sign: '?' } }
}

/** A value that is sought in a list of others, all of one other type. */
function notAmong(value: ExpressionNode, list: ExpressionNode, scope: Scope): Problem | undefined {
  const type = scalarOf(check(value, scope))
  const items = new Set(list.op === 'list' && Array.isArray(list.args) ? list.args.map((each) => scalarOf(check(each, scope))) : [])
  const [item] = items
  if (type === undefined || item === undefined || items.size !== 1 || item === type) return undefined
  return { says: `found no matching overload for '@in' applied to '(${type}, list(${item}))'`, at: value.end, sign: 'in' }
}

function notBool(node: ExpressionNode, scope: Scope): Problem | undefined {
  const type = scalarOf(check(node, scope))
  if (type === undefined || type === 'bool') return undefined
  return { says: `expected type 'bool' but found '${type}'`, at: node.op === '.' ? node.pos - 1 : node.pos }
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
  const { type, wrong, scalar } = check(target, scope)
  if (wrong) return { wrong }
  const receiver = scalarOf({ type, scalar })
  if (ofTexts.has(String(name))) {
    const misfit = misapplied(String(name), { target, receiver }, Array.isArray(args) ? args : [], scope)
    if (misfit) return { wrong: misfit }
  }
  const given = Array.isArray(args) ? (args as readonly unknown[]) : []
  const count = macros[`${String(name)}/${given.length}`]
  const names = given.slice(0, count).flatMap((each) => (isNode(each) && each.op === 'id' ? [String(each.args)] : []))
  if (count === undefined || names.length < count) return { wrong: firstWrong(given, scope) }
  const inner = new Map([...scope, ...variablesOf(String(name), names, type)])
  return { type: name === 'filter' || name === 'sortBy' ? type : undefined, wrong: firstWrong(given.slice(count), inner) }
}

/** What the variables of a macro are, as far as the schema of what it loops over says. */
function variablesOf(
  macro: string,
  [first = '', second]: readonly string[],
  type: JsonObject | undefined,
): readonly (readonly [string, JsonObject | undefined])[] {
  const items = type && itemsOf(type)
  const isMap = type?.additionalProperties !== undefined
  const key = isMap ? { type: 'string' } : undefined
  if (second === undefined) return [[first, macro.startsWith('opt') ? type : (items ?? key)]]
  const value = isMap && isObject(type.additionalProperties) ? type.additionalProperties : items
  return [
    [first, items ? { type: 'integer' } : key],
    [second, value],
  ]
}

/** A function of texts on something else, or with something else as what it looks for. */
function misapplied(
  name: string,
  { target, receiver }: { readonly target: unknown; readonly receiver: TypeName },
  args: readonly unknown[],
  scope: Scope,
): Problem | undefined {
  const types = args.map((each) => scalarOf(check(each, scope)) ?? 'dyn')
  const sought = seekers.has(name) && types[0] !== 'dyn' && types[0] !== 'string'
  if ((receiver === undefined || receiver === 'string') && !sought) return undefined
  const says = `found no matching overload for '${name}' applied to '${receiver ?? 'dyn'}.(${types.join(', ')})'`
  return { says, at: isNode(target) ? target.end : 0, sign: '(' }
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
