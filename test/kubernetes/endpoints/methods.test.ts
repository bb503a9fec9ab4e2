// Methods beside GET on paths that are no resources.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startCluster } from '#test/support/start-cluster.ts'

const admin = { address: '127.0.0.1', certificate: { commonName: 'admin', organizations: ['system:masters'] } }

test('nobody looks at the method of what is well; load balancers ask by HEAD, for which others need a right of their own', async () => {
  const { server } = await startCluster()
  const status = async (method: string, path: string, peer = admin): Promise<number> =>
    (await server.host.fetch(new Request(`https://kube.test${path}`, { method }), peer)).status
  for (const path of ['/healthz', '/livez/ping', '/readyz', '/metrics', '/']) assert.equal(await status('HEAD', path), 200, path)
  assert.equal(await status('PUT', '/healthz'), 200)
  assert.equal(await status('HEAD', '/version'), 405)
  assert.equal(await status('HEAD', '/api/v1/namespaces/default'), 405)
  const nobody = { address: '127.0.0.1' } as typeof admin
  assert.deepEqual([await status('GET', '/healthz', nobody), await status('HEAD', '/healthz', nobody)], [200, 403])
})
