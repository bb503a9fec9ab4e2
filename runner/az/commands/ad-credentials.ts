// Secrets of applications and service principals, and az ad sp create-for-rbac, which makes all at once.
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import { AzError } from '../cli-error.ts'
import { type Call, flag, type Handler, list, required, text } from '../command.ts'
import { filterQuery, graphList, graphSend, quoted } from '../graph.ts'
import { applicationId, principalId } from './ad-ids.ts'
import { assignmentHandlers } from './role-assignment.ts'

const credentialWarning =
  'The output includes credentials that you must protect. Be sure that you do not include these credentials in your code or check the credentials into your source control. For more information, see https://aka.ms/azadsp-cli'
const year = 365 * 86_400_000

interface Holder {
  readonly collection: 'applications' | 'servicePrincipals'
  find(call: Call): Promise<string>
}

const application: Holder = { collection: 'applications', find: applicationId }
const principal: Holder = { collection: 'servicePrincipals', find: principalId }

/** Commands about secrets. */
export const handlers: Readonly<Record<string, Handler>> = {
  ...credentialHandlers('ad app credential', application),
  ...credentialHandlers('ad sp credential', principal),
  'ad sp create-for-rbac': createForRbac,
}

function credentialHandlers(prefix: string, holder: Holder): Readonly<Record<string, Handler>> {
  return {
    [`${prefix} list`]: async (call) => (await shown(call, holder))[flag(call.values, 'cert') ? 'keyCredentials' : 'passwordCredentials'],
    [`${prefix} reset`]: (call) => reset(call, holder),
    [`${prefix} delete`]: (call) => removeSecret(call, holder),
  }
}

async function shown(call: Call, { collection, find }: Holder): Promise<JsonObject> {
  const found = await graphSend(call, 'GET', `/${collection}/${await find(call)}`)
  return isObject(found) ? found : {}
}

function secretsOf(holder: JsonObject): readonly JsonObject[] {
  return Array.isArray(holder.passwordCredentials) ? holder.passwordCredentials.filter(isObject) : []
}

function refuseCertificates(call: Call): void {
  if (flag(call.values, 'create_cert') || text(call.values, 'cert') !== undefined)
    throw new AzError(`'az ${call.command}' with a certificate is not simulated here.`)
}

async function reset(call: Call, holder: Holder): Promise<JsonObject> {
  const { values } = call
  refuseCertificates(call)
  if (text(values, 'years') !== undefined && text(values, 'end_date') !== undefined) throw new AzError('usage error: --years | --end-date')
  const found = await shown(call, holder)
  const path = `/${holder.collection}/${String(found.id)}`
  if (!flag(values, 'append')) for (const { keyId } of secretsOf(found)) await graphSend(call, 'POST', `${path}/removePassword`, { keyId: keyId ?? null })
  const secret = await addSecret(call, path, { name: text(values, 'display_name'), until: text(values, 'end_date') })
  call.log.warning(credentialWarning)
  return { appId: found.appId ?? null, password: secret, tenant: tenantOf(call) }
}

async function removeSecret(call: Call, holder: Holder): Promise<void> {
  const found = await shown(call, holder)
  const keyId = required(call.values, 'key_id')
  if (!secretsOf(found).some((one) => one.keyId === keyId)) throw new AzError(`No key found with id '${keyId}'`)
  await graphSend(call, 'POST', `/${holder.collection}/${String(found.id)}/removePassword`, { keyId })
}

/** A new secret's text. `until` as the user wrote it; else as many years as were asked for, one if none. */
async function addSecret(call: Call, path: string, { name, until }: { name: string | undefined; until: string | undefined }): Promise<string> {
  const now = call.context.now()
  const end = until === undefined ? now + Number(text(call.values, 'years') ?? 1) * year : Date.parse(until)
  const passwordCredential = { startDateTime: pythonTime(now), endDateTime: pythonTime(end), ...(name === undefined ? {} : { displayName: name }) }
  const made = await graphSend(call, 'POST', `${path}/addPassword`, { passwordCredential })
  return isObject(made) ? String(made.secretText) : ''
}

function pythonTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`
}

function tenantOf(call: Call): string {
  return call.profile.subscription().tenantId
}

async function createForRbac(call: Call): Promise<JsonObject | undefined> {
  const { values } = call
  const role = text(values, 'role')
  const scopes = list(values, 'scopes') ?? []
  if ((role === undefined) !== (scopes.length === 0)) throw new AzError('Usage error: To create role assignments, specify both --role and --scopes.')
  refuseCertificates(call)
  const given = text(values, 'display_name')
  const displayName = given ?? `azure-cli-${new Date(call.context.now()).toISOString().slice(0, 19).replace('T', '-').replaceAll(':', '-')}`
  const existing = given === undefined ? undefined : (await graphList(call, `/servicePrincipals?${filterQuery(`displayName eq ${quoted(given)}`)}`))[0]
  const app = await applicationNamed(call, displayName)
  for (const { keyId } of secretsOf(app)) await graphSend(call, 'POST', `/applications/${String(app.id)}/removePassword`, { keyId: keyId ?? null })
  const password = values.create_password === false ? null : await addSecret(call, `/applications/${String(app.id)}`, { name: 'rbac', until: undefined })
  const sp = existing ?? (await graphSend(call, 'POST', '/servicePrincipals', { appId: app.appId ?? null, accountEnabled: true }))
  for (const scope of role === undefined ? [] : scopes) await assign(call, { role: role ?? '', scope, principal: isObject(sp) ? String(sp.id) : '' })
  if (password !== null) call.log.warning(credentialWarning)
  return rbacAnswer(call, { appId: app.appId ?? null, displayName, password })
}

async function applicationNamed(call: Call, name: string): Promise<JsonObject> {
  const found = (await graphList(call, `/applications?${filterQuery(`startswith(displayName,${quoted(name)})`)}`))
    .filter(isObject)
    .find((one) => one.displayName === name)
  if (found === undefined) {
    const made = await graphSend(call, 'POST', '/applications', { displayName: name })
    return isObject(made) ? made : {}
  }
  call.log.warning('Found an existing application instance: (id) %s. We will patch it.'.replace('%s', String(found.id)))
  await graphSend(call, 'PATCH', `/applications/${String(found.id)}`, { displayName: name })
  const patched = await graphSend(call, 'GET', `/applications/${String(found.id)}`)
  return isObject(patched) ? patched : found
}

async function assign(call: Call, { role, scope, principal: id }: { role: string; scope: string; principal: string }): Promise<void> {
  call.log.warning(`Creating '${role}' role assignment under scope '${scope}'`)
  const values = { role, scope, assignee_object_id: id, assignee_principal_type: 'ServicePrincipal' }
  await assignmentHandlers['role assignment create']?.({ ...call, values })
}

function rbacAnswer(call: Call, made: { appId: Json; displayName: string; password: string | null }): JsonObject | undefined {
  if (!flag(call.values, 'show_auth_in_json')) return { ...made, tenant: tenantOf(call) }
  const endpoints = {
    activeDirectoryEndpointUrl: 'https://login.microsoftonline.com',
    resourceManagerEndpointUrl: 'https://management.azure.com/',
    activeDirectoryGraphResourceId: 'https://graph.windows.net/',
    sqlManagementEndpointUrl: 'https://management.core.windows.net:8443/',
    galleryEndpointUrl: 'https://gallery.azure.com/',
    managementEndpointUrl: 'https://management.core.windows.net/',
  }
  const { appId: clientId, password: clientSecret } = made
  const answer = { clientId, clientSecret, subscriptionId: call.arm.subscriptionId(), tenantId: tenantOf(call), ...endpoints }
  call.context.stdout(`${JSON.stringify(answer, null, 2)}\n`)
  return undefined
}
