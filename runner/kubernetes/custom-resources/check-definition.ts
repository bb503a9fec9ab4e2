// What a CustomResourceDefinition must be (apiextensions `pkg/apis/apiextensions/validation`), but for its schemas.
import { equal, isObject, type Json, type JsonObject } from '../../base/json.ts'
import { validateMeta } from '../kinds/metadata.ts'
import { child, type Findings, forbidden, immutable, invalid, invalidAll, item, notSupported, required, tooLong } from '../kinds/validation/findings.ts'
import { internalForm } from '../kinds/validation/internal-form.ts'
import { isDns1035Label, isDns1123Label, isDns1123Subdomain } from '../kinds/validation/names.ts'
import { fields, list, objects, present, text, texts } from '../kinds/validation/read.ts'
import type { KubernetesObject } from '../object.ts'
import { checkSchema } from './check-schema.ts'
import { memberOf } from './structural.ts'

const columnTypes = ['boolean', 'date', 'integer', 'number', 'string']
const columnFormats = [
  'bsonobjectid',
  'byte',
  'cidr',
  'date',
  'date-time',
  'double',
  'duration',
  'email',
  'float',
  'hostname',
  'int32',
  'int64',
  'ipv4',
  'ipv6',
  'mac',
  'password',
  'uri',
  'uuid',
  'uuid3',
  'uuid4',
  'uuid5',
]
const hoisted = ['subresources', 'schema', 'additionalPrinterColumns', 'selectableFields'] as const

/** Findings on a new definition. */
export function* definitionFindings(definition: KubernetesObject): Findings {
  const { spec, status } = { spec: fields(definition.spec), status: fields(definition.status) }
  if (definition.metadata.name !== `${text(fields(spec.names).plural)}.${text(spec.group)}`)
    yield invalid('metadata.name', definition.metadata.name ?? '', 'must be spec.names.plural+"."+spec.group')
  yield* validateSpec(spec)
  yield* validateStoredVersions(spec, texts(status.storedVersions))
  yield* validateApproval(definition)
}

/** Findings on a changed definition: those of a new one, and that its names stay. */
export function* definitionUpdateFindings(definition: KubernetesObject, old: KubernetesObject): Findings {
  const { spec, before } = { spec: fields(definition.spec), before: fields(old.spec) }
  yield* validateMeta(definition, false)
  yield* validateSpec(spec)
  if (conditionIsTrue(old, 'Established')) {
    yield* immutable('spec.scope', spec.scope, before.scope)
    yield* immutable('spec.names.kind', fields(spec.names).kind, fields(before.names).kind)
  }
  yield* immutable('spec.group', spec.group, before.group)
  yield* immutable('spec.names.plural', fields(spec.names).plural, fields(before.names).plural)
  yield* validateStoredVersions(spec, texts(fields(definition.status).storedVersions))
}

function* validateSpec(spec: JsonObject): Findings {
  yield* validateGroup(text(spec.group))
  const scope = text(spec.scope)
  if (scope === '') yield required('spec.scope')
  else if (scope !== 'Cluster' && scope !== 'Namespaced') yield notSupported('spec.scope', scope, ['Cluster', 'Namespaced'])
  const versions = objects(spec.versions)
  for (const [index, version] of versions.entries())
    if (!present(fields(version.schema).openAPIV3Schema)) yield required(child(item('spec.versions', index), 'schema', 'openAPIV3Schema'))
  yield* validateVersions(versions)
  yield* validateRequiredNames(fields(spec.names))
  yield* validateNames(fields(spec.names), 'spec.names')
  const [first] = versions
  if (first !== undefined)
    yield* validateVersionParts(
      first,
      'spec',
      hoisted.filter((part) => isHoisted(versions, part)),
    )
  yield* validateConversion(fields(spec.conversion), 'spec.conversion')
  if (spec.preserveUnknownFields === true)
    yield invalid('spec.preserveUnknownFields', true, 'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead')
}

function* validateGroup(group: string): Findings {
  if (group === '') yield required('spec.group')
  else if (isDns1123Subdomain(group).length > 0) yield invalid('spec.group', group, isDns1123Subdomain(group).join(','))
  else if (!group.includes('.')) yield invalid('spec.group', group, 'should be a domain with at least one dot')
}

function* validateVersions(versions: readonly JsonObject[]): Findings {
  const names = versions.map((version) => text(version.name))
  for (const [index, version] of versions.entries()) {
    const path = item('spec.versions', index)
    const problems = isDns1035Label(text(version.name))
    if (problems.length > 0) yield invalid(child(path, 'name'), text(version.name), problems.join(','))
    yield* validateDeprecation(version, path)
    yield* validateVersionParts(
      version,
      path,
      hoisted.filter((part) => !isHoisted(versions, part)),
    )
  }
  if (new Set(names).size < names.length) yield invalid('spec.versions', printed(versions), 'must contain unique version names')
  if (versions.filter((version) => version.storage === true).length !== 1)
    yield invalid('spec.versions', printed(versions), 'must have exactly one version marked as storage version')
}

/** The versions as the server's own structs print them, without the parts that stand at the spec. */
function printed(versions: readonly JsonObject[]): Json {
  const own = hoisted.filter((part) => !isHoisted(versions, part))
  return versions.map(({ name, served, storage, deprecated, deprecationWarning, ...parts }) => {
    const kept = Object.fromEntries(own.map((part) => [part, parts[part]]))
    return internalForm({ name, served, storage, deprecated, deprecationWarning, ...kept }, 'apiextensions.v1.CustomResourceDefinitionVersion')
  })
}

function* validateDeprecation(version: JsonObject, path: string): Findings {
  const warning = version.deprecationWarning
  if (!present(warning)) return
  const field = child(path, 'deprecationWarning')
  if (version.deprecated !== true) yield invalid(field, warning, 'can only be set for deprecated versions')
  if (text(warning) === '') yield invalid(field, warning, 'must not be empty')
  if (text(warning).length > 256) yield tooLong(field, 256)
}

/** Parts that all versions have alike stand at the spec in the server's own form, and so in the paths of findings. */
function isHoisted(versions: readonly JsonObject[], part: (typeof hoisted)[number]): boolean {
  return versions.every((version) => equal(version[part], versions[0]?.[part]))
}

function* validateVersionParts(version: JsonObject, path: string, parts: readonly string[]): Findings {
  const schema = fields(version.schema).openAPIV3Schema
  const hasStatus = isObject(fields(version.subresources).status)
  if (parts.includes('schema') && isObject(schema))
    yield* checkSchema(schema, child(path, path === 'spec' ? 'validation' : 'schema', 'openAPIV3Schema'), hasStatus)
  if (parts.includes('subresources')) yield* validateSubresources(fields(version.subresources), child(path, 'subresources'))
  if (parts.includes('additionalPrinterColumns'))
    for (const [index, column] of objects(version.additionalPrinterColumns).entries())
      yield* validateColumn(column, item(child(path, 'additionalPrinterColumns'), index))
  if (parts.includes('selectableFields')) yield* validateSelectableFields(version, child(path, 'selectableFields'))
}

function* validateSubresources(subresources: JsonObject, path: string): Findings {
  if (!isObject(subresources.scale)) return
  const here = child(path, 'scale')
  for (const [name, root] of [
    ['specReplicasPath', '.spec.'],
    ['statusReplicasPath', '.status.'],
    ['labelSelectorPath', ''],
  ] as const) {
    const value = text(subresources.scale[name])
    const field = child(here, name)
    if (value === '' && name !== 'labelSelectorPath') yield required(field)
    if (value === '') continue
    if (!/^(\.[A-Za-z0-9_-]+)+$/.test(value)) yield invalid(field, value, 'must be a simple json path starting with .')
    else if (root !== '' && !value.startsWith(root)) yield invalid(field, value, `should be a json path under ${root.slice(0, -1)}`)
    else if (root === '' && !/^\.(spec|status)\./.test(value)) yield invalid(field, value, 'should be a json path under either .spec or .status')
  }
}

function* validateColumn(column: JsonObject, path: string): Findings {
  const { name, type, format, jsonPath } = { name: text(column.name), type: text(column.type), format: text(column.format), jsonPath: text(column.jsonPath) }
  if (name === '') yield required(child(path, 'name'))
  if (type === '') yield required(child(path, 'type'), `must be one of ${columnTypes.join(',')}`)
  else if (!columnTypes.includes(type)) yield invalid(child(path, 'type'), type, `must be one of ${columnTypes.join(',')}`)
  if (format !== '' && !columnFormats.includes(format)) yield invalid(child(path, 'format'), format, `must be one of ${columnFormats.join(',')}`)
  if (jsonPath === '') yield required(child(path, 'JSONPath'))
  else if (!jsonPath.startsWith('.')) yield invalid(child(path, 'JSONPath'), jsonPath, 'must be a simple json path starting with .')
}

function* validateSelectableFields(version: JsonObject, path: string): Findings {
  const seen = new Set<string>()
  for (const [index, entry] of objects(version.selectableFields).entries()) {
    const field = child(item(path, index), 'jsonPath')
    const value = text(entry.jsonPath)
    if (value === '') yield required(field)
    else if (!/^(\.[A-Za-z_][A-Za-z0-9_-]*)+$/.test(value)) yield invalid(field, value, 'is an invalid path: must be a simple json path starting with .')
    else if (!refersToField(fields(fields(version.schema).openAPIV3Schema), value))
      yield invalid(field, value, 'is an invalid path: does not refer to a valid field')
    else if (seen.has(value)) yield { field, reason: 'FieldValueDuplicate', message: `Duplicate value: ${JSON.stringify(value)}` }
    seen.add(value)
  }
}

function refersToField(schema: JsonObject, path: string): boolean {
  const names = path.slice(1).split('.')
  return names.reduce<JsonObject | undefined>((node, name) => node && memberOf(node, name), schema) !== undefined
}

function* validateRequiredNames(names: JsonObject): Findings {
  for (const name of ['plural', 'singular', 'kind', 'listKind']) if (text(names[name]) === '') yield required(child('spec.names', name))
}

function* validateNames(names: JsonObject, path: string): Findings {
  const rule = function* (field: string, value: string): Findings {
    if (value !== '' && isDns1035Label(value.toLowerCase()).length > 0) yield invalid(field, value, isDns1035Label(value.toLowerCase()).join(','))
  }
  for (const name of ['plural', 'singular', 'kind', 'listKind']) yield* rule(child(path, name), text(names[name]))
  for (const [index, name] of texts(names.shortNames).entries()) yield* rule(item(child(path, 'shortNames'), index), name)
  if (text(names.kind) !== '' && names.kind === names.listKind) yield invalid(child(path, 'listKind'), names.listKind, 'kind and listKind may not be the same')
  for (const [index, name] of texts(names.categories).entries()) yield* invalidAll(item(child(path, 'categories'), index), name, isDns1123Label(name))
}

function* validateConversion(conversion: JsonObject, path: string): Findings {
  const strategy = text(conversion.strategy)
  const webhook = fields(conversion.webhook)
  if (strategy === '') return yield required(child(path, 'strategy'))
  if (strategy !== 'None' && strategy !== 'Webhook') return yield notSupported(child(path, 'strategy'), strategy, ['None', 'Webhook'])
  if (strategy === 'Webhook') {
    if (!isObject(webhook.clientConfig)) yield required(child(path, 'webhookClientConfig'), 'required when strategy is set to Webhook')
    if (list(webhook.conversionReviewVersions).length === 0) yield required(child(path, 'conversionReviewVersions'))
  } else if (isObject(webhook.clientConfig)) yield forbidden(child(path, 'webhookClientConfig'), 'should not be set when strategy is not set to Webhook')
}

function* validateStoredVersions(spec: JsonObject, stored: readonly string[]): Findings {
  const path = 'status.storedVersions'
  if (stored.length === 0) return yield invalid(path, undefined, 'must have at least one stored version')
  const names = objects(spec.versions).map((version) => text(version.name))
  for (const [index, name] of stored.entries()) if (!names.includes(name)) yield invalid(item(path, index), name, 'must appear in spec.versions')
  const storage = objects(spec.versions).find((version) => version.storage === true)
  if (storage && !stored.includes(text(storage.name))) yield invalid(path, stored, `must have the storage version ${text(storage.name)}`)
}

function* validateApproval(definition: KubernetesObject): Findings {
  const group = text(fields(definition.spec).group)
  if (!/(^|\.)(k8s\.io|kubernetes\.io)$/.test(group)) return
  const field = 'metadata.annotations[api-approved.kubernetes.io]'
  const value: Json | undefined = definition.metadata.annotations?.['api-approved.kubernetes.io']
  const see = 'see https://github.com/kubernetes/enhancements/pull/1111'
  if (value === undefined || value === '') yield required(field, `protected groups must have approval annotation "api-approved.kubernetes.io", ${see}`)
  else if (!value.startsWith('unapproved') && !/^https?:\/\/[^/]+\/.+/.test(value))
    yield invalid(
      field,
      value,
      `protected groups must have approval annotation "api-approved.kubernetes.io" with either a URL or a reason starting with "unapproved", ${see}`,
    )
}

function conditionIsTrue(definition: KubernetesObject, type: string): boolean {
  return objects(fields(definition.status).conditions).some((condition) => condition.type === type && condition.status === 'True')
}
