// What the claims of a pod mean for its place: they must be there, those that bind at once must be bound.
import { at, type KubernetesObject } from '../../kubernetes/object.ts'
import type { ControllerContext } from '../controller.ts'
import { isReadyToUse } from '../persistent-volume.ts'
import { foreignClaim, podClaims } from '../pod-claims.ts'
import { isDone, type Pod } from '../pods.ts'
import { persistentVolumeClaims, persistentVolumes, pods, storageClasses } from '../resources.ts'
import type { Claim, Volume } from '../volumes.ts'
import type { Surroundings } from './place.ts'

/** What speaks against every node. */
interface Refusal {
  readonly refusal: string
}

/** Why no node at all will do, or the volumes that the claims are bound to. */
export async function volumesOf(
  pod: Pod,
  { client }: ControllerContext,
): Promise<Refusal | Pick<Required<Surroundings>, 'volumes' | 'claimTaken' | 'wanted' | 'free'>> {
  const claims: KubernetesObject[] = []
  for (const { name, template } of podClaims(pod)) {
    const { namespace = '' } = pod.metadata
    const claim = await client.get(persistentVolumeClaims, { name, namespace })
    if (!claim && template) return { refusal: `waiting for ephemeral volume controller to create the persistentvolumeclaim "${name}"` }
    const wrong = unusable(claim)
    if (!claim || wrong !== undefined) return { refusal: `persistentvolumeclaim "${name}" ${wrong}` }
    const foreign = template && foreignClaim(pod, claim)
    if (foreign !== undefined) return { refusal: foreign }
    claims.push(claim)
  }
  const volumes: KubernetesObject[] = []
  const wanted: Claim[] = []
  let waits = false
  for (const claim of claims) {
    const storageClass = at(claim, 'spec', 'storageClassName')
    const found = typeof storageClass === 'string' && storageClass !== '' ? await client.get(storageClasses, { name: storageClass }) : undefined
    if (!isReadyToUse(claim, found)) waits = true
    const name = at(claim, 'spec', 'volumeName')
    const volume = typeof name === 'string' && name !== '' ? await client.get(persistentVolumes, { name }) : undefined
    if (volume) volumes.push(volume)
    else if (found?.provisioner === 'kubernetes.io/no-provisioner') wanted.push(claim as Claim)
  }
  if (waits) return { refusal: 'pod has unbound immediate PersistentVolumeClaims' }
  const free = wanted.length === 0 ? [] : ((await client.list(persistentVolumes)).items as readonly Volume[])
  return { volumes, claimTaken: await isTaken(pod, claims, client), wanted, free }
}

/** Why a claim will never do as it is (`VolumeBinding.podHasPVCs`). */
function unusable(claim: KubernetesObject | undefined): string | undefined {
  if (!claim) return 'not found'
  if (at(claim, 'status', 'phase') === 'Lost') return `bound to non-existent persistentvolume "${String(at(claim, 'spec', 'volumeName') ?? '')}"`
  return claim.metadata.deletionTimestamp === undefined ? undefined : 'is being deleted'
}

/** True if another pod uses a claim that is for one pod alone. */
async function isTaken(pod: Pod, claims: readonly KubernetesObject[], client: ControllerContext['client']): Promise<boolean> {
  const alone = claims
    .filter((claim) => [at(claim, 'spec', 'accessModes') ?? []].flat().includes('ReadWriteOncePod'))
    .map(({ metadata }) => metadata.name ?? '')
  if (alone.length === 0) return false
  const { items } = await client.list(pods, { namespace: pod.metadata.namespace ?? '' })
  return (items as readonly Pod[]).some(
    (other) =>
      other.metadata.uid !== pod.metadata.uid &&
      other.spec.nodeName !== undefined &&
      !isDone(other) &&
      podClaims(other).some(({ name }) => alone.includes(name)),
  )
}
