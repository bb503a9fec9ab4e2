// What a CustomResourceDefinition must be (apiextensions `pkg/apis/apiextensions/validation`), but for its schemas.
import { equal, isObject, type Json, type JsonObject } from '../../base/json.ts'
import { validateMeta } from '../kinds/metadata.ts'
import { child, type Findings, immutable, invalid, item, notSupported, required } from '../kinds/validation/findings.ts'
import { internalForm } from '../kinds/validation/internal-form.ts'
import { isDns1035Label, isDns1123Subdomain } from '../kinds/validation/names.ts'
import { fields, objects, present, text, texts } from '../kinds/validation/read.ts'
import type { KubernetesObject } from '../object.ts'
import { approvalOf, isProtected } from './approval.ts'
import { bundleFindings, conversionFindings } from './check-conversion.ts'
import { columnFindings, selectableFindings, subresourceFindings } from './check-parts.ts'
import { checkSchema } from './check-schema.ts'

const hoisted = ['subresources', 'schema', 'additionalPrinterColumns', 'selectableFields'] as const

/** Findings on a new definition. */
export function* definitionFindings(definition: KubernetesObject): Findings {
  const { spec, status } = { spec: fields(definition.spec), status: fields(definition.status) }
  for (const part of ['generateName', 'name'] as const) {
    const name = definition.metadata[part] ?? ''
    if (name !== '' && name !== `${text(fields(spec.names).plural)}.${text(spec.group)}`)
      yield invalid(`metadata.${part}`, name, 'must be spec.names.plural+"."+spec.group')
  }
  yield* validateSpec(spec)
  yield* validateStoredVersions(spec, texts(status.storedVersions))
  yield* validateApproval(definition)
  yield* validatePreserve(spec)
}

/** Findings on a changed definition: those of a new one, and that its names stay. */
export function* definitionUpdateFindings(definition: KubernetesObject, old: KubernetesObject): Findings {
  const { spec, before } = { spec: fields(definition.spec), before: fields(old.spec) }
  yield* validateMeta(definition, false)
  yield* validateSpec(spec)
  yield* bundleFindings(spec, before, conditionIsTrue(old, 'Established'))
  if (conditionIsTrue(old, 'Established')) {
    yield* immutable('spec.scope', spec.scope, before.scope)
    yield* immutable('spec.names.kind', fields(spec.names).kind, fields(before.names).kind)
  }
  yield* immutable('spec.group', spec.group, before.group)
  yield* immutable('spec.names.plural', fields(spec.names).plural, fields(before.names).plural)
  yield* validateStoredVersions(spec, texts(fields(definition.status).storedVersions))
  if (approvalOf(definition).state !== approvalOf(old).state) yield* validateApproval(definition)
  if (before.preserveUnknownFields !== true) yield* validatePreserve(spec)
}

function* validatePreserve(spec: JsonObject): Findings {
  if (spec.preserveUnknownFields !== true) return
  const detail = 'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead'
  yield invalid('spec.preserveUnknownFields', true, detail)
}

function* validateSpec(spec: JsonObject): Findings {
  yield* validateGroup(text(spec.group))
  const scope = text(spec.scope)
  if (scope === '') yield required('spec.scope')
  else if (scope !== 'Cluster' && scope !== 'Namespaced') yield notSupported('spec.scope', scope, ['Cluster', 'Namespaced'])
  const versions = objects(spec.versions)
  for (const [index, version] of versions.entries())
    if (!present(fields(version.schema).openAPIV3Schema)) yield required(child(item('spec.versions', index), 'schema', 'openAPIV3Schema'))
  yield* validateVersions(spec)
  yield* validateRequiredNames(fields(spec.names))
  yield* validateNames(fields(spec.names), 'spec.names')
  yield* validateHoisted(versions)
  const conversion = fields(spec.conversion)
  if (spec.preserveUnknownFields === true && conversion.strategy !== 'None')
    yield invalid('spec.conversion.strategy', conversion.strategy, 'must be None if spec.preserveUnknownFields is true')
  yield* conversionFindings(conversion, 'spec.conversion')
}

/** The parts that all versions have alike. */
function* validateHoisted(versions: readonly JsonObject[]): Findings {
  const [first] = versions
  if (first === undefined) return
  const hasStatus = versions.some(({ subresources }) => isObject(fields(subresources).status))
  const parts = hoisted.filter((part) => isHoisted(versions, part))
  yield* validateVersionParts(first, 'spec', { parts, hasStatus })
  if (objects(first.selectableFields).length > 0 && parts.includes('selectableFields') && !parts.includes('schema'))
    yield invalid('spec.selectableFields', '', 'may only be set when validations.schema is included')
}

function* validateGroup(group: string): Findings {
  if (group === '') yield required('spec.group')
  else if (isDns1123Subdomain(group).length > 0) yield invalid('spec.group', group, isDns1123Subdomain(group).join(','))
  else if (!group.includes('.')) yield invalid('spec.group', group, 'should be a domain with at least one dot')
}

function* validateVersions(spec: JsonObject): Findings {
  const versions = objects(spec.versions)
  const names = versions.map((version) => text(version.name))
  const parts = hoisted.filter((part) => !isHoisted(versions, part))
  for (const [index, version] of versions.entries()) {
    const path = item('spec.versions', index)
    const problems = isDns1035Label(text(version.name))
    if (problems.length > 0) yield invalid(child(path, 'name'), text(version.name), problems.join(','))
    yield* validateDeprecation(version, path)
    const named = versions.find(({ name }) => name === version.name)
    yield* validateVersionParts(version, path, { parts, hasStatus: isObject(fields(fields(named).subresources).status) })
  }
  if (new Set(names).size < names.length) yield invalid('spec.versions', printed(versions), 'must contain unique version names')
  if (versions.filter((version) => version.storage === true).length !== 1)
    yield invalid('spec.versions', printed(versions), 'must have exactly one version marked as storage version')
  const problems = isDns1035Label(names[0] ?? '')
  if (names[0] && problems.length > 0) yield invalid('spec.version', names[0], problems.join(','))
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
  for (const problem of deprecationProblems(text(warning), version.deprecated === true)) yield invalid(child(path, 'deprecationWarning'), warning, problem)
}

function* deprecationProblems(warning: string, deprecated: boolean): Generator<string, void> {
  if (!deprecated) return yield 'can only be set for deprecated versions'
  if (new TextEncoder().encode(warning).length > 256) yield 'must be <= 256 characters long'
  if (warning === '') yield 'must not be an empty string'
  const letter = /[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u.exec(warning)
  if (!letter) return
  const index = new TextEncoder().encode(warning.slice(0, letter.index)).length
  yield `must only contain printable UTF-8 characters; non-printable character found at index ${index}`
}

/** Parts that all versions have alike stand at the spec in the server's own form, and so in the paths of findings. */
function isHoisted(versions: readonly JsonObject[], part: (typeof hoisted)[number]): boolean {
  return versions.every((version) => equal(version[part], versions[0]?.[part]))
}

/** Which parts of a version to look at, and whether its status is a resource of its own. */
interface PartOptions {
  readonly parts: readonly string[]
  readonly hasStatus: boolean
}

function* validateVersionParts(version: JsonObject, path: string, { parts, hasStatus }: PartOptions): Findings {
  const schema = fields(version.schema).openAPIV3Schema
  if (parts.includes('schema') && isObject(schema))
    yield* checkSchema(schema, child(path, path === 'spec' ? 'validation' : 'schema', 'openAPIV3Schema'), hasStatus)
  if (parts.includes('subresources')) yield* subresourceFindings(fields(version.subresources), child(path, 'subresources'))
  if (parts.includes('additionalPrinterColumns'))
    for (const [index, column] of objects(version.additionalPrinterColumns).entries())
      yield* columnFindings(column, item(child(path, 'additionalPrinterColumns'), index))
  if (!parts.includes('selectableFields')) return
  // The words are the server's own: it looks for the schema where it stood before all versions were found to have the same.
  if (objects(version.selectableFields).length > 0 && !parts.includes('schema') && path !== 'spec')
    yield invalid(child(path, 'selectableFields'), '', 'may only be set when `version.schema.openAPIV3Schema` is not included')
  else yield* selectableFindings(version, child(path, 'selectableFields'))
}

function* validateRequiredNames(names: JsonObject): Findings {
  for (const name of ['plural', 'singular', 'kind', 'listKind']) if (text(names[name]) === '') yield required(child('spec.names', name))
}

function* validateNames(names: JsonObject, path: string): Findings {
  const rule = function* (field: string, value: string, mixed = false): Findings {
    const problems = isDns1035Label(mixed ? value.toLowerCase() : value)
    if (problems.length > 0) yield invalid(field, value, `${mixed ? 'may have mixed case, but should otherwise match: ' : ''}${problems.join(',')}`)
  }
  for (const name of ['plural', 'singular', 'kind', 'listKind'])
    if (text(names[name]) !== '') yield* rule(child(path, name), text(names[name]), name.toLowerCase().endsWith('kind'))
  for (const [index, name] of texts(names.shortNames).entries()) yield* rule(item(child(path, 'shortNames'), index), name)
  if (text(names.kind) !== '' && names.kind === names.listKind) yield invalid(child(path, 'listKind'), names.listKind, 'kind and listKind may not be the same')
  for (const [index, name] of texts(names.categories).entries()) yield* rule(item(child(path, 'categories'), index), name)
}

function* validateStoredVersions(spec: JsonObject, stored: readonly string[]): Findings {
  const path = 'status.storedVersions'
  if (stored.length === 0) return yield invalid(path, undefined, 'must have at least one stored version')
  const versions = objects(spec.versions)
  for (const { name, storage } of versions)
    if (storage === true && !stored.includes(text(name))) yield invalid(path, stored, `must have the storage version ${text(name)}`)
  for (const [index, name] of stored.entries()) if (!versions.some((version) => version.name === name)) yield invalid(item(path, index), name, missing(name))
}

function missing(name: string): string {
  const until = `until a storage migration ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`
  return `missing from spec.versions; ${name} was previously a storage version, and must remain in spec.versions ${until}`
}

function* validateApproval(definition: KubernetesObject): Findings {
  const { state, reason } = approvalOf(definition)
  const field = 'metadata.annotations[api-approved.kubernetes.io]'
  if (!isProtected(definition)) return
  if (state === 'missing') yield required(field, reason)
  if (state === 'invalid') yield invalid(field, definition.metadata.annotations?.['api-approved.kubernetes.io'], reason)
}

function conditionIsTrue(definition: KubernetesObject, type: string): boolean {
  return objects(fields(definition.status).conditions).some((condition) => condition.type === type && condition.status === 'True')
}
