// What containers and nodes use: what each program takes at rest, what a busy loop or a load generator makes it take, and a little chance.
import { createRandom } from '../base/random.ts'
import { at, type KubernetesObject } from '../kubernetes/object.ts'
import type { Measures, Usage } from '../kubernetes/pod-connections.ts'
import { parseQuantity, quantityValue } from '../kubernetes/quantity.ts'
import { labelSelectorMatcher } from '../kubernetes/selectors.ts'
import { bytesOf } from './commands/system.ts'
import { imageOf } from './images/table.ts'
import { wordsOf } from './plan.ts'
import { type ClusterReader, containerNames, containerOf, objects, runningSince } from './pod.ts'

/** How often metrics-server asks the kubelets. */
const resolution = 15_000
const [milli, mebi] = [1_000_000, 1 << 20]
const core = 1000 * milli

/** What programs take at rest: thousandths of a core and MiB, and thousandths of a core for a hundred requests a second. */
const rows: readonly (readonly [image: RegExp, cpu: number, memory: number, work: number])[] = [
  [/hpa-example|php/, 1, 12, 1000],
  [/etcd/, 24, 62, 0],
  [/kube-apiserver/, 46, 278, 0],
  [/kube-controller-manager/, 14, 52, 0],
  [/kube-scheduler/, 5, 24, 0],
  [/kube-proxy|cloud-node-manager/, 1, 18, 0],
  [/coredns/, 2, 16, 10],
  [/calico|flannel|canal|cilium/, 22, 118, 0],
  [/metrics-server/, 4, 21, 0],
  [/nginx/, 0.05, 4, 20],
  [/httpd|apache/, 0.1, 7, 30],
  [/redis|memcached/, 1.5, 4, 10],
  [/mysql|mariadb/, 5, 380, 40],
  [/postgres/, 2, 42, 40],
  [/mongo/, 5, 150, 40],
  [/rabbitmq|java|jdk|jre|tomcat|spring|elasticsearch/, 6, 240, 60],
  [/node|python|ruby|flask|django/, 1, 34, 100],
  [/pause/, 0, 0.2, 0],
  [/busybox|alpine|debian|ubuntu|bash|curl/, 0, 0.6, 100],
  [/./, 1, 14, 60],
]

/** Everything that is measured of a cluster at a time; `seed` makes it this cluster's. */
export function measure(reader: ClusterReader, now: number, seed: string): Measures {
  const time = Math.floor(now / resolution) * resolution
  const jitter = (id: string, most: number): number => createRandom(`${seed}/${id}/${time}`).below(most)
  let load: ReadonlyMap<string, number> | undefined
  const container = (pod: KubernetesObject, name: string): Usage | undefined => {
    const started = runningSince(pod, name)
    if (started === undefined) return undefined
    load ??= requestsByPod(reader)
    return containerUsage(pod, name, { requests: load.get(pod.metadata.uid ?? '') ?? 0, jitter: (most) => jitter(`${pod.metadata.uid}/${name}`, most) })
  }
  let byNode: ReadonlyMap<string, readonly KubernetesObject[]> | undefined
  return {
    time,
    window: `${15 + jitter('window', 60) / 1000}s`,
    container,
    node(node) {
      if (!isReadyNode(node)) return undefined
      byNode ??= Map.groupBy(reader.list('v1', 'Pod'), (pod) => String(at(pod, 'spec', 'nodeName') ?? ''))
      const name = node.metadata.name ?? ''
      const parts = (byNode.get(name) ?? []).flatMap((pod) => containerNames(pod).flatMap((each) => container(pod, each) ?? []))
      const sum = (of: (usage: Usage) => number): number => parts.reduce((total, usage) => total + of(usage), 0)
      return {
        cpu: 74 * milli + jitter(name, 30 * milli) + sum(({ cpu }) => cpu),
        memory: 612 * mebi + jitter(`${name}/memory`, 24 * mebi) + sum(({ memory }) => memory),
      }
    },
  }
}

function isReadyNode(node: KubernetesObject): boolean {
  return objects(at(node, 'status', 'conditions')).some(({ type, status }) => type === 'Ready' && status === 'True')
}

function containerUsage(pod: KubernetesObject, name: string, { requests, jitter }: { requests: number; jitter(most: number): number }): Usage {
  const container = containerOf(pod, name)
  const image = container?.image ?? ''
  const words = container ? wordsOf(container, imageOf(image)) : []
  const [, cpu, memory, work] = rows.find(([names]) => names.test(image)) ?? [/./, 1, 14, 60]
  const effort = effortOf(words)
  const limit = (resource: string, whole: number): number => {
    const text = at(container?.whole, 'resources', 'limits', resource)
    return text === undefined ? Number.POSITIVE_INFINITY : Number(quantityValue(parseQuantity(String(text)))) * whole
  }
  const millicores = cpuLimit(container?.whole)
  const wanted = cpu * milli + (requests / 100) * work * milli + effort.cores * core
  const used = Math.min(wanted + jitter(Math.max(Math.round(wanted * 0.06), 90_000)), millicores * milli)
  return { cpu: Math.round(used), memory: Math.round(Math.min(memory * mebi + effort.memory + jitter(mebi), limit('memory', 1))) }
}

function cpuLimit(whole: unknown): number {
  const text = at(whole, 'resources', 'limits', 'cpu')
  return text === undefined ? Number.POSITIVE_INFINITY : Number(parseQuantity(String(text)).nanos / 1_000_000n)
}

const spinning =
  /while\s+(true|:)\s*;?\s*do\s*(:|true)?\s*;?\s*done|yes\s*>|dd\s+if=\/dev\/(zero|urandom)\s+of=\/dev\/null|sha\d+sum\s+\/dev\/zero|openssl speed|gzip.*\/dev\/zero/

/** What a program does by its words: cores that it keeps busy, and memory that it takes. */
function effortOf(words: readonly string[]): { readonly cores: number; readonly memory: number } {
  const text = words.join(' ')
  if (spinning.test(text)) return { cores: Math.max(text.match(/dd if=\/dev\/zero of=\/dev\/null|yes\s*>/g)?.length ?? 1, 1), memory: 0 }
  if (!/(^|\/|\s)(stress|stress-ng|resource-consumer)(\s|$)/.test(text)) return { cores: 0, memory: 0 }
  const option = (names: string): string | undefined => new RegExp(`(?:^|\\s)-{1,2}(?:${names})[= ](\\S+)`).exec(text)?.[1]
  const workers = Number(option('vm|m') ?? 0)
  const memory = option('mem-total') ?? (workers > 0 ? (option('vm-bytes') ?? '256M') : '0')
  const cores = Number(option('cpu|cpus|c') ?? 0) + workers
  return { cores, memory: bytesOf(memory) * Math.max(option('mem-total') === undefined ? workers : 1, 1) }
}

const generator = /\b(while|for|until)\b|\b(hey|ab|wrk|siege|fortio|k6|vegeta|bombardier)\b/

/** Requests a second that reach each pod from others whose program calls a service in a loop, by uid. */
function requestsByPod(reader: ClusterReader): ReadonlyMap<string, number> {
  const all = new Map<string, number>()
  const pods = reader.list('v1', 'Pod').filter((pod) => at(pod, 'status', 'phase') === 'Running')
  for (const pod of pods) {
    for (const name of containerNames(pod)) {
      const calls = runningSince(pod, name) === undefined ? undefined : callsOf(pod, name)
      for (const uid of calls ? targetsOf(calls.host, pod, { reader, pods }) : []) all.set(uid.id, (all.get(uid.id) ?? 0) + (calls?.rate ?? 0) * uid.share)
    }
  }
  return all
}

function callsOf(pod: KubernetesObject, name: string): { readonly host: string; readonly rate: number } | undefined {
  const container = containerOf(pod, name)
  const text = container ? wordsOf(container, imageOf(container.image)).join(' ') : ''
  const host = /https?:\/\/([a-z0-9.-]+)/.exec(text)?.[1]
  if (host === undefined || !generator.test(text)) return undefined
  const pause = /sleep\s+(\d*\.?\d+)/.exec(text)?.[1]
  return { host, rate: /\b(hey|ab|wrk|siege|fortio|k6|vegeta|bombardier)\b/.test(text) ? 200 : 1 / (Number(pause ?? 0) + 0.008) }
}

function targetsOf(
  host: string,
  caller: KubernetesObject,
  { reader, pods }: { readonly reader: ClusterReader; readonly pods: readonly KubernetesObject[] },
): readonly { readonly id: string; readonly share: number }[] {
  const [name = '', namespace = caller.metadata.namespace ?? ''] = host.split('.')
  const service = reader.get('v1', 'Service', { namespace, name })
  const selector = at(service, 'spec', 'selector')
  if (!service || selector === undefined) return []
  const matcher = labelSelectorMatcher({ matchLabels: selector })
  const found = pods.filter((pod) => pod.metadata.namespace === namespace && matcher.matches(pod.metadata.labels ?? {}))
  return found.map((pod) => ({ id: pod.metadata.uid ?? '', share: 1 / found.length }))
}
