// A delete: preconditions, grace, finalizers of the garbage collector, and what is answered (apiserver `registry/rest/delete.go`).
import type { JsonObject } from '../../base/json.ts'
import type { DeleteOptions } from '../client.ts'
import { formatKey, formatTime, type KubernetesObject } from '../object.ts'
import { StatusError } from '../status-error.ts'
import { dropCompanions } from './companions.ts'
import { readBack, store } from './create.ts'
import { admissionRequest, admitWithoutObject, type Engine, liveObject, storedKey, type WriteScope, writeContext } from './engine.ts'
import { notFound } from './errors.ts'
import { ordered } from './field-management.ts'
import type { ServedResource } from './served-resource.ts'
import { orphansDependents, returnsDeleted } from './traits.ts'

/** What a delete answers: the object that is left or is returned by its kind, or undefined for a Status of success. */
export interface Deleted {
  readonly object: KubernetesObject
  readonly answersObject: boolean
}

/** Deletes an object, or marks it as being deleted while grace or finalizers hold it. */
export function deleteObject(engine: Engine, scope: WriteScope, options: DeleteOptions): Deleted {
  const { resource, key } = scope
  const live = liveObject(engine, resource, key)
  if (!live) throw notFound(resource.info, key.name)
  checkPreconditions(resource, live, options)
  admitWithoutObject(engine, admissionRequest(scope, writeContext(engine, scope), { operation: 'DELETE', old: live }))
  if (resource.info.plural === 'namespaces' && resource.info.group === '') return deleteNamespace(engine, scope, live)
  const grace = gracePeriod(resource, live, options)
  const finalizers = finalizersAfter(resource, live, options)
  const held = finalizers.length > 0 || (grace ?? 0) > 0
  if (!held && grace === undefined) return removed(engine, scope, live)
  const marked = ordered(resource, { ...live, metadata: markedMetadata(engine, live, { grace, finalizers }) })
  if (scope.dryRun) return { object: marked, answersObject: held || returnsDeleted(resource.info) }
  const stored = marked === live || sameMetadata(marked, live) ? live : store(engine, resource, marked)
  return held ? { object: stored, answersObject: true } : removed(engine, scope, stored)
}

function removed(engine: Engine, { resource, key, dryRun }: WriteScope, live: KubernetesObject): Deleted {
  const last = dryRun ? live : engine.store.remove(resource.storage, formatKey(storedKey(resource, key)))
  if (!dryRun) dropCompanions(engine, resource, live)
  const object = resource.custom?.conversions ? readBack(resource, live, last ?? live) : resource.fromStorage(last ?? live)
  return { object, answersObject: returnsDeleted(resource.info) }
}

/** The Status of a delete that took the object away. */
export function deletedStatus(resource: ServedResource, object: KubernetesObject): JsonObject {
  const { group, plural } = resource.info
  const { name = '', uid = '' } = object.metadata
  const details = { name, ...(group === '' ? {} : { group }), kind: plural, uid }
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details }
}

function checkPreconditions({ info }: ServedResource, live: KubernetesObject, { preconditions }: DeleteOptions): void {
  const { uid, resourceVersion } = preconditions ?? {}
  const { name = '' } = live.metadata
  const refuse = (why: string): StatusError => {
    const details = { name, ...(info.group === '' ? {} : { group: info.group }), kind: info.kind }
    const kind = info.group === '' ? info.kind : `${info.kind}.${info.group}`
    return new StatusError('Conflict', `Operation cannot be fulfilled on ${kind} "${name}": ${why}`, { details })
  }
  if (uid !== undefined && uid !== live.metadata.uid) {
    const words = `the UID in the precondition (${uid}) does not match the UID in record (${live.metadata.uid})`
    throw refuse(`${words}. The object might have been deleted and then recreated`)
  }
  if (resourceVersion !== undefined && resourceVersion !== live.metadata.resourceVersion) {
    const words = `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${live.metadata.resourceVersion})`
    throw refuse(`${words}. The object might have been modified`)
  }
}

/** Seconds of grace; undefined for kinds without, or when the object is past it already. */
function gracePeriod({ rules }: ServedResource, live: KubernetesObject, options: DeleteOptions): number | undefined {
  const wanted = rules?.gracePeriodSeconds?.(live, options.gracePeriodSeconds)
  if (wanted === undefined) return undefined
  const { deletionTimestamp, deletionGracePeriodSeconds: pending } = live.metadata
  if (deletionTimestamp === undefined) return wanted
  if (pending === undefined || pending === 0) return undefined
  return Math.min(wanted, pending)
}

const collectorFinalizers = ['orphan', 'foregroundDeletion']

function finalizersAfter({ info }: ServedResource, live: KubernetesObject, { propagationPolicy }: DeleteOptions): readonly string[] {
  const present = live.metadata.finalizers ?? []
  const chosen = propagationPolicy ?? policyOfObject(present) ?? (orphansDependents(info) ? 'Orphan' : 'Background')
  const added = chosen === 'Orphan' ? ['orphan'] : chosen === 'Foreground' ? ['foregroundDeletion'] : []
  return [
    ...present.filter((finalizer) => !collectorFinalizers.includes(finalizer) || added.includes(finalizer)),
    ...added.filter((name) => !present.includes(name)),
  ]
}

function policyOfObject(finalizers: readonly string[]): DeleteOptions['propagationPolicy'] {
  if (finalizers.includes('orphan')) return 'Orphan'
  return finalizers.includes('foregroundDeletion') ? 'Foreground' : undefined
}

function markedMetadata(
  engine: Engine,
  { metadata }: KubernetesObject,
  { grace, finalizers }: { readonly grace: number | undefined; readonly finalizers: readonly string[] },
): KubernetesObject['metadata'] {
  const first = metadata.deletionTimestamp === undefined
  const pending = metadata.deletionGracePeriodSeconds ?? 0
  const seconds = grace ?? 0
  const start = first ? engine.clock.now() : Date.parse(metadata.deletionTimestamp) - pending * 1000
  const { finalizers: _, ...rest } = metadata
  return {
    ...rest,
    deletionTimestamp: first || seconds < pending ? formatTime(start + seconds * 1000) : metadata.deletionTimestamp,
    deletionGracePeriodSeconds: first ? seconds : Math.min(seconds, pending),
    ...(first && metadata.generation !== undefined ? { generation: metadata.generation + 1 } : {}),
    ...(finalizers.length === 0 ? {} : { finalizers }),
  }
}

function sameMetadata(a: KubernetesObject, b: KubernetesObject): boolean {
  return JSON.stringify(a.metadata) === JSON.stringify(b.metadata)
}

/** A namespace is Terminating at once and goes when the finalizers of its spec are gone. */
function deleteNamespace(engine: Engine, scope: WriteScope, live: KubernetesObject): Deleted {
  const { resource, dryRun } = scope
  const spec = live.spec as { readonly finalizers?: readonly string[] } | undefined
  const held = (spec?.finalizers ?? []).length > 0 || (live.metadata.finalizers ?? []).length > 0
  if (!held) return removed(engine, scope, live)
  if (live.metadata.deletionTimestamp !== undefined) return { object: live, answersObject: true }
  const metadata = { ...live.metadata, deletionTimestamp: formatTime(engine.clock.now()) }
  const status = { ...(live.status as JsonObject | undefined), phase: 'Terminating' }
  const marked = ordered(resource, { ...live, metadata, status })
  return { object: dryRun ? marked : store(engine, resource, marked), answersObject: true }
}
