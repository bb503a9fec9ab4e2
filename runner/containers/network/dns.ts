// Whether cluster DNS answers a pod: it is some pods behind a service, and policies stand before them as before others.
import { at, type KubernetesObject } from '../../kubernetes/object.ts'
import { hasCorefile } from '../coredns/running.ts'
import type { ClusterReader } from '../pod.ts'
import { resolverOf } from '../resolv-conf.ts'
import { type NetworkGround, type Origin, podAt } from './cluster-network.ts'
import { usableEndpoints } from './endpoints.ts'
import { allowedBy } from './policies.ts'

/** Who answers: a pod of cluster DNS or another one with a CoreDNS, one that nobody sees (where the cluster has no such service), a name server of the internet, or nobody. */
export type Answering = KubernetesObject | 'unseen' | 'outside' | undefined

/** Who answers somebody's questions for names. */
export function answeringNames(origin: Origin, { reader }: NetworkGround): Answering {
  const service = reader.get('v1', 'Service', { namespace: 'kube-system', name: 'kube-dns' })
  const own = String(service ? at(service, 'spec', 'clusterIP') : '')
  const [first] = origin.pod ? resolverOf(origin.pod, own).servers : [own]
  if (first !== own) return first === undefined ? undefined : ownServer(first, origin, reader)
  if (!service) return 'unseen'
  const usable = usableEndpoints(service, { node: String(at(origin.pod, 'spec', 'nodeName') ?? ''), reader })
  const pods = usable === 'dropped' ? [] : usable.flatMap(({ address }) => podAt(address, reader) ?? [])
  if (at(origin.pod, 'spec', 'hostNetwork') === true) return pods[0]
  const policies = reader.list('networking.k8s.io/v1', 'NetworkPolicy')
  return pods.find((pod) => policies.length === 0 || allowedBy(policies, { origin, pod, port: 53, protocol: 'UDP', reader }))
}

/** Who answers at another address than cluster DNS: a pod with a CoreDNS of its own, by its address or its Service's, nobody in any other pod, else the internet. */
function ownServer(address: string, origin: Origin, reader: ClusterReader): Answering {
  const service = reader.list('v1', 'Service').find((each) => at(each, 'spec', 'clusterIP') === address)
  const usable = service ? usableEndpoints(service, { node: String(at(origin.pod, 'spec', 'nodeName') ?? ''), reader }) : []
  const addresses = service ? (usable === 'dropped' ? [] : usable.map((endpoint) => endpoint.address)) : [address]
  const pods = addresses.flatMap((each) => podAt(each, reader) ?? [])
  if (!service && pods.length === 0) return 'outside'
  const policies = reader.list('networking.k8s.io/v1', 'NetworkPolicy')
  const free = (pod: KubernetesObject): boolean => policies.length === 0 || allowedBy(policies, { origin, pod, port: 53, protocol: 'UDP', reader })
  return pods.find((pod) => hasCorefile(pod) && free(pod))
}
