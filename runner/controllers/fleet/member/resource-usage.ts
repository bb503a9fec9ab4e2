// What a member agent reports of its cluster: the number of nodes, and their cpu and memory; with a property provider also its properties.
import type { JsonObject } from '../../../base/json.ts'
import type { Client } from '../../../kubernetes/client.ts'
import { at, formatTime, type KubernetesObject } from '../../../kubernetes/object.ts'
import { addQuantities, parseQuantity, type Quantity, subtractQuantities } from '../../../kubernetes/quantity.ts'
import type { Condition } from '../conditions.ts'
import { nodes, pods } from '../resources.ts'
import { notStarted, providerReport } from './property-provider.ts'

/** The parts of an InternalMemberCluster's status that tell of its cluster. */
export interface ClusterReport {
  readonly properties: JsonObject
  readonly resourceUsage: JsonObject
  /** Only with a property provider. */
  readonly conditions?: readonly Condition[]
}

/** How many pods the agent looks at by itself. */
const podLimit = 100

/** Makes a report; `provider` is the property provider's name, if there is one, and `version` the cluster's. */
export async function clusterReport(
  client: Client,
  { now, provider, version }: { readonly now: number; readonly provider: string | undefined; readonly version: string },
): Promise<ClusterReport> {
  const all = (await client.list(nodes)).items
  const provided = provider === 'azure' ? providerReport(all, { version, now }) : undefined
  const running = (await client.list(pods)).items.slice(0, provided ? undefined : podLimit).filter(isRunning)
  const observationTime = formatTime(now)
  const usage = (resource: string): { capacity: string; allocatable: string; available: string } => {
    const total = (part: string): Quantity => sum(all.map((node) => at(node, 'status', part, resource)))
    const requested = sum(running.flatMap((pod) => requestsOf(pod, resource)))
    return {
      capacity: total('capacity').text,
      allocatable: total('allocatable').text,
      available: atLeastNone(subtractQuantities(total('allocatable'), requested)),
    }
  }
  const [cpu, memory] = [usage('cpu'), usage('memory')]
  const both = (part: 'capacity' | 'allocatable' | 'available'): JsonObject => ({ cpu: cpu[part], memory: memory[part] })
  return {
    properties: provided?.properties ?? { 'kubernetes-fleet.io/node-count': { observationTime, value: String(all.length) } },
    resourceUsage: { allocatable: both('allocatable'), available: both('available'), capacity: both('capacity'), observationTime },
    ...(provider === 'azure' ? { conditions: provided?.conditions ?? [notStarted] } : {}),
  }
}

function atLeastNone(amount: Quantity): string {
  return amount.nanos < 0n ? '0' : amount.text
}

function isRunning(pod: KubernetesObject): boolean {
  const phase = at(pod, 'status', 'phase')
  return Boolean(at(pod, 'spec', 'nodeName')) && phase !== 'Succeeded' && phase !== 'Failed'
}

function requestsOf(pod: KubernetesObject, resource: string): readonly unknown[] {
  const containers = (at(pod, 'spec', 'containers') ?? []) as readonly JsonObject[]
  return containers.map((container) => at(container, 'resources', 'requests', resource)).filter((request) => request !== undefined)
}

function sum(amounts: readonly unknown[]): Quantity {
  return amounts.map((amount) => parseQuantity(String(amount ?? '0'))).reduce((total, amount) => addQuantities(total, amount), parseQuantity('0'))
}
