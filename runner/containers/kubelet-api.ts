// The kubelet's own HTTP door, as `nodes/NAME/proxy` leads to it.
import type { JsonObject } from '../base/json.ts'
import { at, formatTime, type KubernetesObject } from '../kubernetes/object.ts'
import type { Measures, Usage } from '../kubernetes/pod-connections.ts'
import { logText } from './log.ts'
import { containerNames, objects, runningSince } from './pod.ts'
import type { Runtime } from './runtime.ts'
import { measure } from './usage.ts'

interface Asked {
  readonly runtime: Runtime
  readonly node: KubernetesObject
  readonly pods: readonly KubernetesObject[]
  readonly measures: Measures
  readonly path: readonly string[]
}

type Door = (asked: Asked) => Response | Promise<Response>

const doors: Readonly<Record<string, Door>> = {
  healthz: () => text('ok'),
  pods: ({ pods }) => json({ kind: 'PodList', apiVersion: 'v1', metadata: {}, items: pods as unknown as readonly JsonObject[] }),
  runningpods: ({ pods }) =>
    json({
      kind: 'PodList',
      apiVersion: 'v1',
      metadata: {},
      items: pods.filter(runs).map(({ metadata, spec }) => ({ metadata, spec })) as unknown as readonly JsonObject[],
    }),
  stats: (asked) => (asked.path[1] === 'summary' ? json(summary(asked)) : missing()),
  configz: () => json({ kubeletconfig: configuration }),
  metrics: (asked) => (asked.path.length === 1 ? text(ownMetrics(asked)) : asked.path[1] === 'resource' ? text(resourceMetrics(asked)) : missing()),
  containerLogs,
  logs: ({ path }) =>
    path.length === 1
      ? text(
          '<!doctype html>\n<meta name="viewport" content="width=device-width">\n<pre>\n<a href="containers/">containers/</a>\n<a href="pods/">pods/</a>\n</pre>\n',
          'text/html; charset=utf-8',
        )
      : missing(),
}

/** Answers a GET below a node's kubelet. */
export async function answerKubelet(runtime: Runtime, node: KubernetesObject, path: string): Promise<Response> {
  const parts = (path.split('?')[0] ?? '').split('/').filter((part) => part !== '')
  const name = node.metadata.name ?? ''
  const door = doors[parts[0] ?? '']
  if (!door) return missing()
  const pods = runtime.reader.list('v1', 'Pod').filter((pod) => at(pod, 'spec', 'nodeName') === name)
  return door({ runtime, node, pods, measures: measure(runtime.reader, runtime.clock.now(), runtime.name), path: parts })
}

function runs(pod: KubernetesObject): boolean {
  return at(pod, 'status', 'phase') === 'Running'
}

async function containerLogs({ runtime, pods, path: [, namespace, name, container = ''] }: Asked): Promise<Response> {
  const pod = pods.find(({ metadata }) => metadata.namespace === namespace && metadata.name === name)
  if (!pod) return text(`pod "${name}" does not exist\n`, undefined, 404)
  const run = await runtime.run(pod, container)
  return run ? text(logText(run.log, { timestamps: false })) : text(`container "${container}" not found in pod "${name}"\n`, undefined, 404)
}

function summary({ node, pods, measures }: Asked): JsonObject {
  const usage = measures.node(node) ?? { cpu: 0, memory: 0 }
  const startTime = node.metadata.creationTimestamp ?? null
  const measured = pods.flatMap((pod) => {
    const containers = containerNames(pod).flatMap((name) => {
      const used = measures.container(pod, name)
      const since = runningSince(pod, name) ?? 0
      return used ? [{ name, startTime: formatTime(since), ...stats(used, measures, since) }] : []
    })
    const { name, namespace, uid } = pod.metadata
    return containers.length === 0
      ? []
      : [
          {
            podRef: { name, namespace, uid },
            startTime: at(pod, 'status', 'startTime') ?? null,
            containers,
            ...stats(sum(pod, measures), measures, podSince(pod)),
          },
        ]
  })
  return { node: { nodeName: node.metadata.name, startTime, ...stats(usage, measures, Date.parse(startTime ?? '')) }, pods: measured } as unknown as JsonObject // an interface has no index signature, which JSON's type asks for
}

function sum(pod: KubernetesObject, measures: Measures): Usage {
  const parts = containerNames(pod).flatMap((name) => measures.container(pod, name) ?? [])
  return { cpu: parts.reduce((total, { cpu }) => total + cpu, 0), memory: parts.reduce((total, { memory }) => total + memory, 0) }
}

function podSince(pod: KubernetesObject): number {
  return Date.parse(String(at(pod, 'status', 'startTime') ?? ''))
}

/** What is used now, and of processors what was in all, as if it had always been that much. */
function stats({ cpu, memory }: Usage, { time }: Measures, since: number): JsonObject {
  const at = formatTime(time)
  const usageCoreNanoSeconds = Math.round((cpu * Math.max(time - since, 0)) / 1000) || 0
  return {
    cpu: { time: at, usageNanoCores: cpu, usageCoreNanoSeconds },
    memory: { time: at, usageBytes: memory, workingSetBytes: memory, rssBytes: Math.round(memory * 0.8) },
  }
}

function resourceMetrics({ node, pods, measures }: Asked): string {
  const lines = [
    '# HELP container_memory_working_set_bytes [STABLE] Current working set of the container in bytes',
    '# TYPE container_memory_working_set_bytes gauge',
  ]
  for (const pod of pods)
    for (const name of containerNames(pod)) {
      const used = measures.container(pod, name)
      const { namespace, name: podName } = pod.metadata
      if (used) lines.push(`container_memory_working_set_bytes{container="${name}",namespace="${namespace}",pod="${podName}"} ${used.memory} ${measures.time}`)
    }
  const own = measures.node(node)
  if (own)
    lines.push(
      '# HELP node_memory_working_set_bytes [STABLE] Current working set of the node in bytes',
      '# TYPE node_memory_working_set_bytes gauge',
      `node_memory_working_set_bytes ${own.memory} ${measures.time}`,
    )
  return `${lines.join('\n')}\n`
}

function ownMetrics({ pods }: Asked): string {
  const containers = pods.flatMap((pod) => containerNames(pod).filter((name) => runningSince(pod, name) !== undefined))
  return [
    '# HELP kubelet_running_containers [ALPHA] Number of containers currently running',
    '# TYPE kubelet_running_containers gauge',
    `kubelet_running_containers{container_state="running"} ${containers.length}`,
    '# HELP kubelet_running_pods [ALPHA] Number of pods that have a running pod sandbox',
    '# TYPE kubelet_running_pods gauge',
    `kubelet_running_pods ${pods.filter(runs).length}`,
    '',
  ].join('\n')
}

const configuration: JsonObject = {
  enableServer: true,
  staticPodPath: '/etc/kubernetes/manifests',
  syncFrequency: '1m0s',
  port: 10250,
  authentication: { x509: { clientCAFile: '/etc/kubernetes/pki/ca.crt' }, webhook: { enabled: true, cacheTTL: '2m0s' }, anonymous: { enabled: false } },
  authorization: { mode: 'Webhook', webhook: { cacheAuthorizedTTL: '5m0s', cacheUnauthorizedTTL: '30s' } },
  healthzPort: 10248,
  clusterDomain: 'cluster.local',
  cgroupDriver: 'systemd',
  maxPods: 110,
  podPidsLimit: -1,
  imageGCHighThresholdPercent: 85,
  imageGCLowThresholdPercent: 80,
  evictionHard: { 'imagefs.available': '15%', 'memory.available': '100Mi', 'nodefs.available': '10%', 'nodefs.inodesFree': '5%' },
}

function json(body: JsonObject): Response {
  return new Response(JSON.stringify(body), { headers: { 'content-type': 'application/json' } })
}

function text(body: string, type = 'text/plain; charset=utf-8', status = 200): Response {
  return new Response(body, { status, headers: { 'content-type': type } })
}

function missing(): Response {
  return text('404 page not found\n', undefined, 404)
}

/** True for a node's answer to be looked for at its kubelet. */
export function isNode(object: KubernetesObject): boolean {
  return object.kind === 'Node' && objects(at(object, 'status', 'addresses')).length > 0
}
