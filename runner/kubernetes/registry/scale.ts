// The scale subresource: a small view of a workload's replicas, read from and written to the workload itself.
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import { at, type KubernetesObject } from '../object.ts'
import { jsonPatch } from '../patch/json-patch.ts'
import { mergePatch } from '../patch/merge-patch.ts'
import { serverSideApply } from '../patch/server-side-apply.ts'
import { labelSelectorMatcher } from '../selectors.ts'
import { StatusError } from '../status-error.ts'
import { decodeApplied } from './decode-object.ts'
import { type Engine, liveObject, type WriteScope } from './engine.ts'
import { invalid, notFound, plainError } from './errors.ts'
import { fieldWriter } from './field-management.ts'
import { misfit, type ObjectPatch, unreadable } from './patch.ts'
import { asJson, asObject } from './plain.ts'
import { scaleManagers, untimedScales } from './scale-managers.ts'
import type { ServedResource } from './served-resource.ts'
import { updateObject } from './update.ts'

/** The Scale of a workload; an unset or zero count is not printed in its spec. */
export function scaleOf(resource: ServedResource, object: KubernetesObject): KubernetesObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata
  const paths = scalePaths(resource)
  const replicas = at(object, ...paths.spec)
  const selector = selectorText(resource, object)
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: Object.fromEntries(Object.entries({ name, namespace, uid, resourceVersion, creationTimestamp }).filter(([, value]) => value !== undefined)),
    spec: replicas === undefined || replicas === 0 ? {} : { replicas },
    status: { replicas: at(object, ...paths.status) ?? 0, ...(selector === '' ? {} : { selector }) },
  }
}

/** Reads a workload's Scale. */
export function getScale(engine: Engine, { resource, key }: Pick<WriteScope, 'resource' | 'key'>): KubernetesObject {
  const object = workloadOf(engine, { resource, key })
  const path = resource.custom?.scale?.specReplicasPath
  if (path !== undefined && at(object, ...steps(path)) === undefined) throw unset(path)
  return scaleOf(resource, object)
}

/** A custom resource without a count has no Scale (apiextensions `ScaleREST.Get`). */
function unset(path: string): StatusError {
  const message = `the spec replicas field ${JSON.stringify(path)} does not exist`
  return new StatusError('InternalError', `Internal error occurred: ${message}`, { details: { causes: [{ message }] } })
}

function workloadOf(engine: Engine, { resource, key }: Pick<WriteScope, 'resource' | 'key'>): KubernetesObject {
  const object = liveObject(engine, resource, key)
  if (!object) throw notFound(resource.info, key.name)
  return object
}

/** Writes a Scale's count to its workload and answers the new Scale. */
export function updateScale(engine: Engine, scope: WriteScope, scale: JsonObject): KubernetesObject {
  const wanted = at(scale, 'spec', 'replicas') ?? 0
  // Of a custom resource, its own validation says so.
  if (typeof wanted === 'number' && wanted < 0 && !scope.resource.custom) {
    const message = `Invalid value: ${wanted}: must be greater than or equal to 0`
    throw invalid({ group: 'autoscaling', kind: 'Scale' }, scope.key.name, [{ field: 'spec.replicas', reason: 'FieldValueInvalid', message }])
  }
  const version = at(scale, 'metadata', 'resourceVersion')
  const { resource, manager } = scope
  const path = scalePaths(resource).spec
  const live = workloadOf(engine, scope)
  const changed = (at(live, ...path) ?? 0) !== wanted
  const object = updateObject(engine, scope, {
    managedFields: () => scaleManagers(live.metadata.managedFields ?? [], { manager, apiVersion: resource.apiVersion, path, changed }),
    change: () => {
      const scaled = asObject(setAt(asJson(live), path, wanted))
      return typeof version === 'string' ? { ...scaled, metadata: { ...scaled.metadata, resourceVersion: version } } : scaled
    },
  })
  return scaleOf(scope.resource, object)
}

/** Patches a Scale. */
export function patchScale(engine: Engine, scope: WriteScope, patch: ObjectPatch): KubernetesObject {
  if (patch.type === 'apply') return applyScale(engine, scope, patch)
  const current = asJson(scaleOf(scope.resource, workloadOf(engine, scope)))
  const patched = patch.type === 'json' ? jsonPatch(current, patch.body) : mergePatch(current, patch.body)
  const problem = scaleProblem(patched)
  if (problem !== undefined) throw misfit(patch, patched, problem)
  return updateScale(engine, scope, isObject(patched) ? patched : {})
}

/** Why a value is no Scale, in Go's words; undefined for one. */
export function scaleProblem(scale: Json): string | undefined {
  return unreadable(scale, { kind: 'Scale', version: 'autoscaling/v1' })
}

/** An applied count is an applied field of the workload. */
function applyScale(engine: Engine, scope: WriteScope, patch: ObjectPatch): KubernetesObject {
  const { resource, key } = scope
  const live = workloadOf(engine, scope)
  refuseConversion(scope)
  const body = isObject(patch.body) ? patch.body : {}
  const replicas = at(body, 'spec', 'replicas') ?? 0
  const workload = setAt({ apiVersion: resource.apiVersion, kind: resource.info.kind, metadata: { name: key.name } }, scalePaths(resource).spec, replicas)
  const applied = inScaleWords(resource.apiVersion, () =>
    serverSideApply({
      ...fieldWriter(scope, engine.clock.now()),
      live: asJson(live),
      applied: workload,
      kind: resource.info.kind,
      force: patch.force,
    }),
  )
  const object = decodeApplied(resource, applied.object, patch.decoding)
  return scaleOf(resource, updateObject(engine, scope, { change: () => object, managedFields: () => untimedScales(applied.managedFields) }))
}

/** Between the versions of a definition a Scale is converted like an object of it, which it is not (apiextensions `crConverter`). */
function refuseConversion({ resource: { custom }, key: { name } }: WriteScope): void {
  const what = `failed to convert new object (/${name}; autoscaling/v1, Kind=Scale) to proper version`
  if (custom && custom.versions > 1) throw plainError(`${what}: request to convert CR to an invalid group/version: autoscaling/v1`)
}

/** Conflicts are told of the Scale, whose version is its own (apimachinery `scalehandler.go`). */
function inScaleWords<result>(apiVersion: string, apply: () => result): result {
  try {
    return apply()
  } catch (error) {
    if (!(error instanceof StatusError) || error.reason !== 'Conflict') throw error
    const told = (text = ''): string => text.replaceAll(` using ${apiVersion}`, ' using autoscaling/v1')
    const causes = error.details?.causes?.map((cause) => ({ ...cause, message: told(cause.message) })) ?? []
    throw new StatusError('Conflict', told(error.message), { details: { ...error.details, causes } })
  }
}

function scalePaths({ custom }: ServedResource): { readonly spec: readonly string[]; readonly status: readonly string[] } {
  const paths = custom?.scale
  return { spec: steps(paths?.specReplicasPath ?? '.spec.replicas'), status: steps(paths?.statusReplicasPath ?? '.status.replicas') }
}

function steps(path: string): readonly string[] {
  return path.split('.').filter((step) => step !== '')
}

function selectorText({ custom, info }: ServedResource, object: KubernetesObject): string {
  if (custom) return String((custom.scale?.labelSelectorPath && at(object, ...steps(custom.scale.labelSelectorPath))) || '')
  const selector = at(object, 'spec', 'selector')
  if (!isObject(selector)) return ''
  return labelSelectorMatcher(info.plural === 'replicationcontrollers' ? { matchLabels: selector } : selector).text
}

function setAt(object: JsonObject, [step, ...rest]: readonly string[], value: Json): JsonObject {
  if (step === undefined) return object
  const inner = object[step]
  return { ...object, [step]: rest.length === 0 ? value : setAt(isObject(inner) ? inner : {}, rest, value) }
}
