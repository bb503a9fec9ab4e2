// The text of a what-if, as the real Azure CLI 2.91 prints it for the same changes.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { whatIfText } from '#runner/az/commands/what-if-text.ts'

const id = '/subscriptions/S/resourceGroups/rg-aks-fleet-lab/providers/Microsoft.OperationalInsights/workspaces/law1'
const er = (second: string) => [1, second, { a: null, bcd: true }]
const delta = [
  { path: 'tags.env', propertyChangeType: 'Modify', before: 'lab', after: 'prod' },
  { path: 'properties.retentionInDays', propertyChangeType: 'Modify', before: 30, after: 60 },
  { path: 'properties.features.searchVersion', propertyChangeType: 'Modify', before: 1, after: 2 },
  { path: 'properties.features.deep.er', propertyChangeType: 'Modify', before: er('two'), after: er('zwei') },
  { path: 'properties.features.more', propertyChangeType: 'Create', after: 'x' },
]

const modified = `Note: The result may contain false positive predictions (noise).
You can help us improve the accuracy of the result by opening an issue here: https://aka.ms/WhatIfIssues
NOTICE! - Want to get What-if without noise? Move to Deployment Stacks What-If https://aka.ms/stackswhatifGA

Resource and property changes are indicated with these symbols:
  + Create
  ~ Modify

The deployment will update the following scope:

Scope: /subscriptions/s/resourceGroups/rg-aks-fleet-lab

  ~ Microsoft.OperationalInsights/workspaces/law1
    + properties.features.more:          "x"
    ~ properties.features.deep.er: [
        0: 1
        1: "two"
        2:

          a:   null
          bcd: true

      ] => [
        0: 1
        1: "zwei"
        2:

          a:   null
          bcd: true

      ]
    ~ properties.features.searchVersion: 1 => 2
    ~ properties.retentionInDays:        30 => 60
    ~ tags.env:                          "lab" => "prod"

Resource changes: 1 to modify.`

const created = `
The deployment will update the following scopes:

Scope: /subscriptions/s

  = resourceGroups/g

Scope: /subscriptions/s/resourceGroups/g

  + Microsoft.OperationalInsights/workspaces/law11 [2023-09-01]

      apiVersion: "2023-09-01"
      name:       "law11"
      sku.name:   "PerGB2018"
      zones: [
        0: "1"
      ]
      properties: {}

Resource changes: 1 to create, 1 no change.`

test('changes of properties stand with their signs, deletions first, leaves in a column', () => {
  assert.equal(whatIfText([{ resourceId: id, changeType: 'Modify', before: {}, after: {}, delta }]), modified)
})

test('what is created is shown whole, scope by scope', () => {
  const after = { apiVersion: '2023-09-01', name: 'law11', sku: { name: 'PerGB2018' }, zones: ['1'], properties: {} }
  const changes = [
    { resourceId: '/subscriptions/S/resourceGroups/g/providers/Microsoft.OperationalInsights/workspaces/law11', changeType: 'Create', after },
    { resourceId: '/subscriptions/S/resourceGroups/g', changeType: 'NoChange', before: {}, after: {} },
  ]
  assert.ok(whatIfText(changes).endsWith(created), whatIfText(changes))
})

test('nothing to change is said so', () => {
  assert.match(whatIfText([]), /\n\nResource changes: no change\.$|\nResource changes: no change\.$/)
})
