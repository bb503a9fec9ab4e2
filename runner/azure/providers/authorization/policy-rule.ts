// What a policy's rule says of a resource that is about to be written.
import { isObject, type Json, type JsonObject } from '../../../base/json.ts'
import { evaluate, type TemplateScope } from '../../templates/evaluate.ts'
import { ExpressionError } from '../../templates/expression.ts'

/** A resource as rules see it. `type` as permissions spell it. */
export interface PolicyTarget {
  readonly id: string
  readonly type: string
  readonly body: JsonObject
}

/** The effect that a rule has on a resource, in lower case; undefined where its condition does not hold, or uses what is not simulated. */
export function effectOn(rule: JsonObject, target: PolicyTarget, parameters: (name: string) => Json): string | undefined {
  const scope = scopeFor(parameters)
  try {
    if (!holds(rule.if, target, scope)) return undefined
    const then = isObject(rule.then) ? rule.then : {}
    return String(evaluate(then.effect, scope)).toLowerCase()
  } catch (thrown) {
    if (thrown instanceof ExpressionError) return undefined
    throw thrown
  }
}

/** What a rule says of its effect: what it appends, or how it modifies; evaluated. */
export function effectDetails(rule: JsonObject, parameters: (name: string) => Json): Json {
  const then = isObject(rule.then) ? rule.then : {}
  return evaluate(then.details, scopeFor(parameters))
}

/** The body with a field written: `tags['x']`, a plain member, or an alias into the properties. `add` leaves alone what is there. */
export function writeField({ type, body }: PolicyTarget, change: { readonly field: string; readonly value: Json; readonly operation: string }): JsonObject {
  const { field, value, operation } = change
  const tag = /^tags(?:\[['"]?(.+?)['"]?\]|\.(.+))$/.exec(field)
  const alias = field.toLowerCase().startsWith(`${type.toLowerCase()}/`) ? ['properties', ...field.slice(type.length + 1).split('.')] : undefined
  const path = tag ? ['tags', tag[1] ?? tag[2] ?? ''] : (alias ?? [field])
  return written(body, path, { value, operation })
}

function written(object: JsonObject, [first = '', ...rest]: readonly string[], change: { readonly value: Json; readonly operation: string }): JsonObject {
  const key = Object.keys(object).find((one) => one.toLowerCase() === first.toLowerCase()) ?? first
  const before = object[key]
  if (rest.length > 0) return { ...object, [key]: written(isObject(before) ? before : {}, rest, change) }
  if (change.operation === 'remove') return Object.fromEntries(Object.entries(object).filter(([one]) => one !== key))
  return change.operation === 'add' && before !== undefined ? object : { ...object, [key]: change.value }
}

function scopeFor(parameter: (name: string) => Json): TemplateScope {
  const none = (name: string): never => {
    throw new ExpressionError(`"${name}" is not there in a policy`)
  }
  return {
    subscriptionId: '',
    tenantId: '',
    deployment: '',
    location: '',
    now: 0,
    parameter,
    variable: none,
    resource: () => undefined,
    newGuid: () => none('newGuid'),
    copies: {},
  }
}

function holds(condition: unknown, target: PolicyTarget, scope: TemplateScope): boolean {
  if (!isObject(condition)) throw new ExpressionError('A condition was expected.')
  const { allOf, anyOf, not } = condition
  if (Array.isArray(allOf)) return allOf.every((one: Json) => holds(one, target, scope))
  if (Array.isArray(anyOf)) return anyOf.some((one: Json) => holds(one, target, scope))
  if (not !== undefined) return !holds(not, target, scope)
  const value = condition.field === undefined ? evaluate(condition.value, scope) : fieldOf(String(evaluate(condition.field, scope)), target)
  const [name, wanted] = Object.entries(condition).find(([key]) => key in tests) ?? []
  const test = name === undefined ? undefined : tests[name]
  if (!test) throw new ExpressionError('A test was expected.')
  return test(value, evaluate(wanted, scope))
}

const same = (a: Json, b: Json): boolean => String(a ?? '').toLowerCase() === String(b ?? '').toLowerCase()
const among = (value: Json, list: Json): boolean => Array.isArray(list) && list.some((one: Json) => same(value, one))
const like = (value: Json, pattern: Json): boolean =>
  new RegExp(
    `^${String(pattern)
      .split('*')
      .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')}$`,
    'i',
  ).test(String(value ?? ''))
const contains = (value: Json, part: Json): boolean =>
  String(value ?? '')
    .toLowerCase()
    .includes(String(part).toLowerCase())

/** Tests by their name; texts compare without case. */
const tests: Readonly<Record<string, (value: Json, wanted: Json) => boolean>> = {
  equals: same,
  notEquals: (value, wanted) => !same(value, wanted),
  in: among,
  notIn: (value, wanted) => !among(value, wanted),
  like,
  notLike: (value, wanted) => !like(value, wanted),
  contains,
  notContains: (value, wanted) => !contains(value, wanted),
  exists: (value, wanted) => (value !== null && value !== '') === (String(wanted).toLowerCase() === 'true'),
  less: (value, wanted) => Number(value) < Number(wanted),
  lessOrEquals: (value, wanted) => Number(value) <= Number(wanted),
  greater: (value, wanted) => Number(value) > Number(wanted),
  greaterOrEquals: (value, wanted) => Number(value) >= Number(wanted),
}

/** `type`, `location`, `tags['x']`, or an alias: the type, then a path in the properties. */
function fieldOf(field: string, { id, type, body }: PolicyTarget): Json {
  const tag = /^tags(?:\[['"]?(.+?)['"]?\]|\.(.+))$/.exec(field)
  if (tag) return memberOf(body.tags, tag[1] ?? tag[2] ?? '')
  const plain: Readonly<Record<string, Json | undefined>> = { id, type, name: body.name, location: body.location, kind: body.kind, tags: body.tags }
  if (field in plain) return plain[field] ?? null
  const path = field.toLowerCase().startsWith(`${type.toLowerCase()}/`) ? field.slice(type.length + 1) : ''
  if (path === '' || path.includes('[*]')) throw new ExpressionError(`The alias '${field}' is not simulated here.`)
  return path.split('.').reduce<Json>((value, key) => memberOf(value, key), body.properties ?? null)
}

function memberOf(value: Json | undefined, name: string): Json {
  if (!isObject(value)) return null
  const key = Object.keys(value).find((one) => one.toLowerCase() === name.toLowerCase())
  return key === undefined ? null : (value[key] ?? null)
}
