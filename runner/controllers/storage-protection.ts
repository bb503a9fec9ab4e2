// Lets claims and volumes go once nothing uses them any more.
import { at, type KubernetesObject, parseKey } from '../kubernetes/object.ts'
import { type ControllerContext, defineController } from './controller.ts'
import { podClaims } from './pod-claims.ts'
import { isDone, type Pod } from './pods.ts'
import { persistentVolumeClaims, persistentVolumes, pods, volumeAttributesClasses } from './resources.ts'

const claimFinalizer = 'kubernetes.io/pvc-protection'
const volumeFinalizer = 'kubernetes.io/pv-protection'
const classFinalizer = 'kubernetes.io/vac-protection'

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

function claimsOf(pod: Pod): readonly string[] {
  return podClaims(pod).map(({ name }) => `${pod.metadata.namespace}/${name}`)
}

/** Pods without a node do not count: they do not use anything yet. */
async function isUsed(client: ControllerContext['client'], key: string): Promise<boolean> {
  const { items } = await client.list(pods, { namespace: parseKey(key).namespace ?? '' })
  return (items as readonly Pod[]).some((pod) => !isDone(pod) && pod.spec.nodeName !== undefined && claimsOf(pod).includes(key))
}

/** Lets a class of volume attributes go when neither a volume nor a claim names it. */
export const classProtection = defineController({
  name: 'volumeattributesclass-protection-controller',
  watches: [
    { resource: volumeAttributesClasses, keys: ({ metadata }) => (metadata.deletionTimestamp === undefined ? [] : [metadata.name ?? '']) },
    { resource: persistentVolumeClaims, keys: classesOf },
    { resource: persistentVolumes, keys: classesOf },
  ],
  async reconcile(name: string, { client }: ControllerContext) {
    const object = await client.get(volumeAttributesClasses, { name })
    const { finalizers = [], deletionTimestamp } = object?.metadata ?? {}
    if (!object || deletionTimestamp === undefined || !finalizers.includes(classFinalizer)) return undefined
    for (const resource of [persistentVolumes, persistentVolumeClaims])
      if ((await client.list(resource)).items.some((each) => at(each, 'spec', 'volumeAttributesClassName') === name)) return undefined
    const metadata = { ...object.metadata, finalizers: finalizers.filter((each) => each !== classFinalizer) }
    await client.update(volumeAttributesClasses, { ...object, metadata })
    return undefined
  },
})

/** The class that was named by what is gone or names another now. */
function classesOf(object: KubernetesObject, change: string, old: KubernetesObject | undefined): readonly string[] {
  const before = change === 'DELETED' ? object : old
  const name = before && at(before, 'spec', 'volumeAttributesClassName')
  return typeof name === 'string' && name !== '' ? [name] : []
}
