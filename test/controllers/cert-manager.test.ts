// cert-manager, where its programs run: what is issued, by whom, and who is told of it.
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import type { Json, JsonObject } from '#runner/base/json.ts'
import { certificateRequests, certificates, clusterIssuers, issuers } from '#runner/controllers/cert-manager/shape.ts'
import { customResourceDefinitions, ingresses, pods, secrets } from '#runner/controllers/resources.ts'
import { at, type KubernetesObject, type Resource } from '#runner/kubernetes/object.ts'
import { startCluster, type TestCluster } from '#test/support/start-cluster.ts'

const namespace = 'default'
const hooks: Resource = {
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  plural: 'validatingwebhookconfigurations',
  kind: 'ValidatingWebhookConfiguration',
  namespaced: false,
}

function definitionOf({ group, plural, kind, namespaced }: Resource): KubernetesObject {
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }
  const versions = [{ name: 'v1', served: true, storage: true, schema, subresources: { status: {} } }]
  const spec = { group, names: { plural, kind, singular: kind.toLowerCase() }, scope: namespaced ? 'Namespaced' : 'Cluster', versions }
  return { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: `${plural}.${group}` }, spec }
}

function podOf(program: string): KubernetesObject {
  const containers = [{ name: 'c', image: `quay.io/jetstack/cert-manager-${program}:v1.18.2`, args: ['--dynamic-serving-ca-secret-name=webhook-ca'] }]
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: program, namespace }, spec: { containers } }
}

function objectOf({ group, kind, namespaced }: Resource, name: string, spec: JsonObject, annotations: Record<string, string> = {}): KubernetesObject {
  return { apiVersion: `${group}/v1`, kind, metadata: { name, ...(namespaced && { namespace }), annotations }, spec }
}

async function started(...programs: readonly string[]): Promise<TestCluster> {
  const cluster = await startCluster()
  for (const each of [certificates, certificateRequests, issuers, clusterIssuers]) await cluster.client.create(customResourceDefinitions, definitionOf(each))
  for (const program of programs) await cluster.client.create(pods, podOf(program))
  await cluster.settle(5000)
  return cluster
}

const readyOf = (object: KubernetesObject | undefined): unknown => {
  const conditions = at(object ?? null, 'status', 'conditions')
  const found = Array.isArray(conditions) ? conditions.find((each) => at(each, 'type') === 'Ready') : undefined
  return found === undefined ? undefined : [at(found, 'status'), at(found, 'reason')]
}
const textIn = (secret: KubernetesObject | undefined, name: string): string => atob(String(at(secret ?? null, 'data', name) ?? ''))

test('an authority of one’s own signs certificates, whatever is made first', async () => {
  const { client, settle } = await started('controller')
  const web = { secretName: 'web', duration: '24h', dnsNames: ['a.example.com'], issuerRef: { name: 'ca' } }
  await client.create(certificates, objectOf(certificates, 'web', web))
  await client.create(issuers, objectOf(issuers, 'ca', { ca: { secretName: 'root' } }))
  await settle()
  assert.deepEqual(readyOf(await client.get(certificates, { namespace, name: 'web' })), ['False', 'DoesNotExist'])
  assert.deepEqual(readyOf(await client.get(issuers, { namespace, name: 'ca' })), ['False', 'ErrGetKeyPair'])
  await client.create(clusterIssuers, objectOf(clusterIssuers, 'self', { selfSigned: {} }))
  const root = { isCA: true, commonName: 'root', secretName: 'root', issuerRef: { name: 'self', kind: 'ClusterIssuer' } }
  await client.create(certificates, objectOf(certificates, 'root', root))
  await settle(3000)
  assert.deepEqual(readyOf(await client.get(issuers, { namespace, name: 'ca' })), ['True', 'KeyPairVerified'])
  const found = await client.get(certificates, { namespace, name: 'web' })
  assert.deepEqual(readyOf(found), ['True', 'Ready'])
  assert.equal(at(found ?? null, 'status', 'revision'), 1)
  const secret = await client.get(secrets, { namespace, name: 'web' })
  const [own, authority] = [new X509Certificate(textIn(secret, 'tls.crt')), new X509Certificate(textIn(secret, 'ca.crt'))]
  assert.ok(own.verify(authority.publicKey))
  assert.equal(own.subjectAltName, 'DNS:a.example.com')
  assert.equal(Date.parse(own.validTo) - Date.parse(own.validFrom), 86_400_000)
  const request = await client.get(certificateRequests, { namespace, name: 'web-1' })
  assert.deepEqual(readyOf(request), ['True', 'Issued'])
})

test('a Secret that goes is issued again, and so are other names', async () => {
  const { client, settle } = await started('controller')
  await client.create(issuers, objectOf(issuers, 'self', { selfSigned: {} }))
  await client.create(certificates, objectOf(certificates, 'web', { secretName: 'web', dnsNames: ['a.example.com'], issuerRef: { name: 'self' } }))
  await settle()
  await client.delete(secrets, { namespace, name: 'web' })
  await settle()
  assert.equal(at((await client.get(certificates, { namespace, name: 'web' })) ?? null, 'status', 'revision'), 2)
  await client.patch(certificates, { namespace, name: 'web' }, { spec: { dnsNames: ['b.example.com'] } }, { type: 'merge' })
  await settle()
  const secret = await client.get(secrets, { namespace, name: 'web' })
  assert.equal(new X509Certificate(textIn(secret, 'tls.crt')).subjectAltName, 'DNS:b.example.com')
})

test('an Ingress that names an issuer gets its certificates', async () => {
  const { client, settle } = await started('controller')
  await client.create(clusterIssuers, objectOf(clusterIssuers, 'self', { selfSigned: {} }))
  const spec = { tls: [{ hosts: ['a.example.com'], secretName: 'a-tls' }], defaultBackend: { service: { name: 'web', port: { number: 80 } } } }
  await client.create(ingresses, objectOf(ingresses, 'web', spec, { 'cert-manager.io/cluster-issuer': 'self' }))
  await settle()
  const made = await client.get(certificates, { namespace, name: 'a-tls' })
  assert.deepEqual(readyOf(made), ['True', 'Ready'])
  assert.equal(made?.metadata.ownerReferences?.[0]?.kind, 'Ingress')
})

test('configurations of webhooks are told of the authority that they name', async () => {
  const { client, settle } = await started('cainjector', 'webhook')
  const hook = { name: 'a.example.com', clientConfig: { url: 'https://a.example.com' }, sideEffects: 'None', admissionReviewVersions: ['v1'] }
  const annotations = { 'cert-manager.io/inject-ca-from-secret': 'default/webhook-ca' }
  await client.create(hooks, { ...objectOf(hooks, 'hook', {}, annotations), spec: undefined, webhooks: [hook] } as unknown as KubernetesObject)
  await settle()
  const told: Json = at((await client.get(hooks, { name: 'hook' })) ?? null, 'webhooks') ?? []
  const bundles = (Array.isArray(told) ? told : []).map((each: Json) => at(each, 'clientConfig', 'caBundle'))
  assert.deepEqual(bundles, [at((await client.get(secrets, { namespace, name: 'webhook-ca' })) ?? null, 'data', 'ca.crt')])
})

test('where none of its programs runs, nothing is issued', async () => {
  const { client, settle } = await started()
  await client.create(issuers, objectOf(issuers, 'self', { selfSigned: {} }))
  await settle()
  assert.equal((await client.get(issuers, { namespace, name: 'self' }))?.status, undefined)
})
