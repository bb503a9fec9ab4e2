// Who manages a count, as kube-apiserver 1.35.4 answered the same writes. `*` stands for an entry without a time.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '#runner/base/json.ts'
import type { KubernetesObject } from '#runner/kubernetes/object.ts'
import { startBareServer } from '#test/support/bare-server.ts'

type Step = readonly ['create' | 'apply' | 'put' | 'patch' | 'apply scale', string, number | undefined, string]

const rows: Readonly<Record<string, readonly Step[]>> = {
  'a count by default is its maker’s until another is patched, or put': [
    ['create', 'c', undefined, 'c'],
    ['patch', 'p', 3, 'p/scale*'],
    ['put', 'u', 4, 'u/scale*'],
    ['patch', 'p', 5, 'p/scale*'],
    ['patch', 'q', 5, 'p/scale*'],
    ['put', 'q', 5, 'p/scale*'],
  ],
  'a count that nobody applied stays nobody’s': [
    ['apply', 'a', undefined, ''],
    ['patch', 'p', 3, ''],
    ['put', 'u', 5, ''],
  ],
  'an applied count is taken from its applier': [
    ['apply', 'a', 2, 'a Apply'],
    ['put', 'u', 2, 'a Apply'],
    ['patch', 'p', 2, 'a Apply'],
    ['patch', 'p', 3, 'p/scale*'],
    ['patch', 'q', 4, 'q/scale*'],
  ],
  'the same count again leaves the entry that it was in, and then is nobody’s': [
    ['create', 'c', 2, 'c'],
    ['patch', 'p', 2, 'c*'],
    ['put', 'u', 2, ''],
    ['patch', 'p', 4, ''],
  ],
  'a count put a second time is nobody’s': [
    ['create', 'c', 2, 'c'],
    ['put', 'u', 2, 'c*'],
    ['put', 'u', 3, ''],
  ],
  'an applied Scale shares what is the same, and loses what is changed': [
    ['apply', 'a', 2, 'a Apply'],
    ['patch', 'p', 3, 'p/scale*'],
    ['apply scale', 's', 3, 's/scale Apply*, p/scale*'],
    ['put', 'u', 3, 's/scale Apply*, p/scale*'],
    ['patch', 'p', 4, 'p/scale*'],
  ],
  'an applied Scale takes a count by force': [
    ['create', 'c', 2, 'c'],
    ['apply scale', 's', 3, 's/scale Apply*'],
    ['patch', 'p', 3, 's/scale Apply*'],
    ['put', 'u', 5, 'u/scale*'],
  ],
}

for (const [title, steps] of Object.entries(rows)) {
  test(title, async () => {
    const { ask } = startBareServer()
    for (const [index, [action, manager, replicas, counting]] of steps.entries()) {
      const { method, path, type, body } = requests[action](replicas)
      const response = await ask(
        method,
        `${path}?fieldManager=${manager}${type === applied ? '&force=true' : ''}`,
        body,
        type === undefined ? {} : { 'content-type': type },
      )
      assert.ok(response.ok, `${action}: ${response.status}`)
      const object = (await (await ask('GET', `${deployments}/d`)).json()) as unknown as KubernetesObject
      assert.equal(managersOfCount(object), counting, `step ${index + 1}: ${action} ${replicas} by ${manager}`)
    }
  })
}

const deployments = '/apis/apps/v1/namespaces/lab/deployments'
const applied = 'application/apply-patch+yaml'
const merged = 'application/merge-patch+json'

interface Request {
  readonly method: string
  readonly path: string
  readonly body: JsonObject
  readonly type?: string
}

const requests: Readonly<Record<Step[0], (replicas: number | undefined) => Request>> = {
  create: (replicas) => ({ method: 'POST', path: deployments, body: deployment(replicas) }),
  apply: (replicas) => ({ method: 'PATCH', path: `${deployments}/d`, body: deployment(replicas), type: applied }),
  put: (replicas = 1) => ({ method: 'PUT', path: `${deployments}/d/scale`, body: scale(replicas) }),
  patch: (replicas = 1) => ({ method: 'PATCH', path: `${deployments}/d/scale`, body: { spec: { replicas } }, type: merged }),
  'apply scale': (replicas = 1) => ({ method: 'PATCH', path: `${deployments}/d/scale`, body: scale(replicas), type: applied }),
}

function deployment(replicas: number | undefined): JsonObject {
  const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i:1' }] } }
  const spec = { selector: { matchLabels: { a: 'b' } }, template, ...(replicas !== undefined && { replicas }) }
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd', namespace: 'lab' }, spec }
}

function scale(replicas: number): JsonObject {
  return { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name: 'd', namespace: 'lab' }, spec: { replicas } }
}

function managersOfCount({ metadata }: KubernetesObject): string {
  const counting = (metadata.managedFields ?? []).filter(({ fieldsV1 }) => JSON.stringify(fieldsV1).includes('"f:replicas"'))
  return counting
    .map(({ manager, operation, subresource, time }) => {
      const where = subresource === undefined ? '' : `/${subresource}`
      return `${manager}${where}${operation === 'Apply' ? ' Apply' : ''}${time === undefined ? '*' : ''}`
    })
    .join(', ')
}
