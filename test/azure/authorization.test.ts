// Azure RBAC on every request, and for what goes on inside clusters.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { adaId, charlesId, clusterAdmin, createSmallAzure, fleetPath, groupPath, subscriptionId } from './small-azure.ts'

const assignmentPath = `${fleetPath}/providers/Microsoft.Authorization/roleAssignments/0b2a4dc1-6a4a-4d2c-8a43-3c1f1a1f1e01`
const reads = 'Microsoft.ContainerService/fleets/configmaps/read'

async function withFleet() {
  const small = await createSmallAzure()
  await small.azure.seed([
    { id: groupPath, location: 'eastus' },
    { id: fleetPath, location: 'eastus' },
  ])
  return small
}

test('a reader may look and not touch, in the vendor’s words', async () => {
  const small = await withFleet()
  const as = 'charles@contoso.test'
  assert.equal((await small.send('GET', fleetPath, { as })).status, 200)
  const refused = await small.send('DELETE', fleetPath, { as })
  assert.equal(refused.status, 403)
  assert.equal(
    refused.body.error.message,
    `The client 'charles@contoso.test' with object id '${charlesId}' does not have authorization to perform action 'Microsoft.ContainerService/fleets/delete' over scope '${fleetPath}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
  )
})

test('an owner has no rights inside a hub until the role is assigned, and has them a moment later', async () => {
  const small = await withFleet()
  assert.equal(small.azure.roleAllows(adaId, fleetPath, reads), false)
  const seen: number[] = []
  small.azure.onChange(() => seen.push(small.azure.pendingAssignments()))
  const put = await small.send('PUT', assignmentPath, {
    body: { properties: { roleDefinitionId: clusterAdmin, principalId: adaId, principalType: 'User' } },
    version: '2022-04-01',
  })
  assert.equal(put.status, 201)
  assert.equal(small.azure.pendingAssignments(), 1)
  assert.equal(small.azure.roleAllows(adaId, fleetPath, reads), false)
  await small.clock.advance(2000)
  assert.equal(small.azure.roleAllows(adaId, fleetPath, reads), true)
  assert.equal(small.azure.roleAllows(adaId, `${fleetPath}/namespaces/fleet-demo`, 'Microsoft.ContainerService/fleets/apps/deployments/write'), true)
  assert.equal(small.azure.roleAllows(adaId, `${groupPath}/providers/Microsoft.ContainerService/fleets/other`, reads), false)
  assert.equal(seen.at(-1), 0)
})

test('the reader role of a hub reads config maps and neither writes them nor reads secrets', async () => {
  const small = await withFleet()
  const roleDefinitionId = clusterAdmin.replace(/[^/]*$/, '30b27cfc-9c84-438e-b0ce-70e35255df80')
  await small.send('PUT', assignmentPath, { body: { properties: { roleDefinitionId, principalId: adaId } } })
  await small.clock.advance(2000)
  const allowed = ['configmaps/read', 'configmaps/write', 'secrets/read', 'apps/deployments/read'].filter((action) =>
    small.azure.roleAllows(adaId, fleetPath, `Microsoft.ContainerService/fleets/${action}`),
  )
  assert.deepEqual(allowed, ['configmaps/read', 'apps/deployments/read'])
})

test('assigning a role twice is refused with the id of the first; a principal of no directory too', async () => {
  const small = await withFleet()
  const properties = { roleDefinitionId: clusterAdmin, principalId: adaId }
  await small.send('PUT', assignmentPath, { body: { properties } })
  const twice = await small.send('PUT', assignmentPath.replace('1e01', '1e02'), { body: { properties } })
  assert.equal(twice.status, 409)
  assert.equal(twice.body.error.message, 'The role assignment already exists. The ID of the existing role assignment is 0b2a4dc16a4a4d2c8a433c1f1a1f1e01.')
  const unknown = await small.send('PUT', assignmentPath.replace('1e01', '1e03'), {
    body: { properties: { ...properties, principalId: '11111111-2222-4333-8444-555555555555' } },
  })
  assert.equal(unknown.body.error.code, 'PrincipalNotFound')
})

test('lists of assignments hold what lies above; atScope() leaves away what lies below', async () => {
  const small = await withFleet()
  await small.send('PUT', assignmentPath, { body: { properties: { roleDefinitionId: clusterAdmin, principalId: charlesId } } })
  const list = async (scope: string, filter: string) => {
    const { body } = await small.send('GET', `${scope}/providers/Microsoft.Authorization/roleAssignments?$filter=${encodeURIComponent(filter)}`)
    return body.value.length
  }
  const subscription = `/subscriptions/${subscriptionId}`
  assert.equal(await list(fleetPath, 'atScope()'), 4)
  assert.equal(await list(subscription, 'atScope()'), 3)
  assert.equal(await list(subscription, `principalId eq '${charlesId}'`), 2)
})

test('a user’s own role counts as the built-in ones do', async () => {
  const small = await withFleet()
  const name = 'f03144be-22da-4a8c-93eb-c030ac9e5f48'
  const path = `/subscriptions/${subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${name}`
  const permissions = [{ actions: ['Microsoft.ContainerService/fleets/write'], notActions: [], dataActions: [], notDataActions: [] }]
  assert.equal((await small.send('PUT', path, { body: { properties: { roleName: 'Fleet Tagger', permissions, assignableScopes: ['/'] } } })).status, 201)
  await small.send('PUT', assignmentPath, { body: { properties: { roleDefinitionId: path, principalId: charlesId } } })
  const patch = () => small.send('PATCH', fleetPath, { body: { tags: { a: 'b' } }, as: 'charles@contoso.test' })
  assert.equal((await patch()).status, 403)
  await small.clock.advance(2000)
  assert.equal((await patch()).status, 200)
})
