import { startFleet } from '#test/support/start-fleet.ts'
const fleet = await startFleet({})
const mc = await fleet.hub.client.resourceFor('cluster.kubernetes-fleet.io/v1', 'MemberCluster')
console.log(JSON.stringify((await fleet.hub.client.list(mc!)).items.map(({metadata:{managedFields,...m},...o})=>({...o,metadata:m})),null,1))
