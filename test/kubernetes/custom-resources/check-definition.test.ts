// Definitions that the server refuses, and names that are taken.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createAuthority } from '#runner/base/certificates.ts'
import type { JsonObject } from '#runner/base/json.ts'
import { createRandom } from '#runner/base/random.ts'
import { acceptedStatus } from '#runner/kubernetes/custom-resources/accept-names.ts'
import { definitionFindings, definitionUpdateFindings } from '#runner/kubernetes/custom-resources/check-definition.ts'
import { resourcesOfDefinition } from '#runner/kubernetes/custom-resources/definition.ts'
import type { KubernetesObject } from '#runner/kubernetes/object.ts'

test('a plain definition has no findings', () => {
  assert.deepEqual(findings({ type: 'object', properties: { spec: { type: 'object' } } }), [])
})

test('a schema must be structural', () => {
  assert.deepEqual(findings({ type: 'object', properties: { a: { properties: { b: { type: 'string' } } } } }), [
    'spec.validation.openAPIV3Schema.properties[a].type: Required value: must not be empty for specified object fields',
  ])
  assert.deepEqual(findings({ type: 'object', properties: { a: { type: 'object', anyOf: [{ type: 'object' }] } } }), [
    'spec.validation.openAPIV3Schema.properties[a].anyOf[0].type: Forbidden: must be empty to be structural',
  ])
})

test('keys of a list of type map are properties that are always there', () => {
  const list = { type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] }
  const path = 'spec.validation.openAPIV3Schema.properties[a]'
  assert.deepEqual(findings({ type: 'object', properties: { a: { ...list, items: { type: 'object', properties: { name: { type: 'string' } } } } } }), [
    `${path}.items.properties[name].default: Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property`,
  ])
  assert.deepEqual(findings({ type: 'object', properties: { a: { ...list, items: { type: 'object', properties: {} } } } }), [
    `${path}.x-kubernetes-list-map-keys: Invalid value: ["name"]: entries must all be names of item properties`,
  ])
})

test('a rule that does not compile is refused with the place marked', () => {
  const [found] = findings({
    type: 'object',
    properties: { spec: { type: 'object', properties: {} } },
    'x-kubernetes-validations': [{ rule: 'self.spec.nosuch > 1' }],
  })
  assert.ok(found?.endsWith("compilation failed: ERROR: <input>:1:10: undefined field 'nosuch'\n | self.spec.nosuch > 1\n | .........^"), found)
  const [typed] = findings({ type: 'object', 'x-kubernetes-validations': [{ rule: '1' }] })
  assert.ok(typed?.endsWith('cel expression must evaluate to a bool'), typed)
})

test('group, plural and, once established, kind and scope never change', () => {
  const old = { ...define({ type: 'object' }), status: { storedVersions: ['v1'], conditions: [{ type: 'Established', status: 'True' }] } }
  const changed = { ...old, spec: { ...old.spec, scope: 'Cluster', names: { ...old.spec.names, kind: 'Other', listKind: 'OtherList' } } }
  assert.deepEqual(
    [...definitionUpdateFindings(changed, old)].map(({ field }) => field),
    ['spec.scope', 'spec.names.kind'],
  )
})

test('names are accepted and the definition is established', () => {
  const status = acceptedStatus(define({ type: 'object' }), [], Date.parse('2026-03-02T08:00:00Z'))
  assert.deepEqual(
    (status.conditions as readonly JsonObject[]).map(({ type, status: is, reason }) => [type, is, reason]),
    [
      ['NamesAccepted', 'True', 'NoConflicts'],
      ['Established', 'True', 'InitialNamesAccepted'],
    ],
  )
  const again = { ...define({ type: 'object' }), status }
  assert.equal(acceptedStatus(again, [again], 0), again.status)
})

test('a second definition with the same kind is not served', () => {
  const first = define({ type: 'object' })
  const taken = { ...first, status: acceptedStatus(first, [], 0) }
  const second = { ...define({ type: 'object' }), metadata: { name: 'crates.example.com' } }
  const other = { ...second, spec: { ...second.spec, names: { ...second.spec.names, plural: 'crates', singular: 'crate' } } }
  const status = acceptedStatus(other, [taken, other], 0)
  const [names] = status.conditions as readonly JsonObject[]
  assert.deepEqual([names?.status, names?.reason, names?.message], ['False', 'ListKindConflict', '"BoxList" is already in use'])
  assert.deepEqual(status.acceptedNames, { plural: 'crates', singular: 'crate' })
  assert.deepEqual(resourcesOfDefinition({ ...other, status }), [])
})

test('metadata at the root may only narrow names, and no default may stand there', () => {
  const path = 'spec.validation.openAPIV3Schema.properties[metadata]'
  const metadata = (properties: JsonObject, more: JsonObject = {}) =>
    findings({ type: 'object', properties: { metadata: { type: 'object', properties, ...more } } })
  const implied = `${path}: Forbidden: must not specify anything other than name and generateName, but metadata is implicitly specified`
  assert.deepEqual(metadata({ name: { type: 'string', maxLength: 20 } }), [])
  assert.deepEqual(metadata({ labels: { type: 'object' } }), [implied])
  assert.deepEqual(metadata({}, { required: ['name'] }), [implied])
  assert.deepEqual(metadata({ name: { type: 'string', default: 'x' } }), [`${path}.properties[name].default: Forbidden: must not be set in top-level metadata`])
})

test('a quantity is int-or-string with the type that it was given, and logic may only spell that out', () => {
  const field = (schema: JsonObject) => findings({ type: 'object', properties: { a: { 'x-kubernetes-int-or-string': true, ...schema } } })
  assert.deepEqual(field({ type: 'string' }), [])
  assert.deepEqual(field({ anyOf: [{ type: 'integer' }, { type: 'string' }] }), [])
  assert.deepEqual(
    field({ anyOf: [{ type: 'string' }, { type: 'integer' }] }),
    [0, 1].map((index) => `spec.validation.openAPIV3Schema.properties[a].anyOf[${index}].type: Forbidden: must be empty to be structural`),
  )
})

test('what logic at the root names must be declared outside of it', () => {
  assert.deepEqual(findings({ type: 'object', properties: { a: { type: 'string' } }, anyOf: [{ properties: { b: { minLength: 1 } } }] }), [
    'spec.validation.openAPIV3Schema.properties[b]: Required value: because it is defined in spec.validation.openAPIV3Schema.anyOf[0].properties[b]',
  ])
})

test('oldSelf may be named only where values can be told from each other', () => {
  const items = { type: 'integer', 'x-kubernetes-validations': [{ rule: 'self == oldSelf' }] }
  assert.deepEqual(findings({ type: 'object', properties: { a: { type: 'array', items } } }), [
    'spec.validation.openAPIV3Schema.properties[a].items.x-kubernetes-validations[0].rule: Invalid value: "self == oldSelf": oldSelf cannot be used on the uncorrelatable portion of the schema within spec.validation.openAPIV3Schema.properties[a]',
  ])
})

test('has() asks for a field of an item of a list', () => {
  const items = { type: 'object', properties: { path: { type: 'string' } } }
  const rule = "!has(self.a[0].path) || self.a[0].path != 'has('"
  assert.deepEqual(findings({ type: 'object', properties: { a: { type: 'array', items } }, 'x-kubernetes-validations': [{ rule }] }), [])
})

test('a webhook that converts is named as other webhooks are', () => {
  const conversion = { strategy: 'Webhook', webhook: { conversionReviewVersions: ['v2'], clientConfig: { url: 'http://a' } } }
  const { spec, ...definition } = define({ type: 'object' })
  assert.deepEqual(
    [...definitionFindings({ ...definition, spec: { ...spec, conversion } })].map(({ field }) => field),
    ['spec.conversion.webhookClientConfig.url', 'spec.conversion.conversionReviewVersions'],
  )
})

test('a definition whose webhook nobody could trust is not served, and one that is served stays trusted', () => {
  const good = btoa(createAuthority('ca', { secret: createRandom('ca'), now: 0 }).certificate)
  const converted = (caBundle: string, established = true): KubernetesObject => {
    const definition = define({ type: 'object' })
    const webhook = { clientConfig: { caBundle, service: { namespace: 'a', name: 'b', port: 443 } }, conversionReviewVersions: ['v1'] }
    const conditions = established ? [{ type: 'Established', status: 'True' }] : []
    const spec = { ...(definition.spec as JsonObject), conversion: { strategy: 'Webhook', webhook } }
    return { ...definition, spec, status: { storedVersions: ['v1'], conditions } }
  }
  const established = (definition: KubernetesObject): unknown => {
    const { conditions } = acceptedStatus(definition, [], 0) as { conditions: { type: string; status: string; reason: string }[] }
    return conditions.filter(({ type }) => type === 'Established').map(({ status, reason }) => [status, reason])
  }
  assert.deepEqual(established(converted('Cg==', false)), [['False', 'InvalidCABundle']])
  assert.deepEqual(established(converted(good, false)), [['True', 'InitialNamesAccepted']])
  const change = (caBundle: string, old: KubernetesObject): unknown => [...definitionUpdateFindings(converted(caBundle), old)].map(({ message }) => message)
  const unreadable = 'Invalid value: "Cg==": unable to load root certificates: unable to parse bytes as PEM block'
  assert.deepEqual(change('Cg==', converted(good)), [unreadable])
  assert.deepEqual(change('Cg==', converted('')), [unreadable])
  assert.deepEqual(change('Cg==', converted('aGVsbG8=')), [])
  assert.deepEqual(change('Cg==', converted(good, false)), [])
})

test('a definition in a group of Kubernetes says whether it was approved', () => {
  const { spec, ...definition } = define({ type: 'object' })
  const metadata = { ...definition.metadata, annotations: { 'api-approved.kubernetes.io': 'unapproved, a test' } }
  const status = acceptedStatus({ ...definition, metadata, spec: { ...spec, group: 'boxes.k8s.io' } }, [], 0)
  assert.deepEqual((status.conditions as readonly JsonObject[]).map(({ type, reason, message }) => [type, reason, message]).at(-1), [
    'KubernetesAPIApprovalPolicyConformant',
    'UnapprovedAnnotation',
    'not approved: "unapproved, a test"',
  ])
})

function define(schema: JsonObject) {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'boxes.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { kind: 'Box', plural: 'boxes', singular: 'box', listKind: 'BoxList' },
      conversion: { strategy: 'None' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }],
    },
    status: { storedVersions: ['v1'] } as JsonObject,
  } satisfies KubernetesObject
}

function findings(schema: JsonObject): string[] {
  return [...definitionFindings(define(schema))].map(({ field, message }) => `${field}: ${message}`)
}
