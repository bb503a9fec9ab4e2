// PersistentVolumes.
import { equal, type JsonObject } from '../../../base/json.ts'
import { defineKind } from '../../kind.ts'
import { formatTime, type KubernetesObject } from '../../object.ts'
import { age } from '../columns/cells.ts'
import { accessModesText, unset } from '../columns/volumes.ts'
import { defaultsOf } from '../defaults/rows.ts'
import { validateMeta } from '../metadata.ts'
import { validateAccessModes, volumeModes } from '../pod-spec/claim-spec.ts'
import { validateNodeSelector } from '../pod-spec/scheduling.ts'
import { validateDriverName, volumeSources } from '../pod-spec/volumes.ts'
import { difference } from '../validation/difference.ts'
import { child, type Findings, forbidden, immutable, item, notSupported, required } from '../validation/findings.ts'
import { internalForm } from '../validation/internal-form.ts'
import { isDns1123Label } from '../validation/names.ts'
import { positiveQuantity } from '../validation/quantities.ts'
import { fields, list, present, text } from '../validation/read.ts'
import { optionalName, requiredName } from '../validation/references.ts'
import { volumeWarnings } from '../warnings/volumes.ts'

const reclaimPolicies = ['Delete', 'Recycle', 'Retain']
const sources = [
  ...Object.keys(volumeSources).filter(
    (name) => !['emptyDir', 'secret', 'configMap', 'downwardAPI', 'projected', 'ephemeral', 'image', 'gitRepo'].includes(name),
  ),
  'local',
]

/** core/v1 PersistentVolume. */
export const persistentVolume = defineKind({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  warnings: volumeWarnings,
  defaults: defaultsOf([
    ['spec.persistentVolumeReclaimPolicy', 'Retain'],
    ['spec.volumeMode', 'Filesystem'],
    ['spec.hostPath.type', ''],
    ['status', {}],
    ['status.phase', 'Pending'],
  ]),
  prepareForCreate: (object, context) => ({ ...object, status: { phase: 'Pending', lastPhaseTransitionTime: formatTime(context.now) } }),
  validate: (object) => [...validateSpec(fields(object.spec)), ...validateMountOptions(object)],
  validateUpdate: (object, old) => [
    ...validateMeta(object, false),
    ...validateSpec(fields(object.spec)),
    ...validateMountOptions(object),
    ...validateChange(fields(object.spec), fields(old.spec)),
  ],
  cells(object, now) {
    const { spec, status } = { spec: fields(object.spec), status: fields(object.status) }
    const claim = fields(spec.claimRef)
    return [
      object.metadata.name ?? '',
      text(fields(spec.capacity).storage),
      accessModesText(spec.accessModes),
      text(spec.persistentVolumeReclaimPolicy),
      object.metadata.deletionTimestamp === undefined ? text(status.phase) : 'Terminating',
      present(spec.claimRef) ? `${text(claim.namespace)}/${text(claim.name)}` : '',
      classOf(object),
      unset(spec.volumeAttributesClassName),
      text(status.reason),
      age(object, now),
      unset(spec.volumeMode),
    ]
  },
})

const mountOptions = 'volume.beta.kubernetes.io/mount-options'
const mountable = [
  ...['gcePersistentDisk', 'awsElasticBlockStore', 'glusterfs', 'nfs', 'rbd', 'quobyte', 'iscsi', 'cinder', 'cephfs', 'azureFile', 'vsphereVolume'],
  ...['azureDisk', 'photonPersistentDisk'],
]

/** Options in the old annotation are for some types of volumes only (`pkg/volume/validation`). */
function* validateMountOptions({ metadata, spec }: KubernetesObject): Findings {
  if (metadata.annotations?.[mountOptions] === undefined || mountable.some((name) => present(fields(spec)[name]))) return
  yield forbidden(child('metadata', 'annotations', mountOptions), 'may not specify mount options for this volume type')
}

function classOf(object: KubernetesObject): string {
  return object.metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? text(fields(object.spec).storageClassName)
}

function* validateSpec(spec: JsonObject): Findings {
  if (list(spec.accessModes).length === 0) yield required('spec.accessModes')
  yield* validateAccessModes(spec.accessModes, 'spec.accessModes')
  const capacity = fields(spec.capacity)
  if (Object.keys(capacity).length === 0) yield required('spec.capacity')
  if (capacity.storage === undefined || Object.keys(capacity).length > 1)
    yield notSupported('spec.capacity', present(spec.capacity) ? capacity : undefined, ['storage'])
  for (const [name, quantity] of Object.entries(capacity)) yield* positiveQuantity(item('spec.capacity', name), quantity)
  const policy = spec.persistentVolumeReclaimPolicy
  if (text(policy) !== '' && !reclaimPolicies.includes(text(policy))) yield notSupported('spec.persistentVolumeReclaimPolicy', policy, reclaimPolicies)
  if (present(spec.nodeAffinity)) yield* validateNodeAffinity(fields(spec.nodeAffinity), 'spec.nodeAffinity')
  yield* validateSource(spec)
  if (fields(spec.hostPath).path === '/' && policy === 'Recycle')
    yield forbidden('spec.persistentVolumeReclaimPolicy', "may not be 'recycle' for a hostPath mount of '/'")
  yield* optionalName('spec.storageClassName', spec.storageClassName)
  if (present(spec.volumeMode) && !volumeModes.includes(text(spec.volumeMode))) yield notSupported('spec.volumeMode', spec.volumeMode, volumeModes)
  if (present(spec.volumeAttributesClassName)) yield* validateAttributesClass(spec)
}

function* validateAttributesClass({ volumeAttributesClassName: name, csi }: JsonObject): Findings {
  if (text(name) === '') yield required('spec.volumeAttributesClassName', 'an empty string is disallowed')
  else yield* optionalName('spec.volumeAttributesClassName', name)
  if (!present(csi)) yield required('spec.csi', 'has to be specified when using volumeAttributesClassName')
}

function* validateNodeAffinity(affinity: JsonObject, path: string): Findings {
  if (present(affinity.required)) yield* validateNodeSelector(fields(affinity.required), child(path, 'required'))
  else yield required(child(path, 'required'), 'must specify required node constraints')
}

function* validateSource(spec: JsonObject): Findings {
  const given = sources.filter((name) => present(spec[name]))
  const [first, ...more] = given.filter((name, index) => name !== 'flexVolume' || index === 0)
  if (given.indexOf('flexVolume') > 0) yield* volumeSources.flexVolume?.(fields(spec.flexVolume), 'spec.flexVolume') ?? []
  if (first === undefined) return yield required('spec', 'must specify a volume type')
  const rule = first === 'csi' ? validateDriver : volumeSources[first]
  yield* rule?.(fields(spec[first]), child('spec', first)) ?? []
  if (first === 'local' && !present(spec.nodeAffinity)) yield required('spec.nodeAffinity', 'Local volume requires node affinity')
  for (const name of more) yield forbidden(child('spec', name === 'cephfs' ? 'cephFS' : name), 'may not specify more than 1 volume type')
}

/** A volume of a driver names its handle, and secrets of any namespace. */
function* validateDriver(source: JsonObject, path: string): Findings {
  yield* validateDriverName(source.driver, child(path, 'driver'))
  if (text(source.volumeHandle) === '') yield required(child(path, 'volumeHandle'))
  for (const name of ['controllerPublishSecretRef', 'controllerExpandSecretRef', 'nodePublishSecretRef', 'nodeExpandSecretRef']) {
    if (!present(source[name])) continue
    const secret = fields(source[name])
    yield* requiredName(child(path, name, 'name'), secret.name)
    yield* requiredName(child(path, name, 'namespace'), secret.namespace, isDns1123Label)
  }
}

function* validateChange(spec: JsonObject, before: JsonObject): Findings {
  const only = (of: JsonObject): JsonObject => Object.fromEntries(sources.flatMap((name) => (present(of[name]) ? [[name, of[name]] as const] : [])))
  if (!equal(only(spec), only(before))) {
    const type = 'core.v1.PersistentVolumeSource'
    const changes = difference(internalForm(only(before), type), internalForm(only(spec), type))
    yield forbidden('spec.persistentvolumesource', `spec.persistentvolumesource is immutable after creation\n${changes}`)
  }
  yield* immutable('volumeMode', spec.volumeMode, before.volumeMode)
}
