// Pods: defaults, validation, what may change in an update.
import { equal, type Json, type JsonObject } from '../../../base/json.ts'
import { defineKind } from '../../kind.ts'
import { formatTime, type KubernetesObject } from '../../object.ts'
import { podCells, podRowConditions } from '../columns/pod.ts'
import { podOnlyRows, podSpecRows } from '../defaults/pod-spec.ts'
import { defaultsOf, objectsTo, rowsAt } from '../defaults/rows.ts'
import { validateMeta } from '../metadata.ts'
import { validateAppArmorAnnotations, validateAppArmorMatches, withAppArmorFields } from '../pod-spec/app-armor.ts'
import { imageWithoutPadding } from '../pod-spec/containers.ts'
import { validatePodSpec } from '../pod-spec/pod-spec.ts'
import { qosClass } from '../pod-spec/qos.ts'
import { validateResize } from '../pod-spec/resize.ts'
import { validateTolerations } from '../pod-spec/scheduling.ts'
import { difference } from '../validation/difference.ts'
import { child, type Findings, forbidden, invalid, invalidAll, item, required } from '../validation/findings.ts'
import { internalForm } from '../validation/internal-form.ts'
import { inRange, isDns1123Subdomain } from '../validation/names.ts'
import { fields, list, number, objects, present, text } from '../validation/read.ts'
import { podStatusWarnings, podWarnings } from '../warnings/pod.ts'

const updatable = [
  '`spec.containers[*].image`',
  '`spec.initContainers[*].image`',
  '`spec.activeDeadlineSeconds`',
  '`spec.tolerations` (only additions to existing tolerations)',
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
]

/** core/v1 Pod. */
export const pod = defineKind({
  apiVersion: 'v1',
  kind: 'Pod',
  warnings: podWarnings,
  statusWarnings: podStatusWarnings,
  defaults: defaultsOf([...objectsTo('spec'), ...rowsAt('spec', podSpecRows), ...podOnlyRows, ['status.podIPs', podIps]]),
  prepareForCreate(sent, context) {
    const object = withAppArmorFields(sent, context)
    const { qosClass: given } = fields(object.status)
    const gated = list(fields(object.spec).schedulingGates).length > 0
    const gates = {
      conditions: [
        {
          type: 'PodScheduled',
          status: 'False',
          lastProbeTime: null,
          lastTransitionTime: formatTime(context.now),
          reason: 'SchedulingGated',
          message: 'Scheduling is blocked due to non-empty scheduling gates',
        },
      ],
    }
    return { ...object, status: { phase: 'Pending', ...(gated ? gates : {}), qosClass: text(given) || qosClass(fields(object.spec)) } }
  },
  prepareForStatusUpdate(object, old) {
    const { qosClass } = fields(old.status)
    return fields(object.status).qosClass === qosClass ? object : { ...object, status: { ...fields(object.status), qosClass } }
  },
  validate: (object) => [...validatePod(object), ...validateCreate(object)],
  validateUpdate: (object, old) => [...validateUpdate(object, old)],
  validateStatusUpdate: (object, old) => [...validateStatus(object, old)],
  validateSubresource: (subresource, object, old) => [...(subresourceRules[subresource]?.(object, old) ?? [])],
  cells: podCells,
  rowConditions: podRowConditions,
  selectableFields(object) {
    const { spec, status } = { spec: fields(object.spec), status: fields(object.status) }
    return {
      'spec.nodeName': text(spec.nodeName),
      'spec.restartPolicy': text(spec.restartPolicy),
      'spec.schedulerName': text(spec.schedulerName),
      'spec.serviceAccountName': text(spec.serviceAccountName),
      'spec.hostNetwork': String(spec.hostNetwork === true),
      'status.phase': text(status.phase),
      'status.podIP': text(objects(status.podIPs)[0]?.ip ?? status.podIP),
      'status.nominatedNodeName': text(status.nominatedNodeName),
    }
  },
  gracePeriodSeconds: deletionGrace,
})

/** What `ephemeralcontainers` and `resize` may change. */
const subresourceRules: Readonly<Record<string, (object: KubernetesObject, old: KubernetesObject) => Findings>> = {
  *ephemeralcontainers(object, old) {
    yield* validatePod(object)
    const next = objects(fields(object.spec).ephemeralContainers)
    for (const container of objects(fields(old.spec).ephemeralContainers)) {
      const same = next.find(({ name }) => name === container.name)
      const told = `existing ephemeral containers ${JSON.stringify(text(container.name))} may not be`
      if (same === undefined) yield forbidden('spec.ephemeralContainers', `${told} removed\n`)
      else if (!equal(same, container)) {
        const changes = difference(internalForm(container, 'core.v1.EphemeralContainer'), internalForm(same, 'core.v1.EphemeralContainer'))
        yield forbidden('spec.ephemeralContainers', `${told} changed\n${changes}`)
      }
    }
  },
  *resize(object, old) {
    yield* validatePod(object)
    yield* validateResize(object, old)
  },
}

function podIps(status: JsonObject): Json | undefined {
  return text(status.podIP) === '' ? undefined : [{ ip: text(status.podIP) }]
}

/** Pods that nobody runs, or that are done, go at once; others get their own period. */
function deletionGrace(object: KubernetesObject, asked: number | undefined): number {
  const { spec, status } = { spec: fields(object.spec), status: fields(object.status) }
  if (text(spec.nodeName) === '' || status.phase === 'Failed' || status.phase === 'Succeeded') return 0
  const period = asked ?? number(spec.terminationGracePeriodSeconds ?? 30)
  return period < 0 ? 1 : period
}

function* validatePod(object: KubernetesObject): Findings {
  const spec = fields(object.spec)
  yield* validateAppArmorAnnotations(object.metadata.annotations, spec, 'metadata.annotations')
  yield* validatePodSpec(spec, 'spec', true)
  if (text(spec.serviceAccountName) === '') yield* tokensWithoutAccount(spec)
  for (const name of ['containers', 'initContainers'])
    for (const [index, container] of objects(spec[name]).entries()) yield* imageWithoutPadding(container, item(child('spec', name), index))
}

function* tokensWithoutAccount(spec: JsonObject): Findings {
  for (const [index, volume] of objects(spec.volumes).entries()) {
    const path = child(item('spec.volumes', index), 'projected', 'sources')
    for (const [place, source] of objects(fields(volume.projected).sources).entries())
      if (present(source.serviceAccountToken))
        yield forbidden(child(item(path, place), 'serviceAccountToken'), 'must not be specified when serviceAccountName is not set')
  }
}

function* validateCreate({ metadata, spec: given }: KubernetesObject): Findings {
  const spec = fields(given)
  if (list(spec.ephemeralContainers).length > 0) yield forbidden('spec.ephemeralContainers', 'cannot be set on create')
  if (text(spec.nodeName) !== '' && list(spec.schedulingGates).length > 0)
    yield forbidden('spec.nodeName', 'cannot be set until all schedulingGates have been cleared')
  const mirror = metadata.annotations?.['kubernetes.io/config.mirror']
  if (mirror !== undefined && text(spec.nodeName) === '')
    yield invalid('metadata.annotations[kubernetes.io/config.mirror]', mirror, 'must set spec.nodeName if mirror pod annotation is set')
  yield* validateAppArmorMatches(metadata.annotations, spec, 'spec')
}

function* validateUpdate(object: KubernetesObject, old: KubernetesObject): Findings {
  const [spec, before] = [fields(object.spec), fields(old.spec)]
  yield* validateMeta(object, true)
  yield* validatePod(object)
  for (const name of ['containers', 'initContainers']) {
    if (list(spec[name]).length !== list(before[name]).length) return yield forbidden(child('spec', name), 'pod updates may not add or remove containers')
    yield* imagesSet(objects(spec[name]), child('spec', name))
  }
  yield* validateDeadline(spec, before)
  yield* onlyAddedTolerations(spec, before)
  yield* onlyRemovedGates(spec, before)
  if (equal(spec, before)) return
  if (qosClass(spec) !== qosClass(before)) yield invalid('metadata', text(fields(object.status).qosClass), 'Pod QoS is immutable')
  const masked = maskUpdatable(spec, before)
  if (equal(masked, before)) return
  const changes = difference(internalForm(before, 'core.v1.PodSpec'), internalForm(masked, 'core.v1.PodSpec'))
  yield forbidden('spec', `pod updates may not change fields other than ${updatable.join(',')}\n${changes}`)
}

function* imagesSet(containers: readonly JsonObject[], path: string): Findings {
  for (const [index, container] of containers.entries()) {
    if (text(container.image) === '') yield required(child(item(path, index), 'image'))
    yield* imageWithoutPadding(container, item(path, index))
  }
}

function* validateDeadline(spec: JsonObject, before: JsonObject): Findings {
  const field = 'spec.activeDeadlineSeconds'
  const [next, last] = [spec.activeDeadlineSeconds, before.activeDeadlineSeconds]
  if (present(next)) {
    yield* invalidAll(field, next, inRange(number(next), 0, 2147483647))
    if (present(last) && number(last) < number(next)) yield invalid(field, next, 'must be less than or equal to previous value')
  } else if (present(last)) yield invalid(field, undefined, 'must not update from a positive integer to nil value')
}

function* onlyAddedTolerations(spec: JsonObject, before: JsonObject): Findings {
  const kept = objects(before.tolerations).every((old) =>
    objects(spec.tolerations).some((next) => equal({ ...old, tolerationSeconds: undefined }, { ...next, tolerationSeconds: undefined })),
  )
  if (kept) yield* validateTolerations(spec.tolerations, 'spec.tolerations')
  else yield forbidden('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds')
}

function* onlyRemovedGates(spec: JsonObject, before: JsonObject): Findings {
  const known = objects(before.schedulingGates).map((gate) => text(gate.name))
  for (const [index, gate] of objects(spec.schedulingGates).entries()) {
    if (!known.includes(text(gate.name)))
      yield forbidden(child(item('spec.schedulingGates', index), 'name'), `only deletion is allowed, but found new scheduling gate '${text(gate.name)}'`)
  }
}

/** The new spec with everything that may change taken from the old one. */
function maskUpdatable(spec: JsonObject, before: JsonObject): JsonObject {
  const images = (name: string): Json | undefined =>
    list(spec[name]).length === 0 ? before[name] : objects(spec[name]).map((container, index) => ({ ...container, image: objects(before[name])[index]?.image }))
  const wasNegative = number(before.terminationGracePeriodSeconds) < 0 && spec.terminationGracePeriodSeconds === 1
  return {
    ...spec,
    containers: images('containers'),
    initContainers: images('initContainers'),
    activeDeadlineSeconds: before.activeDeadlineSeconds,
    schedulingGates: before.schedulingGates,
    tolerations: before.tolerations,
    ...(wasNegative ? { terminationGracePeriodSeconds: before.terminationGracePeriodSeconds } : {}),
    ...(list(before.schedulingGates).length > 0 ? { nodeSelector: before.nodeSelector, affinity: before.affinity } : {}),
  }
}

function* validateStatus(object: KubernetesObject, old: KubernetesObject): Findings {
  const [spec, status] = [fields(object.spec), fields(object.status)]
  const [host] = objects(status.hostIPs)
  if (host && text(host.ip) !== text(status.hostIP)) yield invalid('status.hostIPs[0].ip', text(host.ip), 'must be equal to `hostIP`')
  if (text(spec.nodeName) !== text(fields(old.spec).nodeName)) yield forbidden('status.nodeName', 'may not be changed directly')
  const nominated = text(status.nominatedNodeName)
  if (nominated !== '' && nominated !== text(fields(old.status).nominatedNodeName))
    yield* invalidAll('status.nominatedNodeName', nominated, isDns1123Subdomain(nominated))
}
