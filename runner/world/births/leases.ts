// The Leases of a control plane: the API server's own, and those by which its other programs are elected.
import { sha256 } from '@noble/hashes/sha2.js'
import { createRandom } from '../../base/random.ts'
import { complete } from '../../kubernetes/bootstrap/complete.ts'
import { controlPlaneBeats } from '../../kubernetes/heartbeats.ts'
import { formatMicroTime, type KubernetesObject } from '../../kubernetes/object.ts'

/** What the Leases tell of. */
export interface LeaseFacts {
  /** Seeds their chance. */
  readonly cluster: string
  /** Name of the machine that the control plane runs on. */
  readonly hostname: string
  readonly now: number
  /** Programs that come from outside, and elect themselves. */
  readonly without: readonly string[]
}

/** Leases in `kube-system` as a control plane of one machine keeps them (apiserver `server/config.go`, client-go `leaderelection`). */
export function controlPlaneLeases({ cluster, hostname, now, without }: LeaseFacts): readonly KubernetesObject[] {
  const random = createRandom(`leases of ${cluster}`)
  const beat = formatMicroTime(now)
  const lease = (name: string, spec: object, labels?: Readonly<Record<string, string>>): KubernetesObject => {
    const metadata = { name, namespace: 'kube-system', ...(labels && { labels }) }
    const object = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec: { ...spec, renewTime: beat } }
    return complete(object, { random, now, revision: 1, manager: name.startsWith('apiserver-') ? 'kube-apiserver' : name })
  }
  const identity = `apiserver-${base32(sha256(new TextEncoder().encode(hostname)).slice(0, 16))}`
  const labels = { 'apiserver.kubernetes.io/identity': 'kube-apiserver', 'kubernetes.io/hostname': hostname }
  const elected = Object.keys(controlPlaneBeats).filter((name) => !without.includes(name))
  return [
    lease(identity, { holderIdentity: `${identity}_${random.uuid()}`, leaseDurationSeconds: 3600 }, labels),
    ...elected.map((name) => lease(name, { holderIdentity: `${hostname}_${random.uuid()}`, leaseDurationSeconds: 15, acquireTime: beat, leaseTransitions: 0 })),
  ]
}

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567'

/** RFC 4648 base32 in small letters, without padding. */
function base32(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  return (bits.match(/.{1,5}/g) ?? []).map((five) => alphabet[Number.parseInt(five.padEnd(5, '0'), 2)]).join('')
}
