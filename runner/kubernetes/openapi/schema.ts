// One tree of schemas for built-in types and for custom resources: what decoding, pruning, patching and field management read.
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import { type FieldFact, type TypeFacts, typeFacts, typeNameOf } from './facts.ts'

/** A node of the tree. Built-in types may be recursive, so an object's fields are resolved when first asked for. */
export type Schema = ObjectSchema | MapSchema | ListSchema | ScalarSchema | AnySchema

/** An object with declared fields, in the order of the Go struct (built-in) or of the definition (custom). */
export interface ObjectSchema {
  readonly kind: 'object'
  readonly fields: ReadonlyMap<string, FieldSchema>
  /** Owned and replaced as a whole by server-side apply. */
  readonly atomic: boolean
  /** Unknown members stay (custom resources only). */
  readonly preserveUnknown: boolean
  /** Holds a Kubernetes object with metadata of its own (custom resources only). */
  readonly embeddedResource: boolean
  /** Name in the facts table (`core.v1.PodSpec`), absent for custom objects. */
  readonly typeName?: string
}

/** An object with free keys and values of one schema. */
export interface MapSchema {
  readonly kind: 'map'
  readonly values: Schema
  readonly atomic: boolean
}

/** A list; `keys` are the keys of a list of type `map`. */
export interface ListSchema {
  readonly kind: 'list'
  readonly items: Schema
  readonly listType: 'atomic' | 'set' | 'map'
  readonly keys: readonly string[]
}

/** Scalars: JSON's own, and the strings and numbers with rules of their own. */
export type ScalarType = 'string' | 'boolean' | 'int32' | 'int64' | 'number' | 'bytes' | 'time' | 'micro-time' | 'duration' | 'quantity' | 'int-or-string'

/** A single value; `enumRef` names the Go type of a named string. */
export interface ScalarSchema {
  readonly kind: 'scalar'
  readonly type: ScalarType
  readonly enumRef?: string
}

/** Any JSON: RawExtension, FieldsV1, JSON, the JSONSchemaPropsOr… types, and untyped nodes of custom schemas. */
export interface AnySchema {
  readonly kind: 'any'
  readonly type: 'any' | 'raw' | 'fields-v1' | 'json-schema-or-bool' | 'json-schema-or-array' | 'json-schema-or-string-array'
}

/** A declared member of an object. The three Go facts (pointer, omitempty, omitzero) decide how zero values print. */
export interface FieldSchema {
  readonly name: string
  readonly schema: Schema
  readonly required: boolean
  readonly pointer: boolean
  readonly omitempty: boolean
  readonly omitzero: boolean
  /** The structs between the object and this field, as `ProbeHandler`: their names are in Go's errors alone. */
  readonly embedded: string | undefined
  readonly default: Json | undefined
  /** `merge`, `replace`, `retainKeys`: of strategic merge patch. */
  readonly patchStrategies: readonly string[]
  readonly patchMergeKey: string | undefined
}

const typeSchemas = new Map<string, ObjectSchema>()
const customSchemas = new WeakMap<JsonObject, Schema>()
const anySchema: AnySchema = { kind: 'any', type: 'any' }

/** The schema of a built-in kind, or undefined if the kind is not built in. */
export function builtInSchema(apiVersion: string, kind: string): ObjectSchema | undefined {
  const typeName = typeNameOf(apiVersion, kind)
  return typeName === undefined ? undefined : typeSchema(typeName)
}

/** The schema of a type of the facts table; throws for a name that the table does not have. */
export function typeSchema(typeName: string): ObjectSchema {
  const known = typeSchemas.get(typeName)
  if (known) return known
  const facts = typeFacts(typeName)
  if (!facts) throw new Error(`Read the type "${typeName}": not in the facts table`)
  const schema = objectOf(facts, facts.structType === 'atomic')
  typeSchemas.set(typeName, schema)
  return schema
}

/** The schema of a custom resource's version, from its `openAPIV3Schema`. The same object gives the same schema. */
export function customSchema(openApi: JsonObject, options: { readonly preserveUnknownFields?: boolean } = {}): Schema {
  const known = customSchemas.get(openApi)
  if (known) return known
  const body = readCustom(openApi)
  const preserveUnknown = options.preserveUnknownFields === true || body.kind === 'any' || (body.kind === 'object' && body.preserveUnknown)
  const schema = withObjectFields(body.kind === 'object' ? body.fields : new Map(), { preserveUnknown, embeddedResource: false })
  customSchemas.set(openApi, schema)
  return schema
}

/** The declared or free member `name` of an object or map, as a field; undefined if the schema does not know it. */
export function memberSchema(schema: Schema, name: string): Schema | undefined {
  if (schema.kind === 'map') return schema.values
  if (schema.kind === 'any') return schema
  if (schema.kind !== 'object') return undefined
  return schema.fields.get(name)?.schema ?? (schema.preserveUnknown ? anySchema : undefined)
}

function objectOf(facts: TypeFacts, atomic: boolean): ObjectSchema {
  let fields: ReadonlyMap<string, FieldSchema> | undefined
  return {
    kind: 'object',
    typeName: facts.name,
    atomic,
    preserveUnknown: false,
    embeddedResource: false,
    get fields() {
      fields ??= new Map(fieldsOf(facts).map((field) => [field.name, field]))
      return fields
    },
  }
}

/** The fields of a struct, which may be embedded in another one. */
function fieldsOf(facts: TypeFacts, embedded = ''): readonly FieldSchema[] {
  const typeMeta = facts.typeMeta ? [textField('kind'), textField('apiVersion')] : []
  return [...typeMeta, ...facts.fields.flatMap((fact) => (fact.inline ? inlined(fact, embedded) : [fieldOf(fact, embedded)]))]
}

function inlined(fact: FieldFact, outer: string): readonly FieldSchema[] {
  const facts = typeFacts(fact.type)
  if (!facts) return []
  const name = facts.name.slice(facts.name.lastIndexOf('.') + 1)
  return fieldsOf(facts, outer === '' ? name : `${outer}.${name}`)
}

function fieldOf(fact: FieldFact, embedded: string): FieldSchema {
  return {
    name: fact.name,
    schema: schemaOfType(fact.type, fact),
    required: fact.required,
    pointer: fact.pointer,
    omitempty: fact.omitempty,
    omitzero: fact.omitzero,
    default: fact.default,
    patchStrategies: fact.patchStrategy?.split(',') ?? [],
    embedded: embedded === '' ? undefined : embedded,
    patchMergeKey: fact.patchMergeKey,
  }
}

function textField(name: string): FieldSchema {
  return freeField(name, { kind: 'scalar', type: 'string' })
}

/** A field that no struct declares, with all the members that the others have: every object is read by way of its fields. */
export function freeField(name: string, schema: Schema): FieldSchema {
  return {
    name,
    schema,
    required: false,
    pointer: false,
    omitempty: true,
    omitzero: false,
    default: undefined,
    patchStrategies: [],
    embedded: undefined,
    patchMergeKey: undefined,
  }
}

const scalars: Readonly<Record<string, ScalarType>> = {
  string: 'string',
  bool: 'boolean',
  int: 'int32',
  int32: 'int32',
  int64: 'int64',
  float64: 'number',
  bytes: 'bytes',
  Time: 'time',
  MicroTime: 'micro-time',
  Duration: 'duration',
  Quantity: 'quantity',
  IntOrString: 'int-or-string',
}

const anyTypes: Readonly<Record<string, AnySchema['type']>> = {
  any: 'any',
  JSON: 'any',
  RawExtension: 'raw',
  FieldsV1: 'fields-v1',
  JSONSchemaPropsOrBool: 'json-schema-or-bool',
  JSONSchemaPropsOrArray: 'json-schema-or-array',
  JSONSchemaPropsOrStringArray: 'json-schema-or-string-array',
}

function schemaOfType(type: string, fact: Partial<FieldFact>): Schema {
  if (type.startsWith('items:')) return schemaOfType(type.slice('items:'.length), {})
  if (type.startsWith('[]')) {
    const listType = fact.listType === 'map' || fact.listType === 'set' ? fact.listType : 'atomic'
    return { kind: 'list', items: schemaOfType(type.slice(2), enumOf(fact)), listType, keys: fact.listMapKeys ?? [] }
  }
  if (type.startsWith('{}')) return { kind: 'map', values: schemaOfType(type.slice(2), enumOf(fact)), atomic: fact.mapType === 'atomic' }
  const scalar = scalars[type]
  if (scalar) return { kind: 'scalar', type: scalar, ...enumOf(fact) }
  const any = anyTypes[type]
  if (any) return { kind: 'any', type: any }
  const schema = typeSchema(type)
  const atomic = structIsAtomic(fact)
  return atomic === undefined || atomic === schema.atomic ? schema : { ...without(schema), atomic }
}

function enumOf(fact: Partial<FieldFact>): { readonly enumRef?: string } {
  return fact.enumRef === undefined ? {} : { enumRef: fact.enumRef }
}

function structIsAtomic(fact: Partial<FieldFact>): boolean | undefined {
  const type = fact.structType ?? fact.mapType
  return type === undefined ? undefined : type === 'atomic'
}

function without(schema: ObjectSchema): ObjectSchema {
  const facts = typeFacts(schema.typeName ?? '')
  return facts ? objectOf(facts, schema.atomic) : schema
}

function readCustom(node: JsonObject): Schema {
  if (node['x-kubernetes-int-or-string'] === true) return anySchema
  if (node['x-kubernetes-embedded-resource'] === true) return embedded(node)
  switch (node.type) {
    case 'object':
      return customObject(node)
    case 'array':
      return customList(node)
    case 'string':
      return { kind: 'scalar', type: 'string' }
    case 'boolean':
      return { kind: 'scalar', type: 'boolean' }
    case 'integer':
      return { kind: 'scalar', type: 'int64' }
    case 'number':
      return { kind: 'scalar', type: 'number' }
    default:
      return anySchema
  }
}

function customObject(node: JsonObject): Schema {
  const atomic = node['x-kubernetes-map-type'] === 'atomic'
  const free = node.additionalProperties
  if (isObject(free)) return { kind: 'map', values: readCustom(free), atomic }
  if (free === true) return { kind: 'map', values: anySchema, atomic }
  return {
    kind: 'object',
    fields: customFields(node),
    atomic,
    preserveUnknown: node['x-kubernetes-preserve-unknown-fields'] === true,
    embeddedResource: false,
  }
}

function customFields(node: JsonObject): Map<string, FieldSchema> {
  const required = new Set(Array.isArray(node.required) ? node.required : [])
  const fields = new Map<string, FieldSchema>()
  for (const [name, property] of Object.entries(isObject(node.properties) ? node.properties : {})) {
    if (!isObject(property)) continue
    const schema = readCustom(property)
    fields.set(name, { ...freeField(name, schema), required: required.has(name), pointer: true, default: property.default })
  }
  return fields
}

function customList(node: JsonObject): ListSchema {
  const type = node['x-kubernetes-list-type']
  const keys = node['x-kubernetes-list-map-keys']
  return {
    kind: 'list',
    items: isObject(node.items) ? readCustom(node.items) : anySchema,
    listType: type === 'map' || type === 'set' ? type : 'atomic',
    keys: Array.isArray(keys) ? keys.map(String) : [],
  }
}

function embedded(node: JsonObject): ObjectSchema {
  return withObjectFields(customFields(node), { preserveUnknown: node['x-kubernetes-preserve-unknown-fields'] === true, embeddedResource: true })
}

function withObjectFields(
  fields: ReadonlyMap<string, FieldSchema>,
  options: { readonly preserveUnknown: boolean; readonly embeddedResource: boolean },
): ObjectSchema {
  const metadata = freeField('metadata', typeSchema('meta.v1.ObjectMeta'))
  const all = new Map([...fields, ['apiVersion', textField('apiVersion')], ['kind', textField('kind')], ['metadata', metadata]] as const)
  return { kind: 'object', fields: all, atomic: false, ...options }
}
