// Registered applications, their secrets, and their service principals.
import { isObject, type JsonObject } from '../../base/json.ts'
import type { Application, ApplicationSecret, ServicePrincipal } from '../state.ts'
import { matchesFilter } from './filter.ts'
import { graphErrors } from './graph-error.ts'
import { entity, type GraphRequest, type GraphRoute, graphTime, listOf } from './graph-route.ts'
import { shownApplication, shownSecret, shownServicePrincipal } from './shown.ts'

/** Routes of applications and of service principals. */
export const applicationRoutes: readonly GraphRoute[] = [
  { method: 'GET', path: 'applications', answer: (request) => ({ body: listOf('applications', applications(request)) }) },
  { method: 'POST', path: 'applications', answer: register },
  { method: 'GET', path: 'applications/{id}', answer: (request) => ({ body: entity('applications', shown(application(request), request)) }) },
  { method: 'PATCH', path: 'applications/{id}', answer: update },
  { method: 'DELETE', path: 'applications/{id}', answer: unregister },
  { method: 'POST', path: 'applications/{id}/addPassword', answer: (request) => addSecret(request, application(request), keepInApplication) },
  { method: 'POST', path: 'applications/{id}/removePassword', answer: (request) => removeSecret(request, application(request), keepInApplication) },
  { method: 'GET', path: 'applications/{id}/owners', answer: () => ({ body: listOf('directoryObjects', []) }) },
  { method: 'GET', path: 'applications/{id}/federatedIdentityCredentials', answer: () => ({ body: listOf('federatedIdentityCredentials', []) }) },
  { method: 'GET', path: 'servicePrincipals', answer: (request) => ({ body: listOf('servicePrincipals', principals(request)) }) },
  { method: 'POST', path: 'servicePrincipals', answer: createPrincipal },
  { method: 'GET', path: 'servicePrincipals/{id}', answer: (request) => ({ body: entity('servicePrincipals', shownOf(principal(request), request)) }) },
  { method: 'POST', path: 'servicePrincipals/{id}/addPassword', answer: (request) => addSecret(request, principal(request), keepInPrincipal) },
  { method: 'POST', path: 'servicePrincipals/{id}/removePassword', answer: (request) => removeSecret(request, principal(request), keepInPrincipal) },
  { method: 'DELETE', path: 'servicePrincipals/{id}', answer: removePrincipal },
  { method: 'GET', path: 'servicePrincipals/{id}/owners', answer: () => ({ body: listOf('directoryObjects', []) }) },
  { method: 'GET', path: 'me/ownedObjects', answer: (request) => ({ body: listOf('directoryObjects', owned(request)) }) },
]

function owned(request: GraphRequest): JsonObject[] {
  const mine = request.setting.directory.applications.filter(({ owner }) => owner === request.caller.oid)
  return mine.map((one) => ({ '@odata.type': '#microsoft.graph.application', ...shown(one, request) }))
}

function shown(one: Application, { setting }: GraphRequest): JsonObject {
  return shownApplication(one, setting.tenant.domain)
}

function shownOf(one: ServicePrincipal, { setting }: GraphRequest): JsonObject {
  return shownServicePrincipal(one, setting.tenant.id)
}

function filtered(all: readonly JsonObject[], query: URLSearchParams): JsonObject[] {
  const filter = query.get('$filter')
  return (filter === null ? [...all] : all.filter((one) => matchesFilter(one, filter))).slice(0, Number(query.get('$top')) || 100)
}

function applications(request: GraphRequest): JsonObject[] {
  return filtered(
    request.setting.directory.applications.map((one) => shown(one, request)),
    request.query,
  )
}

function principals(request: GraphRequest): JsonObject[] {
  return filtered(
    request.setting.directory.servicePrincipals.map((one) => shownOf(one, request)),
    request.query,
  )
}

function application({ names, setting }: GraphRequest): Application {
  const found = setting.directory.applications.find(({ objectId }) => objectId === names.id)
  if (!found) throw graphErrors.missing(names.id ?? '')
  return found
}

function principal({ names, setting }: GraphRequest): ServicePrincipal {
  const found = setting.directory.servicePrincipals.find(({ objectId }) => objectId === names.id)
  if (!found) throw graphErrors.missing(names.id ?? '')
  return found
}

function register(request: GraphRequest): { body: JsonObject; status: 201 } {
  const { body, caller, setting } = request
  if (typeof body.displayName !== 'string') throw graphErrors.invalid("A value is required for property 'displayName' of resource 'Application'.")
  const { displayName, passwordCredentials: _, keyCredentials: _keys, ...said } = body
  const made: Application = {
    objectId: setting.newId(),
    appId: setting.newId(),
    displayName,
    createdDateTime: graphTime(setting.now()),
    secrets: [],
    owner: caller.oid,
    said,
  }
  setting.directory.change({ applications: [...registered(request), made] })
  return { body: entity('applications', shown(made, request)), status: 201 }
}

/** The registrations as they are to be kept: those of who was born with the tenant are written down at the first change. */
function registered({ setting }: GraphRequest): readonly Application[] {
  return setting.directory.applications
}

function replace(request: GraphRequest, old: Application, next: Application | undefined): void {
  const all = registered(request).flatMap((one) => (one.objectId === old.objectId ? (next ?? []) : [one]))
  request.setting.directory.change({ applications: all })
}

function update(request: GraphRequest): undefined {
  const old = application(request)
  const { displayName = old.displayName, ...said } = request.body
  replace(request, old, { ...old, displayName: String(displayName), said: { ...old.said, ...said } })
  return undefined
}

function unregister(request: GraphRequest): undefined {
  const old = application(request)
  const { directory } = request.setting
  replace(request, old, undefined)
  directory.change({ servicePrincipals: directory.servicePrincipals.filter(({ appId }) => appId !== old.appId) })
  return undefined
}

/** Who has secrets, and how they are kept. */
type Keep<holder> = (request: GraphRequest, holder: holder, secrets: readonly ApplicationSecret[]) => void
type Holder = { readonly secrets?: readonly ApplicationSecret[] }

const keepInApplication: Keep<Application> = (request, one, secrets) => replace(request, one, { ...one, secrets })

const keepInPrincipal: Keep<ServicePrincipal> = ({ setting }, one, secrets) => {
  const servicePrincipals = setting.directory.servicePrincipals.map((each) => (each === one ? { ...one, secrets } : each))
  setting.directory.change({ servicePrincipals })
}

function addSecret<holder extends Holder>(request: GraphRequest, old: holder, keep: Keep<holder>): { body: JsonObject } {
  const { body, setting } = request
  const asked = isObject(body.passwordCredential) ? body.passwordCredential : {}
  const now = setting.now()
  const secret: ApplicationSecret = {
    keyId: setting.newId(),
    displayName: typeof asked.displayName === 'string' ? asked.displayName : null,
    secret: setting.newSecret(),
    startDateTime: String(asked.startDateTime ?? graphTime(now)),
    endDateTime: String(asked.endDateTime ?? graphTime(now + 730 * 86_400_000)),
  }
  keep(request, old, [...(old.secrets ?? []), secret])
  const context = 'https://graph.microsoft.com/v1.0/$metadata#microsoft.graph.passwordCredential'
  return { body: { '@odata.context': context, ...shownSecret(secret), secretText: secret.secret } }
}

function removeSecret<holder extends Holder>(request: GraphRequest, old: holder, keep: Keep<holder>): undefined {
  const { keyId } = request.body
  const secrets = old.secrets ?? []
  if (!secrets.some((one) => one.keyId === keyId)) throw graphErrors.invalid('No password credential found with keyId.')
  keep(
    request,
    old,
    secrets.filter((one) => one.keyId !== keyId),
  )
  return undefined
}

function createPrincipal(request: GraphRequest): { body: JsonObject; status: 201 } {
  const { body, setting } = request
  const { directory } = setting
  const found = directory.applications.find(({ appId }) => appId === body.appId)
  if (!found) throw graphErrors.invalid(`The appId '${String(body.appId ?? '')}' of the service principal does not reference a valid application object.`)
  if (directory.application(found.appId))
    throw graphErrors.invalid(
      `The service principal cannot be created, updated, or restored because the service principal name ${found.appId} is already in use.`,
    )
  const { appId, displayName } = found
  const made: ServicePrincipal = { objectId: setting.newId(), appId, displayName, secret: '', createdDateTime: graphTime(setting.now()) }
  directory.change({ applications: registered(request), servicePrincipals: [...directory.servicePrincipals, made] })
  return { body: entity('servicePrincipals', shownOf(made, request)), status: 201 }
}

function removePrincipal(request: GraphRequest): undefined {
  const old = principal(request)
  const { directory } = request.setting
  directory.change({ applications: registered(request), servicePrincipals: directory.servicePrincipals.filter((one) => one !== old) })
  return undefined
}
