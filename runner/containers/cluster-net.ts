// The cluster's network as each pod sees it, and what listens in its containers.
import { at, type KubernetesObject } from '../kubernetes/object.ts'
import { ClusterNames, type NamesOptions } from './cluster-names.ts'
import { coreDnsIn } from './coredns/running.ts'
import type { DnsAnswer, DnsQuestion } from './dns-message.ts'
import { hostnameOf, namesOf } from './environment.ts'
import { connect, type NetworkGround, type Origin, podAt } from './network/cluster-network.ts'
import { answeringNames } from './network/dns.ts'
import { type ClusterReader, containerNames, restartsOf, runningSince } from './pod.ts'
import { type Connection, type HttpAnswer, type HttpCall, type Listener, type Net, portKey } from './process.ts'
import { namesToAsk, resolverOf } from './resolv-conf.ts'
import type { Run } from './run.ts'

/** What the network is made with. */
export interface NetOptions extends NamesOptions {
  reader(): ClusterReader
  api(call: HttpCall): Promise<HttpAnswer>
  /** What listens in another cluster, behind an EndpointSlice that was imported from there. */
  beyond?: ((slice: string, address: string, port: number) => Promise<Listener | undefined>) | undefined
}

/** The network of a cluster. */
export class ClusterNet {
  /** Answers a GET below a node's kubelet; nobody does until somebody is named here. */
  kubelet: NetworkGround['kubelet'] = async () => ({ status: 503, headers: {}, body: '' })
  readonly #options: NetOptions
  readonly #names: ClusterNames
  readonly #turns = new Map<string, number>()
  readonly #visits = new Map<string, { readonly last: number; readonly times: number }>()

  constructor(options: NetOptions) {
    this.#options = options
    this.#names = new ClusterNames(options)
  }

  /** The address of cluster DNS. */
  get nameserver(): string {
    const service = this.#options.reader().get('v1', 'Service', { namespace: 'kube-system', name: 'kube-dns' })
    const api = this.#options.reader().get('v1', 'Service', { namespace: 'default', name: 'kubernetes' })
    return String((service && at(service, 'spec', 'clusterIP')) ?? String((api && at(api, 'spec', 'clusterIP')) ?? '10.96.0.1').replace(/\d+$/, '10'))
  }

  get ground(): NetworkGround {
    return {
      reader: this.#options.reader(),
      listener: (pod, port) => this.listener(pod, port),
      beyond: async (slice, address, port) => this.#options.beyond?.(slice, address, port),
      apiServer: { http: (call) => this.#options.api(call) },
      now: () => this.#options.now(),
      kubelet: (node, path) => this.kubelet(node, path),
      visit: (service, client) => this.#visit(service, client),
      turn: (service) => {
        const next = (this.#turns.get(service) ?? -1) + 1
        this.#turns.set(service, next)
        return next
      },
    }
  }

  /** A client is remembered for three hours, or as long as the Service says, after each of its connections. */
  #visit(service: KubernetesObject, client: string): number {
    const key = `${service.metadata.uid} ${client}`
    const seconds = Number(at(service, 'spec', 'sessionAffinityConfig', 'clientIP', 'timeoutSeconds') ?? 10_800)
    const now = this.#options.now()
    const known = this.#visits.get(key)
    const times = known === undefined ? 0 : known.times + Number(now - known.last > seconds * 1000)
    this.#visits.set(key, { last: now, times })
    return times
  }

  /** The network as a pod's container sees it; `run` is its own program, whose listeners are its own. */
  of(pod: KubernetesObject, container: string, run: () => Run | undefined): Net {
    const { ground } = this
    const address = String(at(pod, 'status', 'podIP') ?? '')
    const { namespace = '', name = '' } = pod.metadata
    const own = (): KubernetesObject => ground.reader.get('v1', 'Pod', { namespace, name }) ?? pod
    const hosts = namesIn(pod, address)
    const query = (question: DnsQuestion): DnsAnswer | undefined => this.#names.answer({ pod: own(), address }, question, ground)
    const listening = (): number[] => containerNames(pod).flatMap((each) => [...(this.#run(own(), each)?.listeners.keys() ?? [])])
    return {
      address,
      nameserver: this.nameserver,
      resolve: (asked) => {
        if (/^\d+\.\d+\.\d+\.\d+$/.test(asked)) return { name: asked, addresses: [asked] }
        if (asked === 'localhost') return { name: asked, addresses: ['127.0.0.1'] }
        const local = hosts.get(asked) ?? (asked === name ? address : undefined)
        if (local !== undefined) return { name: asked, addresses: [local] }
        return this.#names.resolve(namesToAsk(asked, resolverOf(pod, this.nameserver)), { pod: own(), address }, ground)
      },
      get answersNames() {
        return answeringNames({ pod: own(), address }, ground) !== undefined
      },
      query,
      reverse: (asked) => query({ name: `${asked.split('.').reverse().join('.')}.in-addr.arpa`, type: 'PTR' })?.answers[0]?.data.replace(/\.$/, ''),
      coreDns: () => coreDnsIn(own(), ground.reader, this.#options.now()),
      connect: (to, port, protocol) =>
        outside(
          run(),
          connect(
            { pod: own(), address },
            { address: to === address && at(pod, 'spec', 'hostNetwork') !== true ? '127.0.0.1' : to, port, protocol },
            ground,
          ).then((connection) => heard(connection, run)),
        ),
      listen: (port, listener, protocol) => void (run() ?? this.#run(own(), container))?.listeners.set(portKey(port, protocol), listener),
      get listening() {
        return listening()
      },
    }
  }

  /** What listens on a port of a pod. Its programs are begun if nobody looked at them yet. */
  async listener(pod: KubernetesObject, port: number): Promise<Listener | undefined> {
    await this.wake(pod)
    for (const name of containerNames(pod)) {
      const found = this.#run(pod, name)?.listeners.get(port)
      if (found) return found
    }
    return undefined
  }

  /** What listens at a pod's address, for who comes from another cluster. */
  async reach(address: string, port: number): Promise<Listener | undefined> {
    const pod = podAt(address, this.#options.reader())
    return pod && this.listener(pod, port)
  }

  /** Begins the programs of a pod, so that they listen. Those that wait for others listen already, and may have asked for this themselves. */
  async wake(pod: KubernetesObject): Promise<void> {
    await Promise.resolve()
    for (const name of containerNames(pod)) if (runningSince(pod, name) !== undefined && !this.#run(pod, name)?.waiting) await this.#options.runs.run(pod, name)
  }

  #run(pod: KubernetesObject, name: string): Run | undefined {
    const started = runningSince(pod, name)
    return started === undefined ? undefined : this.#options.runs.runAt(pod, name, { restarts: restartsOf(pod, name), started })
  }

  /** A connection from outside of all pods: the nodes, the API server. */
  origin(address: string): Origin {
    return { pod: undefined, address }
  }
}

/** A program that waits for something beside time is waited for, before it counts as at rest. */
function outside<value>(run: Run | undefined, work: Promise<value>): Promise<value> {
  return run ? run.outside(work) : work
}

function heard(connection: Connection, run: () => Run | undefined): Connection {
  if (typeof connection === 'string' || !('http' in connection.listener)) return connection
  const { http } = connection.listener
  return { ...connection, listener: { http: (call) => outside(run(), Promise.resolve(http(call))) } }
}

function namesIn(pod: KubernetesObject, address: string): ReadonlyMap<string, string> {
  const aliases = at(pod, 'spec', 'hostAliases')
  const rows = Array.isArray(aliases) ? aliases : []
  const own = [hostnameOf(pod), ...namesOf(pod)]
  return new Map([
    ...own.map((name) => [name, address] as const),
    ...rows.flatMap((row) => {
      const names = at(row, 'hostnames')
      return (Array.isArray(names) ? names : []).map((name) => [String(name), String(at(row, 'ip'))] as const)
    }),
  ])
}
