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
    pod({
      volumes: [
        {
          name: 'v',
          ephemeral: { volumeClaimTemplate: { metadata: { uid: 'u' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1' } } } } },
        },
      ],
    }),
    ['spec.volumes[0].ephemeral.volumeClaimTemplate.metadata.uID: Forbidden: cannot be set'],
  ],
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

const subdomain =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character " +
  "(e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
const flow = { matchingPrecedence: 1, distinguisherMethod: { type: 'Odd' }, priorityLevelConfiguration: { name: 'L' } }
const verbs = '"create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch"'

const refused: readonly (readonly [path: string, JsonObject, readonly string[]])[] = [
  [
    '/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas',
    {
      spec: {
        ...flow,
        rules: [{ subjects: [{ kind: 'Odd' }, { kind: 'User', group: { name: 'g' } }], nonResourceRules: [{ verbs: ['v'], nonResourceURLs: ['x'] }] }],
      },
    },
    [
      "spec.matchingPrecedence: Invalid value: 1: only the schema named 'exempt' may have matchingPrecedence 1",
      'spec.distinguisherMethod.type: Unsupported value: {"Type":"Odd"}: supported values: "ByNamespace", "ByUser"',
      `spec.priorityLevelConfiguration.name: Invalid value: "L": ${subdomain}`,
      'spec.rules[0].subjects[0].kind: Unsupported value: "Odd": supported values: "Group", "ServiceAccount", "User"',
      "spec.rules[0].subjects[1].user: Required value: user is required when subject kind is 'User'",
      "spec.rules[0].subjects[1].group: Forbidden: group is forbidden when subject kind is not 'Group'",
      `spec.rules[0].nonResourceRules[0].verbs: Unsupported value: ["v"]: supported values: ${verbs}`,
      'spec.rules[0].nonResourceRules[0].nonResourceURLs[0]: Invalid value: "x": must start with slash',
    ],
  ],
  [
    '/apis/storage.k8s.io/v1/csidrivers',
    { spec: { nodeAllocatableUpdatePeriodSeconds: 9, volumeLifecycleModes: ['Odd'], tokenRequests: [{ audience: 'a', expirationSeconds: 2 }] } },
    [
      'spec.tokenRequests[0].expirationSeconds: Invalid value: 2: may not specify a duration less than 10 minutes',
      'spec.volumeLifecycleModes: Unsupported value: "Odd": supported values: "Persistent", "Ephemeral"',
      'spec.nodeAllocatableUpdatePeriodSeconds: Invalid value: 9: must be greater than or equal to 10 seconds',
    ],
  ],
  [
    '/apis/storage.k8s.io/v1/volumeattachments',
    { spec: { attacher: 'a.b', nodeName: 'n', source: { persistentVolumeName: 'V', inlineVolumeSpec: { hostPath: { path: '/' } } } } },
    [
      'spec.source: Forbidden: must specify exactly one of inlineVolumeSpec and persistentVolumeName',
      `spec.source.persistentVolumeName: Invalid value: "V": ${subdomain}`,
    ],
  ],
  [
    '/apis/networking.k8s.io/v1/ingressclasses',
    { spec: { controller: 'a.b/c', parameters: { apiGroup: 'G', kind: 'a/b', name: 'n', scope: 'Cluster', namespace: 'x' } } },
    [
      `spec.parameters.apiGroup: Invalid value: "G": ${subdomain}`,
      'spec.parameters.kind: Invalid value: "a/b": may not contain \'/\'',
      "spec.parameters.namespace: Forbidden: `parameters.scope` is set to 'Cluster'",
    ],
  ],
  [
    '/apis/certificates.k8s.io/v1/certificatesigningrequests',
    { spec: { request: 'AQ==', usages: ['client auth'], signerName: 'a.b/c' } },
    ['spec.request: Invalid value: "AQ==": PEM block type must be CERTIFICATE REQUEST'],
  ],
  [
    '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices',
    { addressType: 'IPv4', endpoints: [{ addresses: ['1.2.3.4'], hints: { forNodes: [{ name: 'N' }] } }] },
    [`endpoints[0].hints.forNodes[0].name: Invalid value: "N": ${subdomain}`],
  ],
]

for (const [path, object, expected] of refused) test(`the server refuses at ${path}`, async () => assert.deepEqual(await findings(path, object), expected))

test('finalizers of some groups need no known name', async () => {
  const odd = { metadata: { name: 'a', finalizers: ['odd'] } }
  assert.deepEqual(await findings('/apis/coordination.k8s.io/v1/namespaces/default/leases', odd), [])
  assert.deepEqual(await findings('/api/v1/namespaces/default/configmaps', odd), [
    'metadata.finalizers[0]: Invalid value: "odd": name is neither a standard finalizer name nor is it fully qualified',
  ])
})

test('two sources of a claim say the same, and what lies in another namespace is named once', async () => {
  const set = (source: JsonObject): JsonObject => ({
    spec: {
      serviceName: 's',
      selector: { matchLabels: { a: 'b' } },
      template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
      volumeClaimTemplates: [{ metadata: { name: 'd' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...source } }],
    },
  })
  const sets = '/apis/apps/v1/namespaces/default/statefulsets'
  const [dataSource, kind] = [{ kind: 'PersistentVolumeClaim', name: 'n' }, 'PersistentVolumeClaim']
  const spec = 'spec.volumeClaimTemplates[0].spec'
  assert.deepEqual(await findings(sets, set({ dataSource, dataSourceRef: { kind, name: 'm' } })), [`${spec}: Invalid value: {}: must match dataSourceRef`])
  assert.deepEqual(await findings(sets, set({ dataSource, dataSourceRef: { kind, name: 'n', namespace: 'A' } })), [
    `${spec}.dataSourceRef.namespace: Invalid value: "A": ${label}`,
    `${spec}: Invalid value: {}: may not be specified when dataSourceRef.namespace is specified`,
  ])
  assert.deepEqual(await findings(sets, set({ dataSourceRef: { apiGroup: 'x.io', kind: 'K', name: 'n', namespace: 'o' } })), [])
})

test('what is applied without the key of its list is refused for what is missing', async () => {
  const { ask } = startBareServer()
  const apply = async (containers: readonly JsonObject[]): Promise<unknown> => {
    const body = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x' }, spec: { containers } }
    const answer = await ask('PATCH', `${pods}/x?fieldManager=m`, body, { 'content-type': 'application/apply-patch+yaml' })
    return ((await answer.json()) as JsonObject).message
  }
  assert.equal(await apply([{ image: 'i' }]), 'Pod "x" is invalid: spec.containers[0].name: Required value')
  assert.equal(
    await apply([{ image: 'i' }, { image: 'j' }]),
    'failed to create typed patch object (/x; /v1, Kind=Pod): .spec.containers: duplicate entries for key [name=""]',
  )
})
