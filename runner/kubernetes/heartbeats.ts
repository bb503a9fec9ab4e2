// Signs of life of nodes, computed when they are read: no timer runs for them, and nothing is stored (decision 7).
import { deepFreeze, isObject } from '../base/json.ts'
import { formatMicroTime, formatTime, type KubernetesObject } from './object.ts'

const renewal = 10_000
const report = 300_000

type View = (object: KubernetesObject, now: number) => KubernetesObject

/** Views of what is read, by resource: leases of nodes renewed every ten seconds, node conditions reported every five minutes. */
export const heartbeatViews: Readonly<Record<string, View>> = {
  'leases.coordination.k8s.io': renewedLease,
  nodes: reportingNode,
}

/** The same for nodes of these names alone: others are as alive as whoever made them. */
export function heartbeatViewsOf(names: readonly string[]): typeof heartbeatViews {
  const known = new Set(names)
  const ofKnown = (view: View): View => {
    return (object, now) => (known.has(object.metadata.name ?? '') ? view(object, now) : object)
  }
  return Object.fromEntries(Object.entries(heartbeatViews).map(([name, view]) => [name, ofKnown(view)]))
}

function renewedLease(lease: KubernetesObject, now: number): KubernetesObject {
  if (lease.metadata.namespace !== 'kube-node-lease' || !isObject(lease.spec)) return lease
  return { ...lease, spec: { ...lease.spec, renewTime: formatMicroTime(lastBeat(lease, now, renewal)) } }
}

/** What nodes last read as, and at which beat: they are read far more often than they beat. */
const reports = new WeakMap<KubernetesObject, { readonly until: number; readonly from: number; readonly read: KubernetesObject }>()

/** A node that does not say it is ready is not heard of: its times stand. */
function reportingNode(node: KubernetesObject, now: number): KubernetesObject {
  const known = reports.get(node)
  if (known && known.from <= now && now < known.until) return known.read
  const beat = lastBeat(node, now, report)
  // An object that is not frozen may be another one the next time.
  if (!Object.isFrozen(node)) return reportedAt(node, beat)
  const read = deepFreeze(reportedAt(node, beat))
  reports.set(node, { from: beat, until: beat + report, read })
  return read
}

function reportedAt(node: KubernetesObject, beat: number): KubernetesObject {
  const { status } = node
  const conditions = isObject(status) && Array.isArray(status.conditions) ? status.conditions.filter(isObject) : []
  if (!isObject(status) || !conditions.some(({ type, status: holds }) => type === 'Ready' && holds === 'True')) return node
  const lastHeartbeatTime = formatTime(beat)
  return { ...node, status: { ...status, conditions: conditions.map((condition) => ({ ...condition, lastHeartbeatTime })) } }
}

/** The last beat up to now, counted from the object's own start, so that nodes do not all beat at once. */
function lastBeat({ metadata }: KubernetesObject, now: number, every: number): number {
  const start = Date.parse(metadata.creationTimestamp ?? '1970-01-01T00:00:00Z')
  return start + Math.floor(Math.max(0, now - start) / every) * every
}
