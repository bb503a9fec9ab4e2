// The tenant's directory: people, groups and applications are made, changed, found and taken away through Graph.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '#runner/base/json.ts'
import { type Answer, charlesId, createSmallAzure, groupPath, type SmallAzure, subscriptionId } from './small-azure.ts'

function graph(small: SmallAzure, as = 'ada@contoso.test') {
  return async (method: string, path: string, body?: JsonObject): Promise<Answer> => {
    const authorization = `Bearer ${small.azure.tokenFor(as, 'https://graph.microsoft.com/')}`
    const init = { method, headers: { authorization, 'content-type': 'application/json' }, ...(body ? { body: JSON.stringify(body) } : {}) }
    const answer = await small.fetch(new Request(`https://graph.microsoft.com/v1.0/${path}`, init))
    const text = await answer.text()
    return { status: answer.status, headers: answer.headers, body: text === '' ? undefined : JSON.parse(text) }
  }
}

const bob = {
  accountEnabled: true,
  displayName: 'Bob',
  mailNickname: 'bob',
  userPrincipalName: 'bob@contoso.test',
  passwordProfile: { password: 'Secret-1', forceChangePasswordNextSignIn: false },
}

test('users are made, changed and deleted by the administrator alone', async () => {
  const small = await createSmallAzure()
  const send = graph(small)
  const made = await send('POST', 'users', bob)
  assert.deepEqual([made.status, made.body.displayName, made.body.userPrincipalName], [201, 'Bob', 'bob@contoso.test'])
  assert.match((await send('POST', 'users', bob)).body.error.message, /already exists\.$/)
  assert.match((await send('POST', 'users', { ...bob, userPrincipalName: 'bob@elsewhere.test' })).body.error.message, /verified domain names/)
  assert.equal((await send('PATCH', 'users/bob@contoso.test', { displayName: 'Bobby', jobTitle: 'Operator' })).status, 204)
  const { body } = await send('GET', 'users/bob@contoso.test')
  assert.deepEqual([body.displayName, body.jobTitle], ['Bobby', 'Operator'])
  const denied = await graph(small, 'charles@contoso.test')('DELETE', 'users/bob@contoso.test')
  assert.deepEqual([denied.status, denied.body.error.code], [403, 'Authorization_RequestDenied'])
  assert.equal((await send('DELETE', 'users/bob@contoso.test')).status, 204)
  assert.equal((await send('GET', 'users/bob@contoso.test')).body.error.code, 'Request_ResourceNotFound')
})

test('a role that a group has is its members’, for as long as they are in it', async () => {
  const small = await createSmallAzure()
  const send = graph(small)
  const group = (await send('POST', 'groups', { displayName: 'ops', mailEnabled: false, mailNickname: 'ops', securityEnabled: true })).body
  assert.equal((await send('GET', "groups?$filter=displayName eq 'ops'")).body.value.length, 1)
  await small.send('PUT', groupPath, { body: { location: 'eastus' } })
  const contributor = `/subscriptions/${subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/b24988ac-6180-42a0-ab88-20f7382dd24c`
  const properties = { roleDefinitionId: contributor, principalId: group.id, principalType: 'Group' }
  const path = `${groupPath}/providers/Microsoft.Authorization/roleAssignments/11111111-2222-4333-8444-555555555555`
  assert.equal((await small.send('PUT', path, { body: { properties }, version: '2022-04-01' })).status, 201)
  await small.clock.advance(2000)
  const tag = async (): Promise<number> => (await small.send('PATCH', groupPath, { body: { tags: {} }, as: 'charles@contoso.test' })).status
  assert.equal(await tag(), 403)
  await send('POST', `groups/${group.id}/members/$ref`, { '@odata.id': `https://graph.microsoft.com/v1.0/directoryObjects/${charlesId}` })
  assert.deepEqual(
    (await send('GET', `groups/${group.id}/members`)).body.value.map(({ displayName }: { displayName: string }) => displayName),
    ['Charles Babbage'],
  )
  assert.deepEqual((await send('POST', `users/${charlesId}/getMemberGroups`, { securityEnabledOnly: true })).body.value, [group.id])
  assert.equal(await tag(), 200)
  await send('DELETE', `groups/${group.id}/members/${charlesId}/$ref`)
  assert.equal(await tag(), 403)
})

test('an application with a service principal and a secret signs in, also after a restore, until the secret is gone', async () => {
  const small = await createSmallAzure()
  const send = graph(small)
  const application = (await send('POST', 'applications', { displayName: 'ci' })).body
  await send('POST', 'servicePrincipals', { appId: application.appId })
  const { secretText, keyId, hint } = (await send('POST', `applications/${application.id}/addPassword`, { passwordCredential: { displayName: 'rbac' } })).body
  assert.equal(secretText.slice(0, 3), hint)
  const again = await createSmallAzure({ state: small.azure.state() })
  const signIn = async (one: SmallAzure): Promise<number> => {
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: application.appId,
      client_secret: secretText,
      scope: 'https://management.azure.com/.default',
    })
    return (await one.fetch(new Request(`https://login.microsoftonline.com/${one.azure.tenantId}/oauth2/v2.0/token`, { method: 'POST', body: form }))).status
  }
  assert.deepEqual([await signIn(small), await signIn(again)], [200, 200])
  assert.equal((await send('GET', `applications/${application.id}`)).body.passwordCredentials[0].secretText, null)
  await send('POST', `applications/${application.id}/removePassword`, { keyId })
  assert.deepEqual([await signIn(small), await signIn(again)], [401, 200])
  await send('DELETE', `applications/${application.id}`)
  assert.equal((await send('GET', `servicePrincipals?$filter=appId eq '${application.appId}'`)).body.value.length, 0)
})
