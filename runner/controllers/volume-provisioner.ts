// Makes volumes for classes whose provisioners are simulated: Azure's disks and files, and local paths.
import type { JsonObject } from '../base/json.ts'
import { type KubernetesObject, keyOf } from '../kubernetes/object.ts'
import { StatusError } from '../kubernetes/status-error.ts'
import type { ControllerContext } from './controller.ts'
import { installedSource } from './installed-provisioners.ts'
import { persistentVolumeClaims, persistentVolumes } from './resources.ts'
import type { Claim } from './volumes.ts'

const sources: Readonly<Record<string, (name: string, node: string | undefined) => JsonObject>> = {
  'disk.csi.azure.com': (name) => ({
    csi: {
      driver: 'disk.csi.azure.com',
      volumeHandle: `/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/nodes/providers/Microsoft.Compute/disks/${name}`,
    },
  }),
  'file.csi.azure.com': (name) => ({ csi: { driver: 'file.csi.azure.com', volumeHandle: `nodes#files#${name}###default` } }),
  'rancher.io/local-path': (name, node) => ({
    hostPath: { path: `/opt/local-path-provisioner/${name}`, type: 'DirectoryOrCreate' },
    ...(node !== undefined && {
      nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [node] }] }] } },
    }),
  }),
}

/** Makes the volume of a claim, reserved for it, where somebody is there who makes volumes of its class. */
export async function provision(
  claim: Claim,
  { storageClass, node }: { storageClass: KubernetesObject; node: string | undefined },
  context: ControllerContext,
): Promise<void> {
  const provisioner = String(storageClass.provisioner)
  const { client, event } = context
  await mark(claim, { provisioner, node }, client)
  const installed = provisioner in sources ? undefined : await installedSource(provisioner, context)
  if (!installed && !(provisioner in sources)) return
  const name = `pvc-${claim.metadata.uid}`
  const { namespace, name: claimName, uid, resourceVersion } = claim.metadata
  const { accessModes, volumeMode, resources, storageClassName } = claim.spec
  const volume = {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name, annotations: { 'pv.kubernetes.io/provisioned-by': provisioner } },
    spec: {
      accessModes,
      capacity: { storage: resources?.requests?.storage ?? '1Gi' },
      claimRef: { kind: 'PersistentVolumeClaim', namespace, name: claimName, uid, apiVersion: 'v1', resourceVersion },
      persistentVolumeReclaimPolicy: storageClass.reclaimPolicy ?? 'Delete',
      storageClassName,
      volumeMode,
      ...sources[provisioner]?.(name, node),
      ...installed?.(name, claim),
    },
  }
  const asked = `External provisioner is provisioning volume for claim "${namespace}/${claimName}"`
  try {
    await event(claim, { type: 'Normal', reason: 'Provisioning', message: asked, component: provisioner })
    await client.create(persistentVolumes, volume as unknown as KubernetesObject)
    await event(claim, { type: 'Normal', reason: 'ProvisioningSucceeded', message: `Successfully provisioned volume ${name}`, component: provisioner })
  } catch (error) {
    if (!(error instanceof StatusError) || error.reason !== 'AlreadyExists') throw error
  }
}

/** What a claim is told while its volume is made: who makes it, and for which node. */
async function mark(
  claim: Claim,
  { provisioner, node }: { readonly provisioner: string; readonly node: string | undefined },
  client: ControllerContext['client'],
): Promise<void> {
  const annotations = {
    'volume.beta.kubernetes.io/storage-provisioner': provisioner,
    ...(node !== undefined && { 'volume.kubernetes.io/selected-node': node }),
    'volume.kubernetes.io/storage-provisioner': provisioner,
  }
  const known = claim.metadata.annotations ?? {}
  if (Object.entries(annotations).every(([name, value]) => known[name] === value)) return
  await client.patch(persistentVolumeClaims, keyOf(claim), { metadata: { annotations } }, { type: 'merge' })
}

/** Makes a bound claim and its volume as large as is asked for now. */
export async function expand(claim: Claim, volume: KubernetesObject, { client, event }: ControllerContext): Promise<void> {
  const storage = claim.spec.resources?.requests?.storage ?? '0'
  const name = volume.metadata.name ?? ''
  const provisioner = claim.metadata.annotations?.['volume.kubernetes.io/storage-provisioner'] ?? ''
  await event(claim, {
    type: 'Normal',
    reason: 'Resizing',
    message: `External resizer is resizing volume ${name}`,
    component: `external-resizer ${provisioner}`,
  })
  await client.patch(persistentVolumes, { name }, { spec: { capacity: { storage } } }, { type: 'merge' })
  await client.patch(persistentVolumeClaims, keyOf(claim), { status: { capacity: { storage } } }, { type: 'merge', subresource: 'status' })
  await event(claim, {
    type: 'Normal',
    reason: 'FileSystemResizeSuccessful',
    message: `MountVolume.NodeExpandVolume succeeded for volume "${name}"`,
    component: 'kubelet',
  })
}
