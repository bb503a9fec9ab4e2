// What is published of a Service: its pods that have an address, and what slices and Endpoints both say of them.
import { equal, type JsonObject } from '../../base/json.ts'
import type { Client } from '../../kubernetes/client.ts'
import { type KubernetesObject, parseKey } from '../../kubernetes/object.ts'
import { labelSelectorMatcher } from '../../kubernetes/selectors.ts'
import type { ControllerContext } from '../controller.ts'
import { isDone, isReady, type Pod, podCondition } from '../pods.ts'
import { pods, services } from '../resources.ts'

/** A Service as far as its endpoints follow from it. */
export interface Service extends KubernetesObject {
  readonly spec: {
    readonly selector?: Readonly<Record<string, string>>
    readonly type?: string
    readonly clusterIP?: string
    readonly ports?: readonly ServicePort[]
    readonly publishNotReadyAddresses?: boolean
    readonly trafficDistribution?: string
  }
}

/** A port of a Service. */
export interface ServicePort {
  readonly name?: string
  readonly protocol?: string
  readonly port: number
  readonly targetPort?: number | string
  readonly appProtocol?: string
}

/** When an object was last changed for a pod's sake. */
export const triggerTime = 'endpoints.kubernetes.io/last-change-trigger-time'
/** Marks what is published of a Service without an address. */
export const headlessLabel = 'service.kubernetes.io/headless'

/** A pod change wakes the Services of its namespace: the key is `namespace/*`. */
export function podKeys(pod: KubernetesObject, change: string, old: KubernetesObject | undefined): readonly string[] {
  if (change === 'MODIFIED' && old && !publishedDiffers(pod as Pod, old as Pod)) return []
  return pod.metadata.labels || old?.metadata.labels ? [`${pod.metadata.namespace}/*`] : []
}

function publishedDiffers(pod: Pod, old: Pod): boolean {
  const published = (each: Pod): unknown => [
    each.metadata.labels,
    each.metadata.deletionTimestamp,
    each.status?.podIP,
    isReady(each),
    isDone(each),
    each.spec.nodeName,
  ]
  return !equal(published(pod), published(old))
}

/** Wakes every Service of a namespace that selects pods. */
export async function eachService(key: string, { client, enqueue }: ControllerContext): Promise<undefined> {
  const { namespace = '' } = parseKey(key)
  for (const service of (await client.list(services, { namespace })).items)
    if ((service as Service).spec.selector) enqueue(`${namespace}/${service.metadata.name}`)
  return undefined
}

/** A Service and its pods. */
export interface Selected {
  readonly service: Service
  readonly pods: readonly Pod[]
}

/** A Service with a selector and its pods that have an address; undefined if there is nothing to publish. */
export async function selected(client: Client, key: string): Promise<Selected | undefined> {
  const service = (await client.get(services, parseKey(key))) as Service | undefined
  if (!service?.spec.selector || service.metadata.deletionTimestamp !== undefined || service.spec.type === 'ExternalName') return undefined
  const matcher = labelSelectorMatcher({ matchLabels: service.spec.selector })
  const { items } = await client.list(pods, { namespace: service.metadata.namespace ?? '' })
  const chosen = (items as readonly Pod[]).filter((pod) => matcher.matches(pod.metadata.labels ?? {}) && pod.status?.podIP !== undefined && !isDone(pod))
  return { service, pods: [...chosen].sort((a, b) => ((a.status?.podIP ?? '') < (b.status?.podIP ?? '') ? -1 : 1)) }
}

/** The number that a Service's port means on a pod; undefined if the pod has no port of that name. */
export function targetPort(pod: Pod | undefined, { targetPort, port, protocol = 'TCP' }: ServicePort): number | undefined {
  if (typeof targetPort !== 'string') return targetPort ?? port
  const sidecars = (pod?.spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always')
  const ports = [...(pod?.spec.containers ?? []), ...sidecars].flatMap((container) => container.ports ?? [])
  return ports.find((each) => each.name === targetPort && (each.protocol ?? 'TCP') === protocol)?.containerPort
}

/** The pod that an endpoint, or an address, stands for. */
export function uidOf({ targetRef }: JsonObject): string {
  return String((targetRef as JsonObject | undefined)?.uid ?? '')
}

/** When the first of the pods that change came to be ready or ceased to be; what changes for another reason, as pods that leave, has no such time (TriggerTimeTracker). */
export function triggered({ metadata }: KubernetesObject, changed: readonly Pod[]): Readonly<Record<string, string>> {
  const { [triggerTime]: _, ...annotations } = metadata.annotations ?? {}
  const [first] = changed.flatMap((pod) => podCondition(pod, 'Ready')?.lastTransitionTime ?? []).sort()
  return first === undefined ? annotations : { ...annotations, [triggerTime]: first }
}

/** A pod that has a name of its own under the service's (endpointslice `ShouldSetHostname`). */
export function hostnameOf({ metadata }: Service, { spec: { hostname, subdomain } }: Pod): { readonly hostname?: string } {
  return typeof hostname === 'string' && hostname !== '' && subdomain === metadata.name ? { hostname } : {}
}

/** The pod as endpoints and addresses refer to it. */
export function reference(pod: Pod): JsonObject {
  const { namespace, name, uid } = pod.metadata
  return { kind: 'Pod', namespace, name, uid }
}
