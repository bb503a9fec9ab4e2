// What kube-apiserver 1.35.4 says of reviews that are not in order, and of places where there is nothing.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '#runner/base/json.ts'
import { at } from '#runner/kubernetes/object.ts'
import { startBareServer } from '#test/support/bare-server.ts'

const authorization = '/apis/authorization.k8s.io/v1'
const subject = `${authorization}/subjectaccessreviews`
const self = `${authorization}/selfsubjectaccessreviews`
const local = `${authorization}/namespaces/default/localsubjectaccessreviews`
const pods = { verb: 'get', resource: 'pods', namespace: 'default' }
const path = { path: '/x', verb: 'get' }

async function answer(place: string, body: JsonObject, method = 'POST'): Promise<JsonObject> {
  return (await (await startBareServer().ask(method, place, body)).json()) as JsonObject
}

async function findings(place: string, body: JsonObject): Promise<readonly string[]> {
  const causes = (at(await answer(place, body), 'details', 'causes') ?? []) as readonly { field: string; message: string }[]
  return causes.map(({ field, message }) => `${field}: ${message}`)
}

const qualified =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character " +
  "(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
const fieldSelector = 'spec.resourceAttributes.fieldSelector'
const labelSelector = 'spec.resourceAttributes.labelSelector'
const nobody = 'spec.user: Invalid value: "": at least one of user or group must be specified'
const nothing = 'spec.resourceAttributes: Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified'

const refused: readonly (readonly [string, JsonObject, readonly string[]])[] = [
  [subject, { spec: {} }, [nothing, nobody]],
  [self, { metadata: { name: 'f', namespace: 'default' }, spec: {} }, [nothing, 'metadata: Invalid value: {"name":"f"}: must be empty']],
  [
    local,
    { spec: { user: 'u', resourceAttributes: { ...pods, namespace: 'o' }, nonResourceAttributes: path } },
    [
      'spec.nonResourceAttributes: Invalid value: {"Path":"/x","Verb":"get"}: cannot be specified in combination with resourceAttributes',
      'spec.resourceAttributes.namespace: Invalid value: "o": must match metadata.namespace',
      'spec.nonResourceAttributes: Invalid value: {"Path":"/x","Verb":"get"}: disallowed on this kind of request',
    ],
  ],
  [
    self,
    { spec: { resourceAttributes: { ...pods, fieldSelector: {}, labelSelector: { rawSelector: 'a=b', requirements: [{ key: 'a', operator: 'Odd' }] } } } },
    [
      `${fieldSelector}.requirements: Required value: when ${fieldSelector} is specified, requirements or rawSelector is required`,
      `${labelSelector}.rawSelector: Invalid value: "a=b": may not specified at the same time as requirements`,
    ],
  ],
  [
    subject,
    { spec: { user: 'u', resourceAttributes: { ...pods, labelSelector: { requirements: [{ key: 'a b', operator: 'Exists', values: ['x'] }] } } } },
    [
      `${labelSelector}.requirements[0].values: Forbidden: may not be specified when \`operator\` is 'Exists' or 'DoesNotExist'`,
      `${labelSelector}.requirements[0].key: Invalid value: "a b": ${qualified}`,
    ],
  ],
  [
    subject,
    { spec: { user: 'u', resourceAttributes: { ...pods, fieldSelector: { requirements: [{ key: '', operator: 'In' }] } } } },
    [
      `${fieldSelector}.requirements[0].key: Required value: must be specified`,
      `${fieldSelector}.requirements[0].values: Required value: must be specified when \`operator\` is 'In' or 'NotIn'`,
    ],
  ],
]

test('a review of access is told all that is wrong with it', async () => {
  for (const [place, body, expected] of refused) assert.deepEqual(await findings(place, body), expected, JSON.stringify(body))
})

test('a selector that cannot be read is told of in the answer', async () => {
  const requirements = [
    { key: 'a', operator: 'Odd' },
    { key: 'a', operator: 'In', values: ['b'] },
  ]
  const body = { spec: { resourceAttributes: { ...pods, fieldSelector: { requirements }, labelSelector: { rawSelector: '!!' } } } }
  assert.equal(
    at(await answer(self, body), 'status', 'evaluationError'),
    `${fieldSelector} partially ignored due to parse error; ${labelSelector} ignored due to parse error`,
  )
})

test('a review that lies in no namespace forgets the one it was given', async () => {
  const { metadata } = await answer(self, { metadata: { namespace: 'default' }, spec: { resourceAttributes: pods } })
  assert.equal(at(metadata, 'namespace'), undefined)
})

test('there is nothing where no verb of a kind leads', async () => {
  const bindings = '/api/v1/namespaces/default/bindings'
  const rows: readonly (readonly [string, string, number])[] = [
    ['PUT', `${self}/x`, 404],
    ['PATCH', `${self}/x`, 404],
    ['DELETE', `${local}/x`, 404],
    ['GET', `${authorization}/localsubjectaccessreviews`, 404],
    ['DELETE', `${bindings}/x`, 404],
    ['DELETE', self, 405],
    ['PUT', '/api/v1/componentstatuses/x', 405],
  ]
  const { ask } = startBareServer()
  for (const [method, place, status] of rows) assert.equal((await ask(method, place)).status, status, `${method} ${place}`)
})

test('a kind that goes is warned of where it answers, not where it has no such method', async () => {
  const { ask } = startBareServer()
  assert.equal((await ask('GET', '/api/v1/componentstatuses')).headers.get('warning'), '299 - "v1 ComponentStatus is deprecated in v1.19+"')
  assert.equal((await ask('POST', '/api/v1/componentstatuses', {})).headers.get('warning'), null)
})
