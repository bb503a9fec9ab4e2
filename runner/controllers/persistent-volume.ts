// Binds claims to volumes, asks for new volumes where a class makes them, and says why a claim still waits.
import { equal, isObject, type JsonObject } from '../base/json.ts'
import { at, type KubernetesObject, keyOf, parseKey } from '../kubernetes/object.ts'
import { parseQuantity } from '../kubernetes/quantity.ts'
import { type ControllerContext, defineController } from './controller.ts'
import { isProvisioner } from './installed-provisioners.ts'
import { podClaims } from './pod-claims.ts'
import type { Pod } from './pods.ts'
import { nodes, persistentVolumeClaims, persistentVolumes, pods, storageClasses } from './resources.ts'
import { expand, provision } from './volume-provisioner.ts'
import { bestVolume, type Claim, isReached, type Volume } from './volumes.ts'

const component = 'persistentvolume-controller'
const bound = { 'pv.kubernetes.io/bind-completed': 'yes', 'pv.kubernetes.io/bound-by-controller': 'yes' }

/** Keys are `claim namespace/name` and `volume name`. */
export const persistentVolumeBinder = defineController({
  name: 'persistentvolume-binder-controller',
  watches: [
    {
      resource: persistentVolumeClaims,
      keys: (claim) => [`claim ${claim.metadata.namespace}/${claim.metadata.name}`, ...volumeKey((claim as Claim).spec.volumeName)],
    },
    { resource: persistentVolumes, keys: (volume) => [`volume ${volume.metadata.name}`, 'claims'] },
    {
      resource: pods,
      keys: (pod, _change, old) => (isPlacedNow(pod, old) || isProvisioner(pod) ? ['claims'] : []),
    },
  ],
  async reconcile(key: string, context: ControllerContext) {
    const [sort, name = ''] = key.split(' ')
    if (sort === 'claims') await eachPendingClaim(context)
    else if (sort === 'claim') await settleClaim(name, context)
    else await settleVolume(name, context)
    return undefined
  },
})

function volumeKey(name: string | undefined): readonly string[] {
  return name === undefined || name === '' ? [] : [`volume ${name}`]
}

async function eachPendingClaim({ client, enqueue }: ControllerContext): Promise<void> {
  for (const claim of (await client.list(persistentVolumeClaims)).items)
    if (at(claim, 'status', 'phase') === 'Pending') enqueue(`claim ${claim.metadata.namespace}/${claim.metadata.name}`)
}

async function settleVolume(name: string, { client }: ControllerContext): Promise<void> {
  const volume = (await client.get(persistentVolumes, { name })) as Volume | undefined
  if (!volume) return
  // A volume that is on its way out is released too, when its claim goes: only then is it let go.
  const leaving = volume.metadata.deletionTimestamp !== undefined
  const { claimRef, persistentVolumeReclaimPolicy } = volume.spec
  const claim =
    claimRef && ((await client.get(persistentVolumeClaims, { namespace: claimRef.namespace ?? '', name: claimRef.name ?? '' })) as Claim | undefined)
  const lost = claimRef?.uid !== undefined && claim?.metadata.uid !== claimRef.uid
  if (lost && !leaving && persistentVolumeReclaimPolicy === 'Delete' && volume.metadata.annotations?.['pv.kubernetes.io/provisioned-by'] !== undefined) {
    await client.update(persistentVolumes, { ...volume, status: { ...volume.status, phase: 'Released' } }, { subresource: 'status' })
    await client.delete(persistentVolumes, { name })
    return
  }
  if (leaving && !lost) return
  const phase = lost ? 'Released' : claimRef && claim?.spec.volumeName === name ? 'Bound' : 'Available'
  if (volume.status?.phase !== phase) await client.update(persistentVolumes, { ...volume, status: { ...volume.status, phase } }, { subresource: 'status' })
}

async function settleClaim(key: string, context: ControllerContext): Promise<void> {
  const { client } = context
  const claim = (await client.get(persistentVolumeClaims, parseKey(key))) as Claim | undefined
  if (!claim || claim.metadata.deletionTimestamp !== undefined) return
  const volumes = (await client.list(persistentVolumes)).items as readonly Volume[]
  const { volumeName } = claim.spec
  const volume = volumeName ? volumes.find(({ metadata }) => metadata.name === volumeName) : bestVolume(claim, await reachable(claim, volumes, context))
  if (volume && claim.status?.phase === 'Bound') {
    if (wantsMore(claim, volume)) await expand(claim, volume, context)
    return
  }
  if (volume && (await mayBind(claim, context))) await bind(claim, volume, context)
  else if (!volume && volumeName && claim.status?.phase === 'Bound')
    await client.update(persistentVolumeClaims, { ...claim, status: { ...claim.status, phase: 'Lost' } }, { subresource: 'status' })
  else if (!volumeName) await explain(claim, context)
}

function isPlacedNow(pod: KubernetesObject, old: KubernetesObject | undefined): boolean {
  return (pod as Pod).spec.nodeName !== undefined && (old as Pod | undefined)?.spec.nodeName === undefined
}

/** True for a bound claim that asks for more than it has, from somebody who gives it. */
function wantsMore({ spec, status }: Claim, { metadata }: Volume): boolean {
  const has = at(status, 'capacity', 'storage')
  const provisioner = metadata.annotations?.['pv.kubernetes.io/provisioned-by'] ?? ''
  return provisioner !== '' && typeof has === 'string' && parseQuantity(spec.resources?.requests?.storage ?? '0').nanos > parseQuantity(has).nanos
}

/** A class that waits binds only for a pod that has a node. */
async function mayBind(claim: Claim, context: ControllerContext): Promise<boolean> {
  const found = await classOf(claim, context)
  const waits = found?.volumeBindingMode === 'WaitForFirstConsumer' && claim.spec.volumeName === undefined
  return !waits || (await consumer(claim, context))?.spec.nodeName !== undefined
}

/** Of a class that waits only volumes will do that the node of the claim's pod reaches, or that are kept for the claim. */
async function reachable(claim: Claim, volumes: readonly Volume[], context: ControllerContext): Promise<readonly Volume[]> {
  const found = await classOf(claim, context)
  const name = found?.volumeBindingMode === 'WaitForFirstConsumer' ? (await consumer(claim, context))?.spec.nodeName : undefined
  const node = name === undefined ? undefined : await context.client.get(nodes, { name })
  return node ? volumes.filter((volume) => volume.spec.claimRef !== undefined || isReached(volume, node)) : volumes
}

async function classOf({ spec }: Claim, { client }: ControllerContext): Promise<KubernetesObject | undefined> {
  return spec.storageClassName ? client.get(storageClasses, { name: spec.storageClassName }) : undefined
}

/** A pod that uses the claim; one that has a node comes first. */
async function consumer(claim: Claim, { client }: ControllerContext): Promise<Pod | undefined> {
  const { items } = await client.list(pods, { namespace: claim.metadata.namespace ?? '' })
  const users = (items as readonly Pod[]).filter((pod) => podClaims(pod).some(({ name }) => name === claim.metadata.name))
  return users.find(({ spec }) => spec.nodeName !== undefined) ?? users[0]
}

async function bind(claim: Claim, volume: Volume, { client }: ControllerContext): Promise<void> {
  const { namespace, name, uid, resourceVersion } = claim.metadata
  const claimRef = { kind: 'PersistentVolumeClaim', namespace, name, uid, apiVersion: 'v1', resourceVersion }
  const reserved = volume.spec.claimRef !== undefined
  const annotations = { ...volume.metadata.annotations, ...(!reserved && { 'pv.kubernetes.io/bound-by-controller': 'yes' }) }
  const taken =
    volume.spec.claimRef?.uid === uid
      ? volume
      : await client.update(persistentVolumes, {
          ...volume,
          metadata: { ...volume.metadata, annotations },
          spec: { ...volume.spec, claimRef },
        } as KubernetesObject)
  await client.update(persistentVolumes, { ...taken, status: { ...(taken.status as JsonObject | undefined), phase: 'Bound' } }, { subresource: 'status' })
  const metadata = { ...claim.metadata, annotations: { ...claim.metadata.annotations, ...bound } }
  const named = await client.update(persistentVolumeClaims, { ...claim, metadata, spec: { ...claim.spec, volumeName: volume.metadata.name ?? '' } })
  const attributes = volume.spec.volumeAttributesClassName
  const status = {
    ...claim.status,
    phase: 'Bound',
    accessModes: volume.spec.accessModes ?? [],
    capacity: volume.spec.capacity ?? {},
    ...(attributes !== undefined && { currentVolumeAttributesClassName: attributes }),
  }
  if (!equal(named.status, status)) await client.update(persistentVolumeClaims, { ...named, status }, { subresource: 'status' })
}

/** No volume fits: a new one is asked for, or an Event says what is missing. Each is said once. */
async function explain(claim: Claim, context: ControllerContext): Promise<void> {
  const found = await classOf(claim, context)
  const { storageClassName = '' } = claim.spec
  if (storageClassName === '')
    return say(claim, ['Normal', 'FailedBinding', 'no persistent volumes available for this claim and no storage class is set'], context)
  if (!found) return say(claim, ['Warning', 'ProvisioningFailed', `storageclass.storage.k8s.io "${storageClassName}" not found`], context)
  const pod = found.volumeBindingMode === 'WaitForFirstConsumer' ? await consumer(claim, context) : undefined
  if (found.volumeBindingMode === 'WaitForFirstConsumer' && !pod)
    return say(claim, ['Normal', 'WaitForFirstConsumer', 'waiting for first consumer to be created before binding'], context)
  const provisioner = String(found.provisioner)
  const node = pod?.spec.nodeName
  const words = `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`
  if (pod && node === undefined) return
  await say(claim, ['Normal', 'ExternalProvisioning', words], context)
  await provision(claim, { storageClass: found, node }, context)
}

async function say(
  claim: Claim,
  [type, reason, message]: readonly ['Normal' | 'Warning', string, string],
  { event, memory }: ControllerContext,
): Promise<void> {
  const key = `said ${keyOf(claim).namespace}/${keyOf(claim).name}`
  const said = `${claim.metadata.uid} ${reason}`
  if (memory.get(key) === said) return
  memory.set(key, said)
  await event(claim, { type, reason, message, component })
}

/** True for a claim whose volume is there, or will be as soon as a pod needs it. */
export function isReadyToUse(claim: KubernetesObject, storageClass: KubernetesObject | undefined): boolean {
  return (isObject(claim.status) && claim.status.phase === 'Bound') || storageClass?.volumeBindingMode === 'WaitForFirstConsumer'
}
