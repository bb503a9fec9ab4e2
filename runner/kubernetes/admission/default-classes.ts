// Claims and ingresses that name no class get the cluster's default one; a runtime class must exist.
import type { JsonObject } from '../../base/json.ts'
import type { KubernetesObject } from '../object.ts'
import type { AdmissionPlugin } from './plugin.ts'
import { isWriteOf } from './refusal.ts'

export const defaultStorageClass: AdmissionPlugin = {
  name: 'DefaultStorageClass',
  admit(request) {
    const { object, operation, context } = request
    if (!object || operation !== 'CREATE' || !isWriteOf(request, '', 'persistentvolumeclaims')) return undefined
    const spec = (object.spec ?? {}) as JsonObject
    if (spec.storageClassName !== undefined || object.metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] !== undefined) return undefined
    const found = marked(context.list('storage.k8s.io/v1', 'StorageClass'), 'storageclass.kubernetes.io/is-default-class')
    return found && { ...object, spec: { ...spec, storageClassName: found.metadata.name } }
  },
}

export const defaultIngressClass: AdmissionPlugin = {
  name: 'DefaultIngressClass',
  admit(request) {
    const { object, operation, context } = request
    if (!object || operation !== 'CREATE' || !isWriteOf(request, 'networking.k8s.io', 'ingresses')) return undefined
    const spec = (object.spec ?? {}) as JsonObject
    if (spec.ingressClassName !== undefined || object.metadata.annotations?.['kubernetes.io/ingress.class'] !== undefined) return undefined
    const found = marked(context.list('networking.k8s.io/v1', 'IngressClass'), 'ingressclass.kubernetes.io/is-default-class')
    return found && { ...object, spec: { ...spec, ingressClassName: found.metadata.name } }
  },
}

/** The newest object that carries the mark. */
function marked(objects: readonly KubernetesObject[], annotation: string): KubernetesObject | undefined {
  const found = objects.filter(({ metadata }) => metadata.annotations?.[annotation] === 'true')
  return [...found].sort((a, b) => ((a.metadata.creationTimestamp ?? '') < (b.metadata.creationTimestamp ?? '') ? 1 : -1))[0]
}
