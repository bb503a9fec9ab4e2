// The Azure property provider of a member agent: the sizes of nodes, what they cost, the version (pkg/propertyprovider/azure).
import type { JsonObject } from '../../../base/json.ts'
import { at, formatTime, type KubernetesObject } from '../../../kubernetes/object.ts'
import { addQuantities, parseQuantity } from '../../../kubernetes/quantity.ts'
import type { Condition } from '../conditions.ts'
import { hourlyPrice } from './node-prices.ts'

/** What a provider adds to a report. */
export interface ProviderReport {
  readonly properties: JsonObject
  readonly conditions: readonly Condition[]
}

/** What the provider reports of a cluster's nodes; undefined if it cannot start there: then the agent counts by itself. */
export function providerReport(nodes: readonly KubernetesObject[], options: { readonly version: string; readonly now: number }): ProviderReport | undefined {
  if (!nodes.some(({ metadata }) => metadata.labels?.['topology.kubernetes.io/region'] !== undefined)) return undefined
  const observationTime = formatTime(options.now)
  const property = (value: string): JsonObject => ({ observationTime, value })
  const sizes = countBySize(nodes)
  const costs = costsOf(sizes, nodes)
  const counts = [...sizes].map(([size, count]) => [`kubernetes.azure.com/vm-sizes/${size}/count`, property(String(count))])
  return {
    properties: {
      'kubernetes-fleet.io/node-count': property(String(nodes.length)),
      'k8s.io/k8s-version': property(options.version),
      ...Object.fromEntries(counts),
      ...(costs.perCore === undefined || costs.perGiB === undefined
        ? {}
        : {
            'kubernetes.azure.com/per-cpu-core-cost': property(costs.perCore.toFixed(3)),
            'kubernetes.azure.com/per-gb-memory-cost': property(costs.perGiB.toFixed(3)),
          }),
    },
    conditions: [started, collected, { type: 'AKSClusterCostPropertiesCollectionSucceeded', ...costs.condition }],
  }
}

const started: Condition = {
  type: 'ClusterPropertyProviderStarted',
  status: 'True',
  reason: 'Started',
  message: 'The property provider has started successfully',
}

/** The provider could not find out the region that it is in. */
export const notStarted: Condition = {
  type: 'ClusterPropertyProviderStarted',
  status: 'False',
  reason: 'FailedToStart',
  message: 'Failed to start the property provider: no nodes found with the region label',
}

const collected: Condition = {
  type: 'ClusterPropertyCollectionSucceeded',
  status: 'True',
  reason: 'PropertiesCollected',
  message: 'The property provider has returned the latest cluster properties',
}

function countBySize(nodes: readonly KubernetesObject[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const { metadata } of nodes) {
    const size = metadata.labels?.['beta.kubernetes.io/instance-type'] ?? ''
    counts.set(size, (counts.get(size) ?? 0) + 1)
  }
  return counts
}

interface Costs {
  readonly perCore?: number
  readonly perGiB?: number
  readonly condition: Pick<Condition, 'status' | 'reason' | 'message'>
}

/** All nodes' prices together, by all cores and by all memory; a size without a price counts as free. */
function costsOf(sizes: ReadonlyMap<string, number>, nodes: readonly KubernetesObject[]): Costs {
  const missing = [...sizes.keys()].filter((size) => hourlyPrice(size) === undefined).sort()
  const total = [...sizes].reduce((sum, [size, count]) => sum + (hourlyPrice(size) ?? 0) * count, 0)
  if (total === 0) {
    const why = `nodes are present, but no pricing data is available for any node SKUs ([${missing.join(' ')}])`
    return { condition: { status: 'False', reason: 'CostsCalculationFailed', message: `An error has occurred when collecting cost properties: ${why}` } }
  }
  const costs = { perCore: total / capacity(nodes, 'cpu'), perGiB: total / (capacity(nodes, 'memory') / 1024 ** 3) }
  if (missing.length === 0) {
    return { ...costs, condition: { status: 'True', reason: 'CostsCalculated', message: 'All cost properties have been collected successfully' } }
  }
  const sizesText = `failed to find pricing information for one or more of the node SKUs ([${missing.join(' ')}]) in the cluster`
  const message = `Cost properties are collected in a degraded mode with the following warning(s): [${sizesText}; such SKUs are ignored in cost calculation]`
  return { ...costs, condition: { status: 'True', reason: 'CostsCalculationDegraded', message } }
}

function capacity(nodes: readonly KubernetesObject[], resource: string): number {
  const amounts = nodes.map((node) => parseQuantity(String(at(node, 'status', 'capacity', resource) ?? '0')))
  return Number(amounts.reduce((sum, amount) => addQuantities(sum, amount), parseQuantity('0')).nanos) / 1e9
}
