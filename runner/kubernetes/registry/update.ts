// An update of any sort: from the live object to the wanted one, through admission, strategy and validation, into the store.
import { equal } from '../../base/json.ts'
import type { Ordering } from '../encoding/go-order.ts'
import type { WriteContext } from '../kind.ts'
import { validateCustomMetadata, validateMetadata } from '../kinds/metadata.ts'
import { formatKey, type KubernetesObject, type ManagedFieldsEntry } from '../object.ts'
import type { FieldError } from '../status-error.ts'
import { dropCompanions, makeCompanions } from './companions.ts'
import { store } from './create.ts'
import { withoutDisabledFields } from './disabled-fields.ts'
import { admissionRequest, admit, type Engine, liveObject, storedKey, validateAdmission, type WriteScope, writeContext } from './engine.ts'
import { conflict, invalid, modified, notFound, plainError } from './errors.ts'
import { ordered, orderingOf, withManagedFields } from './field-management.ts'
import { withoutDoubleOwners } from './owner-references.ts'
import { resetFields } from './reset.ts'
import type { ServedResource } from './served-resource.ts'
import { hasGeneration, needsVersionForUpdate } from './traits.ts'
import { warnOf } from './warnings.ts'

/** How the wanted object comes from the live one. */
export interface UpdatePlan {
  /** Decoded and defaulted. */
  change(live: KubernetesObject): KubernetesObject
  /** Managed fields as an apply computed them; others are derived from the difference. */
  managedFields?(): readonly ManagedFieldsEntry[]
  /** A PUT: its uid is a precondition, and some kinds want a resource version. */
  readonly replaces?: boolean
}

/** Changes a stored object and answers it as stored. */
export function updateObject(engine: Engine, scope: WriteScope, plan: UpdatePlan): KubernetesObject {
  const { resource, key, subresource } = scope
  const live = liveObject(engine, resource, key)
  if (!live) throw notFound(resource.info, key.name)
  const context = writeContext(engine, scope)
  const wanted = withIdentity(plan.change(live), live)
  const changed = plan.replaces ? withoutDoubleOwners(scope, wanted, false) : wanted
  if (plan.replaces) checkUid(resource, changed, live)
  const reset = resetFields(changed, live, resource, subresource)
  const ordering = orderingOf(live)
  const requested = changed.metadata.managedFields
  const managed = withManagedFields(scope, context.now, { next: reset, live, given: plan.managedFields?.(), requested, ordering })
  const request = { ...admissionRequest(scope, context, { operation: 'UPDATE', old: live }), object: managed }
  const admitted = withoutDisabledFields(resource.info, withoutDoubleOwners(scope, admit(engine, request), true))
  checkVersion(resource, admitted, live, plan.replaces === true && subresource === '')
  const prepared = ordered(resource, atVersion(beforeUpdate(scope, admitted, { live, context, ordering }), live), ordering)
  const errors = validateChange(scope, prepared, live, context)
  if (errors.length > 0) throw invalid(resource.info, prepared.metadata.name ?? '', errors)
  warnOf(scope, prepared, live)
  validateAdmission(engine, { ...request, object: prepared })
  return commit(engine, scope, prepared, live)
}

function commit(engine: Engine, { resource, key, dryRun }: WriteScope, next: KubernetesObject, live: KubernetesObject): KubernetesObject {
  if (dryRun || equal(next, live)) return dryRun ? next : live
  if (isGone(next, live)) {
    engine.store.remove(resource.storage, formatKey(storedKey(resource, key)))
    dropCompanions(engine, resource, live)
    return next
  }
  makeCompanions(engine, resource, next)
  const stored = store(engine, resource, next)
  dropCompanions(engine, resource, live, stored)
  return stored
}

/** Until it is stored, an object bears the version that it comes from. */
function atVersion(next: KubernetesObject, live: KubernetesObject): KubernetesObject {
  return { ...next, metadata: { ...next.metadata, resourceVersion: live.metadata.resourceVersion ?? '0' } }
}

/** True if nothing holds an object any more that is being deleted. A namespace is held by the finalizers of its spec. */
function isGone(next: KubernetesObject, live: KubernetesObject): boolean {
  if ((next.metadata.finalizers ?? []).length > 0 || live.metadata.deletionTimestamp === undefined) return false
  if (next.kind === 'Namespace' && next.apiVersion === 'v1') return emptyList((next.spec as { finalizers?: unknown } | undefined)?.finalizers)
  return live.metadata.deletionGracePeriodSeconds === 0
}

function emptyList(value: unknown): boolean {
  return !Array.isArray(value) || value.length === 0
}

/** What a client need not or cannot say is taken from the live object. */
function withIdentity(next: KubernetesObject, live: KubernetesObject): KubernetesObject {
  const { uid, creationTimestamp, deletionTimestamp, deletionGracePeriodSeconds, generation, namespace } = live.metadata
  const { generation: _g, creationTimestamp: _c, selfLink: _s, ...metadata } = next.metadata as KubernetesObject['metadata'] & { selfLink?: string }
  return {
    ...next,
    metadata: {
      ...(uid === undefined ? {} : { uid }),
      ...(namespace === undefined ? {} : { namespace }),
      ...metadata,
      ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
      ...(generation === undefined ? {} : { generation }),
      ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
      ...(deletionGracePeriodSeconds === undefined ? {} : { deletionGracePeriodSeconds }),
    },
  }
}

function checkUid({ info, storage }: ServedResource, next: KubernetesObject, live: KubernetesObject): void {
  const { uid } = next.metadata
  if (uid === live.metadata.uid || uid === undefined || uid === '') return
  const key = `/registry/${storage}/${formatKey(info.namespaced ? { name: live.metadata.name ?? '', namespace: live.metadata.namespace ?? '' } : { name: live.metadata.name ?? '' })}`
  const found = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${live.metadata.uid}`
  throw conflict(info, live.metadata.name ?? '', `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: ${found}`)
}

function checkVersion({ info }: ServedResource, next: KubernetesObject, live: KubernetesObject, replaces: boolean): void {
  const { resourceVersion = '', name = '' } = next.metadata
  if (resourceVersion === '' || resourceVersion === '0') {
    if (!replaces || !needsVersionForUpdate(info)) return
    const message = 'Invalid value: 0: must be specified for an update'
    throw invalid({ group: info.group, kind: info.plural }, name, [{ field: 'metadata.resourceVersion', reason: 'FieldValueInvalid', message }])
  }
  if (!/^\d+$/.test(resourceVersion)) throw plainError(`strconv.ParseUint: parsing ${JSON.stringify(resourceVersion)}: invalid syntax`)
  if (resourceVersion !== live.metadata.resourceVersion) throw modified(info, name)
}

function beforeUpdate(
  { resource, subresource }: WriteScope,
  sent: KubernetesObject,
  { live, context, ordering }: { readonly live: KubernetesObject; readonly context: WriteContext; readonly ordering: Ordering },
): KubernetesObject {
  const { rules } = resource
  if (subresource === 'status') return rules?.prepareForStatusUpdate?.(sent, live, context) ?? sent
  const prepared = (subresource === '' ? rules?.prepareForUpdate?.(ordered(resource, sent, ordering), live, context) : undefined) ?? sent
  const { generation } = live.metadata
  if (generation === undefined || !(rules?.hasGeneration ?? hasGeneration(resource.info))) return prepared
  const raised = rules?.raisesGeneration ?? (resource.hasStatus ? differsBeyondStatus : differsBeyondMetadata)
  if (!raised(ordered(resource, prepared, ordering), live)) return prepared
  return { ...prepared, metadata: { ...prepared.metadata, generation: generation + 1 } }
}

/** Without a status of its own, `status` is a field as any other. */
function differsBeyondMetadata(next: KubernetesObject, live: KubernetesObject): boolean {
  return !equal({ ...next, metadata: undefined }, { ...live, metadata: undefined })
}

function differsBeyondStatus(next: KubernetesObject, live: KubernetesObject): boolean {
  return !equal({ ...next, metadata: undefined, status: undefined }, { ...live, metadata: undefined, status: undefined })
}

function validateChange({ resource, subresource }: WriteScope, next: KubernetesObject, live: KubernetesObject, context: WriteContext): readonly FieldError[] {
  const { info, rules, custom } = resource
  if (custom) return [...validateCustomMetadata(next, info.namespaced, live), ...custom.validate(next, live)]
  const metadata = validateMetadata(next, rules, info.namespaced, live)
  if (subresource === 'status') return [...metadata, ...(rules?.validateStatusUpdate?.(next, live, context) ?? [])]
  if (subresource !== '') return [...metadata, ...(rules?.validateSubresource?.(subresource, next, live) ?? [])]
  return [...metadata, ...(rules?.validateUpdate?.(next, live, context) ?? rules?.validate?.(next, context) ?? [])]
}
