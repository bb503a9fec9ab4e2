// Commands run inside of a cluster by Azure's own hand: what is simulated, and what says that it is not.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { localPeer } from '#runner/base/host.ts'
import { fetchFrom } from '#runner/world/hosts.ts'
import { buildFleet, createExerciseWorld, send, subscriptionId } from '#test/support/exercise-requests.ts'

const version = 'api-version=2025-08-01'

const commands: readonly (readonly [command: string, exitCode: number, logs: RegExp])[] = [
  ['kubectl get nodes', 0, /^NAME +STATUS +ROLES +AGE +VERSION\naks-nodepool1-\d{8}-vmss000000 +Ready +<none> +\S+ +v1\.34\.4\n$/],
  ['kubectl get ns -o name', 0, /^namespace\/default\n/],
  ['kubectl get deploy -n kube-system', 0, /^NAME +READY +UP-TO-DATE +AVAILABLE +AGE\n.*coredns +2\/2/s],
  ['kubectl get pods -A -l k8s-app=kube-dns', 0, /^NAMESPACE +NAME +READY +STATUS +RESTARTS +AGE\nkube-system +coredns-/],
  ['kubectl get pods', 0, /^No resources found in default namespace\.\n$/],
  ['kubectl get pod nope', 1, /^Error from server \(NotFound\): pods "nope" not found\n$/],
  ['kubectl get gizmos', 1, /^error: the server doesn't have a resource type "gizmos"\n$/],
  ['kubectl version', 0, /^Client Version: v1\.34\.4\nServer Version: v1\.34\.4\n$/],
  ['kubectl get ns | wc -l', 1, /are simulated here: not "kubectl get ns \| wc -l"\.\n$/],
  ['helm list', 1, /are simulated here: not "helm list"\.\n$/],
]

test('a command is accepted, and its result is at the address that the answer gives', async () => {
  const world = await createExerciseWorld()
  await buildFleet(world)
  const cluster = `https://management.azure.com/subscriptions/${subscriptionId(world)}/resourceGroups/rg-aks-fleet-lab/providers/Microsoft.ContainerService/managedClusters/aks-fleet-east`
  for (const [command, exitCode, logs] of commands) {
    const headers = { authorization: `Bearer ${world.token('arm')}`, 'content-type': 'application/json' }
    const request = new Request(`${cluster}/runCommand?${version}`, { method: 'POST', headers, body: JSON.stringify({ command, context: '' }) })
    const answer = await fetchFrom(world.internet, request, localPeer)
    assert.equal(answer.status, 202)
    const { body } = await send(world, 'GET', answer.headers.get('location') ?? '')
    const result = body.properties as { provisioningState: string; exitCode: number; logs: string }
    assert.deepEqual([result.provisioningState, result.exitCode], ['Succeeded', exitCode], `${command}: ${result.logs}`)
    assert.match(result.logs, logs)
  }
})
