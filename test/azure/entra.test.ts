// Signing in: what each grant gives, and how Entra refuses.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { adaId, createSmallAzure, type SmallAzure } from './small-azure.ts'

const aks = '6dae42f8-4368-4678-94ff-3960e28e3630'
const cli = '04b07795-8ddb-461a-bbee-02f9e1bf7b46'

async function post(small: SmallAzure, path: string, form: Record<string, string>) {
  const answer = await small.fetch(new Request(`https://login.microsoftonline.com${path}`, { method: 'POST', body: new URLSearchParams(form) }))
  return { status: answer.status, body: (await answer.json()) as Record<string, string> }
}

test('a password gives tokens that clusters believe after a refresh for their audience', async () => {
  const small = await createSmallAzure()
  const signedIn = await post(small, '/organizations/oauth2/v2.0/token', {
    grant_type: 'password',
    client_id: cli,
    username: 'ada@contoso.test',
    password: 'x',
    scope: 'https://management.core.windows.net//.default offline_access',
  })
  assert.equal(signedIn.status, 200)
  assert.equal(small.azure.identify(signedIn.body.access_token ?? '', [aks]), undefined)
  const refreshed = await post(small, `/${small.azure.tenantId}/oauth2/v2.0/token`, {
    grant_type: 'refresh_token',
    client_id: cli,
    refresh_token: signedIn.body.refresh_token ?? '',
    scope: `${aks}/.default`,
  })
  const claims = small.azure.identify(refreshed.body.access_token ?? '', [aks])
  assert.equal(claims?.oid, adaId)
  assert.equal(claims?.upn, 'ada@contoso.test')
  assert.equal(claims?.tid, small.azure.tenantId)
})

test('a device code is confirmed a second after it was given, once', async () => {
  const small = await createSmallAzure()
  const { body: code } = await post(small, '/organizations/oauth2/v2.0/devicecode', { client_id: cli, scope: `${aks}/.default` })
  const poll = () =>
    post(small, '/organizations/oauth2/v2.0/token', {
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      client_id: cli,
      device_code: code.device_code ?? '',
    })
  assert.equal((await poll()).body.error, 'authorization_pending')
  await small.clock.advance(1000)
  assert.ok((await poll()).body.access_token)
  assert.equal((await poll()).body.error, 'invalid_grant')
})

test('wrong passwords, secrets, grants and tenants are refused with their AADSTS numbers', async () => {
  const small = await createSmallAzure()
  const path = '/organizations/oauth2/v2.0/token'
  const scope = 'https://graph.microsoft.com/.default'
  const refusals = await Promise.all([
    post(small, path, { grant_type: 'password', client_id: cli, username: 'ada@contoso.test', password: 'y', scope }),
    post(small, path, { grant_type: 'password', client_id: cli, username: 'bob@contoso.test', password: 'y', scope }),
    post(small, path, { grant_type: 'client_credentials', client_id: '11111111-2222-4333-8444-555555555555', client_secret: 'x', scope }),
    post(small, path, { grant_type: 'telepathy' }),
    post(small, path, { grant_type: 'refresh_token', client_id: cli, refresh_token: 'none', scope }),
    post(small, '/nosuchtenant/oauth2/v2.0/token', { grant_type: 'password' }),
  ])
  assert.deepEqual(
    refusals.map(({ body }) => /AADSTS\d+/.exec(body.error_description ?? '')?.[0]),
    ['AADSTS50126', 'AADSTS50034', 'AADSTS700016', 'AADSTS70003', 'AADSTS9002313', 'AADSTS90002'],
  )
})

test('an application signs in with its secret and is known to ARM by its id', async () => {
  const small = await createSmallAzure()
  const [application] = small.azure.state().servicePrincipals
  const { body } = await post(small, `/${small.azure.tenantId}/oauth2/v2.0/token`, {
    grant_type: 'client_credentials',
    client_id: application?.appId ?? '',
    client_secret: application?.secret ?? '',
    scope: 'https://management.azure.com/.default',
  })
  const answer = await small.send('GET', '/subscriptions', { headers: { authorization: `Bearer ${body.access_token}` } })
  assert.equal(answer.body.count.value, 1)
})

test('Graph knows the signed-in user and finds people by filter', async () => {
  const small = await createSmallAzure()
  const ask = async (path: string) =>
    (
      await small.send('GET', `https://graph.microsoft.com/v1.0${path}`, {
        headers: { authorization: `Bearer ${small.azure.tokenFor('ada@contoso.test', 'https://graph.microsoft.com/')}` },
      })
    ).body
  assert.equal((await ask('/me')).id, adaId)
  assert.equal((await ask(`/users?$filter=${encodeURIComponent("userPrincipalName eq 'charles@contoso.test'")}`)).value[0].displayName, 'Charles Babbage')
  assert.equal((await ask("/users?$filter=startswith(displayName,'Ada')")).value.length, 1)
  assert.equal((await ask('/users/nobody')).error.code, 'Request_ResourceNotFound')
})

test('the extension index names wheels whose digests are true', async () => {
  const small = await createSmallAzure()
  const first = await small.fetch(new Request('https://aka.ms/azure-cli-extension-index-v1'))
  assert.equal(first.status, 302)
  const index = (await (await small.fetch(new Request(first.headers.get('location') ?? ''))).json()) as {
    extensions: { fleet: [{ downloadUrl: string; sha256Digest: string }] }
  }
  const [fleet] = index.extensions.fleet
  const wheel = await (await small.fetch(new Request(fleet.downloadUrl))).arrayBuffer()
  const digest = Buffer.from(await crypto.subtle.digest('SHA-256', wheel)).toString('hex')
  assert.equal(fleet.sha256Digest, digest)
})
