// Whether cluster DNS answers a pod: it is some pods behind a service, and policies stand before them as before others.
import { at, type KubernetesObject } from '../../kubernetes/object.ts'
import { resolverOf } from '../resolv-conf.ts'
import { type NetworkGround, type Origin, podAt } from './cluster-network.ts'
import { usableEndpoints } from './endpoints.ts'
import { allowedBy } from './policies.ts'

/** Who answers: a pod of cluster DNS, one that nobody sees (where the cluster has no such service), a name server of the internet, or nobody. */
export type Answering = KubernetesObject | 'unseen' | 'outside' | undefined

/** Who answers somebody's questions for names. */
export function answeringNames(origin: Origin, { reader }: NetworkGround): Answering {
  const service = reader.get('v1', 'Service', { namespace: 'kube-system', name: 'kube-dns' })
  const own = String(service ? at(service, 'spec', 'clusterIP') : '')
  const [first] = origin.pod ? resolverOf(origin.pod, own).servers : [own]
  if (first !== own) return first === undefined ? undefined : 'outside'
  if (!service) return 'unseen'
  const usable = usableEndpoints(service, { node: String(at(origin.pod, 'spec', 'nodeName') ?? ''), reader })
  const pods = usable === 'dropped' ? [] : usable.flatMap(({ address }) => podAt(address, reader) ?? [])
  if (at(origin.pod, 'spec', 'hostNetwork') === true) return pods[0]
  const policies = reader.list('networking.k8s.io/v1', 'NetworkPolicy')
  return pods.find((pod) => policies.length === 0 || allowedBy(policies, { origin, pod, port: 53, protocol: 'UDP', reader }))
}
