// What may change of a pod that runs through its `resize` (`ValidatePodResize`).
import { equal, type Json, type JsonObject } from '../../../base/json.ts'
import type { KubernetesObject } from '../../object.ts'
import { child, type Findings, forbidden, invalid, item } from '../validation/findings.ts'
import { fields, objects, text } from '../validation/read.ts'
import { qosClass } from './qos.ts'

const lists = ['containers', 'initContainers'] as const

/** Findings of a resize beyond those of the pod itself. */
export function* validateResize(object: KubernetesObject, old: KubernetesObject): Findings {
  if (old.metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined) return yield forbidden('', 'static pods cannot be resized')
  const [spec, before] = [fields(object.spec), fields(old.spec)]
  if (fields(before.os).name === 'windows') return yield forbidden('', 'windows pods cannot be resized')
  if (qosClass(spec) !== qosClass(before)) yield invalid('spec', text(fields(old.status).qosClass), 'Pod QOS Class may not change as a result of resizing')
  if (!isSupported(old)) yield forbidden('spec', 'Pod running on node without support for resize')
  if (hasResources(spec) || hasResources(before))
    return yield forbidden(
      '',
      'resize of pods with pod-level resources is forbidden when InPlacePodLevelResourcesVerticalScalingEnabled feature gate is disabled',
    )
  const moved = [...lists.flatMap((name) => [...validateOrder(name, objects(spec[name]), objects(before[name]))])]
  if (moved.length > 0) return yield* moved
  const refused = [...validateRemovals(spec, before), ...validateOthers(spec, before)]
  yield* refused
  if (refused.length === 0 && !equal(withoutContainers(spec), withoutContainers(before))) yield forbidden('spec', 'only cpu and memory resources are mutable')
}

/** A kubelet that can resize says what it gave to the first container that runs. */
function isSupported({ status }: KubernetesObject): boolean {
  const running = objects(fields(status).containerStatuses).find(({ state }) => fields(state).running !== undefined)
  return running === undefined || running.resources !== undefined
}

function hasResources({ resources }: JsonObject): boolean {
  const { requests, limits } = fields(resources)
  return Object.keys(fields(requests)).length + Object.keys(fields(limits)).length > 0
}

function* validateOrder(name: string, next: readonly JsonObject[], before: readonly JsonObject[]): Findings {
  const path = child('spec', name)
  if (next.length !== before.length) return yield forbidden(path, `${name} may not be added or removed on resize`)
  for (const [index, container] of before.entries())
    if (next[index]?.name !== container.name) yield forbidden(child(item(path, index), 'name'), `${name} may not be renamed or reordered on resize`)
}

/** What was asked for may become more or less, not nothing. */
function* validateRemovals(spec: JsonObject, before: JsonObject): Findings {
  for (const name of lists.toReversed())
    for (const [index, container] of objects(before[name]).entries()) {
      if (name === 'initContainers' && !isSidecar(container)) continue
      const resources = fields(objects(spec[name])[index]?.resources)
      const path = child(item(child('spec', name), index), 'resources')
      for (const part of ['requests', 'limits'])
        if (isLess(fields(resources[part]), fields(fields(container.resources)[part]))) yield forbidden(child(path, part), `resource ${part} cannot be removed`)
    }
}

function isLess(next: JsonObject, before: JsonObject): boolean {
  return Object.keys(before).some((name) => next[name] === undefined)
}

function* validateOthers(spec: JsonObject, before: JsonObject): Findings {
  for (const [index, container] of objects(before.containers).entries())
    if (!isResizeOf(objects(spec.containers)[index], container)) yield forbidden('spec', 'only cpu and memory resources are mutable')
  for (const [index, container] of objects(before.initContainers).entries()) {
    const next = objects(spec.initContainers)[index]
    if (isSidecar(container)) {
      if (!isResizeOf(next, container)) yield forbidden('spec', 'only cpu and memory resources for sidecar containers are mutable')
    } else if (!equal(next, container)) yield forbidden('spec', 'resources for non-sidecar init containers are immutable')
  }
}

function isResizeOf(next: JsonObject | undefined, container: JsonObject): boolean {
  return next !== undefined && equal(withoutSizes(next), withoutSizes(container))
}

/** The container but for its CPU and memory. */
function withoutSizes(container: JsonObject): JsonObject {
  const { requests, limits } = fields(container.resources)
  return { ...container, resources: { requests: otherThanSizes(requests), limits: otherThanSizes(limits) } }
}

function otherThanSizes(amounts: Json | undefined): JsonObject {
  const { cpu: _c, memory: _m, ...others } = fields(amounts)
  return others
}

function withoutContainers({ containers: _c, initContainers: _i, ...rest }: JsonObject): JsonObject {
  return rest
}

function isSidecar({ restartPolicy }: JsonObject): boolean {
  return restartPolicy === 'Always'
}
