// What cells of many kinds share (kubernetes `pkg/printers/internalversion/printers.go`).
import type { Json, JsonObject } from '../../../base/json.ts'
import { humanDuration } from '../../duration.ts'
import type { KubernetesObject } from '../../object.ts'
import { formatLabelSelector } from '../../selectors.ts'
import { entries, fields, objects, text } from '../validation/read.ts'

/** Cells of a row; see `KindRules.cells`. */
export type Cells = (object: KubernetesObject, now: number) => readonly Json[]

/** Time since a moment, or `<unknown>`. */
export function since(time: Json | undefined, now: number): string {
  const at = Date.parse(text(time))
  return Number.isNaN(at) ? '<unknown>' : humanDuration(now - at)
}

/** Age of an object. */
export function age(object: KubernetesObject, now: number): string {
  return since(object.metadata.creationTimestamp, now)
}

/** `created` cells: RFC 3339 in UTC, as the kinds without columns of their own show it. */
export function createdAt(object: KubernetesObject): string {
  return object.metadata.creationTimestamp ?? '<unknown>'
}

/** Names of the containers of a pod spec, joined. */
export function containerNames(spec: Json | undefined): string {
  return objects(fields(spec).containers)
    .map((container) => text(container.name))
    .join(',')
}

/** Images of the containers of a pod spec, joined. */
export function containerImages(spec: Json | undefined): string {
  return objects(fields(spec).containers)
    .map((container) => text(container.image))
    .join(',')
}

/** A label selector as text, or `<none>`. */
export function selectorText(selector: JsonObject | undefined): string {
  return formatLabelSelector(selector) || '<none>'
}

/** Labels as `a=b,c=d`, or `<none>`: in the order of these words, where `app=b` comes after `app.kubernetes.io/name=b`. */
export function labelsText(labels: Json | undefined): string {
  return (
    entries(labels)
      .map(([key, value]) => `${key}=${value}`)
      .sort()
      .join(',') || '<none>'
  )
}

/** Template's pod spec of a workload. */
export function templateSpec(object: KubernetesObject): JsonObject {
  return fields(fields(fields(object.spec).template).spec)
}
