// Whom a pod asks for names, and where it looks for them (kubelet `pkg/kubelet/network/dns`).
import { at, type KubernetesObject } from '../kubernetes/object.ts'
import { objects } from './pod.ts'

/** What stands in a pod's `/etc/resolv.conf`. */
export interface Resolver {
  readonly search: readonly string[]
  readonly servers: readonly string[]
  /** `ndots:5`. */
  readonly options: readonly string[]
}

/** The name server of Azure's and of many another cloud's machines. */
export const nodeNameserver = '168.63.129.16'

/** A pod's resolver; `nameserver` is the cluster's. */
export function resolverOf(pod: KubernetesObject, nameserver: string): Resolver {
  const policy = at(pod, 'spec', 'dnsPolicy') ?? 'ClusterFirst'
  const config = at(pod, 'spec', 'dnsConfig')
  const list = (field: string): readonly string[] => {
    const value = at(config, field)
    return Array.isArray(value) ? value.map(String) : []
  }
  // On the node's network a pod asks whom its node asks, unless it says otherwise.
  const cluster = policy === 'ClusterFirstWithHostNet' || (policy === 'ClusterFirst' && at(pod, 'spec', 'hostNetwork') !== true)
  const own = cluster ? [nameserver] : policy === 'None' ? [] : [nodeNameserver]
  return {
    search: [...(cluster ? [`${pod.metadata.namespace}.svc.cluster.local`, 'svc.cluster.local', 'cluster.local'] : []), ...list('searches')],
    servers: [...own, ...list('nameservers')],
    options: [
      ...(cluster ? ['ndots:5'] : []),
      ...objects(at(config, 'options')).map(({ name, value }) => (value === undefined ? String(name) : `${name}:${value}`)),
    ],
  }
}

/** The file itself. */
export function resolvConf({ search, servers, options }: Resolver): string {
  const lines = [...(search.length > 0 ? [`search ${search.join(' ')}`] : []), ...servers.map((server) => `nameserver ${server}`)]
  return [...lines, ...(options.length > 0 ? [`options ${options.join(' ')}`] : [])].map((line) => `${line}\n`).join('')
}

/** The whole names that are asked for one after another, till one is known (resolv.conf(5)). */
export function namesToAsk(name: string, { search, options }: Pick<Resolver, 'search' | 'options'>): readonly string[] {
  if (name.endsWith('.')) return [name.slice(0, -1)]
  const ndots = Number(options.findLast((option) => option.startsWith('ndots:'))?.slice('ndots:'.length) ?? 1)
  const below = search.map((domain) => `${name}.${domain}`)
  return name.split('.').length - 1 >= ndots ? [name, ...below] : [...below, name]
}
