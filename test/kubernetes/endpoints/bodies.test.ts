// What the server says of bodies that say something twice, and of answers that it cannot give.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBareServer } from '#test/support/bare-server.ts'

const maps = '/api/v1/namespaces/lab/configmaps'

async function said(response: Response): Promise<{ readonly status: number; readonly message: string; readonly warnings: string }> {
  const { message = '' } = (await response.json()) as { readonly message?: string }
  return { status: response.status, message, warnings: response.headers.get('warning') ?? '' }
}

const twice = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: m\ndata:\n  a: one\n  a: two\n'

test('a key that stands twice in YAML is found by its line', async () => {
  const { ask } = startBareServer()
  const apply = (validation: string) =>
    ask('PATCH', `${maps}/m?fieldManager=t&fieldValidation=${validation}`, twice, { 'content-type': 'application/apply-patch+yaml' })
  const problem = 'error converting YAML to JSON: yaml: unmarshal errors:\n  line 7: key "a" already set in map'
  const strict = await said(await apply('Strict'))
  assert.deepEqual([strict.status, strict.message], [400, `error strict decoding YAML: ${problem}`])
  assert.equal((await said(await apply('Warn'))).warnings, '299 - "line 7: key \\"a\\" already set in map"')
  assert.equal((await said(await apply('Ignore'))).warnings, '')
  const created = await said(await ask('POST', `${maps}?fieldValidation=Strict`, twice, { 'content-type': 'application/yaml' }))
  assert.match(created.message, /strict decoding error: yaml: unmarshal errors:\n {2}line 7: key "a" already set in map$/)
})

test('problems of a typed object are told in the order of its text', async () => {
  const { ask } = startBareServer()
  const body = '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"m"},"odd":1,"data":{"a":"1"},"data":{"a":"2"},"last":1}'
  const { status, message } = await said(await ask('POST', `${maps}?fieldValidation=Strict`, body))
  assert.equal(status, 400)
  assert.match(message, /strict decoding error: unknown field "odd", duplicate field "data", unknown field "last"$/)
})

test('nobody makes a table of a review', async () => {
  const { ask } = startBareServer()
  const review = { spec: { nonResourceAttributes: { path: '/', verb: 'get' } } }
  const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io'
  const reviews = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'
  assert.equal((await ask('POST', reviews, review, { accept })).status, 406)
  assert.equal((await ask('POST', reviews, review, { accept: `${accept},application/json` })).status, 201)
})
