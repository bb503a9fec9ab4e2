// Lets claims and volumes go once nothing uses them any more.
import { at, keyOf, parseKey } from '../kubernetes/object.ts'
import { type ControllerContext, defineController } from './controller.ts'
import { isDone, type Pod } from './pods.ts'
import { persistentVolumeClaims, persistentVolumes, pods } from './resources.ts'

const claimFinalizer = 'kubernetes.io/pvc-protection'
const volumeFinalizer = 'kubernetes.io/pv-protection'

export const storageProtection = defineController({
  name: 'persistentvolumeclaim-protection-controller',
  watches: [
    { resource: persistentVolumeClaims, keys: ({ metadata }) => (metadata.deletionTimestamp === undefined ? [] : [`${metadata.namespace}/${metadata.name}`]) },
    { resource: persistentVolumes, keys: ({ metadata }) => (metadata.deletionTimestamp === undefined ? [] : [metadata.name ?? '']) },
    { resource: pods, keys: (pod, change) => (change === 'DELETED' || isDone(pod as Pod) ? claimsOf(pod as Pod) : []) },
  ],
  async reconcile(key: string, { client }: ControllerContext) {
    const claims = key.includes('/')
    const resource = claims ? persistentVolumeClaims : persistentVolumes
    const finalizer = claims ? claimFinalizer : volumeFinalizer
    const object = await client.get(resource, parseKey(key))
    const { finalizers = [], deletionTimestamp } = object?.metadata ?? {}
    if (!object || deletionTimestamp === undefined || !finalizers.includes(finalizer)) return undefined
    const used = claims ? await isUsed(client, key) : at(object, 'status', 'phase') === 'Bound'
    if (!used) await client.update(resource, { ...object, metadata: { ...object.metadata, finalizers: finalizers.filter((name) => name !== finalizer) } })
    return undefined
  },
})

function claimsOf({ metadata, spec }: Pod): readonly string[] {
  const volumes = Array.isArray(spec.volumes) ? (spec.volumes as readonly unknown[]) : []
  return volumes.flatMap((volume) => {
    const name = at(volume, 'persistentVolumeClaim', 'claimName')
    return typeof name === 'string' ? [`${metadata.namespace}/${name}`] : []
  })
}

async function isUsed(client: ControllerContext['client'], key: string): Promise<boolean> {
  const { items } = await client.list(pods, { namespace: parseKey(key).namespace ?? '' })
  return (items as readonly Pod[]).some((pod) => !isDone(pod) && keyOf(pod).name !== '' && claimsOf(pod).includes(key))
}
