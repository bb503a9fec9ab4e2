import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPrivateKey } from '#runner/base/p256.ts'
import { createRandom } from '#runner/base/random.ts'
import { createServiceAccountTokens } from '#runner/kubernetes/authentication/service-account-tokens.ts'
import type { KubernetesObject } from '#runner/kubernetes/object.ts'

const account: KubernetesObject = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'bot', namespace: 'demo', uid: 'u-1' } }
const body: KubernetesObject = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', metadata: {}, spec: { expirationSeconds: 600 } }

function tokens(world: { now: number; accounts: readonly KubernetesObject[] }): ReturnType<typeof createServiceAccountTokens> {
  return createServiceAccountTokens({
    key: createPrivateKey(createRandom('key')),
    read: { get: () => world.accounts[0], list: () => world.accounts },
    now: () => world.now,
    uuid: () => 'id-1',
  })
}

test('a token is its account until it expires or the account is gone', async () => {
  const world = { now: 1_000_000, accounts: [account] }
  const issuer = tokens(world)
  const { token, expirationTimestamp } = issuer.request(account, body).status as { token: string; expirationTimestamp: string }
  assert.equal(expirationTimestamp, '1970-01-01T00:26:40Z')
  assert.deepEqual(await issuer.authenticate(token), {
    name: 'system:serviceaccount:demo:bot',
    uid: 'u-1',
    groups: ['system:serviceaccounts', 'system:serviceaccounts:demo', 'system:authenticated'],
    extra: { 'authentication.kubernetes.io/credential-id': ['JTI=id-1'] },
  })
  assert.equal(await issuer.authenticate(`${token.slice(0, -2)}xx`), undefined)
  assert.equal(await issuer.authenticate('nonsense'), undefined)
  world.now += 600_000
  assert.equal(await issuer.authenticate(token), undefined)
  world.now -= 1000
  world.accounts = []
  assert.equal(await issuer.authenticate(token), undefined)
})

test('a token for another audience is nobody here, and a short life is refused', async () => {
  const issuer = tokens({ now: 1_000_000, accounts: [account] })
  const other = issuer.request(account, { ...body, spec: { audiences: ['vault'] } }).status as { token: string }
  assert.equal(await issuer.authenticate(other.token), undefined)
  assert.throws(() => issuer.request(account, { ...body, spec: { expirationSeconds: 5 } }), /may not specify a duration less than 10 minutes/)
})
