// Provisioners that somebody installed: known by the programs of their pods, they make volumes as soon as these are ready.
import { isObject, type Json, type JsonObject } from '../base/json.ts'
import { at, type KubernetesObject } from '../kubernetes/object.ts'
import type { ControllerContext } from './controller.ts'
import { csiDrivers, pods } from './resources.ts'
import type { Claim } from './volumes.ts'

/** Where the volume of a claim is. */
export type VolumeSource = (name: string, claim: Claim) => JsonObject

interface Row {
  readonly image: RegExp
  /** Whether a container makes volumes for a provisioner's name. */
  serves(name: string, container: JsonObject, context: ControllerContext): boolean | Promise<boolean>
  source(provisioner: string, container: JsonObject): VolumeSource
}

const rows: readonly Row[] = [
  {
    image: /(^|\/)csi-provisioner[:@]/,
    serves: async (name, _, { client }) => (await client.get(csiDrivers, { name })) !== undefined,
    source: (driver) => (name) => ({ csi: { driver, volumeHandle: name } }),
  },
  {
    image: /(^|\/)nfs-subdir-external-provisioner[:@]/,
    serves: (name, container) => variable(container, 'PROVISIONER_NAME') === name,
    source: (_, container) => (name, claim) => {
      const folder = `${claim.metadata.namespace}-${claim.metadata.name}-${name}`
      return { nfs: { server: variable(container, 'NFS_SERVER'), path: `${variable(container, 'NFS_PATH')}/${folder}` } }
    },
  },
  {
    image: /(^|\/)provisioner-localpv[:@]/,
    serves: (name) => name === 'openebs.io/local',
    source: () => (name) => ({ local: { path: `/var/openebs/local/${name}` } }),
  },
  {
    image: /(^|\/)storage-provisioner[:@]/,
    serves: (name) => name === 'k8s.io/minikube-hostpath',
    source: () => (_, claim) => ({ hostPath: { path: `/tmp/hostpath-provisioner/${claim.metadata.namespace}/${claim.metadata.name}`, type: '' } }),
  },
]

/** What an installed provisioner of a name makes; undefined where none of its pods is ready. */
export async function installedSource(provisioner: string, context: ControllerContext): Promise<VolumeSource | undefined> {
  const { items } = await context.client.list(pods)
  for (const pod of items) {
    if (!isReady(pod)) continue
    for (const container of containersOf(pod)) {
      const row = rows.find(({ image }) => image.test(String(container.image)))
      if (row && (await row.serves(provisioner, container, context))) return row.source(provisioner, container)
    }
  }
  return undefined
}

/** True for a pod of a provisioner that has become ready. */
export function isProvisioner(pod: KubernetesObject): boolean {
  return containersOf(pod).some(({ image }) => rows.some((row) => row.image.test(String(image)))) && isReady(pod)
}

function containersOf(pod: KubernetesObject): readonly JsonObject[] {
  return listOf(at(pod, 'spec', 'containers'))
}

function isReady(pod: KubernetesObject): boolean {
  return listOf(at(pod, 'status', 'conditions')).some(({ type, status }) => type === 'Ready' && status === 'True')
}

function variable(container: JsonObject, name: string): string {
  return String(listOf(container.env).find((each) => each.name === name)?.value ?? '')
}

function listOf(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}
