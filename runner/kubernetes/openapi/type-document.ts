// OpenAPI v3 schemas of built-in types, made from the facts table.
import type { Json, JsonObject } from '../../base/json.ts'
import type { Describe } from './descriptions.ts'
import { enumValues, type FieldFact, kindsOf, packageFacts, type TypeFacts, typeFacts } from './facts.ts'

/** A collection of schemas under way: what refers to a type also needs that type's schema. */
export interface SchemaCollection {
  readonly schemas: Record<string, JsonObject>
  /** What is said of types, where somebody says it. */
  readonly describe?: Describe | undefined
}

/** Adds the schema of a type, and of all that it refers to; returns the name that it is referred to by. */
export function addTypeSchema(typeName: string, collection: SchemaCollection): string {
  const special = specials[typeName]
  const name = special?.name ?? openApiName(typeName)
  if (collection.schemas[name] !== undefined) return name
  if (special) {
    collection.schemas[name] = { ...described(collection.describe?.(typeName)?.text), ...special.schema }
    return name
  }
  collection.schemas[name] = {}
  const facts = typeFacts(typeName)
  if (facts) collection.schemas[name] = typeSchema(facts, collection)
  return name
}

/** `core.v1.Pod` is `io.k8s.api.core.v1.Pod`. */
export function openApiName(typeName: string): string {
  const prefix = packageFacts(typeName)?.openApiPrefix ?? 'io.k8s'
  return `${prefix}.${typeName.slice(typeName.lastIndexOf('.') + 1)}`
}

/** `#/components/schemas/NAME`. */
export function reference(name: string): JsonObject {
  return { $ref: `#/components/schemas/${name}` }
}

const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1'
const crd = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1'

const specials: Readonly<Record<string, { readonly name: string; readonly schema: JsonObject }>> = {
  Time: { name: `${meta}.Time`, schema: { type: 'string', format: 'date-time' } },
  MicroTime: { name: `${meta}.MicroTime`, schema: { type: 'string', format: 'date-time' } },
  Duration: { name: `${meta}.Duration`, schema: { type: 'string' } },
  FieldsV1: { name: `${meta}.FieldsV1`, schema: { type: 'object' } },
  Patch: { name: `${meta}.Patch`, schema: { type: 'object' } },
  Quantity: { name: 'io.k8s.apimachinery.pkg.api.resource.Quantity', schema: { oneOf: [{ type: 'string' }, { type: 'number' }] } },
  IntOrString: {
    name: 'io.k8s.apimachinery.pkg.util.intstr.IntOrString',
    schema: { format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] },
  },
  RawExtension: { name: 'io.k8s.apimachinery.pkg.runtime.RawExtension', schema: { type: 'object' } },
  JSON: { name: `${crd}.JSON`, schema: {} },
  JSONSchemaPropsOrBool: { name: `${crd}.JSONSchemaPropsOrBool`, schema: {} },
  JSONSchemaPropsOrArray: { name: `${crd}.JSONSchemaPropsOrArray`, schema: {} },
  JSONSchemaPropsOrStringArray: { name: `${crd}.JSONSchemaPropsOrStringArray`, schema: {} },
}

const scalars: Readonly<Record<string, JsonObject>> = {
  string: { type: 'string' },
  bool: { type: 'boolean' },
  int: { type: 'integer', format: 'int32' },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  float64: { type: 'number', format: 'double' },
  bytes: { type: 'string', format: 'byte' },
  any: {},
}

const zeros: Readonly<Record<string, Json>> = { string: '', bool: false, int: 0, int32: 0, int64: 0, float64: 0 }

function typeSchema(facts: TypeFacts, collection: SchemaCollection): JsonObject {
  const fields = flatten(facts)
  const said = collection.describe?.(facts.name)
  const text = (name: string): JsonObject => described(said?.fields.get(name))
  const scalar = (name: string): JsonObject => ({ ...text(name), type: 'string' })
  const properties: Record<string, JsonObject> = facts.typeMeta ? { apiVersion: scalar('apiVersion'), kind: scalar('kind') } : {}
  for (const field of fields) properties[field.name] = withExtras(propertySchema(field, collection), text(field.name))
  const required = fields.filter((field) => field.required).map((field) => field.name)
  const kinds = groupVersionKinds(facts.name)
  return {
    ...described(said?.text),
    type: 'object',
    ...(required.length === 0 ? {} : { required }),
    ...(Object.keys(properties).length === 0 ? {} : { properties }),
    ...(kinds.length === 0 ? {} : { 'x-kubernetes-group-version-kind': kinds }),
    ...(facts.structType === undefined ? {} : { 'x-kubernetes-map-type': facts.structType }),
    ...unionOf(facts.name),
  }
}

/** Types of which one member says which of the others counts (`+union` in the types of Kubernetes). */
const unions: Readonly<Record<string, readonly [discriminator: string, ...members: readonly string[]]>> = {
  'core.v1.AppArmorProfile': ['type', 'localhostProfile'],
  'core.v1.SeccompProfile': ['type', 'localhostProfile'],
  'flowcontrol.v1.LimitResponse': ['type', 'queuing'],
  'flowcontrol.v1.PriorityLevelConfigurationSpec': ['type', 'exempt', 'limited'],
  'flowcontrol.v1.Subject': ['kind', 'group', 'serviceAccount', 'user'],
}

function unionOf(typeName: string): JsonObject {
  const [discriminator, ...members] = unions[typeName] ?? []
  if (discriminator === undefined) return {}
  const fields = Object.fromEntries(members.map((name) => [name, `${name.charAt(0).toUpperCase()}${name.slice(1)}`]))
  return { 'x-kubernetes-unions': [{ discriminator, 'fields-to-discriminateBy': fields }] }
}

function described(text: string | undefined): JsonObject {
  return text === undefined || text === '' ? {} : { description: text }
}

function flatten(facts: TypeFacts): readonly FieldFact[] {
  return facts.fields.flatMap((field) => {
    const inner = field.inline ? typeFacts(field.type) : undefined
    return inner ? flatten(inner) : field.inline ? [] : [field]
  })
}

function groupVersionKinds(typeName: string): readonly JsonObject[] {
  if (typeName !== 'meta.v1.DeleteOptions' && typeName !== 'meta.v1.WatchEvent')
    return kindsOf(typeName).map(({ group, version, kind }) => ({ group, kind, version }))
  const kind = typeName.slice(typeName.lastIndexOf('.') + 1)
  return schemeVersions.split(/\s+/).flatMap((row) => {
    const [group = '', versions = ''] = row.split('/')
    return versions.split(',').map((version) => ({ group, kind, version }))
  })
}

/** Every group version that a server's scheme knows, served or not: kinds that all groups have are listed under each. */
const schemeVersions = `/v1 admission.k8s.io/v1,v1beta1 admissionregistration.k8s.io/v1,v1alpha1,v1beta1 apiextensions.k8s.io/v1,v1beta1
  apiregistration.k8s.io/v1,v1beta1 apps/v1,v1beta1,v1beta2 authentication.k8s.io/v1,v1alpha1,v1beta1 authorization.k8s.io/v1,v1beta1
  autoscaling/v1,v2,v2beta1,v2beta2 batch/v1,v1beta1 certificates.k8s.io/v1,v1alpha1,v1beta1 coordination.k8s.io/v1,v1alpha2,v1beta1
  discovery.k8s.io/v1,v1beta1 events.k8s.io/v1,v1beta1 extensions/v1beta1 flowcontrol.apiserver.k8s.io/v1,v1beta1,v1beta2,v1beta3
  imagepolicy.k8s.io/v1alpha1 internal.apiserver.k8s.io/v1alpha1 networking.k8s.io/v1,v1beta1 node.k8s.io/v1,v1alpha1,v1beta1 policy/v1,v1beta1
  rbac.authorization.k8s.io/v1,v1alpha1,v1beta1 resource.k8s.io/v1,v1alpha3,v1beta1,v1beta2 scheduling.k8s.io/v1,v1alpha1,v1beta1
  storage.k8s.io/v1,v1alpha1,v1beta1 storagemigration.k8s.io/v1beta1`

function propertySchema(field: FieldFact, collection: SchemaCollection): JsonObject {
  const extras: JsonObject = {
    ...fieldDefault(field),
    ...(field.listType === undefined ? {} : { 'x-kubernetes-list-type': field.listType }),
    ...(field.listMapKeys === undefined ? {} : { 'x-kubernetes-list-map-keys': field.listMapKeys }),
    ...(field.mapType === undefined && field.structType === undefined ? {} : { 'x-kubernetes-map-type': field.mapType ?? field.structType }),
    ...(field.patchStrategy === undefined ? {} : { 'x-kubernetes-patch-strategy': field.patchStrategy }),
    ...(field.patchMergeKey === undefined ? {} : { 'x-kubernetes-patch-merge-key': field.patchMergeKey }),
  }
  return withExtras(valueSchema(field.type, field.enumRef, collection), extras)
}

/** Siblings of a reference are not allowed: it is wrapped then. */
function withExtras(schema: JsonObject, extras: JsonObject): JsonObject {
  if (schema.$ref === undefined) return { ...schema, ...extras }
  return Object.keys(extras).length === 0 ? schema : { allOf: [schema], ...extras }
}

function valueSchema(type: string, enumRef: string | undefined, collection: SchemaCollection): JsonObject {
  if (type.startsWith('items:')) return valueSchema(type.slice('items:'.length), enumRef, collection)
  if (type.startsWith('[]')) return { type: 'array', items: itemSchema(type.slice(2), enumRef, collection) }
  if (type.startsWith('{}')) return { type: 'object', additionalProperties: itemSchema(type.slice(2), enumRef, collection) }
  const scalar = scalars[type]
  if (!scalar) return reference(addTypeSchema(type, collection))
  const values = enumRef === undefined ? undefined : enumValues(enumRef)
  return values ? { ...scalar, enum: values } : scalar
}

function itemSchema(type: string, enumRef: string | undefined, collection: SchemaCollection): JsonObject {
  const zero = zeroOf(type)
  return withExtras(valueSchema(type, enumRef, collection), zero === undefined ? {} : { default: zero })
}

function fieldDefault(field: FieldFact): JsonObject {
  if (field.default !== undefined) return { default: field.default }
  if (field.pointer) return {}
  const zero = zeroOf(field.type)
  const scalar = zeros[field.type] !== undefined
  return zero === undefined || (scalar && field.omitempty) ? {} : { default: zero }
}

/** The zero value that a schema names: of scalars and structs, not of lists, maps and special types. */
function zeroOf(type: string): Json | undefined {
  if (/^(\[\]|\{\}|items:)/.test(type)) return undefined
  if (type === 'Duration') return 0
  return zeros[type] ?? (typeFacts(type) ? {} : undefined)
}
