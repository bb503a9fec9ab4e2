// ValidatingAdmissionPolicies: what their expressions see, and what is said of what they refuse.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configMaps, deployments, namespaces, pods } from '#runner/controllers/resources.ts'
import type { KubernetesObject, Resource } from '#runner/kubernetes/object.ts'
import { startCluster, type TestCluster } from '#test/support/start-cluster.ts'

const group = 'admissionregistration.k8s.io'
const policies: Resource = { group, version: 'v1', plural: 'validatingadmissionpolicies', kind: 'ValidatingAdmissionPolicy', namespaced: false }
const bindings: Resource = { group, version: 'v1', plural: 'validatingadmissionpolicybindings', kind: 'ValidatingAdmissionPolicyBinding', namespaced: false }
const namespace = 'default'

async function policy({ client }: TestCluster, spec: object, binding: object = {}): Promise<void> {
  const matchConstraints = { resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE', 'DELETE'], resources: ['configmaps'] }] }
  const made = { apiVersion: `${group}/v1`, kind: policies.kind, metadata: { name: 'p' }, spec: { matchConstraints, ...spec } }
  await client.create(policies, made as KubernetesObject)
  const bound = { apiVersion: `${group}/v1`, kind: bindings.kind, metadata: { name: 'b' }, spec: { policyName: 'p', validationActions: ['Deny'], ...binding } }
  await client.create(bindings, bound as KubernetesObject)
}

function configMap(name: string, more: object = {}): KubernetesObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, ...more }
}

const by = "ValidatingAdmissionPolicy 'p' with binding 'b' denied request:"

/** Expressions on a new ConfigMap `x` with data a=1, and what is said where they refuse it. */
const cases: readonly (readonly [title: string, validation: object, said: string | undefined])[] = [
  ['true allows', { expression: 'true' }, undefined],
  ['false refuses with itself', { expression: ' 1 > 2 ' }, 'failed expression: 1 > 2'],
  ['a message is told', { expression: 'false', message: 'never' }, 'never'],
  ['a message is made', { expression: 'false', messageExpression: "'no ' + object.metadata.name" }, 'no x'],
  ['a message that cannot be made is left out', { expression: 'false', messageExpression: 'string(object.nope)', message: 'plain' }, 'plain'],
  ['an error refuses', { expression: 'object.data.nope == 1' }, "expression 'object.data.nope == 1' resulted in error: no such key: nope"],
  ['the operation is known', { expression: "request.operation == 'CREATE' && oldObject == null" }, undefined],
  ['who asks is known', { expression: "request.userInfo.username == 'admin' && 'system:masters' in request.userInfo.groups" }, undefined],
  ['the namespace is known', { expression: "namespaceObject.metadata.name == 'default'" }, undefined],
  ['variables build on each other', { expression: 'variables.twice == 2' }, undefined],
  ['the authorizer is asked', { expression: "authorizer.group('').resource('pods').namespace('x').check('create').allowed()" }, undefined],
  ['a path is asked for', { expression: "authorizer.path('/healthz').check('get').allowed()" }, undefined],
  [
    'a service account is asked for',
    { expression: "authorizer.serviceAccount('default', 'default').group('').resource('pods').check('list').allowed()", message: 'may not' },
    'may not',
  ],
]

test('expressions judge what is written', async () => {
  for (const [title, validation, said] of cases) {
    const cluster = await startCluster()
    const variables = [
      { name: 'one', expression: 'int(object.data.a)' },
      { name: 'twice', expression: 'variables.one * 2' },
    ]
    await policy(cluster, { variables, validations: [validation] })
    const create = cluster.client.create(configMaps, configMap('x', { data: { a: '1' } }))
    if (said === undefined) await create
    else await assert.rejects(create, { message: `configmaps "x" is forbidden: ${by} ${said}`, code: 422, reason: 'Invalid' }, title)
  }
})

test('a reason decides the code, and errors are let through where failures are ignored', async () => {
  const cluster = await startCluster()
  await policy(cluster, {
    failurePolicy: 'Ignore',
    validations: [{ expression: 'object.data.nope == 1' }, { expression: "object.metadata.name != 'y'", reason: 'Forbidden' }],
  })
  await cluster.client.create(configMaps, configMap('x'))
  await assert.rejects(cluster.client.create(configMaps, configMap('y')), { code: 403, reason: 'Forbidden' })
})

test('conditions, selectors and the operation decide whether a policy is asked', async () => {
  const cluster = await startCluster()
  const { client } = cluster
  await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'strict', labels: { strict: 'yes' } } })
  await cluster.settle()
  const matchConditions = [{ name: 'named', expression: "(object == null ? oldObject : object).metadata.name.startsWith('x')" }]
  await policy(
    cluster,
    { matchConditions, validations: [{ expression: "request.operation != 'DELETE' && object.metadata.name == 'x1'" }] },
    {
      matchResources: { namespaceSelector: { matchLabels: { strict: 'yes' } } },
    },
  )
  await client.create(configMaps, configMap('x'))
  const strict = (name: string): KubernetesObject => ({ ...configMap(name), metadata: { name, namespace: 'strict' } })
  await client.create(configMaps, strict('other'))
  await client.create(configMaps, strict('x1'))
  await assert.rejects(client.create(configMaps, strict('x2')), /denied request/)
  await assert.rejects(client.delete(configMaps, { namespace: 'strict', name: 'x1' }), /denied request/)
})

test('parameters come from a named object or from chosen ones, and their lack is told', async () => {
  const cluster = await startCluster()
  const { client } = cluster
  const deploymentRules = { resourceRules: [{ apiGroups: ['apps'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['deployments'] }] }
  const paramKind = { apiVersion: 'v1', kind: 'ConfigMap' }
  await policy(
    cluster,
    { matchConstraints: deploymentRules, paramKind, validations: [{ expression: 'object.spec.replicas <= int(params.data.most)' }] },
    { paramRef: { selector: { matchLabels: { limits: 'yes' } }, parameterNotFoundAction: 'Deny' } },
  )
  const labels = { app: 'w' }
  const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'nginx' }] } }
  const deployment = (replicas: number): KubernetesObject => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: `w${replicas}`, namespace },
    spec: { replicas, selector: { matchLabels: labels }, template },
  })
  const none = 'failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction'
  await assert.rejects(client.create(deployments, deployment(2)), { message: `deployments.apps "w2" is forbidden: ${by} ${none}` })
  await client.create(configMaps, configMap('limits', { metadata: { name: 'limits', namespace, labels: { limits: 'yes' } }, data: { most: '2' } }))
  await client.create(deployments, deployment(2))
  await assert.rejects(client.create(deployments, deployment(3)), /failed expression: object.spec.replicas <= int\(params.data.most\)/)
})

test('a warning is a header of the answer', async () => {
  const cluster = await startCluster()
  await policy(cluster, { validations: [{ expression: "object.metadata.name != 'y'", message: 'not y' }] }, { validationActions: ['Warn', 'Audit'] })
  const token = await cluster.client.postSubresource(
    { group: '', version: 'v1', plural: 'serviceaccounts', kind: 'ServiceAccount', namespaced: true },
    { namespace: 'kube-system', name: 'default' },
    'token',
    { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', metadata: {}, spec: { audiences: [], expirationSeconds: 3600 } },
  )
  await cluster.client.create(
    { group: 'rbac.authorization.k8s.io', version: 'v1', plural: 'clusterrolebindings', kind: 'ClusterRoleBinding', namespaced: false },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'all' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'ServiceAccount', name: 'default', namespace: 'kube-system' }],
    } as unknown as KubernetesObject,
  )
  const { token: bearer } = token.status as { token: string }
  const answer = await cluster.server.host.fetch(
    new Request('https://k/api/v1/namespaces/default/configmaps', {
      method: 'POST',
      headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
      body: JSON.stringify(configMap('y')),
    }),
    { address: '10.0.0.1' } as never,
  )
  assert.equal(answer.status, 201)
  assert.equal(answer.headers.get('warning'), `299 - "Validation failed for ValidatingAdmissionPolicy 'p' with binding 'b': not y"`)
})

test('the status tells which expressions do not fit a kind', async () => {
  const cluster = await startCluster()
  const matchConstraints = { resourceRules: [{ apiGroups: ['apps'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['deployments'] }] }
  const good = { expression: 'object.spec.template.spec.containers.all(c, c.name != "x") && object.spec.replicas > 1' }
  await policy(cluster, { matchConstraints, validations: [good, { expression: 'object.replicas > 1' }] })
  await cluster.settle()
  const found = await cluster.client.get(policies, { name: 'p' })
  const warning = "apps/v1, Kind=Deployment: ERROR: <input>:1:7: undefined field 'replicas'\n | object.replicas > 1\n | ......^\n"
  assert.deepEqual(found?.status, { observedGeneration: 1, typeChecking: { expressionWarnings: [{ fieldRef: 'spec.validations[1].expression', warning }] } })
  await cluster.client.patch(policies, { name: 'p' }, { spec: { validations: [good] } }, { type: 'merge' })
  await cluster.settle()
  assert.deepEqual((await cluster.client.get(policies, { name: 'p' }))?.status, { observedGeneration: 2, typeChecking: {} })
})

test('evictions and bindings are judged as what they are', async () => {
  const cluster = await startCluster({ without: ['scheduler'] })
  const matchConstraints = { resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods/eviction', 'pods/binding'] }] }
  const expression = "request.kind.kind == 'Binding' && object.target.name == 'node-1'"
  await policy(cluster, { matchConstraints, validations: [{ expression }] })
  const spec = { containers: [{ name: 'c', image: 'nginx' }] }
  await cluster.client.create(pods, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x', namespace }, spec })
  const key = { name: 'x', namespace }
  const binding = (node: string) => ({ apiVersion: 'v1', kind: 'Binding', metadata: { name: 'x' }, target: { kind: 'Node', name: node } })
  await assert.rejects(cluster.client.postSubresource(pods, key, 'binding', binding('node-2')), /denied request/)
  await cluster.client.postSubresource(pods, key, 'binding', binding('node-1'))
  const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'x' } }
  await assert.rejects(cluster.client.postSubresource(pods, key, 'eviction', eviction), /denied request/)
})

test('macros of two variables, sorting and what may be missing are had in policies', async () => {
  const holding = [
    "object.data.all(k, v, v != '') && object.data.transformMap(k, v, v + 'x')['a'] == '1x'",
    "object.data.map(k, object.data[k]).sortBy(x, x)[0] == '1'",
    "object.data[?'a'].optMap(v, v + '!').value() == '1!'",
    "object.data.all(k, v, authorizer.group('').resource('pods').check('get').allowed())",
    'lists.range(3).transformList(i, v, i * v) == [0, 1, 4]',
  ]
  const failing: readonly (readonly [string, string])[] = [
    ["object.data.all(k, v, v == 'q')", "failed expression: object.data.all(k, v, v == 'q')"],
    [
      "object.data.transformMapEntry(k, v, {'x': k + v}).transformMap(k, v, v)['q'] == 'x'",
      "expression 'object.data.transformMapEntry(k, v, {'x': k + v}).transformMap(k, v, v)['q'] == 'x'' resulted in error: no such key: q",
    ],
    ['object.data.all(x, x)', "expression 'object.data.all(x, x)' resulted in error: no such overload"],
  ]
  for (const [expression, said] of [...holding.map((each) => [each, undefined] as const), ...failing]) {
    const cluster = await startCluster()
    await policy(cluster, { validations: [{ expression }] })
    const create = cluster.client.create(configMaps, configMap('x', { data: { a: '1' } }))
    if (said === undefined) await create
    else await assert.rejects(create, { message: `configmaps "x" is forbidden: ${by} ${said}`, code: 422 }, expression)
  }
})

test('policies name nothing that the server does not have', async () => {
  const cluster = await startCluster()
  const refused: readonly (readonly [string, string])[] = [
    ["cel.bind(x, object.data.a, x == '1')", "undeclared reference to 'cel' (in container '')"],
    ["object.data.all(k, v, w == '1')", "undeclared reference to 'w' (in container '')"],
    ["object.data.a.matches('[')", 'invalid matches argument'],
  ]
  for (const [expression, said] of refused)
    await assert.rejects(policy(cluster, { validations: [{ expression }] }), ({ message }: Error) => message.includes(`: ${said}\n`), expression)
})
