// A patch of any type: from the live object through the patch to an update; an apply may also create.

import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import { decode } from '../encoding/decode.ts'
import { formatGo } from '../encoding/format-go.ts'
import { DecodeError, describe } from '../encoding/reading.ts'
import { warningsOfProblem } from '../encoding/strict.ts'
import { conversionProblem, wrapIntegers } from '../encoding/unstructured.ts'
import type { KubernetesObject } from '../object.ts'
import { builtInSchema } from '../openapi/schema.ts'
import { jsonPatch } from '../patch/json-patch.ts'
import { mergePatch } from '../patch/merge-patch.ts'
import { serverSideApply } from '../patch/server-side-apply.ts'
import { strategicMergePatch } from '../patch/strategic-merge-patch.ts'
import type { StatusError } from '../status-error.ts'
import { createObject } from './create.ts'
import { type DecodeOptions, decodeApplied, decodeTyped, kindProblem, StrictError } from './decode-object.ts'
import { type Engine, liveObject, type WriteScope } from './engine.ts'
import { badRequest, conflict, invalid, notFound } from './errors.ts'
import { fieldWriter, ordered } from './field-management.ts'
import { patchedText } from './patched-text.ts'
import { asJson } from './plain.ts'
import { updateObject } from './update.ts'

/** A patch as a client sent it. */
export interface ObjectPatch {
  readonly type: 'json' | 'merge' | 'strategic' | 'apply'
  readonly body: Json
  readonly force: boolean
  readonly decoding: DecodeOptions
}

/** An object after a write, and whether it was made. */
export interface Written {
  readonly object: KubernetesObject
  readonly created: boolean
}

/** Patches an object and answers it as stored. */
export function patchObject(engine: Engine, scope: WriteScope, patch: ObjectPatch): Written {
  if (patch.type === 'apply') return applyObject(engine, scope, patch)
  const object = updateObject(engine, scope, { change: (live) => named(scope, changed(scope, live, patch)) })
  return { object, created: false }
}

function changed(scope: WriteScope, live: KubernetesObject, patch: ObjectPatch): KubernetesObject {
  const { resource } = scope
  const target = asJson(live)
  const patched = patchers[patch.type === 'apply' ? 'merge' : patch.type](target, patch.body, scope)
  if (patch.type !== 'strategic' && !resource.custom) checkKind(scope, patch, patched)
  const problem = patch.type === 'strategic' ? conversionProblem(patched, resource.schema) : undefined
  if (problem !== undefined) throw misfit(patch, patched, problem)
  try {
    const { kind } = resource.info
    const whole = patch.type === 'strategic' ? wrapIntegers(patched, resource.schema) : patched
    const typed = isObject(whole) ? whole : {}
    return decodeTyped(resource, text(typed.kind ?? '') === '' ? { ...typed, kind } : typed, patch.decoding)
  } catch (error) {
    if (!(error instanceof DecodeError) && !(error instanceof StrictError)) throw error
    throw misfit(patch, patched, error.message)
  }
}

/** A JSON patch may make another kind of the object, which the server then cannot read; a strategic one cannot. */
function checkKind({ resource, key: { name } }: WriteScope, patch: ObjectPatch, patched: Json): void {
  const { kind = '', apiVersion = '' } = isObject(patched) ? patched : {}
  for (const [field, value] of Object.entries({ apiVersion, kind }))
    if (value !== null && typeof value !== 'string')
      throw misfit(
        patch,
        patched,
        `couldn't get version/kind; json parse error: json: cannot unmarshal ${describe(value)} into Go struct field .${field} of type string`,
      )
  const version = text(apiVersion)
  if (version === '') throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`)
  const other = { kind: text(kind) || resource.info.kind, version }
  const problem = kindProblem(resource, other)
  if (problem !== undefined) throw misfit(patch, patched, unreadable(patched, other) ?? problem)
}

/** Why a value is none of its own kind, which is found before it is found to be of another kind than is wanted. */
export function unreadable(value: Json, { kind, version }: { readonly kind: string; readonly version: string }): string | undefined {
  const schema = builtInSchema(version, kind)
  try {
    if (schema && isObject(value)) decode(value, schema)
    return undefined
  } catch (error) {
    if (error instanceof DecodeError) return error.message
    throw error
  }
}

function text(value: Json): string {
  return typeof value === 'string' ? value : ''
}

/** A strategic merge patch is refused with itself, the others with what they made. */
export function misfit(patch: ObjectPatch, patched: Json, why: string): StatusError {
  const shown = patch.type === 'strategic' ? formatGo(patch.body) : patchedText(patched, patch.body)
  const message = `Invalid value: ${JSON.stringify(shown)}: ${why}`
  return invalid({ group: '', kind: '' }, '', [{ field: 'patch', reason: 'FieldValueInvalid', message }])
}

const patchers: Readonly<Record<'json' | 'merge' | 'strategic', (target: JsonObject, patch: Json, scope: WriteScope) => Json>> = {
  json: (target, patch) => jsonPatch(target, patch),
  merge: (target, patch) => mergePatch(target, requireObject(patch)),
  strategic: (target, patch, { resource }) => sameKind(strategicMergePatch(target, requireObject(patch, ''), resource.schema), target),
}

/** What a strategic merge patch says of kind and version is not heard: the result is read into the type that was there. */
function sameKind(merged: JsonObject, { apiVersion = '', kind = '' }: JsonObject): JsonObject {
  const of = (name: string, before: Json): Json => (typeof merged[name] === 'string' ? before : (merged[name] ?? before))
  return { ...merged, apiVersion: of('apiVersion', apiVersion), kind: of('kind', kind) }
}

function requireObject(patch: Json, prefix = 'error decoding patch: '): JsonObject {
  if (isObject(patch)) return patch
  const sent = patch === null ? 'null' : Array.isArray(patch) ? 'array' : typeof patch === 'boolean' ? 'bool' : typeof patch
  throw badRequest(`${prefix}json: cannot unmarshal ${sent} into Go value of type map[string]interface {}`)
}

function named({ key }: WriteScope, object: KubernetesObject): KubernetesObject {
  const { name = '', namespace = '' } = object.metadata
  if (name === '') throw badRequest(`the name of the object (${key.name} based on URL) was undeterminable: name must be provided`)
  if (name !== key.name) throw badRequest(`the name of the object (${name}) does not match the name on the URL (${key.name})`)
  if (namespace !== '' && key.namespace !== undefined && namespace !== key.namespace)
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
  return object
}

function applyObject(engine: Engine, scope: WriteScope, patch: ObjectPatch): Written {
  const { resource, key, subresource } = scope
  const live = liveObject(engine, resource, key)
  if (!live && subresource !== '') throw notFound(resource.info, key.name)
  const applied = applyTo(engine, scope, patch, live)
  checkText(patch.decoding)
  if (!live) {
    const { uid = '' } = applied.object.metadata
    if (uid !== '') throw conflict(resource.info, key.name, `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`)
    return { object: createObject(engine, scope, applied.object, applied.managedFields), created: true }
  }
  const object = updateObject(engine, scope, { change: () => applied.object, managedFields: () => applied.managedFields })
  return { object, created: false }
}

/** Keys that stand twice are found when all else is done. */
function checkText({ text, fieldValidation, warn }: DecodeOptions): void {
  if (text?.yaml === undefined || fieldValidation === 'Ignore') return
  const found = `error converting YAML to JSON: ${text.yaml}`
  if (fieldValidation === 'Strict') throw badRequest(`error strict decoding YAML: ${found}`)
  for (const warning of warningsOfProblem(found)) warn?.(warning)
}

function applyTo(
  engine: Engine,
  scope: WriteScope,
  patch: ObjectPatch,
  live: KubernetesObject | undefined,
): { object: KubernetesObject; managedFields: ReturnType<typeof serverSideApply>['managedFields'] } {
  const { resource } = scope
  const body = patch.body === null ? {} : requireObject(patch.body, 'error decoding YAML: error unmarshaling JSON: while decoding JSON: ')
  const applied = serverSideApply({
    ...fieldWriter(scope, engine.clock.now()),
    live: live && asJson(live),
    applied: body,
    kind: resource.info.kind,
    force: patch.force,
  })
  const object = named(scope, decodeApplied(resource, withName(scope, applied.object), patch.decoding))
  return { object: live ? object : ordered(resource, object), managedFields: applied.managedFields }
}

/** An apply may leave the name to the path. */
function withName({ key }: WriteScope, body: JsonObject): JsonObject {
  const metadata = isObject(body.metadata) ? body.metadata : {}
  return metadata.name === undefined ? { ...body, metadata: { ...metadata, name: key.name } } : body
}
