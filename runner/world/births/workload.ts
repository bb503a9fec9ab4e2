// System workloads as a settled cluster shows them: controllers that have nothing left to do, and their running pods.
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import { createRandom, nameAlphabet, type Random } from '../../base/random.ts'
import { templateHash } from '../../controllers/template-hash/template-hash.ts'
import { fieldsOf } from '../../kubernetes/bootstrap/complete.ts'
import { rulesFor } from '../../kubernetes/kinds/index.ts'
import { formatTime, type KubernetesObject, type OwnerReference } from '../../kubernetes/object.ts'
import { type NodePlace, runningPod } from './running-pod.ts'

/** A row of a table of workloads. */
export interface Workload {
  readonly kind: string
  readonly namespace: string
  readonly name: string
  readonly replicas?: number
  readonly labels: object
  readonly selector: object
  readonly podLabels: object
  /** A DaemonSet for nodes that run Windows: none of its pods runs. */
  readonly windows?: boolean
  readonly spec: object
}

/** When and where workloads run. */
export interface WorkloadSetting {
  readonly now: number
  /** Chance for the pods' names and ids. What controllers are named follows from their own names. */
  readonly random: Random
  readonly nodes: readonly NodePlace[]
}

/** Objects of one workload: those that clusters of the same shape share, and the pods. */
export interface SettledWorkload {
  readonly controllers: readonly KubernetesObject[]
  pods(setting: WorkloadSetting): readonly KubernetesObject[]
}

/** A workload that has come to rest on so many nodes. */
export function settledWorkload(row: Workload, { now, nodeCount }: { readonly now: number; readonly nodeCount: number }): SettledWorkload {
  return row.kind === 'DaemonSet' ? settledDaemonSet(row, now, nodeCount) : settledDeployment(row, now)
}

/** A stored object with a uid made from its own name and the defaults of its kind. */
export function born(object: KubernetesObject, now: number): KubernetesObject {
  const { namespace = '', name = '' } = object.metadata
  const uid = createRandom(`${object.apiVersion}/${object.kind}/${namespace}/${name}`).uuid()
  const complete = { ...object, metadata: { ...object.metadata, uid, creationTimestamp: formatTime(now) } }
  return rulesFor(object.apiVersion, object.kind)?.defaults?.(complete) ?? complete
}

/** The same for a ConfigMap, whose managed fields tell when it was changed: programs that read it again ask for that. Others are born without them. */
export function bornBy(manager: string, object: KubernetesObject, now: number): KubernetesObject {
  const made = born(object, now)
  if (object.kind !== 'ConfigMap') return made
  return { ...made, metadata: { ...made.metadata, managedFields: fieldsOf(made, { manager, now }) } }
}

/** A reference to an object's controller. */
export function ownedBy({ apiVersion, kind, metadata }: KubernetesObject): OwnerReference {
  return { apiVersion, kind, name: metadata.name ?? '', uid: metadata.uid ?? '', controller: true, blockOwnerDeletion: true }
}

function settledDeployment(row: Workload, now: number): SettledWorkload {
  const { namespace, name, replicas = 1 } = row
  const fresh = born({ ...head('Deployment', row), spec: deploymentSpec(row) }, now)
  const hash = templateHash(templateOf(fresh, row.podLabels as Record<string, string>))
  const deployment = { ...fresh, status: deploymentStatus(row, hash, now) }
  const labels = { ...row.podLabels, 'pod-template-hash': hash } as Record<string, string>
  const template = templateOf(deployment, labels)
  const annotations = {
    'deployment.kubernetes.io/desired-replicas': String(replicas),
    'deployment.kubernetes.io/max-replicas': String(replicas + Math.ceil(replicas / 4)),
    'deployment.kubernetes.io/revision': '1',
  }
  const metadata = { name: `${name}-${hash}`, namespace, generation: 1, labels, annotations, ownerReferences: [ownedBy(deployment)] }
  const spec = { replicas, selector: { matchLabels: { ...row.selector, 'pod-template-hash': hash } }, template }
  const status = {
    replicas,
    fullyLabeledReplicas: replicas,
    readyReplicas: replicas,
    availableReplicas: replicas,
    terminatingReplicas: 0,
    observedGeneration: 1,
  }
  const set = born({ apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata, spec, status }, now)
  return {
    controllers: [deployment, set],
    pods: ({ random, nodes }) =>
      Array.from({ length: nodes.length === 0 ? 0 : replicas }, (_, index) => {
        const pod = { name: `${name}-${hash}-${random.letters(5, nameAlphabet)}`, namespace, generateName: `${name}-${hash}-`, labels, owner: ownedBy(set) }
        return runningPod({ ...pod, spec: podSpecOf(template) }, { node: placeOf(nodes, index), now, random })
      }),
  }
}

function deploymentSpec(row: Workload): JsonObject {
  return {
    replicas: row.replicas ?? 1,
    selector: { matchLabels: { ...row.selector } as JsonObject },
    template: { metadata: { labels: { ...row.podLabels } as JsonObject }, spec: withResources(row.spec as JsonObject) },
  }
}

function deploymentStatus({ name, replicas = 1 }: Workload, hash: string, now: number): JsonObject {
  const time = { lastUpdateTime: formatTime(now), lastTransitionTime: formatTime(now) }
  return {
    observedGeneration: 1,
    replicas,
    updatedReplicas: replicas,
    readyReplicas: replicas,
    availableReplicas: replicas,
    terminatingReplicas: 0,
    conditions: [
      { type: 'Available', status: 'True', ...time, reason: 'MinimumReplicasAvailable', message: 'Deployment has minimum availability.' },
      { type: 'Progressing', status: 'True', ...time, reason: 'NewReplicaSetAvailable', message: `ReplicaSet "${name}-${hash}" has successfully progressed.` },
    ],
  }
}

function settledDaemonSet(row: Workload, now: number, nodeCount: number): SettledWorkload {
  const { namespace, name } = row
  const count = row.windows ? 0 : nodeCount
  const template = { metadata: { labels: { ...row.podLabels } as JsonObject }, spec: withResources(row.spec as JsonObject) }
  const status = {
    currentNumberScheduled: count,
    desiredNumberScheduled: count,
    numberAvailable: count,
    numberMisscheduled: 0,
    numberReady: count,
    observedGeneration: 1,
    updatedNumberScheduled: count,
  }
  const metadata = { ...head('DaemonSet', row).metadata, annotations: { 'deprecated.daemonset.template.generation': '1' } }
  const set = born({ ...head('DaemonSet', row), metadata, spec: { selector: { matchLabels: { ...row.selector } as JsonObject }, template }, status }, now)
  const hash = templateHash(templateOf(set, row.podLabels as Record<string, string>))
  const labels = { ...row.podLabels, 'controller-revision-hash': hash, 'pod-template-generation': '1' } as Record<string, string>
  const revision = born(
    {
      apiVersion: 'apps/v1',
      kind: 'ControllerRevision',
      metadata: {
        name: `${name}-${hash}`,
        namespace,
        labels: { ...row.podLabels, 'controller-revision-hash': hash } as Record<string, string>,
        ownerReferences: [ownedBy(set)],
      },
      data: { spec: { template: { ...templateOf(set, row.podLabels as Record<string, string>), $patch: 'replace' } } },
      revision: 1,
    },
    now,
  )
  return {
    controllers: [set, revision],
    pods: ({ random, nodes }) =>
      (row.windows ? [] : nodes).map((node) => {
        const pod = { name: `${name}-${random.letters(5, nameAlphabet)}`, namespace, generateName: `${name}-`, labels, owner: ownedBy(set) }
        return runningPod({ ...pod, spec: daemonPodSpec(podSpecOf(templateOf(set, labels)), node) }, { node, now, random })
      }),
  }
}

/** What the daemon set controller adds: the node it is for, and that nothing drives it away. */
function daemonPodSpec(spec: JsonObject, node: NodePlace): JsonObject {
  const own = isObject(spec.affinity) ? spec.affinity : {}
  const terms = [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [node.name] }] }]
  const affinity = { ...own, nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } } }
  const given = Array.isArray(spec.tolerations) ? spec.tolerations : []
  const evict = ['not-ready', 'unreachable'].map((name) => ({ effect: 'NoExecute', key: `node.kubernetes.io/${name}`, operator: 'Exists' }))
  const names = ['disk-pressure', 'memory-pressure', 'pid-pressure', 'unschedulable', ...(spec.hostNetwork === true ? ['network-unavailable'] : [])]
  const schedule = names.map((name) => ({ effect: 'NoSchedule', key: `node.kubernetes.io/${name}`, operator: 'Exists' }))
  return { ...spec, affinity, tolerations: [...given, ...evict, ...schedule] }
}

/** The server shows a container's resources even when there are none. */
function withResources(spec: JsonObject): JsonObject {
  const containers = Array.isArray(spec.containers) ? spec.containers.filter(isObject) : []
  return { ...spec, containers: containers.map((container) => ({ resources: {}, ...container })) }
}

function head(kind: string, { namespace, name, labels }: Workload): KubernetesObject {
  const annotations = kind === 'Deployment' ? { annotations: { 'deployment.kubernetes.io/revision': '1' } } : {}
  return { apiVersion: 'apps/v1', kind, metadata: { name, namespace, generation: 1, labels: { ...labels } as Record<string, string>, ...annotations } }
}

function templateOf(controller: KubernetesObject, labels: Readonly<Record<string, string>>): JsonObject {
  const { template } = controller.spec as { template: JsonObject }
  return { ...template, metadata: { ...(isObject(template.metadata) ? template.metadata : {}), labels: { ...labels } } }
}

function podSpecOf(template: JsonObject): JsonObject {
  return isObject(template.spec) ? template.spec : {}
}

function placeOf(nodes: readonly NodePlace[], index: number): NodePlace {
  const node = nodes[index % nodes.length]
  if (!node) throw new Error('Place a pod: there is no node')
  return node
}

/** A table with `{names}` in its texts filled in. */
export function filled<table>(table: table, values: Readonly<Record<string, string>>): table {
  return fill(table as Json, values) as table
}

function fill(value: Json, values: Readonly<Record<string, string>>): Json {
  if (typeof value === 'string') return value.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole)
  if (Array.isArray(value)) return value.map((one) => fill(one, values))
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, one === undefined ? undefined : fill(one, values)]))
}
