// Who may come into an AKS cluster or a hub: Entra's tokens say who somebody is, Azure's role assignments what they may.
import type { Azure } from '../../azure/arm-server.ts'
import type { AccessAttributes, Authorizer, TokenAuthenticator } from '../../kubernetes/identity.ts'

/** The server application of AKS, by its id and by its URI. */
const audiences = ['6dae42f8-4368-4678-94ff-3960e28e3630', 'spn:6dae42f8-4368-4678-94ff-3960e28e3630', 'api://6dae42f8-4368-4678-94ff-3960e28e3630']

/** Believes the tokens that the world's Entra issued. The user is named as AKS names it: by user principal name. */
export function entraTokens(azure: Azure): TokenAuthenticator {
  return {
    authenticate(token) {
      const claims = azure.identify(token, audiences)
      if (!claims) return undefined
      return { name: claims.upn ?? claims.oid, groups: ['system:authenticated'], extra: { oid: [claims.oid] } }
    },
  }
}

/** Words of the guard webhook that AKS asks (well known from its Forbidden answers). */
const refusal = 'User does not have access to the resource in Azure. Update role assignment to allow access.'

/** Asks Azure's data-plane role assignments on a fleet (`fleetId`) what an Entra user may do on its hub. */
export function azureAuthorizer(azure: Azure, fleetId: string): Authorizer {
  return {
    authorize(attributes) {
      const objectId = attributes.user.extra?.oid?.[0]
      if (objectId === undefined) return { verdict: 'no opinion', reason: '' }
      const allowed = azure.roleAllows(objectId, scopeOf(attributes, fleetId), `Microsoft.ContainerService/fleets/${dataAction(attributes)}`)
      return allowed ? { verdict: 'allow', reason: '' } : { verdict: 'no opinion', reason: refusal }
    },
  }
}

function scopeOf(attributes: AccessAttributes, fleetId: string): string {
  const namespace = attributes.type === 'resource' ? attributes.namespace : ''
  return namespace === '' ? fleetId : `${fleetId}/namespaces/${namespace}`
}

const reads = new Set(['get', 'list', 'watch'])
const deletes = new Set(['delete', 'deletecollection'])

/** The data action of a request, as `apps/deployments/read`. */
function dataAction(attributes: AccessAttributes): string {
  const verb = reads.has(attributes.verb) ? 'read' : deletes.has(attributes.verb) ? 'delete' : 'write'
  if (attributes.type === 'path') return `nonResource/${verb}`
  const group = attributes.group === '' ? '' : `${attributes.group}/`
  const subresource = attributes.subresource === '' ? '' : `/${attributes.subresource}`
  return `${group}${attributes.resource}${subresource}/${verb}`
}
