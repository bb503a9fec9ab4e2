// What k8s.io/endpointslice 0.35.4 made of topology hints: recorded from its own `topologycache`, drawn by chance. Where it could give
// several zones their endpoints in any order, numbers are compared.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '#runner/base/json.ts'
import { type SliceDraft, withHints, zoneShares } from '#runner/controllers/endpoints/topology-hints.ts'
import type { KubernetesObject } from '#runner/kubernetes/object.ts'
import recorded from './recorded/topology-hints.json' with { type: 'json' }

type Recorded = (typeof recorded)[number]

function nodeOf([zone, milli]: [string, number | undefined]): KubernetesObject {
  const status = { allocatable: { cpu: `${milli}m` }, conditions: [{ type: 'Ready', status: 'True' }] }
  return { apiVersion: 'v1', kind: 'Node', metadata: { name: zone, labels: { 'topology.kubernetes.io/zone': zone } }, status }
}

/** An endpoint as it is written down: `zone ready hint`; `-` for no zone. */
function endpointOf(text: string, hinted: boolean): JsonObject {
  const [zone = '', state, hint] = text.split(' ')
  const hints = hinted && hint !== undefined && { hints: { forZones: [{ name: hint }] } }
  return { conditions: { ready: state === 'ready' }, ...(zone !== '-' && { zone }), ...hints }
}

function draftOf({ stored, endpoints }: Recorded['slices'][number]): SliceDraft {
  const plain = endpoints.map((text) => endpointOf(text, false))
  return { endpoints: plain, ...(stored && { stored: endpoints.map((text) => endpointOf(text, true)) }) }
}

function hintOf({ hints }: JsonObject): string {
  return (hints as { forZones: { name: string }[] } | undefined)?.forZones[0]?.name ?? ''
}

test(`${recorded.length} recorded allocations of endpoints to zones`, () => {
  for (const { cpu, slices, hints, counts, why } of recorded) {
    const made = withHints(slices.map(draftOf), zoneShares(Object.entries(cpu).map(nodeOf)))
    assert.equal(made.why ?? '', why)
    const found = made.slices.map((endpoints) => endpoints.map(hintOf))
    if (Object.keys(cpu).length === 2) assert.deepEqual(found, hints)
    const named = Map.groupBy(found.flat().filter(Boolean), (zone) => zone)
    assert.deepEqual(Object.fromEntries([...named].map(([zone, all]) => [zone, all.length])), counts)
  }
})
