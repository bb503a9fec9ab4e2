// Claims grow only where their class lets them (apiserver `plugin/pkg/admission/storage/persistentvolume/resize`).
import { at, type KubernetesObject } from '../object.ts'
import { compareQuantities } from '../quantity.ts'
import type { AdmissionPlugin } from './plugin.ts'
import { isWriteOf, refusal } from './refusal.ts'

export const persistentVolumeClaimResize: AdmissionPlugin = {
  name: 'PersistentVolumeClaimResize',
  validate(request) {
    const { object, old, operation, context } = request
    if (!object || !old || operation !== 'UPDATE' || !isWriteOf(request, '', 'persistentvolumeclaims')) return
    if (compareQuantities(sizeOf(object), sizeOf(old)) <= 0) return
    if (at(old, 'status', 'phase') !== 'Bound') throw refusal(request, 'Only bound persistent volume claims can be expanded')
    const name = at(object, 'spec', 'storageClassName')
    const storageClass = typeof name === 'string' && name !== '' ? context.get('storage.k8s.io/v1', 'StorageClass', { name }) : undefined
    if (storageClass?.allowVolumeExpansion !== true)
      throw refusal(request, 'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize')
  },
}

function sizeOf(claim: KubernetesObject): string {
  return String(at(claim, 'spec', 'resources', 'requests', 'storage') ?? '0')
}
