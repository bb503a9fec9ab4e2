// MutatingAdmissionPolicies: what they change, in which rounds, and what is said where they cannot.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configMaps, pods } from '#runner/controllers/resources.ts'
import { at, type KubernetesObject, type Resource } from '#runner/kubernetes/object.ts'
import { StatusError } from '#runner/kubernetes/status-error.ts'
import { startCluster, type TestCluster } from '#test/support/start-cluster.ts'

const group = 'admissionregistration.k8s.io'
const policies: Resource = { group, version: 'v1beta1', plural: 'mutatingadmissionpolicies', kind: 'MutatingAdmissionPolicy', namespaced: false }
const bindings: Resource = { group, version: 'v1beta1', plural: 'mutatingadmissionpolicybindings', kind: 'MutatingAdmissionPolicyBinding', namespaced: false }
const limitRanges: Resource = { group: '', version: 'v1', plural: 'limitranges', kind: 'LimitRange', namespaced: true }
const namespace = 'default'
const rule = { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['configmaps', 'pods'] }

function start(): Promise<TestCluster> {
  return startCluster({ featureGates: ['MutatingAdmissionPolicy'] })
}

function configuration(expression: string) {
  return { patchType: 'ApplyConfiguration', applyConfiguration: { expression } }
}

function patch(expression: string) {
  return { patchType: 'JSONPatch', jsonPatch: { expression } }
}

async function policy({ client }: TestCluster, name: string, spec: object): Promise<void> {
  const whole = { matchConstraints: { resourceRules: [rule] }, reinvocationPolicy: 'Never', ...spec }
  await client.create(policies, { apiVersion: `${group}/v1beta1`, kind: policies.kind, metadata: { name }, spec: whole } as KubernetesObject)
  await client.create(bindings, { apiVersion: `${group}/v1beta1`, kind: bindings.kind, metadata: { name }, spec: { policyName: name } } as KubernetesObject)
}

function configMap(name: string, data: object = { a: '1' }): KubernetesObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data } as KubernetesObject
}

function pod(name: string): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace }, spec: { containers: [{ name, image: 'nginx' }] } } as KubernetesObject
}

const denied = "policy 'p' with binding 'p' denied request:"

/** Mutations of a new ConfigMap with data a=1: its data afterwards, or what is said. */
const cases: readonly (readonly [title: string, mutation: object, becomes: object | string])[] = [
  ['a configuration is merged in', configuration('Object{data: {"b": object.data.a + "2"}}'), { a: '1', b: '12' }],
  ['an optional field may be left out', configuration('Object{?data: optional.none()}'), { a: '1' }],
  ['a branch chooses', configuration('object.data.a == "1" ? Object{data: {"a": "one"}} : Object{}'), { a: 'one' }],
  ['a patch is applied', patch('[JSONPatch{op: "add", path: "/data/b", value: jsonpatch.escapeKey("c/d~")}]'), { a: '1', b: 'c~1d~0' }],
  ['a patch takes objects', patch('[JSONPatch{op: "replace", path: "/data", value: {"z": string(1 + 2)}}]'), { z: '3' }],
  ['a patch whose test fails does nothing', patch('[JSONPatch{op: "test", path: "/data/a", value: "2"}, JSONPatch{op: "remove", path: "/data"}]'), { a: '1' }],
  [
    'a type of another place is a mistake',
    configuration('Object{metadata: Object.spec{labels: {"a": "b"}}}'),
    `${denied} type mismatch: unexpected type name "Object.spec", expected "Object.metadata", which matches field name path from root Object type`,
  ],
  [
    'a field must be known',
    configuration('Object{spec: Object.spec{a: 1}}'),
    `${denied} error applying patch: failed to convert patch object to typed object: .spec: field not declared in schema`,
  ],
  [
    'an error is told',
    configuration('Object{data: {"b": object.data.nope}}'),
    `${denied} expression 'Object{data: {"b": object.data.nope}}' resulted in error: no such key: nope`,
  ],
]

test('mutations change what is written, or say why they cannot', async () => {
  for (const [title, mutation, becomes] of cases) {
    const cluster = await start()
    await policy(cluster, 'p', { mutations: [mutation] })
    const create = cluster.client.create(configMaps, configMap('x'))
    if (typeof becomes === 'object') assert.deepEqual((await create).data, becomes, title)
    else await assert.rejects(create, { message: becomes, code: 403, reason: 'Invalid' }, title)
  }
})

test('an atomic list is not for a configuration to set', async () => {
  const cluster = await start()
  const expression = 'Object{spec: Object.spec{initContainers: [Object.spec.initContainers{name: "a", args: ["x"]}]}}'
  await policy(cluster, 'p', { mutations: [configuration(expression)] })
  await assert.rejects(cluster.client.create(pods, pod('x')), {
    message: `${denied} error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: .spec.initContainers[0].args`,
  })
})

test('a policy that fails is overlooked if it says so, and what its expressions say is a cause each', async () => {
  const cluster = await start()
  const broken = [configuration('Object{spec: Object.spec{a: 1}}'), configuration('Object{data: {"b": "2"}}'), configuration('Object{spec: Object.spec{b: 1}}')]
  await policy(cluster, 'lenient', { failurePolicy: 'Ignore', mutations: broken })
  assert.deepEqual((await cluster.client.create(configMaps, configMap('x'))).data, { a: '1', b: '2' })
  await policy(cluster, 'strict', { mutations: broken })
  const refused = await cluster.client.create(configMaps, configMap('y')).catch((error: unknown) => error)
  assert.ok(refused instanceof StatusError)
  assert.equal((refused.details?.causes as readonly unknown[] | undefined)?.length, 2)
})

test('a policy that wants it is asked again after others have changed the object, once', async () => {
  const cluster = await start()
  const count = 'Object{data: {"count": string(int(object.data.?count.orValue("0")) + 1), "seen": object.data.?late.orValue("no")}}'
  await policy(cluster, 'a-again', { reinvocationPolicy: 'IfNeeded', mutations: [configuration(count)] })
  await policy(cluster, 'b-once', { mutations: [configuration('Object{data: {"late": "yes"}}')] })
  assert.deepEqual((await cluster.client.create(configMaps, configMap('x', {}))).data, { count: '2', seen: 'yes', late: 'yes' })
})

test('what a policy adds to a pod gets what the server adds', async () => {
  const cluster = await start()
  const limits = { apiVersion: 'v1', kind: 'LimitRange', metadata: { name: 'l', namespace }, spec: { limits: [{ type: 'Container', default: { cpu: '1' } }] } }
  await cluster.client.create(limitRanges, limits as KubernetesObject)
  await policy(cluster, 'p', { mutations: [configuration('Object{spec: Object.spec{containers: [Object.spec.containers{name: "side", image: "busybox"}]}}')] })
  const { spec } = await cluster.client.create(pods, pod('main'))
  const containers = (at({ spec }, 'spec', 'containers') ?? []) as readonly { name: string; resources: { limits: object }; volumeMounts: readonly object[] }[]
  assert.deepEqual(
    containers.map(({ name, resources, volumeMounts }) => [name, resources.limits, volumeMounts.length]),
    [
      ['main', { cpu: '1' }, 1],
      ['side', { cpu: '1' }, 1],
    ],
  )
  assert.equal((at({ spec }, 'spec', 'volumes') as readonly object[]).length, 1)
})

test('conditions and parameters are as with validating policies', async () => {
  const cluster = await start()
  await cluster.client.create(configMaps, configMap('settings', { suffix: '!' }))
  const spec = { paramKind: { apiVersion: 'v1', kind: 'ConfigMap' }, matchConditions: [{ name: 'new', expression: "object.metadata.name.startsWith('n')" }] }
  const mutations = [configuration('Object{data: {"a": variables.whole}}')]
  await policy(cluster, 'p', { ...spec, variables: [{ name: 'whole', expression: 'object.data.a + params.data.suffix' }], mutations })
  const paramRef = { name: 'settings', parameterNotFoundAction: 'Deny' }
  await cluster.client.patch(bindings, { name: 'p' }, { spec: { paramRef } }, { type: 'merge' })
  assert.deepEqual((await cluster.client.create(configMaps, configMap('new'))).data, { a: '1!' })
  assert.deepEqual((await cluster.client.create(configMaps, configMap('old'))).data, { a: '1' })
  await cluster.client.delete(configMaps, { name: 'settings', namespace })
  await assert.rejects(cluster.client.create(configMaps, configMap('newer')), {
    message: `${denied} failed to configure binding: no params found for policy binding with \`Deny\` parameterNotFoundAction`,
    code: 403,
    reason: 'Forbidden',
  })
})

/** What a policy must not be, and what is said of it. */
const refused: readonly (readonly [spec: object, said: string])[] = [
  [{ mutations: [] }, 'spec.mutations: Required value: mutations must contain at least one item'],
  [{ mutations: [configuration('1')] }, 'spec.mutations[0].applyConfiguration.expression: Invalid value: "1": must evaluate to Object but got int'],
  [
    { mutations: [patch('[JSONPatch{op: 1}]')] },
    `spec.mutations[0].jsonPatch.expression: Invalid value: "[JSONPatch{op: 1}]": compilation failed: ERROR: <input>:1:14: expected type of field 'op' is 'string' but provided type is 'int'\n | [JSONPatch{op: 1}]\n | .............^`,
  ],
  [{ mutations: [configuration('object')] }, 'spec.mutations[0].applyConfiguration.expression: Invalid value: "object": must evaluate to Object but got dyn'],
  [
    { mutations: [configuration('Object.data{}')] },
    'spec.mutations[0].applyConfiguration.expression: Invalid value: "Object.data{}": must evaluate to Object but got Object.data',
  ],
  [{ mutations: [patch('[1]')] }, 'spec.mutations[0].jsonPatch.expression: Invalid value: "[1]": must evaluate to list(JSONPatch) but got list(int)'],
  [
    { mutations: [{ patchType: 'JSONPatch', applyConfiguration: { expression: 'Object{}' } }] },
    '[spec.mutations[0].jsonPatch: Required value: must be specified when patchType is JSONPatch, spec.mutations[0].applyConfiguration: Invalid value: "{applyConfiguration}": must not be specified when patchType is JSONPatch]',
  ],
  [{ mutations: [configuration('Object{}')], reinvocationPolicy: undefined }, 'spec.reinvocationPolicy: Required value'],
  [
    { mutations: [configuration('Object{}')], matchConstraints: { resourceRules: [{ ...rule, operations: ['DELETE'] }] } },
    'spec.matchConstraints.resourceRules.operations: Unsupported value: "DELETE": supported values: "*", "CONNECT", "CREATE", "UPDATE"',
  ],
]

test('a policy is checked when it is made', async () => {
  const cluster = await start()
  for (const [spec, said] of refused)
    await assert.rejects(policy(cluster, 'p', spec), { message: `MutatingAdmissionPolicy.admissionregistration.k8s.io "p" is invalid: ${said}` })
})

test('without the feature gate there are none', async () => {
  const cluster = await startCluster()
  await assert.rejects(policy(cluster, 'p', {}), { code: 404 })
})
