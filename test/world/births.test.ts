// Clusters are born at rest: their controllers find nothing to do, and the objects are what the vendors' clusters show.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createActivity } from '#runner/base/activity.ts'
import { createClock } from '#runner/base/clock.ts'
import { createRandom } from '#runner/base/random.ts'
import { clusterControllers } from '#runner/controllers/index.ts'
import { runControllers } from '#runner/controllers/run-controllers.ts'
import { createApiServer } from '#runner/kubernetes/api-server.ts'
import { bootstrapObjects, clusterObjects } from '#runner/kubernetes/bootstrap.ts'
import { systemUser } from '#runner/kubernetes/identity.ts'
import type { KubernetesObject } from '#runner/kubernetes/object.ts'
import { aksBirth } from '#runner/world/births/aks.ts'
import { kubeadmBirth } from '#runner/world/births/kubeadm.ts'

const now = Date.parse('2026-03-02T08:00:00Z')

function aks(name: string): ReturnType<typeof aksBirth> {
  return aksBirth({
    clusterName: name,
    resourceGroup: 'rg-aks-fleet-lab',
    subscriptionId: '0b1f6471-1bf0-4dda-aec3-cb9272f09590',
    location: 'eastus',
    version: '1.34.4',
    nodePools: [{ name: 'nodepool1', count: 1, vmSize: 'Standard_D8ds_v5', imageVersion: 'AKSUbuntu-2204gen2containerd-202510.03.1' }],
    nodeSuffix: '12345678',
    now,
  })
}

/** A cluster with these objects, after an hour of its controllers. */
async function afterAnHour(objects: readonly KubernetesObject[], version: string): Promise<{ changed: string[]; cells(path: string): Promise<string[]> }> {
  const activity = createActivity()
  const clock = createClock({ now, pace: 1, timers: [] }, { activity, pulse: { monotonic: () => 0, after: () => () => undefined } })
  const random = createRandom('births')
  const changed: string[] = []
  const server = createApiServer({
    clock,
    activity,
    random,
    serviceCidr: '10.0.0.0/16',
    gitVersion: `v${version}`,
    birth: bootstrapObjects({ now, gitVersion: `v${version}` }),
    anonymous: true,
    seed: [...clusterObjects({ now, random: createRandom('own'), serviceCidr: '10.0.0.0/16', apiServerAddress: '10.0.0.1', caPem: 'none' }), ...objects],
    mutation: (mutation) => changed.push(JSON.stringify(mutation)),
  })
  const controllers = runControllers(clusterControllers([]), {
    clock,
    activity,
    random,
    clientFor: (name) => server.client(systemUser(name)),
    settings: {},
    prefix: 'births',
  })
  await clock.advance(3_600_000)
  controllers.stop()
  return {
    changed,
    async cells(path) {
      const answer = await server.host.fetch(new Request(`https://server${path}`, { headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' } }), {
        address: '127.0.0.1',
      })
      const { rows } = (await answer.json()) as { rows: { cells: unknown[] }[] }
      return rows.map(({ cells }) => cells.slice(0, 4).join(' '))
    },
  }
}

test('an AKS cluster is born at rest and shows its node and system workloads', async () => {
  const { shared, nodes, objects } = aks('aks-fleet-east')
  const { changed, cells } = await afterAnHour([...shared, ...nodes, ...objects], '1.34.4')
  assert.deepEqual(
    changed.filter((one) => !/RegisteredNode|kube-root-ca.crt/.test(one)),
    [],
  )
  assert.deepEqual(await cells('/api/v1/nodes'), ['aks-nodepool1-12345678-vmss000000 Ready <none> 60m'])
  assert.deepEqual(await cells('/apis/apps/v1/namespaces/kube-system/deployments'), [
    'coredns 2/2 2 2',
    'coredns-autoscaler 1/1 1 1',
    'konnectivity-agent 2/2 2 2',
    'konnectivity-agent-autoscaler 1/1 1 1',
    'metrics-server 2/2 2 2',
  ])
  const pods = await cells('/api/v1/namespaces/kube-system/pods')
  assert.equal(pods.length, 14)
  assert.ok(
    pods.every((pod) => / (\d)\/\1 Running 0$/.test(pod)),
    pods.join('\n'),
  )
})

test('a kubeadm cluster is born at rest, with a tainted control plane node and its static pods', async () => {
  const { nodes, objects } = kubeadmBirth({ version: '1.35.4', now, random: createRandom('kubeadm'), serviceCidr: '10.96.0.0/12', podCidr: '192.168.0.0/16' })
  const { changed, cells } = await afterAnHour([...nodes, ...objects], '1.35.4')
  assert.deepEqual(
    changed.filter((one) => !/RegisteredNode|kube-root-ca.crt/.test(one)),
    [],
  )
  assert.deepEqual(await cells('/api/v1/nodes'), ['controlplane Ready control-plane 60m', 'node01 Ready <none> 60m'])
  const pods = await cells('/api/v1/namespaces/kube-system/pods')
  for (const name of ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler']) assert.ok(pods.includes(`${name}-controlplane 1/1 Running 0`))
})

test('AKS clusters of one shape share the objects that name no node, and the same facts give the same bytes', () => {
  assert.equal(aks('a').shared, aks('b').shared)
  assert.deepEqual(aks('a').objects, aks('a').objects)
  assert.notDeepEqual(aks('a').objects, aks('b').objects)
})
