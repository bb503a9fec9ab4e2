// The EndpointSlice and Endpoints of a Service of a cluster's beginning, as its controllers would have written them.
import { isObject, type JsonObject } from '../../base/json.ts'
import { nameAlphabet, type Random } from '../../base/random.ts'
import { formatTime, type KubernetesObject } from '../../kubernetes/object.ts'
import { ownedBy } from './workload.ts'

const triggerTime = 'endpoints.kubernetes.io/last-change-trigger-time'

/** Both, for the running pods that a Service selects. */
export function serviceEndpoints(
  service: KubernetesObject,
  pods: readonly KubernetesObject[],
  { now, random, zone }: { readonly now: number; readonly random: Random; readonly zone?: string },
): readonly KubernetesObject[] {
  const chosen = pods.filter((pod) => selects(service, pod)).sort((a, b) => (addressOf(a) < addressOf(b) ? -1 : 1))
  const { name = '', namespace = '', labels = {} } = service.metadata
  const time = formatTime(now)
  const metadata = { namespace, uid: random.uuid(), creationTimestamp: time }
  const ports = portsOf(service, chosen[0])
  const slice: KubernetesObject = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      ...metadata,
      name: `${name}-${random.letters(5, nameAlphabet)}`,
      generateName: `${name}-`,
      generation: 1,
      labels: { ...labels, 'kubernetes.io/service-name': name, 'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io' },
      annotations: { [triggerTime]: time },
      ownerReferences: [ownedBy(service)],
    },
    addressType: 'IPv4',
    endpoints: chosen.map((pod) => ({
      addresses: [addressOf(pod)],
      conditions: { ready: true, serving: true, terminating: false },
      targetRef: referenceTo(pod),
      nodeName: nodeOf(pod),
      ...(zone === undefined ? {} : { zone }),
    })),
    ports: ports.map(({ name: portName = '', ...port }) => ({ name: portName, ...port })),
  }
  const subset = { addresses: chosen.map((pod) => ({ ip: addressOf(pod), nodeName: nodeOf(pod), targetRef: referenceTo(pod) })), ports }
  const endpoints: KubernetesObject = {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: {
      ...metadata,
      uid: random.uuid(),
      name,
      labels: { ...labels, 'endpoints.kubernetes.io/managed-by': 'endpoint-controller' },
      annotations: { [triggerTime]: time },
    },
    ...(chosen.length > 0 ? { subsets: [subset] } : {}),
  }
  return [slice, endpoints]
}

function selects(service: KubernetesObject, { metadata }: KubernetesObject): boolean {
  const { selector } = service.spec as JsonObject
  if (!isObject(selector) || service.metadata.namespace !== metadata.namespace) return false
  return Object.entries(selector).every(([key, value]) => metadata.labels?.[key] === value)
}

function portsOf(service: KubernetesObject, pod: KubernetesObject | undefined): { name?: string; port: number; protocol: string }[] {
  const { ports } = service.spec as { ports: readonly { name?: string; port: number; protocol: string; targetPort: number | string }[] }
  return ports.map(({ name, protocol, targetPort }) => ({
    ...(name === undefined ? {} : { name }),
    port: typeof targetPort === 'number' ? targetPort : namedPort(pod, targetPort),
    protocol,
  }))
}

function namedPort(pod: KubernetesObject | undefined, name: string): number {
  const { containers } = (pod?.spec ?? { containers: [] }) as { containers: readonly { ports?: readonly { name?: string; containerPort: number }[] }[] }
  return containers.flatMap(({ ports = [] }) => ports).find((port) => port.name === name)?.containerPort ?? 0
}

function referenceTo({ metadata: { namespace, name, uid } }: KubernetesObject): JsonObject {
  return { kind: 'Pod', namespace, name, uid }
}

function addressOf(pod: KubernetesObject): string {
  return String((pod.status as JsonObject).podIP)
}

function nodeOf(pod: KubernetesObject): string {
  return String((pod.spec as JsonObject).nodeName)
}
