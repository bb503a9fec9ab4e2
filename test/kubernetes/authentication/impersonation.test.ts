import assert from 'node:assert/strict'
import { test } from 'node:test'
import { valueEnd } from '#runner/base/host.ts'
import { startCluster } from '#test/support/start-cluster.ts'

const admin = { address: '127.0.0.1', certificate: { commonName: 'admin', organizations: ['system:masters'] } }

test('who is acted for keeps the commas in groups and extras, and keys that are wrongly escaped', async () => {
  const { server } = await startCluster()
  const headers = {
    'content-type': 'application/json',
    'impersonate-user': 'user1',
    'impersonate-group': `group2${valueEnd},,,chameleon${valueEnd}`,
    'impersonate-extra-key%ZZ': `one,two${valueEnd}the best${valueEnd}`,
  }
  const body = JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' })
  const url = 'https://kube.test/apis/authentication.k8s.io/v1/selfsubjectreviews'
  const answer = await server.host.fetch(new Request(url, { method: 'POST', headers, body }), admin)
  const { status } = (await answer.json()) as { status: { userInfo: object } }
  assert.deepEqual(status.userInfo, {
    username: 'user1',
    groups: ['group2', ',,,chameleon', 'system:authenticated'],
    extra: { 'key%zz': ['one,two', 'the best'] },
  })
})
