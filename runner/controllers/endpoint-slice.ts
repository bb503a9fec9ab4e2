// Publishes the addresses of a Service's pods: as EndpointSlices, and as Endpoints for older clients.
import { equal, type JsonObject } from '../base/json.ts'
import type { Client } from '../kubernetes/client.ts'
import { formatTime, type KubernetesObject, parseKey } from '../kubernetes/object.ts'
import { labelSelectorMatcher } from '../kubernetes/selectors.ts'
import { type ControllerContext, defineController } from './controller.ts'
import { sliceOf } from './new-slice.ts'
import { isDone, isReady, type Pod, podCondition } from './pods.ts'
import { endpointSlices, endpoints, nodes, pods, services } from './resources.ts'

interface Service extends KubernetesObject {
  readonly spec: {
    readonly selector?: Readonly<Record<string, string>>
    readonly type?: string
    readonly clusterIP?: string
    readonly ports?: readonly ServicePort[]
    readonly publishNotReadyAddresses?: boolean
    readonly trafficDistribution?: string
  }
}

interface ServicePort {
  readonly name?: string
  readonly protocol?: string
  readonly port: number
  readonly targetPort?: number | string
  readonly appProtocol?: string
}

interface Slice extends KubernetesObject {
  readonly endpoints?: readonly JsonObject[] | null
  readonly ports?: readonly JsonObject[] | null
}

const managedBy = 'endpointslice.kubernetes.io/managed-by'
const serviceName = 'kubernetes.io/service-name'
const sliceManager = 'endpointslice-controller.k8s.io'
const triggerTime = 'endpoints.kubernetes.io/last-change-trigger-time'
const headlessLabel = 'service.kubernetes.io/headless'

/** A pod change wakes the Services of its namespace: the key is `namespace/*`. */
function podKeys(pod: KubernetesObject, change: string, old: KubernetesObject | undefined): readonly string[] {
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

async function eachService(key: string, { client, enqueue }: ControllerContext): Promise<undefined> {
  const { namespace = '' } = parseKey(key)
  for (const service of (await client.list(services, { namespace })).items)
    if ((service as Service).spec.selector) enqueue(`${namespace}/${service.metadata.name}`)
  return undefined
}

/** A slice that somebody deleted wakes its Service. */
function deletedSlice({ metadata }: KubernetesObject, change: string): readonly string[] {
  const name = metadata.labels?.[serviceName]
  return change === 'DELETED' && name !== undefined && metadata.labels?.[managedBy] === sliceManager ? [`${metadata.namespace}/${name}`] : []
}

export const endpointSliceController = defineController({
  name: 'endpointslice-controller',
  watches: [{ resource: services }, { resource: pods, keys: podKeys }, { resource: endpointSlices, keys: deletedSlice }],
  async reconcile(key: string, context: ControllerContext) {
    if (key.endsWith('/*')) return eachService(key, context)
    const found = await selected(context.client, key)
    const { namespace = '', name } = parseKey(key)
    const mine = (await context.client.list(endpointSlices, { namespace, labelSelector: `${serviceName}=${name},${managedBy}=${sliceManager}` }))
      .items as readonly Slice[]
    if (!found) {
      for (const slice of mine) await context.client.delete(endpointSlices, { namespace, name: slice.metadata.name ?? '' })
      return undefined
    }
    await writeSlices(context, found, mine)
    return undefined
  },
})

function deletedEndpoints({ metadata }: KubernetesObject, change: string): readonly string[] {
  return change === 'DELETED' ? [`${metadata.namespace}/${metadata.name}`] : []
}

export const endpointsController = defineController({
  name: 'endpoints-controller',
  watches: [{ resource: services }, { resource: pods, keys: podKeys }, { resource: endpoints, keys: deletedEndpoints }],
  async reconcile(key: string, context: ControllerContext) {
    if (key.endsWith('/*')) return eachService(key, context)
    const found = await selected(context.client, key)
    const stored = await context.client.get(endpoints, parseKey(key))
    if (found) await writeEndpoints(context, found, stored)
    else if (stored && !(await context.client.get(services, parseKey(key)))) await context.client.delete(endpoints, parseKey(key))
    return undefined
  },
})

interface Selected {
  readonly service: Service
  readonly pods: readonly Pod[]
}

/** A Service with a selector and its pods that have an address; undefined if there is nothing to publish. */
async function selected(client: Client, key: string): Promise<Selected | undefined> {
  const service = (await client.get(services, parseKey(key))) as Service | undefined
  if (!service?.spec.selector || service.metadata.deletionTimestamp !== undefined || service.spec.type === 'ExternalName') return undefined
  const matcher = labelSelectorMatcher({ matchLabels: service.spec.selector })
  const { items } = await client.list(pods, { namespace: service.metadata.namespace ?? '' })
  const chosen = (items as readonly Pod[]).filter((pod) => matcher.matches(pod.metadata.labels ?? {}) && pod.status?.podIP !== undefined && !isDone(pod))
  return { service, pods: [...chosen].sort((a, b) => ((a.status?.podIP ?? '') < (b.status?.podIP ?? '') ? -1 : 1)) }
}

/** The number that a Service's port means on a pod; undefined if the pod has no port of that name. */
function targetPort(pod: Pod | undefined, { targetPort, port, protocol = 'TCP' }: ServicePort): number | undefined {
  if (typeof targetPort !== 'string') return targetPort ?? port
  const sidecars = (pod?.spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always')
  const ports = [...(pod?.spec.containers ?? []), ...sidecars].flatMap((container) => container.ports ?? [])
  return ports.find((each) => each.name === targetPort && (each.protocol ?? 'TCP') === protocol)?.containerPort
}

/** How many endpoints a slice takes. */
const room = 100

/** What a slice is to hold. */
interface SliceContent {
  readonly endpoints: readonly JsonObject[]
  readonly ports: readonly JsonObject[]
}

/**
 * Pods with the same ports share slices. An endpoint stays where it is; new ones go where room is left, then into new slices.
 * A Service without any keeps one empty slice (endpointslice `reconciler.go`).
 */
async function writeSlices({ client, clock }: ControllerContext, { service, pods: chosen }: Selected, mine: readonly Slice[]): Promise<void> {
  const zones = await zonesOf(client)
  const groups = Map.groupBy(chosen, (pod) => JSON.stringify(portsOf(service, pod)))
  if (groups.size === 0) groups.set(JSON.stringify([]), [])
  const left = new Set(mine)
  const [creations, updates]: [SliceContent[], [Slice, SliceContent][]] = [[], []]
  for (const members of groups.values()) {
    const ports = members[0] ? portsOf(service, members[0]) : []
    const known = mine.filter((slice) => left.has(slice) && (equal(slice.ports ?? [], ports) || (groups.size === 1 && mine.length === 1)))
    const wanted = members.map((pod) => endpointOf(service, pod, zones))
    const { kept, fresh } = distribute(wanted, known)
    for (const [slice, endpoints] of kept) {
      left.delete(slice)
      updates.push([slice, { endpoints, ports }])
    }
    creations.push(...fresh.map((endpoints) => ({ endpoints, ports })))
  }
  for (const [slice, content] of updates) await updateSlice(client, slice, { ...content, labels: labelsOf(service), chosen })
  for (const content of creations) await client.create(endpointSlices, { ...newSlice(service, formatTime(clock.now())), ...content })
  for (const { metadata } of left) await client.delete(endpointSlices, { namespace: metadata.namespace ?? '', name: metadata.name ?? '' })
}

async function updateSlice(
  client: Client,
  stored: Slice,
  { labels, chosen, ...content }: SliceContent & { readonly labels: Readonly<Record<string, string>>; readonly chosen: readonly Pod[] },
): Promise<void> {
  const same = equal(stored.endpoints ?? [], content.endpoints) && equal(stored.ports ?? [], content.ports)
  if (same && equal(stored.metadata.labels ?? {}, labels)) return
  const before = new Map((stored.endpoints ?? []).map((endpoint) => [uidOf(endpoint), endpoint]))
  const changed = new Set(content.endpoints.filter((endpoint) => !equal(endpoint.conditions, before.get(uidOf(endpoint))?.conditions)).map(uidOf))
  const annotations = triggered(
    stored,
    chosen.filter(({ metadata }) => changed.has(metadata.uid ?? '') && metadata.deletionTimestamp === undefined),
  )
  await client.update(endpointSlices, { ...stored, metadata: { ...stored.metadata, labels, annotations }, ...content } as KubernetesObject)
}

/** The pod that an endpoint, or an address, stands for. */
function uidOf({ targetRef }: JsonObject): string {
  return String((targetRef as JsonObject | undefined)?.uid ?? '')
}

/** When the first of the pods that change came to be ready or ceased to be; what changes for another reason, as pods that leave, has no such time (TriggerTimeTracker). */
function triggered({ metadata }: KubernetesObject, changed: readonly Pod[]): Readonly<Record<string, string>> {
  const { [triggerTime]: _, ...annotations } = metadata.annotations ?? {}
  const [first] = changed.flatMap((pod) => podCondition(pod, 'Ready')?.lastTransitionTime ?? []).sort()
  return first === undefined ? annotations : { ...annotations, [triggerTime]: first }
}

/** Which endpoints each known slice holds, and those for new slices; slices that end up empty are not kept, unless there is nothing at all. */
function distribute(
  wanted: readonly JsonObject[],
  known: readonly Slice[],
): { readonly kept: readonly (readonly [Slice, readonly JsonObject[]])[]; readonly fresh: readonly (readonly JsonObject[])[] } {
  const placeOf = new Map(known.flatMap((slice) => (slice.endpoints ?? []).map((endpoint) => [uidOf(endpoint), slice] as const)))
  const held = new Map<Slice, JsonObject[]>(known.map((slice) => [slice, []]))
  const homeless: JsonObject[] = []
  for (const endpoint of wanted) (held.get(placeOf.get(uidOf(endpoint)) as Slice) ?? homeless).push(endpoint)
  for (const endpoints of held.values()) if (endpoints.length > 0 || held.size === 1) endpoints.push(...homeless.splice(0, room - endpoints.length))
  const fresh: JsonObject[][] = []
  while (homeless.length > 0) fresh.push(homeless.splice(0, room))
  if (wanted.length === 0 && known.length === 0) fresh.push([])
  for (const endpoints of held.values()) endpoints.sort((one, other) => wanted.indexOf(one) - wanted.indexOf(other))
  const kept = [...held].filter(([, endpoints], index) => endpoints.length > 0 || (wanted.length === 0 && index === 0))
  return { kept, fresh }
}

function portsOf(service: Service, pod: Pod): readonly JsonObject[] {
  return (service.spec.ports ?? []).flatMap((each) => {
    const port = targetPort(pod, each)
    const { name = '', protocol = 'TCP', appProtocol } = each
    return port === undefined ? [] : [{ name, protocol, port, ...(appProtocol !== undefined && { appProtocol }) }]
  })
}

function newSlice(service: Service, now: string): KubernetesObject {
  const { creationTimestamp = now } = service.metadata
  const slice = sliceOf(service, labelsOf(service))
  return { ...slice, metadata: { ...slice.metadata, annotations: { [triggerTime]: creationTimestamp } } }
}

/** A slice has its Service's labels, but for those that are its own. */
function labelsOf({ metadata: { name = '', labels }, spec }: Service): Readonly<Record<string, string>> {
  const { [headlessLabel]: _, ...others } = labels ?? {}
  return { ...others, [serviceName]: name, [managedBy]: sliceManager, ...(spec.clusterIP === 'None' && { [headlessLabel]: '' }) }
}

function endpointOf(service: Service, pod: Pod, zones: ReadonlyMap<string, string>): JsonObject {
  const serving = isReady(pod)
  const terminating = pod.metadata.deletionTimestamp !== undefined
  const ready = service.spec.publishNotReadyAddresses === true || (serving && !terminating)
  const { nodeName = '' } = pod.spec
  const zone = zones.get(nodeName)
  return {
    addresses: [pod.status?.podIP ?? ''],
    conditions: { ready, serving, terminating },
    ...hostnameOf(service, pod),
    targetRef: reference(pod),
    nodeName,
    ...(zone !== undefined && { zone }),
    ...(ready && hintsOf(service, nodeName, zone)),
  }
}

/** A pod that has a name of its own under the service's (endpointslice `ShouldSetHostname`). */
function hostnameOf({ metadata }: Service, { spec: { hostname, subdomain } }: Pod): { readonly hostname?: string } {
  return typeof hostname === 'string' && hostname !== '' && subdomain === metadata.name ? { hostname } : {}
}

const preferClose = ['PreferClose', 'PreferSameZone', 'PreferSameNode']

/** Whom an endpoint is for, where the service wants its traffic kept close (endpointslice `trafficdist`). */
function hintsOf({ metadata, spec }: Service, node: string, zone: string | undefined): { readonly hints?: JsonObject } {
  const annotated = metadata.annotations?.['service.kubernetes.io/topology-mode']
  if (!preferClose.includes(spec.trafficDistribution ?? '') || annotated?.toLowerCase() === 'auto') return {}
  const hints = {
    ...(zone !== undefined && { forZones: [{ name: zone }] }),
    ...(spec.trafficDistribution === 'PreferSameNode' && node !== '' && { forNodes: [{ name: node }] }),
  }
  return Object.keys(hints).length > 0 ? { hints } : {}
}

function reference(pod: Pod): JsonObject {
  const { namespace, name, uid } = pod.metadata
  return { kind: 'Pod', namespace, name, uid }
}

async function zonesOf(client: Client): Promise<ReadonlyMap<string, string>> {
  const { items } = await client.list(nodes)
  return new Map(
    items.flatMap(({ metadata: { name = '', labels } }) =>
      labels?.['topology.kubernetes.io/zone'] === undefined ? [] : [[name, labels['topology.kubernetes.io/zone']]],
    ),
  )
}

async function writeEndpoints({ client, clock }: ControllerContext, { service, pods: chosen }: Selected, stored: KubernetesObject | undefined): Promise<void> {
  const subsets = endpointSubsets(
    service,
    chosen.filter(({ metadata }) => metadata.deletionTimestamp === undefined),
  )
  const { name = '', namespace = '', labels: serviceLabels } = service.metadata
  const headless = service.spec.clusterIP === 'None' ? { [headlessLabel]: '' } : {}
  const labels = { ...serviceLabels, 'endpoints.kubernetes.io/managed-by': 'endpoint-controller', ...headless }
  const content = subsets.length > 0 ? { subsets } : {}
  if (!stored) {
    const created = { [triggerTime]: service.metadata.creationTimestamp ?? formatTime(clock.now()) }
    await client.create(endpoints, { apiVersion: 'v1', kind: 'Endpoints', metadata: { name, namespace, labels, annotations: created }, ...content })
    return
  }
  if (equal(stored.subsets ?? [], subsets) && equal(stored.metadata.labels ?? {}, labels)) return
  const { subsets: was, ...rest } = stored as KubernetesObject & { readonly subsets?: readonly JsonObject[] }
  const readyIn = (list: readonly JsonObject[] = []): ReadonlySet<string> =>
    new Set(list.flatMap(({ addresses }) => (addresses as JsonObject[] | undefined) ?? []).map(uidOf))
  const [before, after] = [readyIn(was), readyIn(subsets)]
  const annotations = triggered(
    stored,
    chosen.filter(({ metadata: { uid = '', deletionTimestamp } }) => deletionTimestamp === undefined && before.has(uid) !== after.has(uid)),
  )
  await client.update(endpoints, { ...rest, metadata: { ...stored.metadata, labels, annotations }, ...content } as KubernetesObject)
}

/** Pods with the same ports share a subset. */
function endpointSubsets(service: Service, chosen: readonly Pod[]): JsonObject[] {
  const subsets = new Map<string, { addresses: JsonObject[]; notReadyAddresses: JsonObject[]; ports: readonly JsonObject[] }>()
  for (const pod of chosen) {
    const ports = (service.spec.ports ?? []).flatMap((each) => {
      const port = targetPort(pod, each)
      const { name, protocol = 'TCP', appProtocol } = each
      return port === undefined ? [] : [{ ...(name !== undefined && { name }), port, protocol, ...(appProtocol !== undefined && { appProtocol }) }]
    })
    const id = JSON.stringify(ports)
    const subset = subsets.get(id) ?? { addresses: [], notReadyAddresses: [], ports }
    subsets.set(id, subset)
    const address: JsonObject = { ip: pod.status?.podIP ?? '', ...hostnameOf(service, pod), nodeName: pod.spec.nodeName, targetRef: reference(pod) }
    const ready = service.spec.publishNotReadyAddresses === true || isReady(pod)
    const list: JsonObject[] = ready ? subset.addresses : subset.notReadyAddresses
    list.push(address)
  }
  return [...subsets.values()].map(({ addresses, notReadyAddresses, ports }) => ({
    ...(addresses.length > 0 && { addresses }),
    ...(notReadyAddresses.length > 0 && { notReadyAddresses }),
    ...(ports.length > 0 && { ports }),
  }))
}
