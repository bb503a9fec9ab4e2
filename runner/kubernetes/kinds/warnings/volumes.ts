// Volumes, claims and classes of storage (`pkg/api/persistentvolume`, `persistentvolumeclaim`, `pkg/api/storage`).
import { equal, type JsonObject } from '../../../base/json.ts'
import type { KubernetesObject } from '../../object.ts'
import { child, item } from '../validation/findings.ts'
import { fields, list, objects, present, text } from '../validation/read.ts'
import { fractionalBytes } from './bytes.ts'
import { deprecatedLabel, nodeSelector, nodeSelectorTerm } from './node-labels.ts'
import type { Warnings } from './shapes.ts'

const classAnnotation = 'volume.beta.kubernetes.io/storage-class'
const volumeAnnotations = [
  [classAnnotation, 'deprecated since v1.8; use "storageClassName" attribute instead'],
  ['volume.beta.kubernetes.io/mount-options', 'deprecated since v1.31; use "mountOptions" attribute instead'],
] as const
const plugins = [
  ['cephfs', 'cephfs', 'deprecated in v1.28, non-functional in v1.31+'],
  ['photonPersistentDisk', 'photonPersistentDisk', 'deprecated in v1.11, non-functional in v1.16+'],
  ['scaleIO', 'scaleIO', 'deprecated in v1.16, non-functional in v1.22+'],
  ['storageos', 'storageOS', 'deprecated in v1.22, non-functional in v1.25+'],
  ['glusterfs', 'glusterfs', 'deprecated in v1.25, non-functional in v1.26+'],
  ['rbd', 'rbd', 'deprecated in v1.28, non-functional in v1.31+'],
] as const

/** A PersistentVolume. */
export function* volumeWarnings({ metadata, spec: given }: KubernetesObject): Warnings {
  const spec = fields(given)
  yield* annotated(metadata, volumeAnnotations)
  if (spec.persistentVolumeReclaimPolicy === 'Recycle')
    yield 'spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.'
  for (const [index, term] of objects(fields(fields(spec.nodeAffinity).required).nodeSelectorTerms).entries())
    yield* nodeSelectorTerm(item('spec.nodeAffinity.required.nodeSelectorTerms', index), term)
  for (const [field, name, message] of plugins) if (present(spec[field])) yield `${child('spec', name)}: ${message}`
}

/** A PersistentVolumeClaim. */
export function* claimWarnings({ metadata, spec }: KubernetesObject): Warnings {
  yield* annotated(metadata, volumeAnnotations.slice(0, 1))
  yield* claimSpecWarnings('spec', fields(spec))
}

/** The spec of a claim, wherever it stands. */
export function* claimSpecWarnings(path: string, { resources }: JsonObject): Warnings {
  for (const name of ['requests', 'limits']) yield* fractionalBytes(child(path, 'resources', name), fields(resources)[name], ['storage'])
}

/** A StorageClass. */
export function* storageClassWarnings({ allowedTopologies }: KubernetesObject & { readonly allowedTopologies?: unknown }): Warnings {
  for (const [index, topology] of objects(allowedTopologies).entries())
    for (const [place, expression] of objects(topology.matchLabelExpressions).entries())
      yield* deprecatedLabel(child(item(child(item('allowedTopologies', index), 'matchLabelExpressions'), place), 'key'), text(expression.key))
}

/** A CSIStorageCapacity. */
export function capacityWarnings(capacity: KubernetesObject): Warnings {
  return nodeSelector('nodeTopology', fields(capacity).nodeTopology)
}

/** A CSIDriver that wants tokens, when it begins to. */
export function* driverWarnings({ spec }: KubernetesObject, old?: KubernetesObject): Warnings {
  const { tokenRequests, serviceAccountTokenInSecrets } = fields(spec)
  if (list(tokenRequests).length === 0 || present(serviceAccountTokenInSecrets)) return
  if (old && equal(tokenRequests, fields(old.spec).tokenRequests)) return
  yield 'spec.serviceAccountTokenInSecrets is unset; if supported by this CSI driver, set to true to prevent possible logging of tokens in volume attributes'
}

function* annotated({ annotations }: KubernetesObject['metadata'], rows: readonly (readonly [annotation: string, message: string])[]): Warnings {
  for (const [annotation, message] of rows) if (annotations?.[annotation] !== undefined) yield `${item('metadata.annotations', annotation)}: ${message}`
}
