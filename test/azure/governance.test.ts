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

const definitions = '/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590/providers/Microsoft.Authorization'
const policyVersion = '2025-11-01'

function ruleWith(then: JsonObject): JsonObject {
  return Object.fromEntries([
    ['if', { field: 'tags.owner', exists: 'false' }],
    ['then', then],
  ])
}

async function assign(small: SmallAzure, name: string, properties: JsonObject): Promise<string> {
  const id = `${definitions}/policyDefinitions/${name}`
  await small.send('PUT', id, { body: { properties: { mode: 'Indexed', ...properties } }, version: policyVersion })
  const assignment = `${groupPath}/providers/Microsoft.Authorization/policyAssignments/${name}`
  const { status } = await small.send('PUT', assignment, { body: { properties: { policyDefinitionId: id } }, version: policyVersion })
  assert.equal(status, 201)
  return assignment
}

const made = { body: { location: 'eastus', properties: {} }, version }

test('modify adds what is missing before it is stored, append a field, disabled does nothing', async () => {
  const operations = [{ operation: 'add', field: 'tags.owner', value: 'ops' }]
  const cases: readonly (readonly [JsonObject, JsonObject | undefined])[] = [
    [{ effect: 'modify', details: { roleDefinitionIds: [], operations } }, { owner: 'ops' }],
    [{ effect: 'append', details: [{ field: 'tags.owner', value: 'ops' }] }, { owner: 'ops' }],
    [{ effect: 'disabled' }, undefined],
  ]
  for (const [then, tags] of cases) {
    const small = await withGroup()
    await assign(small, 'owner', { policyRule: ruleWith(then) })
    assert.deepEqual((await small.send('PUT', workspace, made)).body.tags, tags)
  }
})

test('audit lets through and is told of: states one by one and in sum; an exemption takes a resource out', async () => {
  const small = await withGroup()
  const assignment = await assign(small, 'owner', { policyRule: ruleWith({ effect: 'audit' }) })
  await small.send('PUT', workspace, made)
  await small.send('PUT', `${workspace}2`, { ...made, body: { ...made.body, tags: { owner: 'me' } } })
  const states = (what: string, filter = '') =>
    small.send('POST', `${groupPath}/providers/Microsoft.PolicyInsights/policyStates/latest/${what}?${filter}`, { version: '2019-10-01' })
  const listed = async (filter?: string) =>
    (await states('queryResults', filter)).body.value.map(
      (one: { resourceId: string; complianceState: string }) => `${one.resourceId.split('/').at(-1)} ${one.complianceState}`,
    )
  assert.deepEqual(await listed(), ['logs NonCompliant', 'logs2 Compliant'])
  assert.deepEqual(await listed("$filter=complianceState eq 'Compliant'"), ['logs2 Compliant'])
  const [sum] = (await states('summarize')).body.value
  assert.deepEqual([sum.results.nonCompliantResources, sum.policyAssignments[0].policyDefinitions[0].effect], [1, 'audit'])
  const exemption = `${workspace}/providers/Microsoft.Authorization/policyExemptions/old`
  const properties = { policyAssignmentId: assignment, exemptionCategory: 'Waiver' }
  assert.equal((await small.send('PUT', exemption, { body: { properties }, version: '2022-07-01-preview' })).status, 201)
  assert.deepEqual(await listed(), ['logs2 Compliant'])
})

test('a set assigns its definitions together, with its parameters', async () => {
  const small = await withGroup()
  const set = `${definitions}/policySetDefinitions/places`
  const allowed = '/providers/Microsoft.Authorization/policyDefinitions/e56962a6-4747-49cd-b67b-bf8b01975c4c'
  const parameters = { listOfAllowedLocations: { value: "[parameters('where')]" } }
  const properties = {
    parameters: { where: { type: 'Array' } },
    policyDefinitions: [{ policyDefinitionId: allowed, policyDefinitionReferenceId: 'where', parameters }],
  }
  assert.equal((await small.send('PUT', set, { body: { properties }, version: policyVersion })).status, 201)
  const assignment = { policyDefinitionId: set, parameters: { where: { value: ['westus2'] } } }
  await small.send('PUT', `${groupPath}/providers/Microsoft.Authorization/policyAssignments/places`, {
    body: { properties: assignment },
    version: policyVersion,
  })
  const { status, body } = await small.send('PUT', workspace, made)
  assert.deepEqual([status, body.error.additionalInfo[0].info.policyDefinitionReferenceId], [403, 'where'])
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
