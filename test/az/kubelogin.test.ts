import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runKubelogin } from '#runner/az/kubelogin.ts'
import { memoryAz, withTokens } from '../support/az-memory.ts'

const server = '6dae42f8-4368-4678-94ff-3960e28e3630'
const getToken = [
  'get-token',
  '--server-id',
  server,
  '--client-id',
  '80faf920-1908-4b52-b5ef-a8e7bedfc67a',
  '--tenant-id',
  '22222222-2222-4222-8222-222222222222',
]

for (const login of ['devicecode', 'azurecli']) {
  test(`a token for the API server comes without a prompt with --login ${login}`, async () => {
    const az = memoryAz(withTokens())
    assert.equal(await runKubelogin([...getToken, '--login', login], az.context), 0)
    const credential = JSON.parse(az.output.stdout) as { kind: string; status: { token: string; expirationTimestamp: string } }
    assert.equal(credential.kind, 'ExecCredential')
    assert.deepEqual(credential.status, { expirationTimestamp: '2026-11-24T10:00:00Z', token: 'access-1' })
    const form = new URLSearchParams(await az.requests[0]?.text())
    assert.ok(form.get('scope')?.startsWith(`${server}/.default`), String(form.get('scope')))
    assert.equal(form.get('refresh_token'), 'refresh-1')
  })
}

test('a second token comes from the cache', async () => {
  const az = memoryAz(withTokens())
  await runKubelogin([...getToken, '--login', 'azurecli'], az.context)
  await runKubelogin([...getToken, '--login', 'azurecli'], az.context)
  assert.equal(az.requests.filter((request) => request.method === 'POST').length, 1)
})

test('a kubeconfig is converted to another way to sign in', async () => {
  const az = memoryAz()
  await az.context.files.write(
    '/home/learner/.kube/config',
    `apiVersion: v1
clusters: []
contexts: []
current-context: ""
kind: Config
preferences: {}
users:
- name: clusterUser_lab_hub
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1beta1
      args:
${[...getToken, '--login', 'devicecode'].map((word) => `      - ${word}`).join('\n')}
      command: kubelogin
      env: null
`,
  )
  assert.equal(await runKubelogin(['convert-kubeconfig', '-l', 'azurecli'], az.context), 0)
  const text = az.files.get('/home/learner/.kube/config')?.text ?? ''
  assert.match(text, /- azurecli\n/)
  assert.doesNotMatch(text, /devicecode/)
  assert.doesNotMatch(text, /- --client-id/)
})
