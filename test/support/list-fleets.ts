// A program of the vendor's libraries alone: signs in as SIGN_IN says and prints the subscription's fleets and their members.
import { ContainerServiceFleetClient } from '@azure/arm-containerservicefleet'
import { ClientSecretCredential, UsernamePasswordCredential } from '@azure/identity'

const { tenant = '', client = '', secret, user = '', password = '', subscription = '' } = JSON.parse(process.env.SIGN_IN ?? '{}')
const credential = secret ? new ClientSecretCredential(tenant, client, secret) : new UsernamePasswordCredential(tenant, client, user, password)
const azure = new ContainerServiceFleetClient(credential, subscription)

const fleets: unknown[] = []
for await (const { id = '', name = '', location, properties } of azure.fleets.listBySubscription()) {
  const members: unknown[] = []
  for await (const member of azure.fleetMembers.listByFleet(id.split('/')[4] ?? '', name)) {
    members.push({ name: member.name, cluster: member.properties?.clusterResourceId, state: member.properties?.provisioningState })
  }
  fleets.push({ id, location, state: properties?.provisioningState, members })
}
console.log(JSON.stringify(fleets))
