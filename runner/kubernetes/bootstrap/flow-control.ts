// Priority levels and flow schemas that an API server makes by itself (API priority and fairness).
import type { JsonObject } from '../../base/json.ts'
import type { KubernetesObject } from '../object.ts'

const apiVersion = 'flowcontrol.apiserver.k8s.io/v1'
const annotations = { 'apf.kubernetes.io/autoupdate-spec': 'true' }

/** name, shares, lendable percent, queues with hand size and length; none: reject. */
const levels: readonly (readonly [name: string, shares: number, lendable: number, queues?: readonly [queues: number, hand: number, length: number]])[] = [
  ['catch-all', 5, 0],
  ['global-default', 20, 50, [128, 6, 50]],
  ['leader-election', 10, 0, [16, 4, 50]],
  ['node-high', 40, 25, [64, 6, 50]],
  ['system', 30, 33, [64, 6, 50]],
  ['workload-high', 40, 50, [128, 6, 50]],
  ['workload-low', 100, 90, [128, 6, 50]],
]

const everything: JsonObject = {
  resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], clusterScope: true, namespaces: ['*'] }],
  nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
}

/** name, level, precedence, how flows are told apart, subjects, and what they ask for. */
const schemas: readonly (readonly [name: string, level: string, precedence: number, by: string, subjects: readonly string[], rules: JsonObject])[] = [
  ['catch-all', 'catch-all', 10000, 'ByUser', ['Group system:unauthenticated', 'Group system:authenticated'], everything],
  [
    'endpoint-controller',
    'workload-high',
    150,
    'ByUser',
    ['User system:kube-controller-manager', 'ServiceAccount kube-system/endpoint-controller', 'ServiceAccount kube-system/endpointslicemirroring-controller'],
    onResources(['get', 'create', 'update'], '', ['endpoints'], ['*']),
  ],
  ['exempt', 'exempt', 1, '', ['Group system:masters'], everything],
  ['global-default', 'global-default', 9900, 'ByUser', ['Group system:unauthenticated', 'Group system:authenticated'], everything],
  ['kube-controller-manager', 'workload-high', 800, 'ByNamespace', ['User system:kube-controller-manager'], everything],
  ['kube-scheduler', 'workload-high', 800, 'ByNamespace', ['User system:kube-scheduler'], everything],
  ['kube-system-service-accounts', 'workload-high', 900, 'ByNamespace', ['ServiceAccount kube-system/*'], everything],
  [
    'probes',
    'exempt',
    2,
    '',
    ['Group system:unauthenticated', 'Group system:authenticated'],
    { nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/healthz', '/readyz', '/livez'] }] },
  ],
  ['service-accounts', 'workload-low', 9000, 'ByUser', ['Group system:serviceaccounts'], everything],
  [
    'system-leader-election',
    'leader-election',
    100,
    'ByUser',
    ['User system:kube-controller-manager', 'User system:kube-scheduler', 'ServiceAccount kube-system/*'],
    onResources(['get', 'create', 'update'], 'coordination.k8s.io', ['leases'], ['*']),
  ],
  ['system-node-high', 'node-high', 400, 'ByUser', ['Group system:nodes'], onNodes()],
  ['system-nodes', 'system', 500, 'ByUser', ['Group system:nodes'], everything],
  [
    'workload-leader-election',
    'leader-election',
    200,
    'ByUser',
    ['ServiceAccount kube-system/*'],
    onResources(['get', 'create', 'update'], 'coordination.k8s.io', ['leases'], ['*']),
  ],
]

/** All priority levels and flow schemas, as they are after their first look at each other. */
export function flowControlObjects(time: string): readonly KubernetesObject[] {
  return [exemptLevel(), ...levels.map(level), ...schemas.map((row) => schema(row, time))]
}

function exemptLevel(): KubernetesObject {
  const spec = { type: 'Exempt', exempt: { nominalConcurrencyShares: 0, lendablePercent: 0 } }
  return { apiVersion, kind: 'PriorityLevelConfiguration', metadata: { name: 'exempt', annotations }, spec, status: {} }
}

function level([name, shares, lendablePercent, queues]: (typeof levels)[number]): KubernetesObject {
  const [count = 0, handSize = 0, queueLengthLimit = 0] = queues ?? []
  const limitResponse = queues ? { type: 'Queue', queuing: { queues: count, handSize, queueLengthLimit } } : { type: 'Reject' }
  const spec = { type: 'Limited', limited: { nominalConcurrencyShares: shares, limitResponse, lendablePercent } }
  return { apiVersion, kind: 'PriorityLevelConfiguration', metadata: { name, annotations }, spec, status: {} }
}

function schema([name, levelName, matchingPrecedence, by, subjects, rules]: (typeof schemas)[number], time: string): KubernetesObject {
  const spec = {
    priorityLevelConfiguration: { name: levelName },
    matchingPrecedence,
    ...(by !== '' && { distinguisherMethod: { type: by } }),
    rules: [{ subjects: subjects.map(subject), ...rules }],
  }
  const message = `This FlowSchema references the PriorityLevelConfiguration object named "${levelName}" and it exists`
  const conditions = [{ type: 'Dangling', status: 'False', lastTransitionTime: time, reason: 'Found', message }]
  return { apiVersion, kind: 'FlowSchema', metadata: { name, annotations }, spec, status: { conditions } }
}

function subject(text: string): JsonObject {
  const [kind = '', name = ''] = text.split(' ')
  const [namespace = '', account = ''] = name.split('/')
  if (kind === 'ServiceAccount') return { kind, serviceAccount: { namespace, name: account } }
  return kind === 'User' ? { kind, user: { name } } : { kind, group: { name } }
}

function onResources(verbs: readonly string[], group: string, resources: readonly string[], namespaces: readonly string[]): JsonObject {
  return { resourceRules: [{ verbs, apiGroups: [group], resources, namespaces }] }
}

function onNodes(): JsonObject {
  return {
    resourceRules: [
      { verbs: ['*'], apiGroups: [''], resources: ['nodes', 'nodes/status'], clusterScope: true, namespaces: ['*'] },
      { verbs: ['*'], apiGroups: ['coordination.k8s.io'], resources: ['leases'], namespaces: ['*'] },
    ],
  }
}
