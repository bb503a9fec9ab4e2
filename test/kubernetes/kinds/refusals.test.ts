import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '#runner/base/json.ts'
import { startBareServer } from '#test/support/bare-server.ts'

const label =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character " +
  "(e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
const searches =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric " +
  "character (e.g. 'example.com', regex used for validation is '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*')"

/** What the server finds wrong with an object, as `field: message`. */
async function findings(path: string, object: JsonObject): Promise<readonly string[]> {
  const response = await startBareServer().ask('POST', `${path}?dryRun=All`, { metadata: { name: 'a' }, ...object })
  const { details } = (await response.json()) as { details?: { causes?: readonly { field: string; message: string }[] } }
  return (details?.causes ?? []).map(({ field, message }) => `${field}: ${message}`)
}

const pods = '/api/v1/namespaces/default/pods'
const pod = (spec: JsonObject, container: JsonObject = {}): JsonObject => ({ spec: { containers: [{ name: 'c', image: 'i', ...container }], ...spec } })

const refusedPods: readonly (readonly [JsonObject, readonly string[]])[] = [
  [
    pod({}, { env: [{ name: 'A', valueFrom: { fileKeyRef: { volumeName: 'V', key: 'k', path: '../p' } } }] }),
    [
      `spec.containers[0].env[0].valueFrom.fileKeyRef.volumeName: Invalid value: "V": ${label}`,
      `spec.containers[0].env[0].valueFrom.fileKeyRef.path: Invalid value: "../p": must not contain '..'`,
      'spec.containers[0].env[0].valueFrom.fileKeyRef.volumeName: Not found: "V"',
    ],
  ],
  [
    pod({ volumes: [{ name: 'v', hostPath: { path: '/' } }] }, { env: [{ name: 'A', valueFrom: { fileKeyRef: { volumeName: 'v', key: 'k', path: 'p' } } }] }),
    ['spec.containers[0].env[0].valueFrom.fileKeyRef.volumeName: Invalid value: "v": referenced volume must be of type emptyDir'],
  ],
  [pod({ dnsConfig: { searches: ['.', 'a_b.c', 'A'] } }), [`spec.dnsConfig.searches[2]: Invalid value: "A": ${searches}`]],
  [
    pod({ resources: { claims: [{ name: 'x' }], limits: { odd: '1', 'example.com/x': '1' } } }),
    [
      'spec.resources.claims: Forbidden: claims may not be set for Resources at pod-level',
      'spec.resources.limits[example.com/x]: Unsupported value: "example.com/x": supported values: "cpu", "hugepages-", "memory"',
      'spec.resources.limits[odd]: Invalid value: "odd": must be a standard resource type or fully qualified',
      'spec.resources.claims[0]: Not found: "x": must be one of the names in pod.spec.resourceClaims which is empty',
    ],
  ],
  [
    pod({ volumes: [{ name: 'v', emptyDir: {}, cephfs: { monitors: ['m'] }, downwardAPI: {}, flexVolume: { driver: 'd' } }] }),
    [
      'spec.volumes[0].cephFS: Forbidden: may not specify more than 1 volume type',
      'spec.volumes[0].downwarAPI: Forbidden: may not specify more than 1 volume type',
      'spec.volumes[0].flexVolume: Forbidden: may not specify more than 1 volume type',
    ],
  ],
  [
    pod({ volumes: [{ name: 'v', flexVolume: { driver: '', options: { 'a.k8s.io/b': '1' } } }] }),
    [
      'spec.volumes[0].flexVolume.driver: Required value',
      'spec.volumes[0].flexVolume.options[a.k8s.io/b]: Invalid value: "a.k8s.io/b": kubernetes.io and k8s.io namespaces are reserved',
    ],
  ],
  [
    pod({ securityContext: { seLinuxChangePolicy: 'MountOption', windowsOptions: { runAsUserName: 'a\\b\\c' } } }),
    [
      'spec.securityContext.windowsOptions.runAsUserName: Invalid value: "a\\\\b\\\\c": runAsUserName cannot contain more than one backslash',
      'spec.securityContext.seLinuxChangePolicy: Unsupported value: "MountOption": supported values: "Recursive"',
    ],
  ],
]

for (const [object, expected] of refusedPods)
  test(`the server refuses a pod: ${expected[0]}`, async () => assert.deepEqual(await findings(pods, object), expected))

const jobSpec = (spec: JsonObject): JsonObject => ({ template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } }, ...spec })

test('the server refuses Jobs of too many indexes, and selectors in CronJobs', async () => {
  const many = { completionMode: 'Indexed', completions: 100_001, parallelism: 10_001, backoffLimitPerIndex: 1 }
  assert.deepEqual(await findings('/apis/batch/v1/namespaces/default/jobs', { spec: jobSpec(many) }), [
    'spec.maxFailedIndexes: Required value: must be specified when completions is above 100000',
    'spec.parallelism: Invalid value: 10001: must be less than or equal to 10000 when completions are above 100000 and used with backoff limit per index',
  ])
  const jobTemplate = { spec: jobSpec({ manualSelector: true, selector: { matchLabels: { a: 'b' } } }) }
  assert.deepEqual(await findings('/apis/batch/v1/namespaces/default/cronjobs', { spec: { schedule: '* * * * *', jobTemplate } }), [
    'spec.jobTemplate.spec.selector: Invalid value: {"matchLabels":{"a":"b"}}: `selector` will be auto-generated',
    'spec.jobTemplate.spec.manualSelector: Unsupported value: true: supported values: "nil", "false"',
  ])
})
