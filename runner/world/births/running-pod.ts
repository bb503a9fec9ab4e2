// A pod of a cluster's beginning: running and ready from the first moment, as the kubelet would report it.
import { sha256 } from '@noble/hashes/sha2.js'
import { isObject, type JsonObject } from '../../base/json.ts'
import { toHex } from '../../base/p256.ts'
import { nameAlphabet, type Random } from '../../base/random.ts'
import { rulesFor } from '../../kubernetes/kinds/index.ts'
import { formatTime, type KubernetesObject, type OwnerReference } from '../../kubernetes/object.ts'

/** A node that pods are put on. */
export interface NodePlace {
  readonly name: string
  readonly address: string
  /** The next address of the node's range for a pod of the beginning. */
  nextAddress(): string
}

/** What a pod is made from. */
export interface PodFacts {
  readonly name: string
  readonly namespace: string
  readonly generateName?: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly owner: OwnerReference
  readonly spec: JsonObject
  /** A mirror of a static pod has no token of a service account. */
  readonly mirror?: boolean
}

const priorities: Readonly<Record<string, number>> = { 'system-node-critical': 2_000_001_000, 'system-cluster-critical': 2_000_000_000 }

/** The running pod. */
export function runningPod(
  facts: PodFacts,
  { node, now, random }: { readonly node: NodePlace; readonly now: number; readonly random: Random },
): KubernetesObject {
  const { name, namespace, generateName, labels, annotations, owner } = facts
  const uid = random.uuid()
  const metadata = {
    name,
    ...(generateName === undefined ? {} : { generateName }),
    namespace,
    uid,
    generation: 1,
    creationTimestamp: formatTime(now),
    labels,
    ...(annotations ? { annotations } : {}),
    ownerReferences: [owner],
  }
  const spec = admittedSpec(facts, node, random)
  const pod: KubernetesObject = { apiVersion: 'v1', kind: 'Pod', metadata, spec }
  const complete = rulesFor('v1', 'Pod')?.defaults?.(pod) ?? pod
  return { ...complete, status: statusOf(complete, { node, now, uid }) }
}

function admittedSpec({ spec, mirror }: PodFacts, node: NodePlace, random: Random): JsonObject {
  const priorityClass = typeof spec.priorityClassName === 'string' ? spec.priorityClassName : ''
  const account = typeof spec.serviceAccountName === 'string' ? spec.serviceAccountName : 'default'
  const token = `kube-api-access-${random.letters(5, nameAlphabet)}`
  const base = { ...spec, nodeName: node.name, enableServiceLinks: true, priority: priorities[priorityClass] ?? 0, preemptionPolicy: 'PreemptLowerPriority' }
  if (mirror) return base
  const mount = { name: token, mountPath: '/var/run/secrets/kubernetes.io/serviceaccount', readOnly: true }
  return {
    ...base,
    serviceAccount: account,
    serviceAccountName: account,
    tolerations: withUsualTolerations(Array.isArray(spec.tolerations) ? spec.tolerations : []),
    containers: containersOf(spec).map((container) => ({
      ...container,
      volumeMounts: [...(Array.isArray(container.volumeMounts) ? container.volumeMounts : []), mount],
    })),
    volumes: [...(Array.isArray(spec.volumes) ? spec.volumes : []), tokenVolume(token)],
  }
}

/** Pods are driven off lost nodes after five minutes, unless they say otherwise. */
function withUsualTolerations(given: readonly unknown[]): JsonObject[] {
  const tolerations = given.filter(isObject)
  const missing = ['not-ready', 'unreachable'].filter(
    (name) =>
      !tolerations.some(({ key, effect }) => (key === undefined && (effect === undefined || effect === 'NoExecute')) || key === `node.kubernetes.io/${name}`),
  )
  return [...tolerations, ...missing.map((name) => ({ effect: 'NoExecute', key: `node.kubernetes.io/${name}`, operator: 'Exists', tolerationSeconds: 300 }))]
}

function tokenVolume(name: string): JsonObject {
  const namespace = { items: [{ fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' }, path: 'namespace' }] }
  const sources = [
    { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
    { configMap: { items: [{ key: 'ca.crt', path: 'ca.crt' }], name: 'kube-root-ca.crt' } },
    { downwardAPI: namespace },
  ]
  return { name, projected: { defaultMode: 420, sources } }
}

function statusOf(pod: KubernetesObject, { node, now, uid }: { node: NodePlace; now: number; uid: string }): JsonObject {
  const spec = pod.spec as JsonObject
  const time = formatTime(now)
  const podIP = spec.hostNetwork === true ? node.address : node.nextAddress()
  const types = ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled']
  return {
    observedGeneration: 1,
    phase: 'Running',
    conditions: types.map((type) => ({ type, observedGeneration: 1, status: 'True', lastProbeTime: null, lastTransitionTime: time })),
    hostIP: node.address,
    hostIPs: [{ ip: node.address }],
    podIP,
    podIPs: [{ ip: podIP }],
    startTime: time,
    containerStatuses: containersOf(spec).map((container) => containerStatus(container, uid, time)),
    qosClass: qosClass(containersOf(spec)),
  }
}

function containerStatus(container: JsonObject, uid: string, time: string): JsonObject {
  const image = fullReference(String(container.image))
  return {
    name: String(container.name),
    state: { running: { startedAt: time } },
    lastState: {},
    ready: true,
    restartCount: 0,
    image,
    imageID: `${image.replace(/:[^/:]*$/, '')}@sha256:${digest(image)}`,
    containerID: `containerd://${digest(`${uid}/${String(container.name)}/0`)}`,
    started: true,
    resources: isObject(container.resources) ? container.resources : {},
  }
}

/** `rancher/x:1` as `docker.io/rancher/x:1`. */
function fullReference(image: string): string {
  return image.split('/')[0]?.includes('.') ? image : `docker.io/${image.includes('/') ? '' : 'library/'}${image}`
}

function qosClass(containers: readonly JsonObject[]): string {
  const resources = containers.map((container) => (isObject(container.resources) ? container.resources : {}))
  if (resources.every((one) => one.requests === undefined && one.limits === undefined)) return 'BestEffort'
  const guaranteed = resources.every(
    ({ requests, limits }) =>
      isObject(limits) && limits.cpu !== undefined && limits.memory !== undefined && JSON.stringify(requests ?? limits) === JSON.stringify(limits),
  )
  return guaranteed ? 'Guaranteed' : 'Burstable'
}

function containersOf(spec: JsonObject): JsonObject[] {
  return Array.isArray(spec.containers) ? spec.containers.filter(isObject) : []
}

function digest(text: string): string {
  return toHex(sha256(new TextEncoder().encode(text)))
}
