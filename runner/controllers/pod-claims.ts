// The volume claims of a pod: those that it names, and those that are made for it and go with it.
import { isObject, type JsonObject } from '../base/json.ts'
import { formatKey, type KubernetesObject, keyOf, parseKey } from '../kubernetes/object.ts'
import { type ControllerContext, defineController } from './controller.ts'
import { controllerReference } from './owners.ts'
import { isDone, type Pod } from './pods.ts'
import { persistentVolumeClaims, pods } from './resources.ts'

/** A claim of a pod by name; `template` if it is made for the pod (`volumes[].ephemeral`). */
interface PodClaim {
  readonly name: string
  readonly template?: JsonObject
}

/** The claims of a pod in the order of its volumes. */
export function podClaims({ metadata, spec }: Pod): readonly PodClaim[] {
  const volumes = Array.isArray(spec.volumes) ? (spec.volumes as readonly JsonObject[]) : []
  return volumes.flatMap(({ name, persistentVolumeClaim: claim, ephemeral }): readonly PodClaim[] => {
    if (isObject(claim)) return [{ name: String(claim.claimName) }]
    if (!isObject(ephemeral) || !isObject(ephemeral.volumeClaimTemplate)) return []
    return [{ name: `${metadata.name}-${String(name)}`, template: ephemeral.volumeClaimTemplate }]
  })
}

/** Why a claim cannot be that of a pod's ephemeral volume: it was made for nobody, or for another pod (`ephemeral.VolumeIsForPod`); undefined if it is. */
export function foreignClaim(pod: Pod, claim: KubernetesObject): string | undefined {
  if (claim.metadata.ownerReferences?.some(({ controller, uid }) => controller === true && uid === pod.metadata.uid)) return undefined
  return `PVC ${formatKey(keyOf(claim))} was not created for pod ${formatKey(keyOf(pod))} (pod is not owner)`
}

/** Makes the claims of ephemeral volumes (`ephemeral-volume-controller`). */
export const ephemeralVolumes = defineController({
  name: 'ephemeral-volume-controller',
  watches: [
    { resource: pods, keys: (pod, change) => (change !== 'DELETED' && needsClaims(pod as Pod) ? [`${pod.metadata.namespace}/${pod.metadata.name}`] : []) },
  ],
  async reconcile(key: string, { client, event }: ControllerContext) {
    const pod = (await client.get(pods, parseKey(key))) as Pod | undefined
    if (!pod || pod.metadata.deletionTimestamp !== undefined || isDone(pod)) return undefined
    const { namespace = '' } = pod.metadata
    for (const { name, template } of podClaims(pod)) {
      if (!template) continue
      const there = await client.get(persistentVolumeClaims, { namespace, name })
      const wrong = there && foreignClaim(pod, there)
      if (wrong !== undefined)
        await event(pod, { type: 'Warning', reason: 'FailedBinding', message: `ephemeral volume: ${wrong}`, component: 'ephemeral_volume' })
      if (!there) await client.create(persistentVolumeClaims, claimFor(pod, name, template))
    }
    return undefined
  },
})

function needsClaims(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp === undefined && podClaims(pod).some(({ template }) => template !== undefined)
}

function claimFor(pod: Pod, name: string, template: JsonObject): KubernetesObject {
  const { labels, annotations } = isObject(template.metadata) ? template.metadata : {}
  const { namespace = '' } = pod.metadata
  const metadata = {
    name,
    namespace,
    ...(isObject(labels) && { labels: labels as Record<string, string> }),
    ...(isObject(annotations) && { annotations: annotations as Record<string, string> }),
    ownerReferences: [controllerReference(pod)],
  }
  return { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata, spec: template.spec }
}
