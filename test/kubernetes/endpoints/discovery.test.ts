import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answerDiscovery, servedGroups } from '#runner/kubernetes/endpoints/discovery.ts'
import { answerHealth, answerRootPaths } from '#runner/kubernetes/endpoints/health.ts'
import { answerVersionPath } from '#runner/kubernetes/endpoints/version.ts'
import { builtInResources } from '#runner/kubernetes/openapi/facts.ts'
import { StatusError } from '#runner/kubernetes/status-error.ts'
import aggregated from '#test/truth/kubernetes/http/discovery-aggregated.json' with { type: 'json' }
import legacy from '#test/truth/kubernetes/http/discovery-legacy.json' with { type: 'json' }
import root from '#test/truth/kubernetes/http/root.json' with { type: 'json' }

const resources = builtInResources()
const v2 = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'
const server = { serverAddress: '192.0.2.10:59007', servedVersion: resources }

test('aggregated discovery is what the real server answers, byte for byte', async () => {
  for (const step of aggregated.steps.slice(0, 3)) {
    const answer = answerDiscovery(resources, { path: step.request.path, accept: step.request.accept, ...server })
    assert.equal(answer?.headers.get('content-type'), step.headers['content-type'])
    assert.equal(await answer?.text(), JSON.stringify(step.response))
  }
})

test('the older pieces of discovery are what the real server answers', async () => {
  let compared = 0
  for (const step of legacy.steps.filter((each) => each.status === 200)) {
    const answer = answerDiscovery(resources, { path: step.request.path, accept: 'application/json', ...server })
    assert.equal(await answer?.text(), JSON.stringify(step.response), step.request.path)
    compared += 1
  }
  assert.equal(compared, 8)
})

test('an ETag sent back answers 304, another type 406, an unknown version 404', () => {
  const first = answerDiscovery(resources, { path: '/apis', accept: v2, ...server })
  const again = answerDiscovery(resources, { path: '/apis', accept: v2, ...server, ifNoneMatch: first?.headers.get('etag') ?? '' })
  assert.equal(again?.status, 304)
  const beta = v2.replace('v=v2', 'v=v2beta1')
  assert.throws(
    () => answerDiscovery(resources, { path: '/apis', accept: beta, ...server }),
    new StatusError('NotAcceptable', aggregated.steps[3]?.response instanceof Object ? (aggregated.steps[3].response.message ?? '') : ''),
  )
  assert.throws(() => answerDiscovery(resources, { path: '/apis/apps/v9', accept: '', ...server }), /could not find the requested resource/)
  assert.equal(answerDiscovery(resources, { path: '/apis/nosuch', accept: '', ...server }), undefined)
})

test('the root lists every path, and health paths list their checks', async () => {
  const recorded = (path: string): unknown => root.steps.find((step) => step.request.path === path)?.response
  assert.deepEqual(await answerRootPaths(servedGroups(resources)).json(), recorded('/'))
  assert.equal(await answerHealth('/readyz', new URLSearchParams('verbose'))?.text(), recorded('/readyz?verbose'))
  assert.equal(await answerHealth('/livez/ping', new URLSearchParams())?.text(), 'ok')
  assert.equal(answerHealth('/healthz/nosuch', new URLSearchParams()), undefined)
  assert.equal(answerHealth('/nosuch', new URLSearchParams()), undefined)
})

test('the version names its minor and the oldest that it works with', async () => {
  const { gitVersion, major, minor, minCompatibilityMinor } = (await answerVersionPath('v1.35.4').json()) as Record<string, string>
  assert.deepEqual({ gitVersion, major, minor, minCompatibilityMinor }, { gitVersion: 'v1.35.4', major: '1', minor: '35', minCompatibilityMinor: '34' })
})
