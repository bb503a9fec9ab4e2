// PersistentVolumeClaims.
import { equal, type Json, type JsonObject } from '../../../base/json.ts'
import { defineKind } from '../../kind.ts'
import type { KubernetesObject } from '../../object.ts'
import { age } from '../columns/cells.ts'
import { accessModesText, unset } from '../columns/volumes.ts'
import { defaultsOf } from '../defaults/rows.ts'
import { validateMeta } from '../metadata.ts'
import { validateClaimSpec } from '../pod-spec/claim-spec.ts'
import { difference } from '../validation/difference.ts'
import { type Findings, forbidden, immutable } from '../validation/findings.ts'
import { internalForm } from '../validation/internal-form.ts'
import { compareQuantities } from '../validation/quantities.ts'
import { fields, text } from '../validation/read.ts'
import { claimWarnings } from '../warnings/volumes.ts'

const onlyBound = 'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims'

/** core/v1 PersistentVolumeClaim. */
export const persistentVolumeClaim = defineKind({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  warnings: claimWarnings,
  defaults: defaultsOf([
    ['spec.volumeMode', 'Filesystem'],
    ['status', {}],
    ['status.phase', 'Pending'],
  ]),
  prepareForCreate: (object) => ({ ...object, spec: withDataSource(withoutForeignSource(fields(object.spec))), status: { phase: 'Pending' } }),
  validate: (object) => [...validateClaimSpec(fields(object.spec), 'spec')],
  validateUpdate: (object, old) => [...validateMeta(object, true), ...validateClaimSpec(fields(object.spec), 'spec'), ...validateChange(object, old)],
  cells(object, now) {
    const { spec, status } = { spec: fields(object.spec), status: fields(object.status) }
    const bound = text(spec.volumeName) !== ''
    return [
      object.metadata.name ?? '',
      object.metadata.deletionTimestamp === undefined ? text(status.phase) : 'Terminating',
      text(spec.volumeName),
      bound ? text(fields(status.capacity).storage) || '0' : '',
      bound ? accessModesText(status.accessModes) : '',
      object.metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? text(spec.storageClassName),
      unset(spec.volumeAttributesClassName),
      age(object, now),
      unset(spec.volumeMode),
    ]
  },
})

/** Only claims and snapshots are data sources; where one of the two fields says what it is, the other does too. */
function withDataSource(spec: JsonObject): JsonObject {
  const { dataSource, ...rest } = spec
  const { apiGroup, kind } = fields(dataSource)
  const isClaim = kind === 'PersistentVolumeClaim' && text(apiGroup) === ''
  const isSnapshot = kind === 'VolumeSnapshot' && apiGroup === 'snapshot.storage.k8s.io'
  if (dataSource !== undefined && (isClaim || isSnapshot)) return { ...spec, dataSourceRef: spec.dataSourceRef ?? dataSource }
  const local = spec.dataSourceRef !== undefined && text(fields(spec.dataSourceRef).namespace) === ''
  return local ? { ...rest, dataSource: spec.dataSourceRef } : rest
}

/** A source in another namespace is behind a feature gate that is off: the server keeps none (`CrossNamespaceVolumeDataSource`). */
function withoutForeignSource({ dataSourceRef, ...spec }: JsonObject): JsonObject {
  return dataSourceRef === undefined || text(fields(dataSourceRef).namespace) !== '' ? spec : { ...spec, dataSourceRef }
}

function* validateChange(object: KubernetesObject, old: KubernetesObject): Findings {
  const [spec, before] = [fields(object.spec), fields(old.spec)]
  const masked = maskChangeable(spec, before, fields(object.status).phase === 'Bound')
  if (!equal(masked, before)) {
    const type = 'core.v1.PersistentVolumeClaimSpec'
    yield forbidden('spec', `${onlyBound}\n${difference(internalForm(before, type), internalForm(masked, type))}`)
  }
  const [next, last] = [storageOf(spec), storageOf(before)]
  if (compareQuantities(next, last) < 0 && compareQuantities(next, fields(fields(old.status).capacity).storage) <= 0)
    yield forbidden('spec.resources.requests.storage', 'field can not be less than status.capacity')
  yield* immutable('volumeMode', spec.volumeMode, before.volumeMode)
  if (text(before.volumeAttributesClassName) !== '' && text(spec.volumeAttributesClassName) === '') {
    const to = spec.volumeAttributesClassName === undefined ? 'nil' : 'an empty string'
    yield forbidden('spec.volumeAttributesClassName', `update from non-nil value to ${to} is forbidden`)
  }
}

function maskChangeable(spec: JsonObject, before: JsonObject, bound: boolean): JsonObject {
  const resources = fields(spec.resources)
  const storage = storageOf(before)
  return {
    ...spec,
    volumeName: text(before.volumeName) === '' ? before.volumeName : spec.volumeName,
    storageClassName: before.storageClassName === undefined ? before.storageClassName : spec.storageClassName,
    volumeAttributesClassName: before.volumeAttributesClassName,
    ...(bound && resources.requests !== undefined ? { resources: { ...resources, requests: { ...fields(resources.requests), storage } } } : {}),
  }
}

function storageOf(spec: JsonObject): Json | undefined {
  return fields(fields(spec.resources).requests).storage
}
