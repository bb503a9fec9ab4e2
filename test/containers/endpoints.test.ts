// Which endpoints of a service a client on a node is sent to.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { usableEndpoints } from '#runner/containers/network/endpoints.ts'
import type { ClusterReader } from '#runner/containers/pod.ts'
import type { KubernetesObject } from '#runner/kubernetes/object.ts'

interface Given {
  readonly node: string
  readonly state?: 'ready' | 'leaving' | 'away'
  readonly hints?: object
}

function readerOf(given: readonly Given[]): ClusterReader {
  const states = { ready: [true, true, false], leaving: [false, true, true], away: [false, false, false] }
  const endpoints = given.map(({ node, state = 'ready', hints }, index) => {
    const [ready, serving, terminating] = states[state]
    return { addresses: [`10.0.0.${index + 1}`], nodeName: node, conditions: { ready, serving, terminating }, ...(hints && { hints }) }
  })
  const slice = { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata: { name: 's', labels: { 'kubernetes.io/service-name': 's' } }, endpoints }
  const node = (name: string) => ({ apiVersion: 'v1', kind: 'Node', metadata: { name, labels: { 'topology.kubernetes.io/zone': name.slice(0, 1) } } })
  return { get: (_version, _kind, { name }) => node(name) as KubernetesObject, list: () => [slice as KubernetesObject] }
}

function usable(given: readonly Given[], { node = 'a1', spec = {} } = {}): string {
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 's', namespace: 'default' }, spec } as KubernetesObject
  const found = usableEndpoints(service, { node, reader: readerOf(given) })
  return found === 'dropped' ? found : found.map(({ address }) => address.slice(-1)).join(' ')
}

const zone = (name: string) => ({ forZones: [{ name }] })
const both = (node: string) => ({ ...zone(node.slice(0, 1)), forNodes: [{ name: node }] })

test('all that are ready are used, and for want of them those that leave and still answer', () => {
  assert.equal(usable([{ node: 'a1' }, { node: 'b1' }, { node: 'b1', state: 'leaving' }]), '1 2')
  assert.equal(
    usable([
      { node: 'a1', state: 'away' },
      { node: 'b1', state: 'leaving' },
    ]),
    '2',
  )
  assert.equal(usable([{ node: 'a1', state: 'away' }]), '')
})

test('hints count where every ready endpoint has some and one is for the client', () => {
  const zoned = [
    { node: 'a1', hints: zone('a') },
    { node: 'b1', hints: zone('b') },
  ] as const
  assert.equal(usable(zoned), '1')
  assert.equal(usable(zoned, { node: 'b2' }), '2')
  assert.equal(usable(zoned, { node: 'c1' }), '1 2', 'nothing in its zone')
  assert.equal(usable(zoned, { node: '' }), '1 2', 'from outside')
  assert.equal(usable([...zoned, { node: 'a2' }]), '1 2 3', 'one has none')
  const close = [
    { node: 'a1', hints: both('a1') },
    { node: 'a2', hints: both('a2') },
    { node: 'b1', hints: both('b1') },
  ]
  assert.equal(usable(close), '1')
  assert.equal(usable(close, { node: 'a3' }), '1 2', 'its zone, where its node has none')
})

test('a service for its own node has no other', () => {
  const spec = { internalTrafficPolicy: 'Local' }
  assert.equal(usable([{ node: 'a1' }, { node: 'b1' }], { spec }), '1')
  assert.equal(usable([{ node: 'a1', state: 'leaving' }, { node: 'b1' }], { spec }), '1')
  assert.equal(usable([{ node: 'b1' }], { spec }), 'dropped')
  assert.equal(usable([{ node: 'b1', state: 'away' }], { spec }), '')
})
