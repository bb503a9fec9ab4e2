// Addresses and ports of Services, and what a change of type does to them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isObject, type JsonObject } from '#runner/base/json.ts'
import { createRandom } from '#runner/base/random.ts'
import type { WriteContext } from '#runner/kubernetes/kind.ts'
import { rulesFor } from '#runner/kubernetes/kinds/index.ts'
import type { KubernetesObject } from '#runner/kubernetes/object.ts'
import { StatusError } from '#runner/kubernetes/status-error.ts'

const rules = rulesFor('v1', 'Service')

test('the API server itself has the first address, others one of their own', () => {
  const stored: KubernetesObject[] = []
  const context = contextOver(stored)
  for (const name of ['kubernetes', 'a', 'b', 'c']) stored.push(created({ ports: [{ port: 443 }] }, context, name))
  const addresses = stored.map((service) => specOf(service).clusterIP)
  assert.equal(addresses[0], '10.0.0.1')
  assert.equal(new Set(addresses).size, 4)
  assert.ok(addresses.every((address) => String(address).startsWith('10.0.')))
})

test('a small range is used up to its last address and no further', () => {
  const stored: KubernetesObject[] = []
  const context = { ...contextOver(stored), serviceCidr: '10.9.0.0/29' }
  for (let count = 0; count < 6; count += 1) stored.push(created({ ports: [{ port: 80 }] }, context, `s${count}`))
  assert.deepEqual(
    stored.map((service) => String(specOf(service).clusterIP)).sort(),
    [1, 2, 3, 4, 5, 6].map((last) => `10.9.0.${last}`),
  )
})

test('an address that another service has, or that lies elsewhere, is refused', () => {
  const context = contextOver([])
  const first = created({ clusterIP: '10.0.0.7', ports: [{ port: 80 }] }, context, 'first')
  const busy = contextOver([first])
  assert.throws(
    () => created({ clusterIP: '10.0.0.7', ports: [{ port: 80 }] }, busy, 'second'),
    refusal(/failed to allocate IP 10\.0\.0\.7: provided IP is already allocated/),
  )
  assert.throws(
    () => created({ clusterIP: '10.1.0.7', ports: [{ port: 80 }] }, busy, 'second'),
    refusal(/10\.1\.0\.7: the provided network does not match the current range/),
  )
})

test('what is made once more finds its own address and its own port taken', () => {
  const spec = { type: 'NodePort', clusterIP: '10.0.0.7', ports: [{ port: 80, nodePort: 30077 }] }
  const again = contextOver([created(spec, contextOver([]), 'web')])
  assert.throws(() => created(spec, again, 'web'), refusal(/failed to allocate IP 10\.0\.0\.7: provided IP is already allocated/))
  assert.throws(
    () => created({ ...spec, clusterIP: '' }, again, 'web'),
    refusal(/ports\[0\]\.nodePort: Invalid value: 30077: provided port is already allocated/),
  )
  created({ ...spec, clusterIP: '' }, { ...again, dryRun: true }, 'web')
})

test('a node port comes with its type and goes with it', () => {
  const context = contextOver([])
  const before = created({ type: 'NodePort', ports: [{ port: 80 }] }, context, 'web')
  const [port] = specOf(before).ports as readonly JsonObject[]
  assert.ok(Number(port?.nodePort) >= 30086 && Number(port?.nodePort) <= 32767)
  const changed = updated(before, { ...specOf(before), type: 'ClusterIP' }, context)
  assert.deepEqual(specOf(changed).ports, [{ port: 80, protocol: 'TCP', targetPort: 80 }])
  assert.equal(specOf(changed).externalTrafficPolicy, undefined)
  assert.equal(specOf(changed).clusterIP, specOf(before).clusterIP)
})

test('a change to ExternalName gives the address back', () => {
  const context = contextOver([])
  const before = created({ ports: [{ port: 80 }] }, context, 'web')
  const spec = { ...specOf(before), type: 'ExternalName', externalName: 'a.example.com' }
  const after = specOf(updated(before, spec, context))
  for (const name of ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy']) assert.equal(after[name], undefined)
})

test('an update that leaves addresses out keeps them', () => {
  const context = contextOver([])
  const before = created({ type: 'NodePort', ports: [{ port: 80 }] }, context, 'web')
  const after = updated(before, { type: 'NodePort', ports: [{ port: 80 }], selector: { app: 'new' } }, context)
  assert.equal(specOf(after).clusterIP, specOf(before).clusterIP)
  assert.deepEqual(specOf(after).ports, specOf(before).ports)
})

function created(spec: JsonObject, context: WriteContext, name: string): KubernetesObject {
  const object = { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'default' }, spec }
  return rules?.prepareForCreate?.(rules.defaults?.(object) ?? object, context) ?? object
}

function updated(before: KubernetesObject, spec: JsonObject, context: WriteContext): KubernetesObject {
  const object = { ...before, spec }
  return rules?.prepareForUpdate?.(rules.defaults?.(object) ?? object, before, context) ?? object
}

function specOf({ spec }: KubernetesObject): JsonObject {
  return isObject(spec) ? spec : {}
}

function contextOver(stored: readonly KubernetesObject[]): WriteContext {
  const random = createRandom('services')
  return {
    now: 0,
    suffix: (length) => random.letters(length, 'bc'),
    uuid: () => random.uuid(),
    get: () => undefined,
    list: (_, kind) => stored.filter((object) => object.kind === kind),
    serviceCidr: '10.0.0.0/16',
    user: { name: 'admin', groups: [] },
    warn: () => undefined,
    dryRun: false,
  }
}

function refusal(message: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof StatusError && error.reason === 'Invalid' && message.test(error.message)
}
