// What a member agent reports of its cluster without a property provider: the number of nodes, and their cpu and memory.
import type { JsonObject } from '../../../base/json.ts'
import type { Client } from '../../../kubernetes/client.ts'
import { at, formatTime, type KubernetesObject } from '../../../kubernetes/object.ts'
import { addQuantities, parseQuantity, type Quantity, subtractQuantities } from '../../../kubernetes/quantity.ts'
import { nodes, pods } from '../resources.ts'

/** `status.properties` and `status.resourceUsage` of the InternalMemberCluster. */
export async function clusterReport(client: Client, now: number): Promise<{ readonly properties: JsonObject; readonly resourceUsage: JsonObject }> {
  const all = (await client.list(nodes)).items
  const running = (await client.list(pods)).items.filter(isRunning)
  const observationTime = formatTime(now)
  const usage = (resource: string): { capacity: string; allocatable: string; available: string } => {
    const total = (part: string): Quantity => sum(all.map((node) => at(node, 'status', part, resource)))
    const requested = sum(running.flatMap((pod) => requestsOf(pod, resource)))
    return { capacity: total('capacity').text, allocatable: total('allocatable').text, available: subtractQuantities(total('allocatable'), requested).text }
  }
  const [cpu, memory] = [usage('cpu'), usage('memory')]
  const both = (part: 'capacity' | 'allocatable' | 'available'): JsonObject => ({ cpu: cpu[part], memory: memory[part] })
  return {
    properties: { 'kubernetes-fleet.io/node-count': { observationTime, value: String(all.length) } },
    resourceUsage: { allocatable: both('allocatable'), available: both('available'), capacity: both('capacity'), observationTime },
  }
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
