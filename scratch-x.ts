import { change, fleetObject, make, smallApp } from '#test/support/fleet-objects.ts'
import { startFleet } from '#test/support/start-fleet.ts'
const fleet = await startFleet({ members: {} })
const { client } = fleet.hub
const rules = (value: number) => [{ clusterSelector: { clusterSelectorTerms: [] }, jsonPatchOverrides: [{ op: 'replace', path: '/data/color', value }] }]
const made = fleetObject('ResourceOverride', `app/many`, { spec: { resourceSelectors: [{ group: '', version: 'v1', kind: 'ConfigMap', name: 'settings' }], policy: { overrideRules: rules(0) } } })
await make(client, ...smallApp('app'), made)
await fleet.settle()
for (let v = 1; v < 14; v++) { await change(client, made, { spec: { policy: { overrideRules: rules(v) } } }); await fleet.settle()
const resource = await client.resourceFor('placement.kubernetes-fleet.io/v1beta1', 'ResourceOverrideSnapshot')
console.log(v, (await client.list(resource!)).items.map(({ metadata }) => metadata.name + metadata.labels!['kubernetes-fleet.io/is-latest-snapshot']).join(' ')) }
process.exit(0)
