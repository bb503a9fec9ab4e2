// A template as Bicep writes it: deployed, asked about, deployed again; and what is wrong with one.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { evaluate, type TemplateScope } from '#runner/azure/templates/evaluate.ts'
import type { JsonObject } from '#runner/base/json.ts'
import { createSmallAzure, groupPath, type SmallAzure } from './small-azure.ts'

const fleet = "resourceId('Microsoft.ContainerService/fleets', parameters('fleetName'))"
const cluster = "resourceId('Microsoft.ContainerService/managedClusters', format('aks-{0}', parameters('regions')[copyIndex()]))"

/** As `bicep build` writes a fleet with a hub, a cluster in each region, its members, and a strategy. */
const template: JsonObject = {
  $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
  contentVersion: '1.0.0.0',
  parameters: {
    fleetName: { type: 'string', defaultValue: 'fleet-of-bicep' },
    location: { type: 'string', defaultValue: '[resourceGroup().location]' },
    regions: { type: 'array', defaultValue: ['eastus', 'westus2'] },
    withStrategy: { type: 'bool', defaultValue: true },
  },
  variables: { groups: ['canary', 'prod'] },
  resources: [
    {
      type: 'Microsoft.ContainerService/fleets',
      apiVersion: '2025-03-01',
      name: "[parameters('fleetName')]",
      location: "[parameters('location')]",
      properties: { hubProfile: { dnsPrefix: "[toLower(parameters('fleetName'))]" } },
    },
    {
      copy: { name: 'clusters', count: "[length(parameters('regions'))]" },
      type: 'Microsoft.ContainerService/managedClusters',
      apiVersion: '2025-08-01',
      name: "[format('aks-{0}', parameters('regions')[copyIndex()])]",
      location: "[parameters('regions')[copyIndex()]]",
      identity: { type: 'SystemAssigned' },
      properties: {
        dnsPrefix: "[concat('aks-', uniqueString(resourceGroup().id, string(copyIndex())))]",
        agentPoolProfiles: [{ name: 'system', count: 1, mode: 'System' }],
      },
    },
    {
      copy: { name: 'members', count: "[length(parameters('regions'))]" },
      type: 'Microsoft.ContainerService/fleets/members',
      apiVersion: '2025-03-01',
      name: "[format('{0}/member-{1}', parameters('fleetName'), copyIndex())]",
      properties: { clusterResourceId: `[${cluster}]`, group: "[variables('groups')[copyIndex()]]" },
      dependsOn: [`[${fleet}]`, 'clusters'],
    },
    {
      condition: "[parameters('withStrategy')]",
      type: 'Microsoft.ContainerService/fleets/updateStrategies',
      apiVersion: '2025-03-01',
      name: "[format('{0}/{1}', parameters('fleetName'), 'safe')]",
      properties: {
        strategy: {
          copy: [
            {
              name: 'stages',
              count: 2,
              input: { name: "[variables('groups')[copyIndex('stages')]]", groups: [{ name: "[variables('groups')[copyIndex('stages')]]" }] },
            },
          ],
        },
      },
      dependsOn: [`[${fleet}]`],
    },
  ],
  outputs: {
    fleetId: { type: 'string', value: `[${fleet}]` },
    hubFqdn: { type: 'string', value: `[reference(${fleet}, '2025-03-01').hubProfile.fqdn]` },
  },
}

const path = `${groupPath}/providers/Microsoft.Resources/deployments/main`

function bodyOf(changes: JsonObject = {}): { body: JsonObject; version: string } {
  return { body: { properties: { mode: 'Incremental', template, parameters: {}, ...changes } }, version: '2025-04-01' }
}

async function deployed(small: SmallAzure, changes: JsonObject = {}): Promise<JsonObject> {
  const put = await small.send('PUT', path, bodyOf(changes))
  assert.ok(put.status === 201 || put.status === 200, JSON.stringify(put.body))
  for (let second = 0; second < 60; second += 1) {
    await small.clock.advance(1000)
    const { body } = await small.send('GET', path, { version: '2025-04-01' })
    if (!['Accepted', 'Running'].includes(body.properties.provisioningState)) return body.properties
  }
  throw new Error('The deployment does not come to an end')
}

async function withGroup(): Promise<SmallAzure> {
  const small = await createSmallAzure()
  await small.send('PUT', groupPath, { body: { location: 'eastus' } })
  return small
}

test('a fleet with clusters, members and a strategy is deployed in order, and again without a change', async () => {
  const small = await withGroup()
  const before = await small.send('POST', `${path}/whatIf`, bodyOf())
  assert.deepEqual(
    before.body.properties.changes.map((change: { changeType: string }) => change.changeType),
    Array(6).fill('Create'),
  )
  const properties = await deployed(small)
  assert.equal(properties.provisioningState, 'Succeeded', JSON.stringify(properties.error))
  const outputs = properties.outputs as Readonly<Record<string, { type: string; value: string }>>
  assert.equal(outputs.fleetId?.value, `${groupPath}/providers/Microsoft.ContainerService/fleets/fleet-of-bicep`)
  assert.match(outputs.hubFqdn?.value ?? '', /\.hcp\.eastus\.azmk8s\.io$/)
  const members = await small.send('GET', `${outputs.fleetId?.value}/members`)
  assert.deepEqual(
    members.body.value.map((member: { name: string; properties: { group: string } }) => [member.name, member.properties.group]),
    [
      ['member-0', 'canary'],
      ['member-1', 'prod'],
    ],
  )
  const strategy = await small.send('GET', `${outputs.fleetId?.value}/updateStrategies/safe`)
  assert.deepEqual(
    strategy.body.properties.strategy.stages.map(({ name }: { name: string }) => name),
    ['canary', 'prod'],
  )
  const after = await small.send('POST', `${path}/whatIf`, bodyOf())
  assert.deepEqual(
    after.body.properties.changes.filter((change: { changeType: string }) => change.changeType !== 'NoChange'),
    [],
  )
  assert.equal((await deployed(small)).provisioningState, 'Succeeded')
  assert.equal((await small.send('GET', `${outputs.fleetId?.value}/members`)).body.value.length, 2)
})

test('what is wrong with a template is said before anything is made; what is refused later fails the deployment', async () => {
  const small = await withGroup()
  const unknown = await small.send('PUT', path, bodyOf({ parameters: { nope: { value: 1 } } }))
  assert.deepEqual([unknown.status, unknown.body.error.code], [400, 'InvalidTemplate'])
  assert.match(unknown.body.error.message, /The template parameters 'nope' in the parameters file are not valid/)
  const broken = {
    ...template,
    resources: [{ type: 'Microsoft.ContainerService/fleets', apiVersion: '2025-03-01', name: "[nonsense('x')]", location: 'eastus' }],
  }
  assert.match(
    (await small.send('POST', `${path}/validate`, bodyOf({ template: broken }))).body.error.message,
    /The template function 'nonsense' is not simulated here/,
  )
  const refused = {
    ...template,
    outputs: {},
    resources: [{ type: 'Microsoft.ContainerService/fleets', apiVersion: '2025-03-01', name: 'Bad_Name', location: 'eastus' }],
  }
  const properties = await deployed(small, { template: refused })
  assert.equal(properties.provisioningState, 'Failed')
  const told = properties.error as { code: string; details: { message: string }[] }
  assert.equal(told.code, 'DeploymentFailed')
  assert.match(told.details[0]?.message ?? '', /Bad_Name/)
})

const scope: TemplateScope = {
  subscriptionId: 's',
  tenantId: 't',
  group: { id: '/subscriptions/s/resourceGroups/rg', name: 'rg', location: 'eastus' },
  deployment: 'main',
  location: 'eastus',
  now: Date.parse('2026-03-02T08:09:10Z'),
  parameter: (name) => (name === 'list' ? ['a', 'b', 'c'] : `<${name}>`),
  variable: () => ({ deep: { er: [1, 2] } }),
  resource: () => undefined,
  newGuid: () => 'guid',
  copies: { loop: 2 },
}

const expressions: readonly (readonly [expression: string, value: unknown])[] = [
  ['plain', 'plain'],
  ['[[not an expression]', '[not an expression]'],
  ["[parameters('name')]", '<name>'],
  ["[format('{0}-{1}', 'a', add(1, 2))]", 'a-3'],
  ["[concat('it''s ', string(copyIndex('loop', 1)))]", "it's 3"],
  ["[variables('v').deep.er[1]]", 2],
  ["[if(equals(length(parameters('list')), 3), last(parameters('list')), 'none')]", 'c'],
  ["[join(union(parameters('list'), createArray('c', 'd')), ',')]", 'a,b,c,d'],
  ["[resourceId('A.B/c/d', 'one', 'two')]", '/subscriptions/s/resourceGroups/rg/providers/A.B/c/one/d/two'],
  ["[resourceId('other', 'A.B/c', 'one')]", '/subscriptions/s/resourceGroups/other/providers/A.B/c/one'],
  ["[subscriptionResourceId('A.B/c', 'one')]", '/subscriptions/s/providers/A.B/c/one'],
  ["[extensionResourceId(resourceGroup().id, 'A.B/c', 'one')]", '/subscriptions/s/resourceGroups/rg/providers/A.B/c/one'],
  ["[utcNow('yyyy-MM-dd')]", '2026-03-02'],
  ["[base64ToString(base64('über'))]", 'über'],
  ["[createObject('a', 1, 'b', createArray(true(), false()))]", { a: 1, b: [true, false] }],
  ["[substring(toUpper('abcdef'), 1, 3)]", 'BCD'],
  ["[contains(split('a-b-c', '-'), 'b')]", true],
  ["[coalesce(null(), 'x')]", 'x'],
]

for (const [expression, value] of expressions) {
  test(`the template expression ${expression} is ${JSON.stringify(value)}`, () => assert.deepEqual(evaluate(expression, scope), value))
}

const schema = 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#'
const logs = (name: string): JsonObject => ({
  type: 'Microsoft.OperationalInsights/workspaces',
  apiVersion: '2023-09-01',
  name,
  location: 'eastus',
  properties: {},
})

/** As `bicep build` writes a module at another scope, its output used outside. */
const withModule: JsonObject = {
  $schema: schema,
  contentVersion: '1.0.0.0',
  resources: [
    { type: 'Microsoft.Resources/resourceGroups', apiVersion: '2024-11-01', name: 'rg-of-module', location: 'eastus' },
    {
      type: 'Microsoft.Resources/deployments',
      apiVersion: '2022-09-01',
      name: 'inner',
      resourceGroup: 'rg-of-module',
      dependsOn: ["[subscriptionResourceId('Microsoft.Resources/resourceGroups', 'rg-of-module')]"],
      properties: {
        expressionEvaluationOptions: { scope: 'inner' },
        mode: 'Incremental',
        parameters: { name: { value: 'logs' } },
        template: {
          $schema: schema,
          contentVersion: '1.0.0.0',
          parameters: { name: { type: 'string' } },
          resources: [logs("[parameters('name')]")],
          outputs: { id: { type: 'string', value: "[resourceId('Microsoft.OperationalInsights/workspaces', parameters('name'))]" } },
        },
      },
    },
  ],
  outputs: {
    id: {
      type: 'string',
      value:
        "[reference(extensionResourceId(format('/subscriptions/{0}/resourceGroups/{1}', subscription().subscriptionId, 'rg-of-module'), 'Microsoft.Resources/deployments', 'inner'), '2022-09-01').outputs.id.value]",
    },
  },
}

async function finished(small: SmallAzure, at: string): Promise<Readonly<Record<string, JsonObject>>> {
  for (let second = 0; second < 30; second += 1) {
    const { properties } = (await small.send('GET', at)).body
    if (['Succeeded', 'Failed'].includes(properties.provisioningState)) return properties
    await small.clock.advance(1000)
  }
  throw new Error('no end')
}

test('a deployment within a template goes on in its own scope, and gives its outputs to the outer one', async () => {
  const small = await createSmallAzure()
  const at = `${groupPath.split('/resourceGroups')[0]}/providers/Microsoft.Resources/deployments/outer`
  const body = { location: 'eastus', properties: { mode: 'Incremental', template: withModule } }
  const preview = await small.send('POST', `${at}/whatIf`, { body })
  assert.deepEqual(
    preview.body.properties.changes.map((change: { resourceId: string }) => change.resourceId.split('/').at(-1)),
    ['rg-of-module', 'logs'],
  )
  await small.send('PUT', at, { body })
  const { provisioningState, outputs, error } = await finished(small, at)
  assert.equal(provisioningState, 'Succeeded', JSON.stringify(error))
  const id = `${groupPath.split('/resourceGroups')[0]}/resourceGroups/rg-of-module/providers/Microsoft.OperationalInsights/workspaces/logs`
  assert.deepEqual(outputs, { id: { type: 'String', value: id } })
})

test('a complete deployment takes away what its template does not name, and its what-if says so', async () => {
  const small = await withGroup()
  for (const name of ['old', 'kept']) {
    const path = `${groupPath}/providers/Microsoft.OperationalInsights/workspaces/${name}`
    await small.send('PUT', path, { body: { location: 'eastus', properties: {} }, version: '2023-09-01' })
  }
  await small.azure.seed([small.cluster('aks-old')])
  const body = { properties: { mode: 'Complete', template: { $schema: schema, contentVersion: '1.0.0.0', resources: [logs('kept'), logs('new')] } } }
  const preview = await small.send('POST', `${path}/whatIf`, { body })
  const told = preview.body.properties.changes.map((one: { changeType: string; resourceId: string }) => `${one.changeType} ${one.resourceId.split('/').at(-1)}`)
  assert.deepEqual(told.sort(), ['Create new', 'Delete aks-old', 'Delete old', 'NoChange kept'])
  await small.send('PUT', path, { body })
  assert.equal((await finished(small, path)).mode, 'Complete')
  const left = (await small.send('GET', `${groupPath}/resources`)).body.value.map(({ name }: { name: string }) => name)
  assert.deepEqual(left.sort(), ['kept', 'new'])
})
