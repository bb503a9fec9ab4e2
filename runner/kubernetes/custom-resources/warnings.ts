// What custom resources and their definitions warn of (apiextensions-apiserver `registry/{customresource,customresourcedefinition}`).
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import { isQualifiedName } from '../kinds/validation/names.ts'
import type { KubernetesObject } from '../object.ts'

const standardFinalizers = ['orphan', 'foregroundDeletion', 'kubernetes']

/** Finalizers that an object newly has: their names should tell whose they are. */
export function* finalizerWarnings({ metadata }: KubernetesObject, old?: KubernetesObject): Generator<string, void> {
  const known = old?.metadata.finalizers ?? []
  const added = new Set((metadata.finalizers ?? []).filter((name) => !known.includes(name)))
  for (const name of [...added].sort()) {
    const said = `metadata.finalizers: ${JSON.stringify(name)}: `
    for (const problem of isQualifiedName(name)) yield said + problem
    if (name.includes('/') || standardFinalizers.includes(name)) continue
    const how = name.includes('.') ? ' including a path (/)' : ''
    yield `${said}prefer a domain-qualified finalizer name${how} to avoid accidental conflicts with other finalizer writers`
  }
}

const formats = new Set(
  `bsonobjectid uri email hostname ipv4 ipv6 cidr mac uuid uuid3 uuid4 uuid5 isbn isbn10 isbn13 creditcard ssn hexcolor rgbcolor byte password
   date duration datetime k8sshortname k8slongname`.split(/\s+/),
)

/** Formats of strings that nobody will check, where they are new in a definition. */
export function* definitionWarnings(definition: KubernetesObject, old?: KubernetesObject): Generator<string, void> {
  const known = old ? [...formatsOf(old)] : []
  for (const format of formatsOf(definition)) if (!known.includes(format)) yield `unrecognized format ${JSON.stringify(format)}`
}

function* formatsOf({ spec }: KubernetesObject): Generator<string, void> {
  const { versions } = isObject(spec) ? (spec as JsonObject) : {}
  for (const version of Array.isArray(versions) ? versions : [])
    if (isObject(version) && isObject(version.schema)) yield* unknownFormats(version.schema.openAPIV3Schema)
}

const [schemas, listsOfSchemas, mapsOfSchemas] = [
  ['items', 'not', 'additionalProperties', 'additionalItems'],
  ['items', 'allOf', 'anyOf', 'oneOf'],
  ['properties', 'patternProperties', 'definitions', 'dependencies'],
]

function* unknownFormats(schema: Json | undefined): Generator<string, void> {
  if (!isObject(schema)) return
  const { type, format } = schema
  if (type === 'string' && typeof format === 'string' && format !== '' && !formats.has(format.replaceAll('-', ''))) yield format
  for (const name of schemas) yield* unknownFormats(schema[name])
  for (const name of listsOfSchemas) for (const part of partsOf(schema[name], Array.isArray)) yield* unknownFormats(part)
  for (const name of mapsOfSchemas) for (const part of partsOf(schema[name], isObject)) yield* unknownFormats(part)
}

function partsOf(value: Json | undefined, is: (value: unknown) => boolean): readonly (Json | undefined)[] {
  return is(value) ? Object.values(value as JsonObject) : []
}
