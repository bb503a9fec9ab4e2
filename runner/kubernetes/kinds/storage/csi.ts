// CSIDrivers, CSINodes, VolumeAttachments.

import type { JsonObject } from '../../../base/json.ts'
import { defineKind } from '../../kind.ts'
import { age, createdAt } from '../columns/cells.ts'
import { defaultsOf } from '../defaults/rows.ts'
import { validateDriverName } from '../pod-spec/volumes.ts'
import { withoutStatus } from '../strategy.ts'
import { child, duplicate, type Findings, invalidAll, item, notSupported, required } from '../validation/findings.ts'
import { isDns1123Subdomain } from '../validation/names.ts'
import { fields, list, objects, present, text, texts } from '../validation/read.ts'
import { capacityWarnings, driverWarnings } from '../warnings/volumes.ts'

const modes = ['Ephemeral', 'Persistent']
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
  validateUpdate: (object) => [...validateDriver(fields(object.spec))],
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
  validate: (object) => (text(object.storageClassName) === '' ? [required('storageClassName')] : []),
  cells: (object) => [object.metadata.name ?? '', createdAt(object)],
})

function* validateDriver(spec: JsonObject): Findings {
  for (const [index, mode] of texts(spec.volumeLifecycleModes).entries())
    if (!modes.includes(mode)) yield notSupported(item('spec.volumeLifecycleModes', index), mode, modes)
  if (present(spec.fsGroupPolicy) && !groupPolicies.includes(text(spec.fsGroupPolicy)))
    yield notSupported('spec.fsGroupPolicy', spec.fsGroupPolicy, groupPolicies)
  for (const name of ['attachRequired', 'podInfoOnMount', 'storageCapacity']) if (!present(spec[name])) yield required(child('spec', name))
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
  if (!present(persistentVolumeName) && !present(inlineVolumeSpec))
    yield required('spec.source', 'must specify exactly one of inlineVolumeSpec and persistentVolumeName')
  yield* invalidAll('spec.nodeName', text(spec.nodeName), isDns1123Subdomain(text(spec.nodeName)))
  // The newer version of the API looks at the attacher once more.
  yield* validateDriverName(spec.attacher, 'spec.attacher')
}
