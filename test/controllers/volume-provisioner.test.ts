// Volumes for claims: from provisioners that somebody installed, once their pods are ready.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { csiDrivers, persistentVolumeClaims, persistentVolumes, pods, storageClasses } from '#runner/controllers/resources.ts'
import { at, type KubernetesObject } from '#runner/kubernetes/object.ts'
import { startCluster } from '#test/support/start-cluster.ts'

const namespace = 'default'

function podOf(name: string, image: string, env: object[] = []): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace }, spec: { containers: [{ name: 'c', image, env }] } } as KubernetesObject
}

async function claimed(provisioner: string, install: readonly KubernetesObject[]): Promise<unknown> {
  const { client, settle } = await startCluster()
  await client.create(storageClasses, { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name: 'own' }, provisioner })
  const spec = { storageClassName: 'own', accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } }
  await client.create(persistentVolumeClaims, { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'c', namespace }, spec })
  await settle(1000)
  const waiting = await client.get(persistentVolumeClaims, { namespace, name: 'c' })
  assert.equal(at(waiting ?? null, 'status', 'phase'), 'Pending')
  assert.equal(waiting?.metadata.annotations?.['volume.kubernetes.io/storage-provisioner'], provisioner)
  for (const object of install) await client.create(object.kind === 'Pod' ? pods : csiDrivers, object)
  await settle(5000)
  const found = await client.get(persistentVolumeClaims, { namespace, name: 'c' })
  const volume = await client.get(persistentVolumes, { name: String(at(found ?? null, 'spec', 'volumeName')) })
  const { csi, nfs, hostPath, local } = (volume?.spec ?? {}) as Record<string, unknown>
  return {
    phase: at(found ?? null, 'status', 'phase'),
    ...Object.fromEntries(Object.entries({ csi, nfs, hostPath, local }).filter(([, value]) => value !== undefined)),
  }
}

const driver: KubernetesObject = { apiVersion: 'storage.k8s.io/v1', kind: 'CSIDriver', metadata: { name: 'csi.example.com' }, spec: {} }
const sidecar = podOf('csi', 'registry.k8s.io/sig-storage/csi-provisioner:v5.2.0')

test('a CSI driver makes volumes where its provisioner runs', async () => {
  const made = (await claimed('csi.example.com', [driver, sidecar])) as { phase: string; csi: { driver: string; volumeHandle: string } }
  assert.deepEqual([made.phase, made.csi.driver], ['Bound', 'csi.example.com'])
  assert.match(made.csi.volumeHandle, /^pvc-/)
})

test('a provisioner of another driver makes none', async () => {
  assert.deepEqual(await claimed('other.example.com', [driver, sidecar]), { phase: 'Pending' })
})

test('the provisioner for NFS makes folders on its server', async () => {
  const env = Object.entries({ PROVISIONER_NAME: 'own/nfs', NFS_SERVER: '10.1.2.3', NFS_PATH: '/srv' }).map(([name, value]) => ({ name, value }))
  const pod = podOf('nfs', 'registry.k8s.io/sig-storage/nfs-subdir-external-provisioner:v4.0.2', env)
  const made = (await claimed('own/nfs', [pod])) as { phase: string; nfs: { server: string; path: string } }
  assert.deepEqual([made.phase, made.nfs.server], ['Bound', '10.1.2.3'])
  assert.match(made.nfs.path, /^\/srv\/default-c-pvc-/)
})
