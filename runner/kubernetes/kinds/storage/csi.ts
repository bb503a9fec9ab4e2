// CSIDrivers, CSINodes, VolumeAttachments.

import type { JsonObject } from '../../../base/json.ts'
import { defineKind } from '../../kind.ts'
import { asJson } from '../../registry/plain.ts'
import { age, createdAt } from '../columns/cells.ts'
import { defaultsOf } from '../defaults/rows.ts'
import { validateDriverName } from '../pod-spec/volumes.ts'
import { withoutStatus } from '../strategy.ts'
import { child, duplicate, type Findings, forbidden, immutable, invalid, invalidAll, item, notSupported, required } from '../validation/findings.ts'
import { isDns1123Subdomain } from '../validation/names.ts'
import { billionths } from '../validation/quantities.ts'
import { fields, list, number, objects, present, text, texts } from '../validation/read.ts'
import { validateSelector } from '../validation/selectors.ts'
import { capacityWarnings, driverWarnings } from '../warnings/volumes.ts'

const modes = ['Persistent', 'Ephemeral']
const groupPolicies = ['File', 'None', 'ReadWriteOnceWithFSType']

/** storage.k8s.io/v1 CSIDriver. */
export const csiDriver = defineKind({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'CSIDriver',
  warnings: driverWarnings,
  defaults: defaultsOf([
    ['spec', {}],
    ['spec.attachRequired', true],
    ['spec.podInfoOnMount', false],
    ['spec.storageCapacity', false],
    ['spec.fsGroupPolicy', 'ReadWriteOnceWithFSType'],
    ['spec.volumeLifecycleModes', (spec) => (list(spec.volumeLifecycleModes).length === 0 ? ['Persistent'] : undefined), 'always'],
    ['spec.requiresRepublish', false],
    ['spec.seLinuxMount', false],
  ]),
  validate: (object) => [...validateDriver(fields(object.spec))],
  validateUpdate: (object, old) => [...validateDriver(fields(object.spec)), ...validateDriverChange(fields(object.spec), fields(old.spec))],
  cells(object, now) {
    const spec = fields(object.spec)
    const audiences = objects(spec.tokenRequests).map((request) => text(request.audience))
    return [
      object.metadata.name ?? '',
      spec.attachRequired !== false,
      spec.podInfoOnMount === true,
      spec.storageCapacity === true,
      audiences.join(',') || '<unset>',
      spec.requiresRepublish === true,
      texts(spec.volumeLifecycleModes).join(',') || '<none>',
      age(object, now),
    ]
  },
})

/** storage.k8s.io/v1 CSINode. */
export const csiNode = defineKind({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'CSINode',
  validate: (object) => [...validateDrivers(objects(fields(object.spec).drivers))],
  validateUpdate: (object) => [...validateDrivers(objects(fields(object.spec).drivers))],
  cells: (object, now) => [object.metadata.name ?? '', list(fields(object.spec).drivers).length, age(object, now)],
})

/** storage.k8s.io/v1 VolumeAttachment. */
export const volumeAttachment = defineKind({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'VolumeAttachment',
  prepareForCreate: withoutStatus,
  validate: (object) => [...validateAttachment(fields(object.spec))],
  cells(object, now) {
    const { spec, status } = { spec: fields(object.spec), status: fields(object.status) }
    return [
      object.metadata.name ?? '',
      text(spec.attacher),
      text(fields(spec.source).persistentVolumeName),
      text(spec.nodeName),
      status.attached === true,
      age(object, now),
    ]
  },
})

/** storage.k8s.io/v1 CSIStorageCapacity. */
export const csiStorageCapacity = defineKind({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'CSIStorageCapacity',
  warnings: capacityWarnings,
  validate: (object) => [...validateCapacity(asJson(object))],
  validateUpdate: (object, old) => [...validateCapacityChange(asJson(object), asJson(old))],
  cells: (object) => [object.metadata.name ?? '', createdAt(object)],
})

function* validateDriver(spec: JsonObject): Findings {
  for (const [field, name] of [
    ['attachRequired', 'attachedRequired'],
    ['podInfoOnMount', 'podInfoOnMount'],
    ['storageCapacity', 'storageCapacity'],
  ] as const)
    if (!present(spec[field])) yield required(child('spec', name))
  if (present(spec.fsGroupPolicy) && !groupPolicies.includes(text(spec.fsGroupPolicy)))
    yield notSupported('spec.fsGroupPolicy', spec.fsGroupPolicy, groupPolicies)
  yield* validateTokens(objects(spec.tokenRequests))
  for (const mode of texts(spec.volumeLifecycleModes)) if (!modes.includes(mode)) yield notSupported('spec.volumeLifecycleModes', mode, modes)
  const period = spec.nodeAllocatableUpdatePeriodSeconds
  if (present(period) && number(period) < 10) yield invalid('spec.nodeAllocatableUpdatePeriodSeconds', period, 'must be greater than or equal to 10 seconds')
  const secrets = spec.serviceAccountTokenInSecrets
  if (present(secrets) && list(spec.tokenRequests).length === 0)
    yield invalid('spec.serviceAccountTokenInSecrets', secrets, 'serviceAccountTokenInSecrets is set but no tokenRequests are specified')
}

function* validateTokens(requests: readonly JsonObject[]): Findings {
  const audiences = new Set<string>()
  for (const [index, { audience, expirationSeconds: seconds }] of requests.entries()) {
    const path = item('spec.tokenRequests', index)
    if (audiences.has(text(audience))) yield duplicate(child(path, 'audience'), text(audience))
    else if (present(seconds) && number(seconds) < 600)
      yield invalid(child(path, 'expirationSeconds'), seconds, 'may not specify a duration less than 10 minutes')
    else if (number(seconds) > 2 ** 32) yield invalid(child(path, 'expirationSeconds'), seconds, 'may not specify a duration larger than 2^32 seconds')
    audiences.add(text(audience))
  }
}

function* validateDriverChange(spec: JsonObject, before: JsonObject): Findings {
  yield* immutable('spec.attachedRequired', spec.attachRequired, before.attachRequired)
  yield* immutable('spec.volumeLifecycleModes', spec.volumeLifecycleModes, before.volumeLifecycleModes)
}

function* validateCapacity(object: JsonObject): Findings {
  yield* validateSelector(object.nodeTopology, 'nodeTopology')
  const name = text(object.storageClassName)
  for (const _ of [1, 2]) yield* invalidAll('storageClassName', name, isDns1123Subdomain(name))
  if (present(object.capacity) && billionths(object.capacity) < 0n) yield invalid('capacity', object.capacity, 'must be greater than or equal to 0')
}

function* validateCapacityChange(object: JsonObject, old: JsonObject): Findings {
  yield* immutable('nodeTopology', object.nodeTopology, old.nodeTopology)
  yield* immutable('storageClassName', object.storageClassName, old.storageClassName)
}

function* validateDrivers(drivers: readonly JsonObject[]): Findings {
  for (const [index, driver] of drivers.entries()) {
    const path = item('spec.drivers', index)
    yield* validateDriverName(driver.name, child(path, 'name'))
    if (text(driver.nodeID) === '') yield required(child(path, 'nodeID'))
    if (drivers.findIndex((other) => other.name === driver.name) < index) yield duplicate(child(path, 'name'), driver.name)
  }
}

function* validateAttachment(spec: JsonObject): Findings {
  if (text(spec.attacher) === '') yield required('spec.attacher')
  const { persistentVolumeName, inlineVolumeSpec } = fields(spec.source)
  const one = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName'
  if (present(persistentVolumeName) && present(inlineVolumeSpec)) yield forbidden('spec.source', one)
  else if (!present(persistentVolumeName) && !present(inlineVolumeSpec)) yield required('spec.source', one)
  else if (persistentVolumeName === '') yield required('spec.source.persistentVolumeName', 'must specify non empty persistentVolumeName')
  yield* invalidAll('spec.nodeName', text(spec.nodeName), isDns1123Subdomain(text(spec.nodeName)))
  // The newer version of the API looks at the attacher once more.
  yield* validateDriverName(spec.attacher, 'spec.attacher')
  if (present(persistentVolumeName)) yield* invalidAll('spec.source.persistentVolumeName', persistentVolumeName, isDns1123Subdomain(text(persistentVolumeName)))
}
