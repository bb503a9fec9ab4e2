// A create: name, managed fields, admission, strategy, validation, store (apiserver `registry/generic/registry/store.go`).
import { deepFreeze } from '../../base/json.ts'
import { forbiddenResource } from '../authorization/forbidden.ts'
import { goOrder } from '../encoding/go-order.ts'
import { validateCustomMetadata, validateMetadata } from '../kinds/metadata.ts'
import { formatKey, formatTime, type KubernetesObject, type ManagedFieldsEntry, type ObjectMeta } from '../object.ts'
import type { FieldError } from '../status-error.ts'
import { makeCompanions } from './companions.ts'
import { withDefaults } from './decode-object.ts'
import { withoutDisabledFields } from './disabled-fields.ts'
import { admissionRequest, admit, type Engine, isStored, validateAdmission, type WriteScope, writeContext } from './engine.ts'
import { alreadyExists, badRequest, invalid, noSpace, plainError } from './errors.ts'
import { dropExpired } from './expiry.ts'
import { ordered, orderingOf, withManagedFields } from './field-management.ts'
import { withoutDoubleOwners } from './owner-references.ts'
import { asJson, asObject } from './plain.ts'
import type { ServedResource } from './served-resource.ts'
import { hasGeneration, keepsStatusOnCreate } from './traits.ts'
import { warnOf } from './warnings.ts'

/** Stores a new object, decoded and defaulted, and answers it as stored. `managedFields` are given by an apply. */
export function createObject(engine: Engine, scope: WriteScope, sent: KubernetesObject, managedFields?: readonly ManagedFieldsEntry[]): KubernetesObject {
  const { resource } = scope
  const context = writeContext(engine, scope)
  dropExpired(engine, resource.storage)
  const next = withoutDoubleOwners(scope, inNamespace(scope, sent), false)
  const ordering = orderingOf(undefined)
  const managed = withManagedFields(scope, context.now, { next, live: undefined, given: managedFields, requested: next.metadata.managedFields, ordering })
  const request = { ...admissionRequest(scope, context, { operation: 'CREATE' }), object: managed }
  refuseTerminating(scope, managed)
  const admitted = withoutDisabledFields(resource.info, withoutDoubleOwners(scope, admit(engine, request), true))
  const named = withSystemFields(engine, resource, admitted)
  const prepared = ordered(resource, resource.rules?.prepareForCreate?.(named, context) ?? withoutStatus(resource, named), ordering)
  const errors = validateNew(resource, prepared, context)
  const { name = '' } = prepared.metadata
  if (errors.length > 0) throw invalid(resource.info, name, errors)
  const key = { ...scope.key, name }
  warnOf(scope, prepared)
  validateAdmission(engine, { ...request, key, object: prepared })
  if (!scope.dryRun) refuseVersion(sent)
  if (isStored(engine, resource, key)) throw alreadyExists(resource.info, name)
  if (scope.dryRun) return withVersion(resource, prepared, sent.metadata.resourceVersion)
  makeCompanions(engine, resource, prepared)
  return store(engine, resource, prepared)
}

/** Nothing is made of a definition that goes (apiextensions `forbidCreateAdmission`). */
function refuseTerminating({ resource: { custom, info } }: WriteScope, { metadata: { name = '' } }: KubernetesObject): void {
  if (custom?.terminating) throw forbiddenResource(info, name, 'create not allowed while custom resource definition is terminating')
}

/** A version is the store's to give: it says so after everybody else had their say. */
function refuseVersion({ metadata: { resourceVersion } }: KubernetesObject): void {
  if (resourceVersion !== undefined && resourceVersion !== '' && resourceVersion !== '0')
    throw plainError('resourceVersion should not be set on objects to be created')
}

/** Puts an object into the store in the stored shape, and answers it in its own. */
export function store(engine: Engine, resource: ServedResource, object: KubernetesObject): KubernetesObject {
  const stored = resource.toStorage(object)
  const inOrder = stored === object ? object : asObject(goOrder(asJson(stored), resource.storageSchema))
  const { name = '', namespace } = object.metadata
  const key = resource.info.namespaced && namespace !== undefined ? formatKey({ name, namespace }) : name
  if (engine.store.isFull(resource.storage) && !engine.store.get(resource.storage, key)) throw noSpace()
  // What a webhook converts is read before it is stored: a write that begins again must not have been done yet.
  const read = resource.custom?.conversions && resource.fromStorage(inOrder)
  return readBack(resource, read, engine.store.put(resource.storage, key, inOrder))
}

/** What was stored, in the resource's own version; `read` is what it was without its last resource version, where that is known. */
export function readBack(resource: ServedResource, read: KubernetesObject | undefined, stored: KubernetesObject): KubernetesObject {
  if (!read) return resource.fromStorage(stored)
  return deepFreeze({ ...read, metadata: { ...read.metadata, resourceVersion: stored.metadata.resourceVersion ?? '' } })
}

/** A dry run stores nothing: what was sent as version is what is answered. */
function withVersion(resource: ServedResource, object: KubernetesObject, version = ''): KubernetesObject {
  const { resourceVersion: _, ...metadata } = object.metadata
  return version === '' ? { ...object, metadata } : ordered(resource, { ...object, metadata: { ...metadata, resourceVersion: version } })
}

function inNamespace({ resource, key }: WriteScope, object: KubernetesObject): KubernetesObject {
  const { namespace: sent, ...metadata } = object.metadata
  if (!resource.info.namespaced) return sent === undefined ? object : { ...object, metadata }
  if (sent !== undefined && sent !== '' && sent !== key.namespace)
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
  return sent === key.namespace || key.namespace === undefined ? object : { ...object, metadata: { ...object.metadata, namespace: key.namespace } }
}

function withSystemFields(engine: Engine, resource: ServedResource, object: KubernetesObject): KubernetesObject {
  const sent = systemFields.some((name) => name in object.metadata) ? withoutSystemFields(object.metadata) : object.metadata
  const { name, generateName, namespace, uid: _u, generation: asked, creationTimestamp: _c, ...metadata } = sent
  const generation = (resource.rules?.hasGeneration ?? hasGeneration(resource.info)) ? 1 : asked
  // In the order of Go's struct, so that nothing has to be put in order later.
  return {
    ...object,
    metadata: {
      ...(name !== undefined && { name }),
      ...generatedName(engine, resource, object),
      ...(generateName !== undefined && { generateName }),
      ...(namespace !== undefined && { namespace }),
      uid: engine.random.uuid(),
      resourceVersion: '0',
      ...(generation !== undefined && { generation }),
      creationTimestamp: formatTime(engine.clock.now()),
      ...metadata,
    },
  }
}

const systemFields = ['deletionTimestamp', 'deletionGracePeriodSeconds', 'resourceVersion']

/** Only few objects come with them, and leaving out costs more than looking. */
function withoutSystemFields({ deletionTimestamp: _t, deletionGracePeriodSeconds: _g, resourceVersion: _v, ...metadata }: ObjectMeta): ObjectMeta {
  return metadata
}

const suffixLength = 5
const longestBase = 63 - suffixLength
const attempts = 8

/** A generated name that is free; the last one is kept though taken, and the create refused. */
function generatedName(engine: Engine, resource: ServedResource, object: KubernetesObject): { readonly name?: string } {
  const { name, generateName = '', namespace } = object.metadata
  if ((name !== undefined && name !== '') || generateName === '') return {}
  let generated = ''
  for (let attempt = 0; attempt < attempts; attempt++) {
    generated = generateName.slice(0, longestBase) + engine.random.letters(suffixLength, 'bcdfghjklmnpqrstvwxz2456789')
    if (!isStored(engine, resource, namespace === undefined ? { name: generated } : { name: generated, namespace })) break
  }
  return { name: generated }
}

/** What is sent as status counts for nothing; a custom object is read with the status that its definition gives by default. */
function withoutStatus(resource: ServedResource, object: KubernetesObject): KubernetesObject {
  if (!resource.hasStatus || object.status === undefined || keepsStatusOnCreate(resource.info)) return object
  const { status: _, ...rest } = object
  return resource.custom ? withDefaults(resource, rest as KubernetesObject) : (rest as KubernetesObject)
}

function validateNew(resource: ServedResource, object: KubernetesObject, context: ReturnType<typeof writeContext>): readonly FieldError[] {
  const { info, rules, custom } = resource
  if (custom) return [...validateCustomMetadata(object, info.namespaced), ...custom.validate(object, undefined)]
  return [...validateMetadata(object, rules, info.namespaced), ...(rules?.validate?.(object, context) ?? [])]
}
