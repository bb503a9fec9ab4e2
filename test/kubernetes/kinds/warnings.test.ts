// What the real server (1.35.4) warns of in objects that it accepts, kind by kind.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createAuthority, type KeyPair, serverCertificate } from '#runner/base/certificates.ts'
import type { JsonObject } from '#runner/base/json.ts'
import { createRandom } from '#runner/base/random.ts'
import { startBareServer } from '#test/support/bare-server.ts'

interface Target {
  readonly path: string
  readonly object: JsonObject
}

type Row = readonly [what: string, target: Target, ...warnings: readonly string[]]

const arch = 'beta.kubernetes.io/arch'
const hint = 'deprecated since v1.14; use "kubernetes.io/arch" instead'
const c = (more: JsonObject = {}): JsonObject => ({ name: 'c', image: 'nginx', ...more })

function target(path: string, object: JsonObject, metadata: JsonObject = {}): Target {
  return { path, object: { ...object, metadata: { name: 'x', ...metadata } } }
}

const inNamespace = (group: string, plural: string): string => `/${group}/namespaces/lab/${plural}`
const pod = (spec: JsonObject = {}, metadata: JsonObject = {}): Target =>
  target(inNamespace('api/v1', 'pods'), { spec: { containers: [c()], ...spec } }, metadata)
const podOf = (container: JsonObject): Target => pod({ containers: [c(container)] })
const ports = (...list: readonly JsonObject[]): Target => podOf({ ports: list })
const volume = (source: JsonObject): Target => pod({ volumes: [{ name: 'v', ...source }] })
const affinity = (value: JsonObject): Target => pod({ affinity: value })
const annotated = (name: string, value = '', spec: JsonObject = {}): Target => pod(spec, { annotations: { [name]: value } })
const service = (spec: JsonObject, metadata: JsonObject = {}): Target =>
  target(inNamespace('api/v1', 'services'), { spec: { ports: [{ port: 80 }], ...spec } }, metadata)
const template = (spec: JsonObject = {}): JsonObject => ({ metadata: { labels: { a: 'b' } }, spec: { containers: [c()], ...spec } })
const oldTemplate = template({ nodeSelector: { [arch]: 'x' } })
const selector = { matchLabels: { a: 'b' } }
const workload = (plural: string, spec: JsonObject, metadata: JsonObject = {}): Target =>
  target(inNamespace('apis/apps/v1', plural), { spec: { selector, template: oldTemplate, ...spec } }, metadata)
const job = (spec: JsonObject): JsonObject => ({ template: { spec: { restartPolicy: 'Never', containers: [c()] } }, ...spec })
const bigJob = job({ completionMode: 'Indexed', completions: 100_001, parallelism: 10_001 })
const persistentVolume = (spec: JsonObject, metadata: JsonObject = {}): Target =>
  target('/api/v1/persistentvolumes', { spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], ...spec } }, metadata)
const claim = (resources: JsonObject): JsonObject => ({ accessModes: ['ReadWriteOnce'], resources })
const quota = (hard: JsonObject): Target => target(inNamespace('api/v1', 'resourcequotas'), { spec: { hard } })
const secret = (certificate: string, key: string): Target =>
  target(inNamespace('api/v1', 'secrets'), { type: 'kubernetes.io/tls', stringData: { 'tls.crt': certificate, 'tls.key': key } })
const hides = (path: string, name: string): string => `${path}: hides previous definition of "${name}", which may be dropped when using apply`
const fraction = (path: string, text: string): string => `${path}: fractional byte value "${text}" is invalid, must be an integer`
const nobody = (path: string): string => `${path}.labelSelector: a null labelSelector results in matching no pod`
const nonStandard = (field: string, kind: string, text: string, use: string): string =>
  `${field}: non-standard ${kind} "${text}" will be considered invalid in a future Kubernetes release: use "${use}"`
const appArmor = 'deprecated since v1.30; use the "appArmorProfile" field instead'
const term = (...labels: readonly string[]): JsonObject => ({ matchExpressions: labels.map((key) => ({ key, operator: 'Exists' })) })
const scheduled = 'DuringSchedulingIgnoredDuringExecution'

const pods: readonly Row[] = [
  ['a plain pod', pod()],
  [
    'a dotted name',
    pod({}, { name: 'a.b' }),
    `metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: [must not contain dots]`,
  ],
  ['a variable twice', podOf({ env: [{ name: 'A', value: '1' }, { name: 'A' }] }), hides('spec.containers[0].env[1]', 'A')],
  [
    'a variable that builds on itself',
    podOf({
      env: [
        { name: 'A', value: '1' },
        { name: 'A', value: '$(A)2' },
      ],
    }),
  ],
  [
    'a variable that is itself',
    podOf({
      env: [
        { name: 'A', value: '1' },
        { name: 'A', value: '$(A)' },
      ],
    }),
    hides('spec.containers[0].env[1]', 'A'),
  ],
  [
    'a port twice',
    ports({ containerPort: 80 }, { containerPort: 80 }),
    'spec.containers[0].ports[1]: duplicate port definition with spec.containers[0].ports[0]',
  ],
  [
    'a port with and without one of the host',
    ports({ containerPort: 80, hostPort: 80 }, { containerPort: 80 }),
    'spec.containers[0].ports[1]: overlapping port definition with spec.containers[0].ports[0]',
  ],
  [
    'a port of the host with and without address',
    ports({ containerPort: 80, hostPort: 81 }, { containerPort: 80, hostPort: 81, hostIP: '127.0.0.1' }),
    'spec.containers[0].ports[1]: dangerously ambiguous port definition with spec.containers[0].ports[0]',
  ],
  [
    'an address without port of the host',
    ports({ containerPort: 80, hostIP: '127.0.0.1' }),
    'spec.containers[0].ports[0]: hostIP set without hostPort: {Name: HostPort:0 ContainerPort:80 Protocol:TCP HostIP:127.0.0.1}',
  ],
  [
    "a port's name in two containers",
    pod({
      initContainers: [c({ name: 'i', restartPolicy: 'Always', ports: [{ name: 'web', containerPort: 81 }] })],
      containers: [c({ ports: [{ name: 'web', containerPort: 80 }] })],
    }),
    'spec.containers[0].ports[0]: duplicate port name "web" with spec.initContainers[0].ports[0], services and probes that select ports by name will use spec.initContainers[0].ports[0]',
  ],
  ['an old label in the node selector', pod({ nodeSelector: { [arch]: 'x' } }), `spec.nodeSelector[${arch}]: ${hint}`],
  [
    'an old label in required affinity',
    affinity({ nodeAffinity: { [`required${scheduled}`]: { nodeSelectorTerms: [term('a', arch)] } } }),
    `spec.affinity.nodeAffinity.required${scheduled}.nodeSelectorTerms[0].matchExpressions[1].key: ${arch} is ${hint}`,
  ],
  [
    'a value that is none in preferred affinity',
    affinity({
      nodeAffinity: { [`preferred${scheduled}`]: [{ weight: 1, preference: { matchExpressions: [{ key: 'a', operator: 'In', values: ['a b'] }] } }] },
    }),
    `spec.affinity.nodeAffinity.preferred${scheduled}[0].preference.matchExpressions[0].values[0]: a b is invalid, a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`,
  ],
  [
    'affinity to no pod',
    affinity({
      podAffinity: { [`required${scheduled}`]: [{ topologyKey: 'a' }] },
      podAntiAffinity: { [`preferred${scheduled}`]: [{ weight: 1, podAffinityTerm: { topologyKey: 'a' } }] },
    }),
    nobody(`spec.affinity.podAffinity.required${scheduled}[0]`),
    nobody(`spec.affinity.podAntiAffinity.preferred${scheduled}[0].podAffinityTerm`),
  ],
  [
    'a spread over an old label, of no pods',
    pod({ topologySpreadConstraints: [{ maxSkew: 1, topologyKey: arch, whenUnsatisfiable: 'ScheduleAnyway' }] }),
    `spec.topologySpreadConstraints[0].topologyKey: ${arch} is ${hint}`,
    nobody('spec.topologySpreadConstraints[0]'),
  ],
  [
    'a critical pod',
    annotated('scheduler.alpha.kubernetes.io/critical-pod'),
    'metadata.annotations[scheduler.alpha.kubernetes.io/critical-pod]: non-functional in v1.16+; use the "priorityClassName" field instead',
  ],
  [
    'a seccomp annotation',
    annotated('seccomp.security.alpha.kubernetes.io/pod', 'runtime/default'),
    'metadata.annotations[seccomp.security.alpha.kubernetes.io/pod]: non-functional in v1.27+; use the "seccompProfile" field instead',
  ],
  [
    'an AppArmor annotation',
    annotated('container.apparmor.security.beta.kubernetes.io/c', 'unconfined'),
    `metadata.annotations[container.apparmor.security.beta.kubernetes.io/c]: ${appArmor}`,
  ],
  [
    "an AppArmor annotation that is the pod's",
    annotated('container.apparmor.security.beta.kubernetes.io/c', 'runtime/default', { securityContext: { appArmorProfile: { type: 'RuntimeDefault' } } }),
  ],
  [
    'half a byte',
    podOf({ resources: { limits: { memory: '1500m' } } }),
    fraction('spec.containers[0].resources.limits[memory]', '1500m'),
    fraction('spec.containers[0].resources.requests[memory]', '1500m'),
  ],
  ['a nameless pull secret', pod({ imagePullSecrets: [{}] }), 'spec.imagePullSecrets[0].name: invalid empty name ""'],
  ['a pull secret twice', pod({ imagePullSecrets: [{ name: 'a' }, { name: 'a' }] }), 'spec.imagePullSecrets[1].name: duplicate name "a"'],
  [
    'host aliases',
    pod({
      hostAliases: [
        { ip: '01.2.3.4', hostnames: ['a'] },
        { ip: '01.2.3.4', hostnames: ['b'] },
      ],
    }),
    'spec.hostAliases[1].ip: duplicate ip "01.2.3.4"',
    nonStandard('spec.hostAliases[0].ip', 'IP address', '01.2.3.4', '1.2.3.4'),
    nonStandard('spec.hostAliases[1].ip', 'IP address', '01.2.3.4', '1.2.3.4'),
  ],
  [
    'name servers',
    pod({ dnsPolicy: 'None', dnsConfig: { nameservers: ['2001:DB8:0:0:0:0:0:1', '::ffff:1.2.3.4', '1:0:0:2::3'] } }),
    'spec.dnsConfig.nameservers[0]: IPv6 address "2001:DB8:0:0:0:0:0:1" should be in RFC 5952 canonical format ("2001:db8::1")',
    nonStandard('spec.dnsConfig.nameservers[1]', 'IP address', '::ffff:1.2.3.4', '1.2.3.4'),
  ],
  ['negative grace, which becomes 1', pod({ terminationGracePeriodSeconds: -1 })],
  ['a volume of git', volume({ gitRepo: { repository: 'x' } }), 'spec.volumes[0].gitRepo: deprecated in v1.11, and disabled by default in v1.33+'],
  ['a volume of StorageOS', volume({ storageos: { volumeName: 'x' } }), 'spec.volumes[0].storageOS: deprecated in v1.22, non-functional in v1.25+'],
  [
    'overlapping paths',
    volume({
      configMap: {
        name: 'm',
        items: [
          { key: 'k', path: 'p' },
          { key: 'l', path: 'p/q' },
        ],
      },
    }),
    'volume "v" (ConfigMap "m"): overlapping paths: "p/q" with "p"',
  ],
  [
    'overlapping projections',
    volume({
      projected: {
        sources: [{ configMap: { name: 'm', items: [{ key: 'k', path: 'p' }] } }, { secret: { name: 's', items: [{ key: 'k', path: 'p/q' }] } }, {}],
      },
    }),
    'volume "v" (Projected): overlapping paths: "p/q" (Secret "s") with "p" (ConfigMap "m")',
    'volume "v" (Projected) has no sources provided',
  ],
  [
    'a claim of a pod',
    volume({ ephemeral: { volumeClaimTemplate: { spec: claim({ requests: { storage: '1.5' } }) } } }),
    fraction('spec.volumes[0].ephemeral.volumeClaimTemplate.spec.resources.requests[storage]', '1500m'),
  ],
]

const surprise = 'metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended'
const workloads: readonly Row[] = [
  ['a Deployment', workload('deployments', {}), `spec.template.spec.nodeSelector[${arch}]: ${hint}`],
  [
    'negative grace',
    workload('deployments', { template: template({ terminationGracePeriodSeconds: -1 }) }),
    'spec.template.spec.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1',
  ],
  ['a dotted ReplicaSet', workload('replicasets', { template: template() }, { name: 'x.y' }), `${surprise}: [must not contain dots]`],
  ['a dotted DaemonSet', workload('daemonsets', {}, { name: 'x.y' }), `spec.template.spec.nodeSelector[${arch}]: ${hint}`],
  [
    'a StatefulSet',
    workload('statefulsets', {
      serviceName: 's',
      template: template(),
      revisionHistoryLimit: -1,
      volumeClaimTemplates: [{ metadata: { name: 'd' }, spec: claim({ requests: { storage: '1500m' } }) }],
    }),
    fraction('spec.volumeClaimTemplates[0].resources.requests[storage]', '1500m'),
    'spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended',
  ],
  [
    'a ReplicationController',
    target(inNamespace('api/v1', 'replicationcontrollers'), { spec: { selector: { a: 'b' }, template: oldTemplate } }),
    `spec.template.spec.nodeSelector[${arch}]: ${hint}`,
  ],
  ['a PodTemplate', target(inNamespace('api/v1', 'podtemplates'), { template: oldTemplate }), `template.spec.nodeSelector[${arch}]: ${hint}`],
  [
    'a Job of very many',
    target(inNamespace('apis/batch/v1', 'jobs'), { spec: bigJob }),
    'spec: In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail',
  ],
  [
    'a dotted CronJob',
    target(inNamespace('apis/batch/v1', 'cronjobs'), { spec: { schedule: '0 0 1 1 *', jobTemplate: { spec: job({}) } } }, { name: 'x.y' }),
    `${surprise}: [must not contain dots]`,
  ],
]

const network: readonly Row[] = [
  [
    'a headless Service',
    service({ clusterIP: 'None', sessionAffinity: 'ClientIP', externalIPs: ['1.2.3.4'], loadBalancerIP: '1.2.3.4' }),
    'spec.loadBalancerIP is ignored for headless services',
    'spec.externalIPs is ignored for headless services',
    'spec.SessionAffinity is ignored for headless services',
  ],
  [
    'an external name with addresses',
    service({ type: 'ExternalName', externalName: 'a.b', externalIPs: ['1.2.3.4'] }),
    'spec.externalIPs is ignored when spec.type is "ExternalName"',
  ],
  ['an external name that is ignored', service({ externalName: 'a.b' }), 'spec.externalName is ignored when spec.type is not "ExternalName"'],
  ['traffic that stays close', service({ trafficDistribution: 'PreferClose' }), 'spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"'],
  [
    'hints',
    service({}, { annotations: { 'service.kubernetes.io/topology-aware-hints': 'Auto' } }),
    'annotation service.kubernetes.io/topology-aware-hints is deprecated, please use service.kubernetes.io/topology-mode instead',
  ],
  [
    'source ranges',
    service({ type: 'LoadBalancer', loadBalancerSourceRanges: ['10.0.0.1/8', '10.0.0.0/08', '2001:DB8::/32', '::ffff:1.2.3.0/120'] }),
    'spec.loadBalancerSourceRanges[0]: CIDR value "10.0.0.1/8" is ambiguous in this context (should be "10.0.0.0/8" or "10.0.0.1/32"?)',
    nonStandard('spec.loadBalancerSourceRanges[1]', 'CIDR value', '10.0.0.0/08', '10.0.0.0/8'),
    'spec.loadBalancerSourceRanges[2]: IPv6 CIDR value "2001:DB8::/32" should be in RFC 5952 canonical format ("2001:db8::/32")',
    nonStandard('spec.loadBalancerSourceRanges[3]', 'CIDR value', '::ffff:1.2.3.0/120', '1.2.3.0/24'),
  ],
  [
    'Endpoints',
    target(inNamespace('api/v1', 'endpoints'), { subsets: [{ notReadyAddresses: [{ ip: '01.2.3.4' }], ports: [{ port: 1 }] }] }),
    'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
    nonStandard('subsets[0].notReadyAddresses[0].ip', 'IP address', '01.2.3.4', '1.2.3.4'),
  ],
  [
    'a slice of names',
    target(inNamespace('apis/discovery.k8s.io/v1', 'endpointslices'), { addressType: 'FQDN', endpoints: [{ addresses: ['a.b'] }] }),
    'spec.addressType: FQDN endpoints are deprecated',
  ],
  [
    'an Ingress with its class as annotation',
    target(
      inNamespace('apis/networking.k8s.io/v1', 'ingresses'),
      { spec: { defaultBackend: { service: { name: 'a', port: { number: 1 } } } } },
      { annotations: { 'kubernetes.io/ingress.class': 'a' } },
    ),
    `annotation "kubernetes.io/ingress.class" is deprecated, please use 'spec.ingressClassName' instead`,
  ],
  [
    'a NetworkPolicy',
    target(inNamespace('apis/networking.k8s.io/v1', 'networkpolicies'), {
      spec: { podSelector: {}, egress: [{ to: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.2.0.1/16'] } }] }] },
    }),
    'spec.egress[0].to[0].ipBlock.except[0]: CIDR value "10.2.0.1/16" is ambiguous in this context (should be "10.2.0.0/16" or "10.2.0.1/32"?)',
  ],
]

const made = { secret: createRandom('secret'), now: Date.parse('2026-01-01T00:00:00Z') }
const [one, other] = ['one', 'other'].map((host) => serverCertificate(createAuthority('test', made), [host], made)) as [KeyPair, KeyPair]

const others: readonly Row[] = [
  [
    'a recycled volume',
    persistentVolume({ hostPath: { path: '/x' }, persistentVolumeReclaimPolicy: 'Recycle' }),
    'spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.',
  ],
  ['a volume of Ceph', persistentVolume({ rbd: { monitors: ['a'], image: 'b' } }), 'spec.rbd: deprecated in v1.28, non-functional in v1.31+'],
  [
    "a volume's class as annotation",
    persistentVolume({ nfs: { server: 'a', path: '/x' } }, { annotations: { 'volume.beta.kubernetes.io/storage-class': 'a' } }),
    'metadata.annotations[volume.beta.kubernetes.io/storage-class]: deprecated since v1.8; use "storageClassName" attribute instead',
  ],
  [
    'a claim',
    target(inNamespace('api/v1', 'persistentvolumeclaims'), { spec: claim({ requests: { storage: '1.5' } }) }),
    fraction('spec.resources.requests[storage]', '1500m'),
  ],
  [
    'a StorageClass',
    target('/apis/storage.k8s.io/v1/storageclasses', { provisioner: 'a.b/c', allowedTopologies: [{ matchLabelExpressions: [{ key: arch, values: ['a'] }] }] }),
    `allowedTopologies[0].matchLabelExpressions[0].key: ${hint}`,
  ],
  [
    'a CSIStorageCapacity',
    target(inNamespace('apis/storage.k8s.io/v1', 'csistoragecapacities'), {
      storageClassName: 'x',
      nodeTopology: { matchLabels: { [arch]: 'a' }, ...term(arch) },
    }),
    `nodeTopology.matchExpressions[0].key: ${arch} is ${hint}`,
    `nodeTopology.matchLabels.${arch}: ${hint}`,
  ],
  [
    'a CSIDriver',
    target('/apis/storage.k8s.io/v1/csidrivers', { spec: { tokenRequests: [{ audience: 'a' }] } }),
    'spec.serviceAccountTokenInSecrets is unset; if supported by this CSI driver, set to true to prevent possible logging of tokens in volume attributes',
  ],
  [
    'a Node',
    target('/api/v1/nodes', { spec: { externalID: 'a', configSource: {} } }),
    'spec.externalID: this field is deprecated, and is unused by Kubernetes',
  ],
  [
    'a RuntimeClass',
    target('/apis/node.k8s.io/v1/runtimeclasses', { handler: 'a', scheduling: { nodeSelector: { [arch]: 'a' } } }),
    `scheduling.nodeSelector: ${hint}`,
  ],
  ['a ResourceQuota', quota({ 'requests.cpu': '2', 'limits.cpu': '1500m' }), 'ResourceQuota requests.cpu (2) should be less than limits.cpu (1500m)'],
  ['a ResourceQuota in bare names', quota({ memory: '2Gi', 'limits.memory': '1Gi' }), 'ResourceQuota memory (2Gi) should be less than limits.memory (1Gi)'],
  [
    'a ServiceAccount',
    target(inNamespace('api/v1', 'serviceaccounts'), {}, { annotations: { 'kubernetes.io/enforce-mountable-secrets': 'true' } }),
    'metadata.annotations[kubernetes.io/enforce-mountable-secrets]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets',
  ],
  ['a Secret of a pair', secret(one.certificate, one.key)],
  ['a Secret of two pairs', secret(one.certificate, other.key), 'tls: private key does not match public key'],
  [
    'a Secret the wrong way round',
    secret(one.key, one.certificate),
    'tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched',
  ],
  ['a Secret without PEM', secret('x', 'y'), 'tls: failed to find any PEM data in certificate input'],
]

for (const [what, { path, object }, ...expected] of [...pods, ...workloads, ...network, ...others])
  test(`a create warns of ${what}`, async () => {
    const { ask } = startBareServer()
    const response = await ask('POST', `${path}?dryRun=All`, object)
    assert.equal(response.status, 201, await response.text())
    assert.deepEqual(warningsOf(response), expected)
  })

const merge = { 'content-type': 'application/merge-patch+json' }
const old = `spec.template.spec.nodeSelector[${arch}]: ${hint}`

/** Made, then changed by a merge patch. */
const updates: readonly (readonly [what: string, made: Target, patch: JsonObject, ...warnings: string[]])[] = [
  ['nothing of a pod', pod({ nodeSelector: { [arch]: 'x' } }), { metadata: { labels: { a: 'b' } } }],
  ["nothing of a Deployment's labels", workload('deployments', {}), { metadata: { labels: { a: 'b' } } }],
  ["a Deployment's template in a new generation", workload('deployments', {}), { spec: { paused: true } }, old],
  ["nothing of a DaemonSet's other fields", workload('daemonsets', {}), { spec: { minReadySeconds: 1 } }],
  ["a DaemonSet's new template", workload('daemonsets', {}), { spec: { template: { spec: { hostIPC: true } } } }, old],
  [
    'the template that a ReplicationController had',
    target(inNamespace('api/v1', 'replicationcontrollers'), { spec: { replicas: 0, selector: { a: 'b' }, template: oldTemplate } }),
    { spec: { template: { spec: { nodeSelector: null } } } },
    old,
  ],
  [
    "a StatefulSet's claims, in the server's spelling",
    workload('statefulsets', {
      serviceName: 's',
      template: template(),
      volumeClaimTemplates: [{ metadata: { name: 'd' }, spec: claim({ requests: { storage: '1500m' } }) }],
    }),
    { metadata: { labels: { a: 'b' } } },
    fraction('spec.volumeClaimTemplates[0].Spec.resources.requests[storage]', '1500m'),
  ],
  ['nothing of a ResourceQuota', quota({ 'requests.cpu': '1', 'limits.cpu': '1' }), { spec: { hard: { 'requests.cpu': '2' } } }],
  [
    'a Service each time',
    service({ trafficDistribution: 'PreferClose' }),
    { metadata: { labels: { a: 'b' } } },
    'spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"',
  ],
]

for (const [what, made, patch, ...expected] of updates)
  test(`an update warns of ${what}`, async () => {
    const { ask } = startBareServer()
    assert.equal((await ask('POST', made.path, made.object)).status, 201)
    const response = await ask('PATCH', `${made.path}/x`, patch, merge)
    assert.equal(response.status, 200, await response.text())
    assert.deepEqual(warningsOf(response), expected)
  })

test('a scale warns of the whole object, a status of addresses only', async () => {
  const { ask } = startBareServer()
  const { path, object } = workload('deployments', {})
  await ask('POST', path, object)
  assert.deepEqual(warningsOf(await ask('PATCH', `${path}/x/scale`, { spec: { replicas: 3 } }, merge)), [old])
  await ask('POST', service({}).path, service({ trafficDistribution: 'PreferClose' }).object)
  const status = { status: { loadBalancer: { ingress: [{ ip: '01.2.3.4' }] } } }
  const response = await ask('PATCH', `${service({}).path}/x/status`, status, merge)
  assert.deepEqual(warningsOf(response), [nonStandard('status.loadBalancer.ingress[0]', 'IP address', '01.2.3.4', '1.2.3.4')])
})

test('what is refused is not warned of, but what is there already is', async () => {
  const { ask } = startBareServer()
  const made = pod({ nodeSelector: { [arch]: 'x' } })
  assert.deepEqual(warningsOf(await ask('POST', made.path, pod({ nodeSelector: { [arch]: 'x' }, containers: [] }).object)), [])
  await ask('POST', made.path, made.object)
  const again = await ask('POST', made.path, made.object)
  assert.equal(again.status, 409)
  assert.deepEqual(warningsOf(again), [`spec.nodeSelector[${arch}]: ${hint}`])
})

test('an AppArmor annotation becomes a field of its container', async () => {
  const { ask } = startBareServer()
  const made = annotated('container.apparmor.security.beta.kubernetes.io/c', 'localhost/p')
  const { spec } = (await (await ask('POST', made.path, made.object)).json()) as { spec: { containers: JsonObject[] } }
  assert.deepEqual(spec.containers[0]?.securityContext, { appArmorProfile: { type: 'Localhost', localhostProfile: 'p' } })
})

test('an owner that is named twice is kept once', async () => {
  const { ask } = startBareServer()
  const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'a', uid: 'u' }
  const response = await ask('POST', '/api/v1/namespaces/lab/configmaps', { metadata: { name: 'x', ownerReferences: [owner, owner] } })
  assert.deepEqual(warningsOf(response), [
    '.metadata.ownerReferences contains duplicate entries; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: u',
  ])
  assert.deepEqual(((await response.json()) as { metadata: JsonObject }).metadata.ownerReferences, [owner])
})

test('jobs are not deleted silently where their pods stay', async () => {
  const { ask } = startBareServer()
  const jobs = inNamespace('apis/batch/v1', 'jobs')
  assert.deepEqual(warningsOf(await ask('DELETE', `${jobs}/x`)), [
    'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning',
  ])
  assert.deepEqual(warningsOf(await ask('DELETE', `${jobs}/x?propagationPolicy=Background`)), [])
})

test('warnings that are too long together are each cut', async () => {
  const { ask } = startBareServer()
  const long = 'p'.repeat(200)
  const items = [long, long].map((path) => ({ key: 'k', path }))
  const made = pod({ volumes: Array.from({ length: 30 }, (_, index) => ({ name: `v${index}`, configMap: { name: 'm', items } })) })
  const warnings = warningsOf(await ask('POST', made.path, made.object))
  assert.equal(warnings.length, 16)
  assert.deepEqual([...new Set(warnings.map(({ length }) => length))], [256])
})

function warningsOf(response: Response): readonly string[] {
  const whole = response.headers.get('warning') ?? ''
  return [...whole.matchAll(/299 - "((?:[^"\\]|\\.)*)"/g)].map(([, text = '']) => text.replace(/\\(.)/g, '$1'))
}
