// Signs of life of nodes and of a control plane, computed when they are read: no timer runs for them, and nothing is stored (decision 7).
import { deepFreeze, isObject } from '../base/json.ts'
import { formatMicroTime, formatTime, type KubernetesObject } from './object.ts'

const renewal = 10_000
const report = 300_000

type View = (object: KubernetesObject, now: number) => KubernetesObject

/** How often the elected programs of a control plane renew their Leases in `kube-system`, in ms (client-go's RetryPeriod). */
export const controlPlaneBeats: Readonly<Record<string, number>> = { 'kube-controller-manager': 2000, 'kube-scheduler': 2000 }

/** Views of what is read, by resource: leases renewed, node conditions reported every five minutes, of all that somebody within the world keeps alive. */
export function heartbeatViews(isKept: (object: KubernetesObject) => boolean): Readonly<Record<string, View>> {
  const ofKept = (view: View): View => {
    return (object, now) => (isKept(object) ? view(object, now) : object)
  }
  return { 'leases.coordination.k8s.io': ofKept(renewedLease), nodes: ofKept(reportingNode) }
}

function renewedLease(lease: KubernetesObject, now: number): KubernetesObject {
  const every = beatOf(lease)
  if (every === undefined || !isObject(lease.spec)) return lease
  return { ...lease, spec: { ...lease.spec, renewTime: formatMicroTime(lastBeat(lease, now, every)) } }
}

/** How often a lease is renewed; undefined for one of somebody else. */
function beatOf({ metadata }: KubernetesObject): number | undefined {
  if (metadata.namespace === 'kube-node-lease') return renewal
  if (metadata.namespace !== 'kube-system') return undefined
  return metadata.labels?.['apiserver.kubernetes.io/identity'] === undefined ? controlPlaneBeats[metadata.name ?? ''] : renewal
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
