// What a CustomResourceDefinition defines: the resources it serves, and for each version how its objects are read and checked.
import { sha256 } from '@noble/hashes/sha2.js'
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import type { Decoded } from '../encoding/decode.ts'
import { findJsonPath } from '../json-path.ts'
import type { ResourceInfo, SubresourceInfo } from '../kind.ts'
import type { KubernetesObject } from '../object.ts'
import { customSchema, type Schema } from '../openapi/schema.ts'
import type { FieldError } from '../status-error.ts'
import { hasRules, validateRules } from './cel/evaluate.ts'
import { cellsOf, columnsOf } from './cells.ts'
import { Conversions, conversionOf } from './conversion.ts'
import { validateEmbedded } from './embedded.ts'
import { compareVersions } from './kube-version.ts'
import { validateListTypes } from './list-types.ts'
import { withResourceFields } from './open-api.ts'
import { withSchemaDefaults } from './prune.ts'
import { readCustomObject } from './read-object.ts'
import { validateScale } from './scale.ts'
import { validateValue } from './validate-value.ts'

/** Where the scale subresource finds its numbers; paths as `.spec.replicas`. */
export interface ScalePaths {
  readonly specReplicasPath: string
  readonly statusReplicasPath: string
  readonly labelSelectorPath?: string
}

/** One served version of a custom resource. */
export interface CustomKind {
  readonly info: ResourceInfo
  readonly schema: Schema
  /** The version's `openAPIV3Schema` with apiVersion, kind and metadata, for `/openapi/v3`. */
  readonly openApi: JsonObject
  /** A warning that every answer of a deprecated version carries. */
  readonly deprecationWarning: string | undefined
  /** What a client sent as the resource, and the fields that it does not know. Throws DecodeError. */
  read(sent: JsonObject): Decoded
  defaults(object: KubernetesObject): KubernetesObject
  /** Structure, list types, embedded resources and rules. With `old`, what did not change is not looked at again. */
  validate(object: KubernetesObject, old: KubernetesObject | undefined): FieldError[]
  cells(object: KubernetesObject, now: number): readonly Json[]
  selectableFields(object: KubernetesObject): Readonly<Record<string, string>>
  readonly hasStatus: boolean
  /** How many versions the definition has, served or not. */
  readonly versions: number
  /** True for a definition that goes: nothing is made of it any more. */
  readonly terminating: boolean
  /** What a webhook has converted; undefined where versions differ in their name alone. */
  readonly conversions: Conversions | undefined
  readonly scale?: ScalePaths
}

const blockingReasons = new Set(['FieldValueNotSupported', 'FieldValueRequired', 'FieldValueTooLong', 'FieldValueTooMany', 'FieldValueTypeInvalid'])
const kinds = new WeakMap<KubernetesObject, Map<string, CustomKind>>()
const verbs = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch']
/** What discovery names of a definition that goes (apiextensions `customresource_discovery_controller.go`). */
const lastVerbs = ['delete', 'deletecollection', 'get', 'list', 'watch']

/** The resources that a definition serves, one for each served version; none while it is not established. */
export function resourcesOfDefinition(definition: KubernetesObject): readonly ResourceInfo[] {
  if (conditionStatus(definition, 'Established') === 'False') return []
  return versionsOf(definition)
    .filter((version) => version.served === true)
    .map((version) => infoOf(definition, version))
}

/** One version of a definition; throws for a version that it does not have. */
export function customKind(definition: KubernetesObject, versionName: string): CustomKind {
  const known = kinds.get(definition)?.get(versionName)
  if (known) return known
  const version = versionsOf(definition).find(({ name }) => name === versionName)
  if (!version) throw new Error(`Read version "${versionName}" of "${definition.metadata.name ?? ''}": not defined`)
  const kind = makeKind(definition, version)
  const all = kinds.get(definition) ?? new Map<string, CustomKind>()
  kinds.set(definition, all.set(versionName, kind))
  return kind
}

/** The versions of a definition as plain JSON. */
export function versionsOf(definition: KubernetesObject): readonly JsonObject[] {
  const { versions } = section(definition.spec)
  return Array.isArray(versions) ? versions.filter(isObject) : []
}

/** Status of a condition of a definition, or undefined. */
export function conditionStatus(definition: KubernetesObject, type: string): Json | undefined {
  const { conditions } = section(definition.status)
  return (Array.isArray(conditions) ? conditions.filter(isObject) : []).find((condition) => condition.type === type)?.status
}

function isTerminating(definition: KubernetesObject): boolean {
  return conditionStatus(definition, 'Terminating') === 'True'
}

function makeKind(definition: KubernetesObject, version: JsonObject): CustomKind {
  const info = infoOf(definition, version)
  const openApi = section(section(version.schema).openAPIV3Schema)
  const preserve = section(definition.spec).preserveUnknownFields === true
  const { status, scale } = section(version.subresources)
  const json = (object: KubernetesObject) => object as KubernetesObject & JsonObject
  const webhook = conversionOf(definition)
  const scalePaths = isObject(scale) ? (scale as unknown as ScalePaths) : undefined
  return {
    info,
    schema: customSchema(openApi, { preserveUnknownFields: preserve }),
    openApi: withResourceFields(openApi, selectablePaths(version)),
    deprecationWarning: deprecationOf(definition, version),
    read: (sent) => readCustomObject(sent, openApi, { preserve }),
    defaults: (object) => withSchemaDefaults(json(object), openApi) as KubernetesObject & JsonObject,
    validate: (object, old) => validateObject(json(object), old && json(old), openApi, scalePaths),
    cells: (object, now) => cellsOf(version, json(object), now),
    selectableFields: (object) => selectableOf(version, json(object)),
    hasStatus: isObject(status),
    versions: versionsOf(definition).length,
    terminating: isTerminating(definition),
    conversions: webhook && new Conversions(webhook),
    ...(scalePaths === undefined ? {} : { scale: scalePaths }),
  }
}

function validateObject(object: JsonObject, old: JsonObject | undefined, schema: JsonObject, scale: ScalePaths | undefined): FieldError[] {
  const found = [
    ...validateValue(object, schema, '', old),
    ...(scale === undefined ? [] : validateScale(object, scale)),
    ...validateEmbedded(object, schema, ''),
    ...(old !== undefined && [...validateListTypes(old, schema, '')].length > 0 ? [] : validateListTypes(object, schema, '')),
  ]
  if (!hasRules(schema)) return found
  if (!found.some(({ reason }) => blockingReasons.has(reason))) return [...found, ...validateRules({ value: object, old, schema, path: '' })]
  const unchecked = 'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation'
  return [...found, { field: '<nil>', reason: 'FieldValueInvalid', message: `Invalid value: null: ${unchecked}` }]
}

function infoOf(definition: KubernetesObject, version: JsonObject): ResourceInfo {
  const spec = section(definition.spec)
  const isEstablished = conditionStatus(definition, 'Established') === 'True'
  const names = isEstablished ? section(section(definition.status).acceptedNames) : section(spec.names)
  const [group, kind] = [String(spec.group), String(names.kind)]
  const stored = versionsOf(definition).find(({ storage }) => storage === true)?.name ?? version.name
  return {
    group,
    version: String(version.name),
    plural: String(names.plural),
    kind,
    namespaced: spec.scope === 'Namespaced',
    singular: String(names.singular ?? kind.toLowerCase()),
    listKind: String(names.listKind ?? `${kind}List`),
    shortNames: strings(names.shortNames),
    categories: strings(names.categories),
    verbs: isTerminating(definition) ? lastVerbs : verbs,
    subresources: subresourcesOf(version, { group, version: String(version.name), kind }),
    columns: columnsOf(version),
    storageVersionHash: hashOf(`${group}/${String(stored)}/${kind}`),
    storageVersion: String(stored),
    source: 'custom',
  }
}

function subresourcesOf(version: JsonObject, responseKind: SubresourceInfo['responseKind']): readonly SubresourceInfo[] {
  const { status, scale } = section(version.subresources)
  const scaleKind = { group: 'autoscaling', version: 'v1', kind: 'Scale' }
  return [
    ...(isObject(status) ? [{ name: 'status', responseKind, verbs: ['get', 'patch', 'update'] }] : []),
    ...(isObject(scale) ? [{ name: 'scale', responseKind: scaleKind, verbs: ['get', 'patch', 'update'], legacyKind: scaleKind }] : []),
  ]
}

function selectablePaths({ selectableFields }: JsonObject): readonly string[] {
  return Array.isArray(selectableFields) ? selectableFields.filter(isObject).map(({ jsonPath }) => String(jsonPath)) : []
}

function selectableOf(version: JsonObject, object: JsonObject): Readonly<Record<string, string>> {
  return Object.fromEntries(
    selectablePaths(version).map((path) => {
      const [value] = findJsonPath(path, object)
      return [path.replace(/^\./, ''), value === undefined || value === null ? '' : String(value)]
    }),
  )
}

/** `v1alpha1 Port is deprecated; use v1 Port`, naming the newest version that is not, if it is newer (`defaultDeprecationWarning`). */
function deprecationOf(definition: KubernetesObject, version: JsonObject): string | undefined {
  if (version.deprecated !== true) return undefined
  if (typeof version.deprecationWarning === 'string' && version.deprecationWarning !== '') return version.deprecationWarning
  const { group, names } = section(definition.spec)
  const named = (name: Json | undefined): string => `${String(group)}/${String(name)} ${String(section(names).kind)}`
  const [better] = versionsOf(definition)
    .filter((candidate) => candidate.served === true && candidate.deprecated !== true && compareVersions(String(version.name), String(candidate.name)) < 0)
    .sort((left, right) => compareVersions(String(right.name), String(left.name)))
  return `${named(version.name)} is deprecated${better === undefined ? '' : `; use ${named(better.name)}`}`
}

function hashOf(text: string): string {
  const bytes = sha256(new TextEncoder().encode(text)).slice(0, 8)
  return btoa(String.fromCharCode(...bytes))
}

function strings(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.map(String) : []
}

function section(value: unknown): JsonObject {
  return isObject(value) ? value : {}
}
