// Locks and policies: what may not be deleted, not be changed, or not be made.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { effectOn } from '#runner/azure/providers/authorization/policy-rule.ts'
import type { JsonObject } from '#runner/base/json.ts'
import { createSmallAzure, groupPath, type SmallAzure } from './small-azure.ts'

const workspace = `${groupPath}/providers/Microsoft.OperationalInsights/workspaces/logs`
const version = '2023-09-01'

async function withGroup(): Promise<SmallAzure> {
  const small = await createSmallAzure()
  await small.send('PUT', groupPath, { body: { location: 'eastus' } })
  return small
}

test('a lock on a group keeps what is in it, and the group, from being deleted; a read-only one from being changed', async () => {
  const small = await withGroup()
  const lock = `${groupPath}/providers/Microsoft.Authorization/locks/keep`
  await small.send('PUT', workspace, { body: { location: 'eastus', properties: {} }, version })
  assert.equal((await small.send('PUT', lock, { body: { properties: { level: 'CanNotDelete' } }, version: '2020-05-01' })).status, 201)
  for (const path of [workspace, groupPath]) {
    const { status, body } = await small.send('DELETE', path, { version: path === workspace ? version : '2021-04-01' })
    assert.deepEqual([status, body.error.code], [409, 'ScopeLocked'])
    assert.ok(body.error.message.endsWith(`because following scope(s) are locked: '${groupPath}'. Please remove the lock and try again.`), body.error.message)
  }
  assert.equal((await small.send('PATCH', workspace, { body: { tags: { a: 'b' } }, version })).status, 200)
  await small.send('PUT', lock, { body: { properties: { level: 'ReadOnly' } }, version: '2020-05-01' })
  assert.equal((await small.send('PATCH', workspace, { body: { tags: { a: 'c' } }, version })).status, 409)
  assert.equal((await small.send('DELETE', lock, { version: '2020-05-01' })).status, 204)
  assert.equal((await small.send('DELETE', workspace, { version })).status, 200)
})

test('what an assigned policy denies is refused with its names; not where it is excluded or not enforced', async () => {
  const small = await withGroup()
  const assignment = `${groupPath}/providers/Microsoft.Authorization/policyAssignments/only-east`
  const properties = {
    policyDefinitionId: '/providers/Microsoft.Authorization/policyDefinitions/e56962a6-4747-49cd-b67b-bf8b01975c4c',
    parameters: { listOfAllowedLocations: { value: ['eastus'] } },
  }
  assert.equal((await small.send('PUT', assignment, { body: { properties }, version: '2023-04-01' })).status, 201)
  const west = { body: { location: 'westus2', properties: {} }, version }
  const { status, body } = await small.send('PUT', workspace, west)
  assert.deepEqual(
    [status, body.error.code, body.error.message, body.error.target],
    [403, 'RequestDisallowedByPolicy', "Resource 'logs' was disallowed by policy.", 'logs'],
  )
  assert.equal(body.error.additionalInfo[0].info.policyDefinitionDisplayName, 'Allowed locations')
  assert.equal((await small.send('PUT', `${workspace}2`, { body: { location: 'eastus', properties: {} }, version })).status, 201)
  await small.send('PUT', assignment, { body: { properties: { ...properties, enforcementMode: 'DoNotEnforce' } }, version: '2023-04-01' })
  assert.equal((await small.send('PUT', workspace, west)).status, 201)
})

const target = {
  id: '/x',
  type: 'Microsoft.ContainerService/managedClusters',
  body: { name: 'c', location: 'eastus', tags: { env: 'lab' }, properties: { enableRBAC: false, count: 3 } },
}

const rules: readonly (readonly [condition: JsonObject, holds: boolean])[] = [
  [{ field: 'type', equals: 'microsoft.containerservice/MANAGEDCLUSTERS' }, true],
  [{ field: 'tags.env', equals: 'lab' }, true],
  [{ field: "tags['owner']", exists: 'false' }, true],
  [{ field: 'location', notIn: ['westus2'] }, true],
  [{ not: { field: 'name', like: 'c*' } }, false],
  [{ field: 'Microsoft.ContainerService/managedClusters/enableRBAC', equals: 'false' }, true],
  [
    {
      anyOf: [
        { field: 'location', equals: 'westus' },
        { field: 'Microsoft.ContainerService/managedClusters/count', greater: 2 },
      ],
    },
    true,
  ],
  [{ field: 'Some.Other/type/alias', equals: 1 }, false],
  [{ value: "[parameters('list')]", contains: 'b' }, true],
]

function ruleOf(condition: JsonObject): JsonObject {
  return Object.fromEntries([
    ['if', condition],
    ['then', { effect: 'Deny' }],
  ])
}

for (const [condition, holds] of rules) {
  test(`the condition ${JSON.stringify(condition)} ${holds ? 'holds' : 'does not hold'}`, () => {
    assert.equal(
      effectOn(ruleOf(condition), target, () => 'a,b'),
      holds ? 'deny' : undefined,
    )
  })
}
