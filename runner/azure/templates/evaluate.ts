// Evaluates template expressions in a scope: parameters and variables, ids of resources, and what resources say of themselves.
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import { type Expression, ExpressionError, expressionIn, parseExpression } from './expression.ts'
import { plainFunctions, text, truth } from './functions.ts'

/** Where expressions are evaluated. `group` is absent in a deployment to a subscription. */
export interface TemplateScope {
  readonly subscriptionId: string
  readonly tenantId: string
  readonly group?: { readonly id: string; readonly name: string; readonly location: string; readonly tags?: JsonObject }
  readonly deployment: string
  readonly location: string
  readonly now: number
  parameter(name: string): Json
  variable(name: string): Json
  /** What a resource says of itself now; undefined while it is not there. */
  resource(id: string): JsonObject | undefined
  /** The whole id of a resource that the template names by its name, or by its symbolic name. */
  idOf?(name: string): string | undefined
  newGuid(): string
  /** Numbers of the copy loops around. */
  readonly copies: Readonly<Record<string, number>>
}

/** A value of a template with every expression in it evaluated. Throws `ExpressionError`. */
export function evaluate(value: Json | undefined, scope: TemplateScope): Json {
  if (value === undefined) return null
  if (typeof value === 'string') {
    const inside = expressionIn(value)
    if (inside !== undefined) return worth(parseExpression(inside), scope)
    return value.startsWith('[[') ? value.slice(1) : value
  }
  if (Array.isArray(value)) return value.map((item: Json) => evaluate(item, scope))
  if (!isObject(value)) return value
  const members = Object.entries(value).flatMap(([key, member]) =>
    key === 'copy' && Array.isArray(member) ? loopsOf(member, scope) : [[key, evaluate(member, scope)] as const],
  )
  return Object.fromEntries(members)
}

/** `copy` among properties: each entry becomes a list under its name. */
function loopsOf(entries: readonly Json[], scope: TemplateScope): readonly (readonly [string, Json])[] {
  return entries.filter(isObject).map(({ name, count, input }) => {
    const times = Number(evaluate(count, scope))
    const items = Array.from({ length: times }, (_, index) => evaluate(input, { ...scope, copies: { ...scope.copies, [String(name)]: index } }))
    return [String(name), items] as const
  })
}

/** Ids and names that expressions mention as `reference(...)`: what has to be there before. */
export function referencesIn(value: Json | undefined, scope: TemplateScope): readonly string[] {
  if (typeof value === 'string') {
    const inside = expressionIn(value)
    return inside === undefined ? [] : referencesOf(parseExpression(inside), scope)
  }
  if (Array.isArray(value)) return value.flatMap((item: Json) => referencesIn(item, scope))
  return isObject(value) ? Object.values(value).flatMap((member) => referencesIn(member, scope)) : []
}

function referencesOf(expression: Expression, scope: TemplateScope): readonly string[] {
  if (expression.is === 'value') return []
  if (expression.is === 'member') return [...referencesOf(expression.of, scope), ...referencesOf(expression.key, scope)]
  const [first] = expression.args
  const inner = expression.args.flatMap((arg) => referencesOf(arg, scope))
  if (expression.name !== 'reference' || !first || inner.length > 0) return inner
  const named = text(worth(first, scope))
  return [scope.idOf?.(named) ?? named]
}

function worth(expression: Expression, scope: TemplateScope): Json {
  if (expression.is === 'value') return expression.value
  if (expression.is === 'member') return memberOf(worth(expression.of, scope), worth(expression.key, scope))
  const { name, args } = expression
  if (name === 'if') return worth(args[truth(worth(args[0] ?? nothing, scope)) ? 1 : 2] ?? nothing, scope)
  const values = args.map((arg) => worth(arg, scope))
  const own = scoped[name]
  if (own) return own(scope, values)
  const plain = plainFunctions[name]
  if (plain) return plain(...values)
  throw new ExpressionError(`The template function '${name}' is not simulated here.`)
}

const nothing: Expression = { is: 'value', value: '' }

function memberOf(value: Json, key: Json): Json {
  if (Array.isArray(value)) return value[Number(key)] ?? missing(key)
  if (!isObject(value)) throw missingError(key)
  const found = Object.entries(value).find(([name]) => name.toLowerCase() === text(key).toLowerCase())
  return found ? (found[1] ?? null) : missing(key)
}

function missing(key: Json): never {
  throw missingError(key)
}

function missingError(key: Json): ExpressionError {
  return new ExpressionError(`The language expression property '${text(key)}' doesn't exist.`)
}

type Scoped = (scope: TemplateScope, args: readonly Json[]) => Json

const scoped: Readonly<Record<string, Scoped>> = {
  parameters: (scope, [name = '']) => scope.parameter(text(name)),
  variables: (scope, [name = '']) => scope.variable(text(name)),
  copyindex: ({ copies }, [name, offset]) => {
    const named = typeof name === 'string' ? copies[name] : Object.values(copies).at(-1)
    return (named ?? 0) + Number((typeof name === 'string' ? offset : name) ?? 0)
  },
  resourcegroup: ({ group }) => {
    if (!group) throw new ExpressionError('The template function RESOURCEGROUP is not expected at this location.')
    return { ...group, type: 'Microsoft.Resources/resourceGroups', tags: group.tags ?? {}, properties: { provisioningState: 'Succeeded' } }
  },
  subscription: ({ subscriptionId, tenantId }) => ({ id: `/subscriptions/${subscriptionId}`, subscriptionId, tenantId, displayName: '' }),
  tenant: ({ tenantId }) => ({ tenantId }),
  deployment: ({ deployment, location }) => ({ name: deployment, location, properties: {} }),
  newguid: ({ newGuid }) => newGuid(),
  utcnow: ({ now }, [form]) => timeText(now, form === undefined ? 'yyyyMMddTHHmmssZ' : text(form)),
  resourceid: (scope, args) => resourceIdOf(scope, args.map(text)),
  subscriptionresourceid: ({ subscriptionId }, args) => idIn(`/subscriptions/${subscriptionId}`, args.map(text)),
  tenantresourceid: (_, args) => idIn('', args.map(text)),
  extensionresourceid: (_, [base = '', ...args]) => idIn(text(base), args.map(text)),
  reference: (scope, [name = '', , full]) => {
    const id = scope.idOf?.(text(name)) ?? text(name)
    const found = scope.resource(id)
    if (!found) throw new ExpressionError(`The resource '${id}' referenced is not available.`)
    return full === undefined ? (isObject(found.properties) ? found.properties : {}) : found
  },
}

/** Arguments before the type are a subscription, a group, or both. */
function resourceIdOf({ subscriptionId, group }: TemplateScope, args: readonly string[]): string {
  const at = args.findIndex((arg) => arg.includes('/'))
  const before = args.slice(0, Math.max(0, at))
  const [subscription = subscriptionId, named = group?.name] = before.length === 1 ? [subscriptionId, before[0]] : before
  const base = named === undefined ? `/subscriptions/${subscription}` : `/subscriptions/${subscription}/resourceGroups/${named}`
  return idIn(base, args.slice(Math.max(0, at)))
}

function idIn(base: string, [type = '', ...names]: readonly string[]): string {
  const [namespace = '', ...types] = type.split('/')
  return `${base}/providers/${[namespace, ...types.flatMap((part, index) => [part, names[index] ?? ''])].join('/')}`
}

function timeText(now: number, form: string): string {
  const time = new Date(now).toISOString()
  const parts: Readonly<Record<string, string>> = {
    yyyy: time.slice(0, 4),
    MM: time.slice(5, 7),
    dd: time.slice(8, 10),
    HH: time.slice(11, 13),
    mm: time.slice(14, 16),
    ss: time.slice(17, 19),
  }
  return form === 'u' ? `${time.slice(0, 10)} ${time.slice(11, 19)}Z` : form.replace(/yyyy|MM|dd|HH|mm|ss/g, (part) => parts[part] ?? part)
}
