// How much of a cluster is heard of: where whole zones fall silent the fault is more likely here than there, and nobody is driven out
// (controller-manager `nodelifecycle`, `ComputeZoneState` and `handleDisruption`).
import type { KubernetesObject } from '../../kubernetes/object.ts'
import { isReadyNode } from './readiness.ts'

/** The share of a zone's nodes from which on it is called disrupted, and the size up to which a disrupted zone is left alone. */
const [threshold, large] = [0.55, 50]
const excluded = 'node.kubernetes.io/exclude-disruption'

/** What is done about a node that is not ready: it drives pods out, does so no more, or does not begin to. */
export type Driving = 'begins' | 'ends' | 'stands'

/** What to do about the pods of a node, given all nodes. */
export function drivingOf(node: KubernetesObject, nodes: readonly KubernetesObject[]): Driving {
  const zones = Map.groupBy(
    nodes.filter(({ metadata }) => metadata.labels?.[excluded] === undefined),
    zoneOf,
  )
  if ([...zones.values()].every((zone) => !zone.some(isReadyNode))) return 'ends'
  const zone = zones.get(zoneOf(node)) ?? []
  const silent = zone.filter((each) => !isReadyNode(each)).length
  return zone.length <= large && silent < zone.length && silent > 2 && silent / zone.length >= threshold ? 'stands' : 'begins'
}

function zoneOf({ metadata }: KubernetesObject): string {
  const { labels = {} } = metadata
  return JSON.stringify([labels['topology.kubernetes.io/region'] ?? '', labels['topology.kubernetes.io/zone'] ?? ''])
}
