// Reviews of tokens that are for somebody else too, as kube-apiserver 1.35.4 answered them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPrivateKey } from '#runner/base/p256.ts'
import { createRandom } from '#runner/base/random.ts'
import { createServiceAccountTokens } from '#runner/kubernetes/authentication/service-account-tokens.ts'
import { at, type KubernetesObject } from '#runner/kubernetes/object.ts'
import { startBareServer } from '#test/support/bare-server.ts'

const account: KubernetesObject = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'bot', namespace: 'demo', uid: 'u-1' } }
const own = 'https://kubernetes.default.svc.cluster.local'
const tokens = createServiceAccountTokens({
  key: createPrivateKey(createRandom('key')),
  read: { get: () => account, list: () => [account] },
  now: () => Date.parse('2026-01-01T00:00:00Z'),
  uuid: () => 'id-1',
})

function mint(audiences: readonly string[]): string {
  const body: KubernetesObject = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', metadata: {}, spec: { audiences } }
  return String(at(tokens.request(account, body), 'status', 'token'))
}

async function review(token: string, audiences: readonly string[]): Promise<unknown> {
  const { ask } = startBareServer({ tokens: [tokens] })
  const answer = (await (await ask('POST', '/apis/authentication.k8s.io/v1/tokenreviews', { spec: { token, audiences } })).json()) as KubernetesObject
  return at(answer, 'status', 'error') ?? [at(answer, 'status', 'user', 'username'), at(answer, 'status', 'audiences')]
}

test('a token is reviewed for those whom it is for', async () => {
  const bot = 'system:serviceaccount:demo:bot'
  const foreign = mint(['vault', 'b'])
  assert.deepEqual(await review(foreign, ['x', 'vault', 'b']), [bot, ['vault', 'b']])
  assert.deepEqual(await review(mint([]), []), [bot, [own]])
  assert.equal(await review(foreign, []), `[invalid bearer token, token audiences ["vault" "b"] is invalid for the target audiences ["${own}"]]`)
  assert.equal(await review(mint([]), ['x']), `[invalid bearer token, token audiences ["${own}"] is invalid for the target audiences ["x"]]`)
  assert.equal(await review('nonsense', ['x']), 'invalid bearer token')
})

test('a token that is nothing but a space is nobody’s', async () => {
  assert.deepEqual(await review(' ', ['x']), ['system:anonymous', ['x']])
})
