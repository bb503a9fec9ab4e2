// What a write through a subresource may change; all else is taken from the live object (the strategies' `GetResetFields`).
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import type { KubernetesObject, ObjectMeta } from '../object.ts'
import type { ServedResource } from './served-resource.ts'
import { statusKeepsLabels } from './traits.ts'

type Reset = (next: KubernetesObject, live: KubernetesObject, resource: ServedResource) => KubernetesObject

const resets: Readonly<Record<string, Reset>> = {
  '': withLiveStatus,
  status: withLiveSpec,
  approval: (next, live) => ({ ...live, metadata: next.metadata, status: { ...section(live.status), ...picked(next.status, 'conditions') } }),
  ephemeralcontainers: (next, live) => ({
    ...live,
    metadata: next.metadata,
    spec: { ...section(live.spec), ...picked(next.spec, 'ephemeralContainers') },
  }),
  finalize: (next, live) => ({ ...live, metadata: next.metadata, spec: { ...section(live.spec), finalizers: section(next.spec).finalizers ?? [] } }),
  resize: resized,
}

/** The wanted object with everything reset that the subresource does not write. */
export function resetFields(next: KubernetesObject, live: KubernetesObject, resource: ServedResource, subresource: string): KubernetesObject {
  return (resets[subresource] ?? withLiveStatus)(next, live, resource)
}

function withLiveStatus(next: KubernetesObject, live: KubernetesObject, resource: ServedResource): KubernetesObject {
  if (!resource.hasStatus) return next
  const { status: _, ...rest } = next
  return (live.status === undefined ? rest : { ...rest, status: live.status }) as KubernetesObject
}

function withLiveSpec(next: KubernetesObject, live: KubernetesObject, resource: ServedResource): KubernetesObject {
  const { status: _, ...rest } = live
  const status = next.status === undefined ? {} : { status: next.status }
  return { ...(rest as KubernetesObject), metadata: statusMetadata(next.metadata, live.metadata, resource), ...status }
}

/** A custom resource's status write leaves metadata alone but for the managed fields. */
function statusMetadata(next: ObjectMeta, live: ObjectMeta, resource: ServedResource): ObjectMeta {
  const { managedFields: _, ...rest } = live
  const managedFields = next.managedFields === undefined ? {} : { managedFields: next.managedFields }
  const version = next.resourceVersion === undefined ? {} : { resourceVersion: next.resourceVersion }
  if (resource.custom) return { ...rest, ...version, ...managedFields }
  const { labels: _labels, ownerReferences: _owners, ...changed } = next
  const owners = live.ownerReferences === undefined ? {} : { ownerReferences: live.ownerReferences }
  const labels = statusKeepsLabels(resource.info) ? live.labels : next.labels
  return { ...changed, ...owners, ...(labels === undefined ? {} : { labels }) }
}

/** Only resources and resize policies of containers (`dropNonResizeUpdates`); other containers than before are left to validation. */
function resized(next: KubernetesObject, live: KubernetesObject): KubernetesObject {
  const [spec, before] = [section(next.spec), section(live.spec)]
  if (containerLists.some((name) => objects(spec[name]).length !== objects(before[name]).length)) return next
  const lists = containerLists.flatMap((name) => (before[name] === undefined ? [] : [[name, withResources(objects(before[name]), objects(spec[name]))]]))
  const { managedFields, resourceVersion } = next.metadata
  const metadata = { ...live.metadata, ...(resourceVersion !== undefined && { resourceVersion }), ...(managedFields && { managedFields }) }
  return { ...live, metadata, spec: { ...before, ...Object.fromEntries(lists) } }
}

const containerLists = ['containers', 'initContainers']

function withResources(before: readonly JsonObject[], next: readonly JsonObject[]): readonly JsonObject[] {
  if (next.some(({ name }, index) => name !== before[index]?.name)) return next
  return before.map((container, index) => {
    const { resources: _r, resizePolicy: _p, ...kept } = container
    return { ...kept, ...picked(next[index], 'resources'), ...picked(next[index], 'resizePolicy') }
  })
}

function picked(value: unknown, name: string): JsonObject {
  const member = section(value)[name]
  return member === undefined ? {} : { [name]: member }
}

function section(value: unknown): JsonObject {
  return isObject(value) ? value : {}
}

function objects(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}
