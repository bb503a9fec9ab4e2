// A cluster on which somebody does one thing after another, drawn by chance; what has to hold is looked at after each.
import type { JsonObject } from '#runner/base/json.ts'
import type { Random } from '#runner/base/random.ts'
import type { WatchEvent } from '#runner/kubernetes/client.ts'
import { at, formatKey, type KubernetesObject, keyOf, type Resource } from '#runner/kubernetes/object.ts'
import { StatusError } from '#runner/kubernetes/status-error.ts'
import type { TestCluster } from './start-cluster.ts'

const resource = (group: string, plural: string, kind: string): Resource => ({ group, version: 'v1', plural, kind, namespaced: true })
const pods = resource('', 'pods', 'Pod')
const replicaSets = resource('apps', 'replicasets', 'ReplicaSet')
const deployments = resource('apps', 'deployments', 'Deployment')
const owned = [pods, replicaSets, resource('discovery.k8s.io', 'endpointslices', 'EndpointSlice'), resource('batch', 'jobs', 'Job')]
const makers = [
  deployments,
  resource('apps', 'statefulsets', 'StatefulSet'),
  resource('batch', 'jobs', 'Job'),
  resource('', 'services', 'Service'),
  replicaSets,
]
const names = ['a', 'b', 'c']
const namespace = 'default'
const quota = 12

type Operation = (random: Random, cluster: TestCluster) => Promise<unknown>

const operations: readonly Operation[] = [create, create, scale, scale, remove, removePod, relabelPod, rollOut]

/** Does the next thing; what the API server refuses is refused. */
export async function operate(random: Random, cluster: TestCluster): Promise<void> {
  const operation = operations[random.below(operations.length)] ?? create
  await operation(random, cluster).catch((error: unknown) => {
    if (!(error instanceof StatusError)) throw error
  })
}

/** A quota that the operations soon come up against. */
export function quotaObject(): KubernetesObject {
  return { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'pods', namespace }, spec: { hard: { pods: String(quota) } } } as KubernetesObject
}

/** Follows the pods from the beginning by a watch alone; `faults` tells where that differs from a list. */
export function followPods(cluster: TestCluster): { faults(): Promise<readonly string[]>; stop(): void } {
  const known = new Map<string, KubernetesObject>()
  const wrong: string[] = []
  let last = Number(cluster.server.resourceVersion())
  const heard = ({ type, object }: WatchEvent): void => {
    const version = Number(object.metadata.resourceVersion)
    if (version <= last) wrong.push(`resource version ${version} came after ${last}`)
    last = version
    if (type === 'DELETED') known.delete(formatKey(keyOf(object)))
    else known.set(formatKey(keyOf(object)), object)
  }
  const watching = cluster.client.watch(pods, { resourceVersion: String(last) }, { event: heard, end: () => wrong.push('the watch ended') })
  return {
    stop: () => watching.stop(),
    async faults() {
      const { items } = await cluster.client.list(pods)
      const differ = items.filter((pod) => known.get(formatKey(keyOf(pod))) !== pod).map(({ metadata }) => `the watch knows another ${metadata.name}`)
      return [...wrong, ...differ, ...(items.length === known.size ? [] : [`the watch knows ${known.size} pods, the list ${items.length}`])]
    },
  }
}

/** What does not hold in a cluster that has come to rest. */
export async function brokenInvariants({ client }: TestCluster): Promise<readonly string[]> {
  const all = (await Promise.all([...owned, ...makers].map(async (each) => (await client.list(each)).items))).flat()
  const uids = new Set(all.map(({ metadata }) => metadata.uid))
  const orphans = all.filter(({ metadata: { ownerReferences = [] } }) => ownerReferences.length > 0 && ownerReferences.every(({ uid }) => !uids.has(uid)))
  const active = (await client.list(pods, { namespace })).items.filter(({ metadata, status }) => metadata.deletionTimestamp === undefined && !isOver(status))
  const miscounted = (await client.list(replicaSets)).items.filter(
    (set) => Number(at(set, 'status', 'replicas') ?? 0) !== active.filter((pod) => belongs(pod, set)).length,
  )
  return [
    ...orphans.map(({ kind, metadata }) => `${kind} ${metadata.name} has lost its owner and is still there`),
    ...miscounted.map((set) => `ReplicaSet ${set.metadata.name} counts ${at(set, 'status', 'replicas')} pods`),
    ...(active.length > quota ? [`${active.length} pods, though the quota is ${quota}`] : []),
  ]
}

function isOver(status: unknown): boolean {
  return ['Succeeded', 'Failed'].includes(String(at(status, 'phase')))
}

function belongs(pod: KubernetesObject, owner: KubernetesObject): boolean {
  return pod.metadata.ownerReferences?.some(({ uid, controller }) => controller === true && uid === owner.metadata.uid) ?? false
}

async function create(random: Random, { client }: TestCluster): Promise<unknown> {
  const of = draw(random, makers)
  return client.create(of, objectOf(of, draw(random, names), random))
}

async function scale(random: Random, { client }: TestCluster): Promise<unknown> {
  const spec = { replicas: random.below(8) }
  return client.patch(draw(random, [deployments, replicaSets]), { namespace, name: draw(random, names) }, { spec }, { type: 'merge' })
}

async function rollOut(random: Random, { client }: TestCluster): Promise<unknown> {
  const annotations = { round: String(random.below(1000)) }
  return client.patch(deployments, { namespace, name: draw(random, names) }, { spec: { template: { metadata: { annotations } } } }, { type: 'merge' })
}

async function remove(random: Random, { client }: TestCluster): Promise<unknown> {
  const propagationPolicy = draw(random, ['Foreground', 'Background', 'Orphan'] as const)
  return client.delete(draw(random, makers), { namespace, name: draw(random, names) }, { propagationPolicy })
}

async function removePod(random: Random, cluster: TestCluster): Promise<unknown> {
  const pod = await somePod(random, cluster)
  return pod && cluster.client.delete(pods, keyOf(pod))
}

/** Its owner lets go of it, and somebody else may take it up. */
async function relabelPod(random: Random, cluster: TestCluster): Promise<unknown> {
  const pod = await somePod(random, cluster)
  return pod && cluster.client.patch(pods, keyOf(pod), { metadata: { labels: { app: draw(random, [...names, 'none']) } } }, { type: 'merge' })
}

async function somePod(random: Random, { client }: TestCluster): Promise<KubernetesObject | undefined> {
  const { items } = await client.list(pods, { namespace })
  return items.length === 0 ? undefined : draw(random, items)
}

function draw<item>(random: Random, list: readonly item[]): item {
  // No list here is empty.
  return list[random.below(list.length)] as item
}

function objectOf({ group, kind }: Resource, name: string, random: Random): KubernetesObject {
  const labels = { app: name }
  const restartPolicy = kind === 'Job' ? 'Never' : 'Always'
  const template = {
    metadata: { labels },
    spec: { restartPolicy, containers: [{ name: 'main', image: 'busybox', command: ['sleep', kind === 'Job' ? '5' : '3600'] }] },
  }
  const replicated = { replicas: random.below(5), selector: { matchLabels: labels }, template }
  const specs: Readonly<Record<string, JsonObject>> = {
    Service: { selector: labels, ports: [{ port: 80 }] },
    Job: { completions: 2, parallelism: 2, template },
    StatefulSet: { ...replicated, serviceName: name },
  }
  return { apiVersion: group === '' ? 'v1' : `${group}/v1`, kind, metadata: { name, namespace }, spec: specs[kind] ?? replicated } as KubernetesObject
}
