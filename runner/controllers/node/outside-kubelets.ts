// Nodes whose kubelets run somewhere else: they are alive as long as they renew their lease or report (`tryUpdateNodeHealth`).
import type { JsonObject } from '../../base/json.ts'
import { at, formatTime, type KubernetesObject } from '../../kubernetes/object.ts'
import type { ControllerContext } from '../controller.ts'
import { leases, nodes } from '../resources.ts'
import type { Node } from '../scheduler/node.ts'
import { conditionOf } from './readiness.ts'

/** `--node-monitor-grace-period` and `--node-startup-grace-period`, ms. */
const [grace, startupGrace] = [50_000, 60_000]
/** `--node-monitor-period`, ms: nodes are looked at together. */
const period = 5000
const reported = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure']

/** True for a node that somebody else answers for: no kubelet of ours works, and it is none of those that the cluster was born with. */
export function isOutside({ metadata }: KubernetesObject, { settings: { bornNodes } }: ControllerContext): boolean {
  return bornNodes !== undefined && !bornNodes.split(' ').includes(metadata.name ?? '')
}

/** Notes the node's last sign of life. Once that is too long ago nothing is known of it. Tells when to look again, ms. */
export async function listen(node: Node, context: ControllerContext): Promise<number | undefined> {
  const { client, clock, memory } = context
  const name = node.metadata.name ?? ''
  const lease = await client.get(leases, { namespace: 'kube-node-lease', name })
  const ready = conditionsOf(node).find(({ type }) => type === 'Ready')
  const sign = JSON.stringify([node.metadata.uid, ready?.lastHeartbeatTime, at(lease, 'spec', 'renewTime')])
  if (memory.get(signKey(name)) !== sign) {
    memory.set(signKey(name), sign)
    memory.set(heardKey(name), ready || lease ? clock.now() : Date.parse(node.metadata.creationTimestamp ?? ''))
  }
  const due = nextLook(Number(memory.get(heardKey(name))) + (ready ? grace : startupGrace))
  if (due > clock.now()) return due - clock.now()
  if (conditionOf(node, 'Ready') !== 'Unknown') await giveUp(node, context)
  return undefined
}

/** The first look after a time. */
function nextLook(time: number): number {
  return (Math.floor(time / period) + 1) * period
}

/** Forgets a node that is gone. */
export function forget(name: string, { memory }: ControllerContext): void {
  memory.set(signKey(name), undefined)
  memory.set(heardKey(name), undefined)
}

function signKey(name: string): string {
  return `${name} sign`
}

function heardKey(name: string): string {
  return `${name} heard`
}

interface Condition extends JsonObject {
  readonly type: string
  readonly status: string
}

function conditionsOf(node: Node): readonly Condition[] {
  return (node.status?.conditions ?? []) as unknown as readonly Condition[]
}

async function giveUp(node: Node, { client, clock }: ControllerContext): Promise<void> {
  const lastTransitionTime = formatTime(clock.now())
  const known = conditionsOf(node).map((condition) => {
    if (!reported.includes(condition.type) || condition.status === 'Unknown') return condition
    return { ...condition, status: 'Unknown', lastTransitionTime, reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting node status.' }
  })
  const missing = reported
    .filter((type) => !known.some((condition) => condition.type === type))
    .map((type) => ({
      type,
      status: 'Unknown',
      lastHeartbeatTime: node.metadata.creationTimestamp ?? '',
      lastTransitionTime,
      reason: 'NodeStatusNeverUpdated',
      message: 'Kubelet never posted node status.',
    }))
  await client.update(nodes, { ...node, status: { ...node.status, conditions: [...known, ...missing] } } as KubernetesObject, { subresource: 'status' })
}
