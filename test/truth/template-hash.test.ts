// The hashes in the names of ReplicaSets and ControllerRevisions, as Kubernetes itself computed them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '#runner/base/json.ts'
import { dataHash, templateHash } from '#runner/controllers/template-hash/template-hash.ts'
import recorded from './recorded/template-hashes.json' with { type: 'json' }

interface Row {
  readonly template: JsonObject
  readonly hash: string
  readonly afterOneCollision: string
  readonly ofData: string
}

const rows = recorded.templates as readonly unknown[] as readonly Row[]

test(`${rows.length} templates have the hashes that Kubernetes gives them`, () => {
  for (const { template, hash, afterOneCollision, ofData } of rows) {
    const data = { spec: { template: { ...template, $patch: 'replace' } } }
    const ours = [templateHash(template), templateHash(template, 1), dataHash(data, 0)]
    assert.deepEqual(ours, [hash, afterOneCollision, ofData], JSON.stringify(template))
  }
})

test('the template of the recorded exercise has the hash of its recorded ReplicaSet', () => {
  const containers = [
    {
      name: 'web',
      image: 'mcr.microsoft.com/oss/nginx/nginx:1.25.5',
      ports: [{ containerPort: 80, protocol: 'TCP' }],
      resources: {},
      terminationMessagePath: '/dev/termination-log',
      terminationMessagePolicy: 'File',
      imagePullPolicy: 'IfNotPresent',
    },
  ]
  const spec = {
    containers,
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    securityContext: {},
    schedulerName: 'default-scheduler',
  }
  assert.equal(templateHash({ metadata: { labels: { app: 'web' } }, spec }), '5b45d9c4cb')
})
