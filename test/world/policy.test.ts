// Azure's policies in clusters: with the add-on, privileged pods are refused at admission, in Gatekeeper's words.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '#runner/base/json.ts'
import type { World } from '#runner/world/world.ts'
import { type Answer, buildFleet, createExerciseWorld, memberUrl, send, subscriptionId } from '#test/support/exercise-requests.ts'

const version = 'api-version=2025-08-01'

function pod(name: string, securityContext: JsonObject): JsonObject {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec: { containers: [{ name: 'main', image: 'nginx', securityContext }] } }
}

function make(world: World, name: string, namespace = 'default'): Promise<Answer> {
  return send(world, 'POST', `${memberUrl(world, 'member-east')}/api/v1/namespaces/${namespace}/pods`, pod(name, { privileged: true }))
}

test('privileged pods are refused where the policy is assigned and the add-on is on, but in excluded namespaces', async () => {
  const world = await createExerciseWorld()
  await buildFleet(world)
  const group = `https://management.azure.com/subscriptions/${subscriptionId(world)}/resourceGroups/rg-aks-fleet-lab`
  const cluster = `${group}/providers/Microsoft.ContainerService/managedClusters/aks-fleet-east?${version}`
  const policyDefinitionId = '/providers/Microsoft.Authorization/policyDefinitions/95edb821-ddaf-4404-9732-666045e056b4'
  const assignment = `${group}/providers/Microsoft.Authorization/policyAssignments/no-privilege?api-version=2025-11-01`
  assert.equal((await send(world, 'PUT', assignment, { properties: { policyDefinitionId } })).status, 201)
  assert.equal((await make(world, 'before')).status, 201)

  const { body } = await send(world, 'GET', cluster)
  const put = await send(world, 'PUT', cluster, {
    ...body,
    properties: { ...(body.properties as JsonObject), addonProfiles: { azurepolicy: { enabled: true } } },
  })
  assert.equal(put.status, 200)
  await world.clock.advance(5000)
  const refused = await make(world, 'after')
  assert.equal(refused.status, 403)
  assert.match(
    String(refused.body.message),
    /^admission webhook "validation\.gatekeeper\.sh" denied the request: \[azurepolicy-k8sazurev2noprivilege-[0-9a-f]{20}\] Privileged container is not allowed: main, securityContext: \{"privileged": true\}$/,
  )
  assert.equal((await make(world, 'system', 'kube-system')).status, 201)

  const audited = { properties: { policyDefinitionId, parameters: { effect: { value: 'Audit' } } } }
  await send(world, 'PUT', assignment, audited)
  assert.equal((await make(world, 'audited')).status, 201)
})
