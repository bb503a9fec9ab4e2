// Volumes and claims cannot go while they are used: they carry a finalizer from their start.
import type { AdmissionPlugin } from './plugin.ts'
import { isWriteOf } from './refusal.ts'

const finalizers: Readonly<Record<string, readonly [group: string, finalizer: string]>> = {
  persistentvolumeclaims: ['', 'kubernetes.io/pvc-protection'],
  persistentvolumes: ['', 'kubernetes.io/pv-protection'],
  volumeattributesclasses: ['storage.k8s.io', 'kubernetes.io/vac-protection'],
}

export const storageObjectInUseProtection: AdmissionPlugin = {
  name: 'StorageObjectInUseProtection',
  admit(request) {
    const { object, operation, resource } = request
    const [group = '', finalizer] = finalizers[resource.plural] ?? []
    if (!object || operation !== 'CREATE' || finalizer === undefined || !isWriteOf(request, group, resource.plural)) return undefined
    const known = object.metadata.finalizers ?? []
    if (known.includes(finalizer)) return undefined
    return { ...object, metadata: { ...object.metadata, finalizers: [...known, finalizer] } }
  },
}
