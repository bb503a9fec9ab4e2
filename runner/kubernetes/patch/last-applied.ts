// The annotation of kubectl's client-side apply, and how server-side apply by kubectl goes on from it.
import { goJson } from '../../base/go-json.ts'
import { isObject, type Json, type JsonObject, sortKeys } from '../../base/json.ts'
import type { Schema } from '../openapi/schema.ts'
import { difference, type FieldSet, union } from './field-set.ts'
import { compare } from './typed-compare.ts'
import { typeProblems } from './typed-validate.ts'
import { toFieldSet } from './typed-value.ts'

const annotation = 'kubectl.kubernetes.io/last-applied-configuration'
const maxAnnotationSize = 262_144

/** The fields that client-side apply set and that still have those values; undefined if there was no such apply. */
export function allowedByLastApplied(live: JsonObject, schema: Schema, apiVersion: string): FieldSet | undefined {
  const last = parse(annotationOf(live))
  if (last === undefined || last.apiVersion !== apiVersion || typeProblems(last, schema) !== undefined) return undefined
  const changes = compare(last, live, schema)
  return difference(toFieldSet(last, schema), union(changes.changed, changes.removed))
}

/** The object with the annotation, if it has one, telling of what is applied now. */
export function withLastApplied(object: JsonObject, applied: JsonObject): JsonObject {
  if (annotationOf(object) === undefined || !isObject(object.metadata)) return object
  const text = `${goJson(sortKeys(withoutAnnotation(applied)))}\n`
  const annotations = isObject(object.metadata.annotations) ? object.metadata.annotations : {}
  const rest = Object.fromEntries(Object.entries(annotations).filter(([name]) => name !== annotation)) as JsonObject
  const size = Object.entries({ ...rest, [annotation]: text }).reduce((sum, [name, value]) => sum + name.length + String(value).length, 0)
  const kept = size > maxAnnotationSize ? rest : { ...rest, [annotation]: text }
  return { ...object, metadata: { ...object.metadata, annotations: kept } }
}

function annotationOf(object: JsonObject): string | undefined {
  const annotations = isObject(object.metadata) ? object.metadata.annotations : undefined
  const text = isObject(annotations) ? annotations[annotation] : undefined
  return typeof text === 'string' && text !== '' ? text : undefined
}

function withoutAnnotation(object: JsonObject): JsonObject {
  if (!isObject(object.metadata) || !isObject(object.metadata.annotations)) return object
  const { [annotation]: _, ...rest } = object.metadata.annotations
  return { ...object, metadata: { ...object.metadata, annotations: rest } }
}

function parse(text: string | undefined): JsonObject | undefined {
  if (text === undefined) return undefined
  try {
    const value: Json = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
