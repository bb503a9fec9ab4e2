// The vendor's clients for resources, roles, policies, locks and deployments, unmodified: each thing made, read and taken away.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { charlesId, createSmallAzure, groupPath, subscriptionId } from './small-azure.ts'
import { all, quickly, vendorClients } from './vendor-clients.ts'

const group = 'rg-aks-fleet-lab'
const reader = `/subscriptions/${subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7`

test('the SDK makes groups and resources of any type, tags them, exports them and deletes the group with all', async () => {
  const { resources } = vendorClients(await createSmallAzure())
  await resources.resourceGroups.createOrUpdate(group, { location: 'eastus', tags: { env: 'lab' } })
  assert.equal((await resources.resourceGroups.checkExistence(group)).body, true)
  assert.equal((await resources.resourceGroups.checkExistence('none')).body, false)
  assert.deepEqual((await resources.resourceGroups.update(group, { tags: { env: 'prod' } })).tags, { env: 'prod' })
  const id = `${groupPath}/providers/Microsoft.OperationalInsights/workspaces/logs`
  await resources.resources.createOrUpdateById(id, '2023-09-01', { location: 'eastus', properties: {} }, quickly)
  const found = await all(resources.resources.listByResourceGroup(group, { filter: "resourceType eq 'Microsoft.OperationalInsights/workspaces'" }))
  assert.deepEqual(
    found.map(({ name }) => name),
    ['logs'],
  )
  await resources.tagsOperations.createOrUpdateAtScope(groupPath, { properties: { tags: { a: 'b' } } }, quickly)
  assert.deepEqual((await resources.tagsOperations.getAtScope(groupPath)).properties.tags, { a: 'b' })
  await resources.tagsOperations.updateAtScope(groupPath, { operation: 'Merge', properties: { tags: { c: 'd' } } }, quickly)
  await resources.tagsOperations.deleteAtScope(groupPath, quickly)
  const exported = await resources.resourceGroups.exportTemplate(group, { resources: ['*'] }, quickly)
  assert.deepEqual(
    (exported.template as { resources: { type: string }[] }).resources.map(({ type }) => type),
    ['Microsoft.OperationalInsights/workspaces'],
  )
  const names = (await all(resources.providers.list())).map(({ namespace }) => namespace)
  assert.ok(names.includes('Microsoft.ContainerService'))
  assert.equal((await resources.providers.register('Microsoft.Kubernetes')).registrationState, 'Registered')
  await resources.resourceGroups.delete(group, quickly)
  await assert.rejects(resources.resourceGroups.get(group), { code: 'ResourceGroupNotFound', statusCode: 404 })
})

test('the SDK defines a role, assigns it, reads what is permitted, and takes both away', async () => {
  const { authorization, resources } = vendorClients(await createSmallAzure())
  await resources.resourceGroups.createOrUpdate(group, { location: 'eastus' })
  const roleId = '5a4b3c2d-1111-4222-8333-444455556666'
  const role = await authorization.roleDefinitions.createOrUpdate(`/subscriptions/${subscriptionId}`, roleId, {
    roleName: 'Fleet watcher',
    roleType: 'CustomRole',
    permissions: [{ actions: ['Microsoft.ContainerService/fleets/read'], notActions: [] }],
    assignableScopes: [`/subscriptions/${subscriptionId}`],
  })
  assert.equal(role.roleName, 'Fleet watcher')
  const named = await all(authorization.roleDefinitions.list(groupPath, { filter: "roleName eq 'Fleet watcher'" }))
  assert.equal(named.length, 1)
  const properties = { roleDefinitionId: role.id ?? '', principalId: charlesId, principalType: 'User' }
  const given = await authorization.roleAssignments.create(groupPath, '11111111-2222-4333-8444-555555555555', properties)
  assert.equal(given.scope, groupPath)
  const listed = await all(authorization.roleAssignments.listForScope(groupPath, { filter: `principalId eq '${charlesId}'` }))
  assert.deepEqual(listed.map(({ roleDefinitionId }) => roleDefinitionId).sort(), [reader, role.id].sort())
  assert.deepEqual(
    (await all(authorization.permissions.listForResourceGroup(group))).map(({ actions }) => actions),
    [['*']],
  )
  assert.deepEqual(await all(authorization.denyAssignments.list()), [])
  await authorization.roleAssignments.delete(groupPath, '11111111-2222-4333-8444-555555555555')
  await authorization.roleDefinitions.delete(`/subscriptions/${subscriptionId}`, roleId)
  assert.deepEqual(await all(authorization.roleDefinitions.list(groupPath, { filter: "roleName eq 'Fleet watcher'" })), [])
})

test('the SDK defines a policy, assigns it, is refused by it, and takes it away; a lock holds a group until it goes', async () => {
  const { policies, locks, resources } = vendorClients(await createSmallAzure())
  await resources.resourceGroups.createOrUpdate(group, { location: 'eastus' })
  const policyRule = { if: { field: 'location', equals: 'westus' }, ...Object.fromEntries([['then', { effect: 'deny' }]]) }
  const definition = await policies.policyDefinitions.createOrUpdate('no-west', { mode: 'All', policyRule })
  await policies.policyAssignments.create(groupPath, 'no-west', { policyDefinitionId: definition.id ?? '' })
  const workspace = `${groupPath}/providers/Microsoft.OperationalInsights/workspaces/logs`
  await assert.rejects(resources.resources.createOrUpdateById(workspace, '2023-09-01', { location: 'westus', properties: {} }, quickly), {
    code: 'RequestDisallowedByPolicy',
  })
  const assigned = await all(policies.policyAssignments.listForResourceGroup(group))
  assert.deepEqual(
    assigned.map(({ name }) => name),
    ['no-west'],
  )
  await policies.policyAssignments.delete(groupPath, 'no-west')
  await policies.policyDefinitions.delete('no-west')
  await assert.rejects(policies.policyDefinitions.get('no-west'), { code: 'PolicyDefinitionNotFound' })

  await locks.managementLocks.createOrUpdateAtResourceGroupLevel(group, 'keep', { level: 'CanNotDelete' })
  await assert.rejects(resources.resourceGroups.delete(group, quickly), { code: 'ScopeLocked' })
  assert.equal((await all(locks.managementLocks.listAtSubscriptionLevel())).length, 1)
  await locks.managementLocks.deleteAtResourceGroupLevel(group, 'keep')
  await resources.resourceGroups.delete(group, quickly)
})

test('the SDK validates, previews, deploys, exports and deletes a template’s deployment', async () => {
  const { deployments, resources } = vendorClients(await createSmallAzure())
  await resources.resourceGroups.createOrUpdate(group, { location: 'eastus' })
  const template = {
    $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
    contentVersion: '1.0.0.0',
    parameters: { name: { type: 'string' } },
    resources: [
      { type: 'Microsoft.OperationalInsights/workspaces', apiVersion: '2023-09-01', name: "[parameters('name')]", location: 'eastus', properties: {} },
    ],
    outputs: { place: { type: 'string', value: '[resourceGroup().location]' } },
  }
  const properties = { mode: 'Incremental' as const, template, parameters: { name: { value: 'logs' } } }
  const valid = await deployments.deployments.validate(group, 'one', { properties }, quickly)
  assert.equal(valid.error, undefined)
  const preview = await deployments.deployments.whatIf(group, 'one', { properties }, quickly)
  assert.deepEqual(
    preview.changes?.map(({ changeType }) => changeType),
    ['Create'],
  )
  const done = await deployments.deployments.createOrUpdate(group, 'one', { properties }, quickly)
  assert.deepEqual([done.properties?.provisioningState, done.properties?.outputs], ['Succeeded', { place: { type: 'String', value: 'eastus' } }])
  const steps = await all(deployments.deploymentOperations.list(group, 'one'))
  assert.deepEqual(steps.map(({ properties: step }) => step?.targetResource?.resourceName).filter(Boolean), ['logs'])
  assert.deepEqual((await deployments.deployments.exportTemplate(group, 'one')).template, template)
  assert.equal((await all(deployments.deployments.listByResourceGroup(group))).length, 1)
  await deployments.deployments.delete(group, 'one', quickly)
  await assert.rejects(deployments.deployments.get(group, 'one'), { code: 'DeploymentNotFound' })
})
