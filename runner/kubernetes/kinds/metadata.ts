// Validation of object metadata (apimachinery `pkg/api/validation/objectmeta.go`), the same for every kind but for the name's rule.
import type { Json, JsonObject } from '../../base/json.ts'
import type { KindRules } from '../kind.ts'
import type { KubernetesObject } from '../object.ts'
import type { FieldError } from '../status-error.ts'
import { child, type Findings, forbidden, immutable, invalid, invalidAll, item, nonNegative, required, tooLong } from './validation/findings.ts'
import { isDns1123Label, isDns1123Subdomain, isLabelValue, isQualifiedName, nameRule } from './validation/names.ts'
import { entries, fields, objects, present, text, texts } from './validation/read.ts'

/**
 * Findings on an object's metadata: of a create, or, with `old`, of an update. An update is looked at twice, as the server
 * does (generic registry, then the kind's strategy): its findings stand twice in the causes.
 */
export function validateMetadata(object: KubernetesObject, rules: KindRules | undefined, namespaced: boolean, old?: KubernetesObject): FieldError[] {
  if (old !== undefined) return [...twice(validateMetaUpdate(object, old)), ...kubernetesFinalizers(object)]
  return [...validateMeta(object, namespaced, rules?.validateName), ...kubernetesFinalizers(object)]
}

/** The same for a custom resource, whose finalizers need no known name. */
export function validateCustomMetadata(object: KubernetesObject, namespaced: boolean, old?: KubernetesObject): FieldError[] {
  if (old !== undefined) return twice(validateMetaUpdate(object, old))
  return [...validateMeta(object, namespaced)]
}

function twice(findings: Findings): FieldError[] {
  const found = [...findings]
  return [...found, ...found]
}

/** Findings on labels. */
export function* validateLabels(labels: Json | undefined, path: string): Findings {
  for (const [key, value] of entries(labels)) {
    yield* invalidAll(path, key, isQualifiedName(key))
    yield* invalidAll(path, value, isLabelValue(value))
  }
}

/** Findings on the metadata of a template, which has nothing but labels and annotations (`validateFieldAllowList`); errors know its fields by Go's names. */
export function* validateTemplateMetadata(meta: JsonObject, path: string): Findings {
  const { annotations, labels, ...rest } = meta
  yield* validateAnnotations(annotations, child(path, 'annotations'))
  yield* validateLabels(labels, child(path, 'labels'))
  for (const [name, value] of Object.entries(rest)) if (present(value)) yield forbidden(child(path, name === 'uid' ? 'uID' : name), 'cannot be set')
}

/** Findings on annotations. */
export function* validateAnnotations(annotations: Json | undefined, path: string): Findings {
  let size = 0
  for (const [key, value] of entries(annotations)) {
    yield* invalidAll(path, key, isQualifiedName(key.toLowerCase()))
    size += key.length + value.length
  }
  if (size > 256 * 1024) yield tooLong(path, 256 * 1024)
}

/** Findings on metadata of a new object; also what many kinds look at again in an update. */
export function* validateMeta(object: KubernetesObject, namespaced: boolean, validateName = nameRule(isDns1123Subdomain)): Findings {
  const meta = fields(object.metadata)
  const { name = '', generateName = '' } = object.metadata
  if (generateName !== '') yield* invalidAll('metadata.generateName', generateName, validateName(generateName, true))
  if (name === '') yield required('metadata.name', 'name or generateName is required')
  else yield* invalidAll('metadata.name', name, validateName(name, false))
  const namespace = object.metadata.namespace ?? ''
  if (!namespaced && namespace !== '') yield forbidden('metadata.namespace', 'not allowed on this type')
  if (namespaced && namespace === '') yield required('metadata.namespace')
  if (namespaced && namespace !== '') yield* invalidAll('metadata.namespace', namespace, isDns1123Label(namespace))
  yield* nonNegative('metadata.generation', meta.generation)
  yield* commonParts(meta)
  yield* validateFinalizers(texts(meta.finalizers))
  yield* validateManagedFields(meta.managedFields)
}

function* validateMetaUpdate(object: KubernetesObject, old: KubernetesObject): Findings {
  const meta = fields(object.metadata)
  const before = fields(old.metadata)
  if (before.deletionTimestamp !== undefined) yield* noNewFinalizers(texts(meta.finalizers), texts(before.finalizers))
  if (Number(meta.generation ?? 0) < Number(before.generation ?? 0)) yield invalid('metadata.generation', meta.generation ?? 0, 'must not be decremented')
  for (const name of ['name', 'namespace', 'uid', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds'])
    yield* immutable(`metadata.${name}`, meta[name], before[name])
  if (commonNames.some((name) => meta[name] !== before[name])) yield* commonParts(meta)
  yield* validateManagedFields(meta.managedFields)
}

/** Parts that are the very same as before have been looked at before. */
const commonNames = ['labels', 'annotations', 'ownerReferences']

function* commonParts(meta: JsonObject): Findings {
  yield* validateLabels(meta.labels, 'metadata.labels')
  yield* validateAnnotations(meta.annotations, 'metadata.annotations')
  yield* validateOwnerReferences(objects(meta.ownerReferences))
}

function* validateOwnerReferences(references: readonly JsonObject[]): Findings {
  let controller: string | undefined
  for (const reference of references) {
    yield* validateOwnerReference(reference)
    if (reference.controller !== true) continue
    const name = `${text(reference.kind)}/${text(reference.name)}`
    if (controller !== undefined)
      yield invalid(
        'metadata.ownerReferences',
        references,
        `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${name}`,
      )
    controller ??= name
  }
}

function* validateOwnerReference(reference: JsonObject): Findings {
  const path = 'metadata.ownerReferences'
  const [group = '', version = ''] = text(reference.apiVersion).includes('/') ? text(reference.apiVersion).split('/') : ['', text(reference.apiVersion)]
  if (version === '') yield invalid(child(path, 'apiVersion'), reference.apiVersion ?? '', 'version must not be empty')
  for (const name of ['kind', 'name', 'uid']) if (text(reference[name]) === '') yield invalid(child(path, name), '', 'must not be empty')
  if (group === '' && version === 'v1' && reference.kind === 'Event') yield invalid(path, reference, '/v1, Kind=Event is disallowed from being an owner')
}

function* validateFinalizers(finalizers: readonly string[]): Findings {
  for (const finalizer of finalizers) yield* invalidAll('metadata.finalizers', finalizer, isQualifiedName(finalizer))
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion'))
    yield invalid('metadata.finalizers', finalizers, 'finalizer orphan and foregroundDeletion cannot be both set')
}

function* noNewFinalizers(next: readonly string[], before: readonly string[]): Findings {
  const added = next.filter((finalizer) => !before.includes(finalizer))
  if (added.length > 0)
    yield forbidden('metadata.finalizers', `no new finalizers can be added if the object is being deleted, found new finalizers ${goStrings(added)}`)
}

/** Kinds whose validation is that of any server's metadata, not the core API's. */
const generic = new Set(['apiextensions.k8s.io', 'apiregistration.k8s.io', 'admissionregistration.k8s.io', 'coordination.k8s.io', 'node.k8s.io', 'policy'])

/** What the core API asks of finalizers more than other servers do (`ValidateFinalizerName` of `pkg/apis/core/validation`). */
function* kubernetesFinalizers(object: KubernetesObject): Findings {
  if (generic.has(object.apiVersion?.split('/')[0] ?? '') || (object.kind === 'Event' && object.apiVersion === 'v1')) return
  const known = ['kubernetes', 'orphan', 'foregroundDeletion']
  for (const [index, finalizer] of (object.metadata.finalizers ?? []).entries()) {
    if (!finalizer.includes('/') && !known.includes(finalizer))
      yield invalid(item('metadata.finalizers', index), finalizer, 'name is neither a standard finalizer name nor is it fully qualified')
  }
}

function* validateManagedFields(managedFields: Json | undefined): Findings {
  for (const [index, entry] of objects(managedFields).entries()) {
    const path = item('metadata.managedFields', index)
    if (!['Apply', 'Update'].includes(text(entry.operation))) yield invalid(child(path, 'operation'), text(entry.operation), 'must be `Apply` or `Update`')
    if (entry.fieldsType !== undefined && entry.fieldsType !== '' && entry.fieldsType !== 'FieldsV1')
      yield invalid(child(path, 'fieldsType'), entry.fieldsType, 'must be `FieldsV1`')
    if (text(entry.manager).length > 128) yield tooLong(child(path, 'manager'), 128)
  }
}

/** A list of texts as Go's %#v prints it. */
function goStrings(values: readonly string[]): string {
  return `[]string{${values.map((value) => JSON.stringify(value)).join(', ')}}`
}
