// What the schema of a definition may say (apiextensions `pkg/apis/apiextensions/validation`): structural, with defaults that
// fit and rules that compile and cost little enough.
import { isObject, type JsonObject } from '../../base/json.ts'
import { child, type Findings, forbidden, invalid, item, notSupported, required } from '../kinds/validation/findings.ts'
import { objects, present, text } from '../kinds/validation/read.ts'
import type { FieldError } from '../status-error.ts'
import { defaultFindings } from './check-defaults.ts'
import { listTypeFindings } from './check-list-types.ts'
import { ruleFindings, ruleTextFindings } from './check-rules.ts'
import { structuralProblem, structureFindings } from './check-structure.ts'
import { internalSchema, schemaFields } from './internal-schema.ts'
import { type RuleCost, timesWithin, totalFindings } from './rule-costs.ts'
import { propertiesOf } from './structural.ts'

const types = ['array', 'boolean', 'integer', 'number', 'object', 'string']
const unsupported = ['id', 'additionalItems', 'patternProperties', 'definitions', 'dependencies', '$ref']
const ownFields = ['metadata', 'kind', 'apiVersion']
const rootFields = [
  ...['Description', 'Type', 'Format', 'Title', 'Maximum', 'ExclusiveMaximum', 'Minimum', 'ExclusiveMinimum', 'MaxLength', 'MinLength', 'Pattern'],
  ...['MaxItems', 'MinItems', 'UniqueItems', 'MultipleOf', 'Required', 'Items', 'Properties', 'ExternalDocs', 'Example', 'XPreserveUnknownFields'],
  'XValidations',
]

/** Where a node stands, as far as its own findings depend on it. */
interface Place {
  readonly path: string
  readonly isRoot: boolean
  /** Why no default may stand here, or undefined where one may. */
  readonly noDefaults?: string
  readonly insideMeta?: boolean
  /** The outermost node around that cannot be compared with what it was before. */
  readonly uncorrelated?: string
  /** False inside of logic, where rules are not compiled. */
  readonly compile: boolean
  /** How often the node may stand in an object; undefined if a list or map around it has no limit. */
  readonly times: number | undefined
  readonly costs: RuleCost[]
}

interface Found {
  readonly schema: readonly FieldError[]
  readonly rules: readonly FieldError[]
}

/** Findings on a schema; with a status subresource less may stand at its root. */
export function* checkSchema(schema: JsonObject, path: string, hasStatus: boolean): Findings {
  const found = [...(hasStatus ? checkRoot(schema, path) : [])]
  if (schema.nullable === true) found.push(forbidden(child(path, 'nullable'), 'nullable cannot be true at the root'))
  const problem = structuralProblem(schema)
  const structure = problem === undefined ? structureFindings(schema, path) : []
  const defaults = problem === undefined && structure.length === 0 ? [...defaultFindings(schema, path)] : []
  found.push(...structure, ...defaults)
  const compile = problem === undefined && structure.length === 0 && defaults.length === 0
  const costs: RuleCost[] = []
  const node = checkNode(schema, { path, isRoot: true, compile, times: 1, costs })
  found.push(...node.schema, ...node.rules)
  if (found.length === 0 && problem !== undefined) found.push(invalid(path, '', problem))
  yield* found
  yield* totalFindings(costs, path)
}

function* checkRoot(schema: JsonObject, path: string): Findings {
  for (const [name, goName] of schemaFields) {
    const value = schema[name]
    if (!present(value) || value === false || value === '') continue
    if (goName === 'Type') {
      if (value === 'object') continue
      const detail = 'only "object" is allowed as the type at the root of the schema if the status subresource is enabled'
      return yield invalid(child(path, 'type'), value, detail)
    }
    if (rootFields.includes(goName)) continue
    const detail = `only [${rootFields.join(' ')}] fields are allowed at the root of the schema if the status subresource is enabled`
    return yield invalid(path, internalSchema(schema), detail)
  }
}

function checkNode(schema: JsonObject, place: Place): Found {
  const { path } = place
  const parts = [...partsOf(schema, place)].map(([part, at]) => checkNode(part, at))
  const own = [...checkKeywords(schema, place), ...parts.flatMap((part) => part.schema), ...checkExtensions(schema, path), ...ruleTextFindings(schema, path)]
  const inner = parts.flatMap((part) => part.rules)
  const rules = own.length === 0 && place.compile ? ruleFindings(schema, path, { uncorrelated: undefined, ...place }) : []
  return { schema: own, rules: [...inner, ...rules] }
}

function* checkKeywords(schema: JsonObject, { path, noDefaults, insideMeta }: Place): Findings {
  const type = text(schema.type)
  if (type !== '' && !types.includes(type)) yield notSupported(child(path, 'type'), type, types)
  if (present(schema.default) && noDefaults !== undefined) yield forbidden(child(path, 'default'), `must not be set ${noDefaults}`)
  for (const name of unsupported) if (speaksOf(schema, name)) yield forbidden(child(path, name), `${name} is not supported`)
  if (type === 'null') yield forbidden(child(path, 'type'), 'type cannot be set to null, use nullable as an alternative')
  if (Array.isArray(schema.items)) yield forbidden(child(path, 'items'), 'items must be a schema object and not an array')
  if (insideMeta && schema['x-kubernetes-embedded-resource'] === true)
    yield forbidden(child(path, 'x-kubernetes-embedded-resource'), 'must not be used inside of resource meta')
  if (schema.uniqueItems === true)
    yield forbidden(child(path, 'uniqueItems'), 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic')
  const { additionalProperties } = schema
  if (present(additionalProperties) && additionalProperties !== true && propertiesOf(schema).length > 0)
    yield forbidden(child(path, 'additionalProperties'), 'additionalProperties and properties are mutual exclusive')
}

function speaksOf(schema: JsonObject, name: string): boolean {
  const value = schema[name]
  if (isObject(value) && name !== 'additionalItems') return Object.keys(value).length > 0
  return present(value) && (name === '$ref' || value !== '')
}

/** The nodes below, in the order in which they are looked at, and where they stand. */
function* partsOf(schema: JsonObject, place: Place): Generator<readonly [JsonObject, Place]> {
  const { path } = place
  const below: Place = { ...place, isRoot: false, times: timesBelow(schema, place) }
  if (isObject(schema.additionalProperties)) {
    const at = { ...below, path: child(path, 'additionalProperties') }
    yield [schema.additionalProperties, place.insideMeta ? { ...at, noDefaults: 'inside additionalProperties applying to object metadata' } : at]
  }
  for (const [name, part] of propertiesOf(schema)) yield [part, propertyPlace(schema, name, { ...place, times: below.times })]
  const narrowing = { ...below, compile: false }
  if (isObject(schema.not)) yield [schema.not, { ...narrowing, path: child(path, 'not') }]
  for (const name of ['allOf', 'oneOf', 'anyOf'])
    for (const [index, part] of objects(schema[name]).entries()) yield [part, { ...narrowing, path: item(child(path, name), index) }]
  const items = Array.isArray(schema.items) ? objects(schema.items) : [schema.items]
  const uncorrelated = schema['x-kubernetes-list-type'] === 'map' ? {} : { uncorrelated: place.uncorrelated ?? path }
  for (const [index, part] of items.entries())
    if (isObject(part))
      yield [part, { ...below, ...uncorrelated, path: Array.isArray(schema.items) ? item(child(path, 'items'), index) : child(path, 'items') }]
}

function timesBelow(schema: JsonObject, { times }: Place): number | undefined {
  const within = timesWithin(schema)
  return times === undefined || within === undefined ? undefined : times * within
}

function propertyPlace(schema: JsonObject, name: string, place: Place): Place {
  const { path, isRoot } = place
  const ofResource = (isRoot || schema['x-kubernetes-embedded-resource'] === true) && ownFields.includes(name)
  return {
    ...place,
    isRoot: false,
    path: item(child(path, 'properties'), name),
    ...(schema['x-kubernetes-map-type'] === 'atomic' && { uncorrelated: place.uncorrelated ?? path }),
    ...(ofResource && { insideMeta: true }),
    ...(ofResource && isRoot && { noDefaults: `in top-level ${name}` }),
  }
}

function* checkExtensions(schema: JsonObject, path: string): Findings {
  const { 'x-kubernetes-map-type': mapType, 'x-kubernetes-preserve-unknown-fields': preserve } = schema
  if (preserve === false) yield invalid(child(path, 'x-kubernetes-preserve-unknown-fields'), false, 'must be true or undefined')
  if (present(mapType)) {
    const detail = 'must be object if x-kubernetes-map-type is specified'
    if (text(schema.type) === '') yield required(child(path, 'type'), detail)
    else if (schema.type !== 'object') yield invalid(child(path, 'type'), schema.type, detail)
    if (mapType !== 'atomic' && mapType !== 'granular') yield notSupported(child(path, 'x-kubernetes-map-type'), mapType, ['atomic', 'granular'])
  }
  yield* listTypeFindings(schema, path)
}
