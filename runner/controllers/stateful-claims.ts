// The claims of a StatefulSet's pods: made with the pod, and kept or let go with it as the retention policy says.
import { equal } from '../base/json.ts'
import type { KubernetesObject, OwnerReference } from '../kubernetes/object.ts'
import type { ControllerContext } from './controller.ts'
import { controllerReference } from './owners.ts'
import { persistentVolumeClaims } from './resources.ts'

/** What a set says of its claims. */
export interface ClaimingSet extends KubernetesObject {
  readonly spec: {
    readonly selector: { readonly matchLabels?: unknown }
    readonly volumeClaimTemplates?: readonly KubernetesObject[]
    readonly persistentVolumeClaimRetentionPolicy?: { readonly whenDeleted?: string; readonly whenScaled?: string }
  }
}

/** Makes the claims of a pod that are missing. */
export async function createClaims(set: ClaimingSet, podName: string, { client, event }: ControllerContext): Promise<void> {
  const { namespace = '' } = set.metadata
  for (const template of set.spec.volumeClaimTemplates ?? []) {
    const name = `${template.metadata.name}-${podName}`
    if (await client.get(persistentVolumeClaims, { namespace, name })) continue
    const labels = { ...template.metadata.labels, ...(set.spec.selector.matchLabels as Record<string, string> | undefined) }
    const { annotations } = template.metadata
    const ownerReferences = ownersFor(set, undefined)
    await client.create(persistentVolumeClaims, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name, namespace, labels, ...(annotations && { annotations }), ...(ownerReferences.length > 0 && { ownerReferences }) },
      spec: template.spec,
    })
    await event(set, { type: 'Normal', reason: 'SuccessfulCreate', message: `Create Claim ${name} Pod ${podName} in StatefulSet ${set.metadata.name} success` })
  }
}

/** Sees to it that claims go with the set, or with a pod that is one too many, where the policy says Delete, and else with neither. */
export async function ownClaims(set: ClaimingSet, { pod, surplus }: { pod: KubernetesObject; surplus: boolean }, { client }: ControllerContext): Promise<void> {
  const { namespace = '' } = set.metadata
  for (const template of set.spec.volumeClaimTemplates ?? []) {
    const claim = await client.get(persistentVolumeClaims, { namespace, name: `${template.metadata.name}-${pod.metadata.name}` })
    if (!claim || claim.metadata.deletionTimestamp !== undefined) continue
    const before = claim.metadata.ownerReferences ?? []
    const isSet = ({ kind, name }: OwnerReference): boolean => kind === 'StatefulSet' && name === set.metadata.name
    const isPod = ({ kind, name }: OwnerReference): boolean => kind === 'Pod' && name === pod.metadata.name
    // Who owned it before bore the same names: what becomes of it is for others to say.
    if (before.some((each) => (isSet(each) && each.uid !== set.metadata.uid) || (isPod(each) && each.uid !== pod.metadata.uid))) continue
    const foreign = before.filter((each) => !isSet(each) && !isPod(each))
    const governed = foreign.some(({ controller }) => controller === true)
    const ownerReferences = [...foreign, ...(governed ? [] : ownersFor(set, surplus ? pod : undefined))]
    if (!equal(before, ownerReferences)) await client.update(persistentVolumeClaims, { ...claim, metadata: { ...claim.metadata, ownerReferences } })
  }
}

function ownersFor(set: ClaimingSet, surplus: KubernetesObject | undefined): readonly OwnerReference[] {
  const { whenDeleted, whenScaled } = set.spec.persistentVolumeClaimRetentionPolicy ?? {}
  if (surplus && whenScaled === 'Delete') return [controllerReference(surplus)]
  return whenDeleted === 'Delete' ? [controllerReference(set)] : []
}
