// Publishes the addresses of a Service's pods as EndpointSlices (endpointslice `reconciler.go`).
import { equal, type JsonObject } from '../../base/json.ts'
import type { Client } from '../../kubernetes/client.ts'
import { formatKey, formatTime, type KubernetesObject, keyOf, parseKey } from '../../kubernetes/object.ts'
import { type ControllerContext, defineController, type EventNotice } from '../controller.ts'
import { isReady, type Pod } from '../pods.ts'
import { endpointSlices, nodes, pods, services } from '../resources.ts'
import { sliceOf } from './new-slice.ts'
import {
  eachService,
  headlessLabel,
  hostnameOf,
  podKeys,
  reference,
  type Selected,
  type Service,
  selected,
  targetPort,
  triggered,
  triggerTime,
  uidOf,
} from './service-pods.ts'
import { isOverloaded, wantsHints, withHints, type ZoneCounts, zoneFacts, zoneShares } from './topology-hints.ts'

interface Slice extends KubernetesObject {
  readonly endpoints?: readonly JsonObject[] | null
  readonly ports?: readonly JsonObject[] | null
}

const managedBy = 'endpointslice.kubernetes.io/managed-by'
const serviceName = 'kubernetes.io/service-name'
const sliceManager = 'endpointslice-controller.k8s.io'

/** A slice that somebody deleted wakes its Service. */
function deletedSlice({ metadata }: KubernetesObject, change: string): readonly string[] {
  const name = metadata.labels?.[serviceName]
  return change === 'DELETED' && name !== undefined && metadata.labels?.[managedBy] === sliceManager ? [`${metadata.namespace}/${name}`] : []
}

/** Keys are those of Services, and `namespace/*` for all of a namespace. */
export const endpointSliceController = defineController({
  name: 'endpointslice-controller',
  watches: [
    { resource: services },
    { resource: pods, keys: podKeys },
    { resource: endpointSlices, keys: deletedSlice },
    { resource: nodes, keys: (node, change, old) => (change === 'MODIFIED' && old && zoneFacts(node) === zoneFacts(old) ? [] : [nodesKey]) },
  ],
  async reconcile(key: string, context: ControllerContext) {
    if (key === nodesKey) return wakeOverloaded(context)
    if (key.endsWith('/*')) return eachService(key, context)
    const found = await selected(context.client, key)
    const { namespace = '', name } = parseKey(key)
    const mine = (await context.client.list(endpointSlices, { namespace, labelSelector: `${serviceName}=${name},${managedBy}=${sliceManager}` }))
      .items as readonly Slice[]
    if (!found) {
      context.memory.set(key, undefined)
      for (const slice of mine) await context.client.delete(endpointSlices, { namespace, name: slice.metadata.name ?? '' })
      return undefined
    }
    await writeSlices(context, found, mine)
    return undefined
  },
})

const nodesKey = 'nodes'

/** Services whose zones are served badly since nodes came, went or changed. */
async function wakeOverloaded({ client, memory, enqueue }: ControllerContext): Promise<undefined> {
  const hinted = memory.keys()
  if (hinted.length === 0) return
  const shares = zoneShares((await client.list(nodes)).items)
  for (const key of hinted) if (isOverloaded((memory.get(key) ?? {}) as ZoneCounts, shares)) enqueue(key)
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
async function writeSlices(context: ControllerContext, { service, pods: chosen }: Selected, mine: readonly Slice[]): Promise<void> {
  const { client, clock } = context
  const present = (await client.list(nodes)).items
  const zones = zonesOf(present)
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
  const hinted = hint(context, service, { creations, updates, present })
  for (const [slice, content] of hinted.updates) await updateSlice(client, slice, { ...content, labels: labelsOf(service), chosen })
  for (const content of hinted.creations) await client.create(endpointSlices, { ...newSlice(service, formatTime(clock.now())), ...content })
  for (const { metadata } of left) await client.delete(endpointSlices, { namespace: metadata.namespace ?? '', name: metadata.name ?? '' })
  if (hinted.notice) await context.event(service, { ...hinted.notice, component: 'endpoint-slice-controller' })
}

/** What is to be written of a Service's slices. */
interface Writes {
  readonly creations: readonly SliceContent[]
  readonly updates: readonly (readonly [Slice, SliceContent])[]
}

/** Gives endpoints to zones where the Service asks for that, and tells when that begins, fails or ends. */
function hint(
  { memory }: ControllerContext,
  service: Service,
  { creations, updates, present }: Writes & { readonly present: readonly KubernetesObject[] },
): Writes & { readonly notice?: Pick<EventNotice, 'type' | 'reason' | 'message'> } {
  const key = formatKey(keyOf(service))
  const before = memory.get(key)
  const told = (enabled: boolean, message: string) =>
    ({
      type: enabled ? 'Normal' : 'Warning',
      reason: `TopologyAwareHints${enabled ? 'Enabled' : 'Disabled'}`,
      message: `${message}, addressType: IPv4`,
    }) as const
  if (!wantsHints(service)) {
    memory.set(key, undefined)
    return { creations, updates, ...(before !== undefined && { notice: told(false, 'Topology Aware Hints has been disabled') }) }
  }
  const drafts = [...creations, ...updates.map(([{ endpoints }, content]) => ({ endpoints: content.endpoints, stored: endpoints ?? [] }))]
  const { slices, zones, why } = withHints(drafts, zoneShares(present))
  memory.set(key, zones)
  const enabled = zones !== undefined && before === undefined
  return {
    creations: creations.map((content, index) => ({ ...content, endpoints: slices[index] ?? [] })),
    updates: updates.map(([slice, content], index) => [slice, { ...content, endpoints: slices[creations.length + index] ?? [] }]),
    ...(why !== undefined && { notice: told(false, why) }),
    ...(enabled && { notice: told(true, 'Topology Aware Hints has been enabled') }),
  }
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

const preferClose = ['PreferClose', 'PreferSameZone', 'PreferSameNode']

/** Whom an endpoint is for, where the service wants its traffic kept close (endpointslice `trafficdist`). */
function hintsOf(service: Service, node: string, zone: string | undefined): { readonly hints?: JsonObject } {
  const { spec } = service
  if (!preferClose.includes(spec.trafficDistribution ?? '') || wantsHints(service)) return {}
  const hints = {
    ...(zone !== undefined && { forZones: [{ name: zone }] }),
    ...(spec.trafficDistribution === 'PreferSameNode' && node !== '' && { forNodes: [{ name: node }] }),
  }
  return Object.keys(hints).length > 0 ? { hints } : {}
}

function zonesOf(all: readonly KubernetesObject[]): ReadonlyMap<string, string> {
  return new Map(
    all.flatMap(({ metadata: { name = '', labels } }) =>
      labels?.['topology.kubernetes.io/zone'] === undefined ? [] : [[name, labels['topology.kubernetes.io/zone']]],
    ),
  )
}
