// Whether cluster DNS answers a pod: it is some pods behind a service, and policies stand before them as before others.
import { at } from '../../kubernetes/object.ts'
import { type NetworkGround, type Origin, podAt } from './cluster-network.ts'
import { usableEndpoints } from './endpoints.ts'
import { allowedBy } from './policies.ts'

/** False while whoever asks gets no answer. A cluster without such a service has a DNS that nobody sees, and so has a pod that asks its node's. */
export function answersNames(origin: Origin, { reader }: NetworkGround): boolean {
  const service = reader.get('v1', 'Service', { namespace: 'kube-system', name: 'kube-dns' })
  if (!service || at(origin.pod, 'spec', 'dnsPolicy') === 'Default') return true
  const usable = usableEndpoints(service, { node: String(at(origin.pod, 'spec', 'nodeName') ?? ''), reader })
  const pods = usable === 'dropped' ? [] : usable.flatMap(({ address }) => podAt(address, reader) ?? [])
  if (at(origin.pod, 'spec', 'hostNetwork') === true) return pods.length > 0
  const policies = reader.list('networking.k8s.io/v1', 'NetworkPolicy')
  return pods.some((pod) => policies.length === 0 || allowedBy(policies, { origin, pod, port: 53, protocol: 'UDP', reader }))
}
