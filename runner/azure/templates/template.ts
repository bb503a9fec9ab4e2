// An ARM template taken apart: parameters with their defaults, variables, and every resource with what it waits for.
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import { evaluate, referencesIn, type TemplateScope } from './evaluate.ts'
import { ExpressionError } from './expression.ts'

/** A resource of a template, ready to be written once those that it waits for are there. */
export interface TemplateResource {
  readonly id: string
  readonly type: string
  readonly name: string
  readonly apiVersion: string
  /** Ids of resources of the template. */
  readonly waitsFor: readonly string[]
  /** The body of its PUT, evaluated now. */
  body(): JsonObject
}

/** A template that can be deployed. */
export interface ReadTemplate {
  readonly resources: readonly TemplateResource[]
  /** Parameters as a deployment shows them. */
  readonly parameters: JsonObject
  /** Outputs as a deployment shows them, evaluated now. */
  outputs(): JsonObject | undefined
}

/** What a template is read in, beside its parameters and variables. */
export type Surroundings = Omit<TemplateScope, 'parameter' | 'variable' | 'copies' | 'idOf'>

/** Reads a template with these parameters. Throws `ExpressionError` for what is wrong with it. */
export function readTemplate(template: JsonObject, given: JsonObject, around: Surroundings): ReadTemplate {
  const scope = scopeOf(template, given, around)
  const declared = objectOf(template.parameters)
  const unknown = Object.keys(given).find((name) => !keyIn(declared, name))
  if (unknown !== undefined)
    throw new ExpressionError(
      `The template parameters '${unknown}' in the parameters file are not valid; they are not present in the original template and can therefore not be provided at deployment time. The only supported parameters for this template are '${Object.keys(declared).join(', ')}'.`,
    )
  const absent = Object.entries(declared).filter(([name, one]) => !keyIn(given, name) && objectOf(one).defaultValue === undefined)
  if (absent.length > 0)
    throw new ExpressionError(
      `The value for the template parameter '${absent[0]?.[0]}' at line '1' and column '1' is not provided. Please see https://aka.ms/arm-create-parameter-file for usage details.`,
    )
  const resources = resourcesOf(template, scope)
  return {
    resources,
    parameters: Object.fromEntries(
      Object.entries(declared).map(([name, one]) => [name, { type: typeShown(objectOf(one).type), value: scope.parameter(name) }]),
    ),
    outputs() {
      const outputs = Object.entries(objectOf(template.outputs)).filter(([, one]) => holds(objectOf(one), scope))
      if (outputs.length === 0) return undefined
      return Object.fromEntries(outputs.map(([name, one]) => [name, { type: typeShown(objectOf(one).type), value: evaluate(objectOf(one).value, scope) }]))
    },
  }
}

function scopeOf(template: JsonObject, given: JsonObject, around: Surroundings): TemplateScope {
  const declared = objectOf(template.parameters)
  const variables = objectOf(template.variables)
  const symbols = new Map<string, string>()
  const scope: TemplateScope = {
    ...around,
    copies: {},
    idOf: (name) => symbols.get(name),
    parameter(name) {
      const key = keyIn(declared, name)
      if (key === undefined) throw new ExpressionError(`The template parameter '${name}' is not found.`)
      const own = keyIn(given, name)
      return own === undefined ? evaluate(objectOf(declared[key]).defaultValue, scope) : (objectOf(given[own]).value ?? null)
    },
    variable(name) {
      const key = keyIn(variables, name)
      if (key === undefined) throw new ExpressionError(`The template variable '${name}' is not found.`)
      return evaluate(variables[key], scope)
    },
  }
  for (const { symbol, resource } of declaredResources(template))
    if (!isObject(resource.copy)) symbols.set(symbol ?? nameOf(resource, undefined, scope), idOf(resource, undefined, scope))
  return scope
}

/** Resources stand in a list, or under symbolic names (language version 2.0). */
function declaredResources(template: JsonObject): readonly { readonly symbol: string | undefined; readonly resource: JsonObject }[] {
  const { resources } = template
  if (Array.isArray(resources)) return resources.filter(isObject).map((resource) => ({ symbol: undefined, resource }))
  return Object.entries(objectOf(resources)).flatMap(([symbol, resource]) => (isObject(resource) && resource.existing !== true ? [{ symbol, resource }] : []))
}

function resourcesOf(template: JsonObject, scope: TemplateScope): readonly TemplateResource[] {
  const flat = declaredResources(template).flatMap(({ symbol, resource }) => expanded(resource, scope, { symbol }))
  const ids = new Map(flat.map((one) => [one.id.toLowerCase(), one.id]))
  const byName = new Map(
    flat.flatMap((one) => [
      [one.name.toLowerCase(), one.id] as const,
      ...(one.symbol === undefined ? [] : [[one.symbol.toLowerCase(), one.id] as const]),
      ...(one.loop === undefined ? [] : [[one.loop.toLowerCase(), one.id] as const]),
    ]),
  )
  const loops = (name: string): readonly string[] => flat.filter(({ loop }) => loop?.toLowerCase() === name.toLowerCase()).map(({ id }) => id)
  return flat.map(({ waits, symbol: _s, loop: _l, ...resource }) => {
    const found = waits.flatMap((one) =>
      loops(one).length > 0 ? loops(one) : (ids.get(one.toLowerCase()) ?? byName.get((one.split('/').at(-1) ?? one).toLowerCase()) ?? []),
    )
    return { ...resource, waitsFor: [...new Set(found)].filter((id) => id !== resource.id) }
  })
}

interface Expanded extends Omit<TemplateResource, 'waitsFor'> {
  readonly waits: readonly string[]
  readonly symbol: string | undefined
  readonly loop: string | undefined
}

/** A resource with its copies and children; none where its condition does not hold. */
function expanded(
  resource: JsonObject,
  scope: TemplateScope,
  place: { readonly symbol?: string | undefined; readonly parent?: Expanded },
): readonly Expanded[] {
  const { copy } = resource
  if (!isObject(copy)) return holds(resource, scope) ? one(resource, scope, place) : []
  const loop = String(copy.name ?? '')
  return Array.from({ length: Number(evaluate(copy.count, scope)) }, (_, index) => ({ ...scope, copies: { ...scope.copies, [loop]: index } }))
    .filter((inner) => holds(resource, inner))
    .flatMap((inner) => one(resource, inner, { ...place, loop }))
}

function one(
  resource: JsonObject,
  scope: TemplateScope,
  { symbol, parent, loop }: { readonly symbol?: string | undefined; readonly parent?: Expanded; readonly loop?: string },
): readonly Expanded[] {
  const id = idOf(resource, parent, scope)
  const {
    type: _t,
    name: _n,
    apiVersion,
    dependsOn,
    copy: _c,
    condition: _w,
    resources,
    comments: _o,
    scope: _s,
    subscriptionId: _i,
    resourceGroup: _g,
    ...said
  } = resource
  const { body, template } = withoutInnerTemplate(said, typeOf(resource, parent))
  const waits = [
    ...(Array.isArray(dependsOn) ? dependsOn.map((name) => String(evaluate(name, scope))) : []),
    ...referencesIn(body, scope),
    ...(parent ? [parent.id] : []),
  ]
  const self: Expanded = {
    id,
    type: typeOf(resource, parent),
    name: nameOf(resource, parent, scope),
    apiVersion: String(evaluate(apiVersion, scope)),
    waits,
    symbol,
    loop,
    body: () => withTemplate(evaluate(body, scope) as JsonObject, template),
  }
  const children = Array.isArray(resources) ? resources.filter(isObject).flatMap((child) => expanded(child, scope, { parent: self })) : []
  return [self, ...children]
}

/** A deployment within a template: what its own template says is left to it, where its expressions are to be read inside. */
function withoutInnerTemplate(body: JsonObject, type: string): { readonly body: JsonObject; readonly template?: Json } {
  const { template, ...properties } = objectOf(body.properties)
  const inner = objectOf(properties.expressionEvaluationOptions).scope
  if (type.toLowerCase() !== 'microsoft.resources/deployments' || String(inner).toLowerCase() !== 'inner' || template === undefined) return { body }
  return { body: { ...body, properties }, template }
}

function withTemplate(body: JsonObject, template: Json | undefined): JsonObject {
  return template === undefined ? body : { ...body, properties: { ...objectOf(body.properties), template } }
}

function typeOf({ type }: JsonObject, parent: Expanded | undefined): string {
  return parent && !String(type).includes('.') ? `${parent.type}/${String(type)}` : String(type)
}

function nameOf({ name }: JsonObject, parent: Expanded | undefined, scope: TemplateScope): string {
  const own = String(evaluate(name, scope))
  return parent && !own.startsWith(`${parent.name}/`) ? `${parent.name}/${own}` : own
}

/** `scope` makes an extension resource; else it stands in the deployment's own scope. */
function idOf(resource: JsonObject, parent: Expanded | undefined, scope: TemplateScope): string {
  const [namespace = '', ...types] = typeOf(resource, parent).split('/')
  const names = nameOf(resource, parent, scope).split('/')
  const base = baseOf(resource, scope)
  if (`${namespace}/${types[0] ?? ''}`.toLowerCase() === 'microsoft.resources/resourcegroups')
    return `/subscriptions/${scope.subscriptionId}/resourceGroups/${names[0] ?? ''}`
  return `${base}/providers/${[namespace, ...types.flatMap((type, index) => [type, names[index] ?? ''])].join('/')}`
}

/** Where a resource stands: where `scope` says, in another group or subscription, or in the deployment's own scope. */
function baseOf(resource: JsonObject, scope: TemplateScope): string {
  if (resource.scope !== undefined) return absolute(String(evaluate(resource.scope, scope)), scope)
  const { subscriptionId, resourceGroup } = resource
  const subscription = subscriptionId === undefined ? scope.subscriptionId : String(evaluate(subscriptionId, scope))
  if (resourceGroup !== undefined) return `/subscriptions/${subscription}/resourceGroups/${String(evaluate(resourceGroup, scope))}`
  return subscriptionId === undefined ? (scope.group?.id ?? `/subscriptions/${subscription}`) : `/subscriptions/${subscription}`
}

function absolute(scopeText: string, { group, subscriptionId }: TemplateScope): string {
  if (scopeText.startsWith('/')) return scopeText
  const [namespace = '', ...rest] = scopeText.split('/')
  const half = rest.length / 2
  const pairs = rest.slice(0, half).flatMap((type, index) => [type, rest[half + index] ?? ''])
  return `${group?.id ?? `/subscriptions/${subscriptionId}`}/providers/${[namespace, ...pairs].join('/')}`
}

function holds({ condition }: JsonObject, scope: TemplateScope): boolean {
  return condition === undefined || evaluate(condition, scope) === true
}

function typeShown(type: Json | undefined): string {
  const name = String(type ?? 'string')
  return name.charAt(0).toUpperCase() + name.slice(1)
}

function keyIn(object: JsonObject, name: string): string | undefined {
  return Object.keys(object).find((key) => key.toLowerCase() === name.toLowerCase())
}

function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {}
}
