// Objects of the metrics API: what nodes and containers use now, measured when somebody asks.
import type { Clock } from '../../base/clock.ts'
import { isObject, type JsonObject } from '../../base/json.ts'
import { at, formatTime, type KubernetesObject } from '../object.ts'
import type { PodConnections, Usage } from '../pod-connections.ts'
import { type Engine, readObjects } from '../registry/engine.ts'
import type { ListPage, ListRequest } from '../registry/list.ts'
import { compileSelection } from '../registry/selection.ts'
import type { ServedResource } from '../registry/served-resource.ts'

/** What measuring needs of a server. */
export interface MeasuredServer extends Pick<Engine, 'registry' | 'store'> {
  readonly clock: Clock
  readonly pods: PodConnections | undefined
}

/** True for a resource that is not stored: of the metrics API, or the state of the control plane. */
export function isMeasured({ info }: ServedResource): boolean {
  return info.source === 'aggregated' || (info.group === '' && info.plural === 'componentstatuses')
}

/** The parts of a control plane, as the server sees them. */
const components: readonly KubernetesObject[] = ['controller-manager', 'etcd-0', 'scheduler'].map((name) => ({
  kind: 'ComponentStatus',
  apiVersion: 'v1',
  metadata: { name },
  conditions: [{ type: 'Healthy', status: 'True', message: 'ok' }],
}))

/** A list of the metrics API; throws StatusError for selectors that are none. */
export function measuredList(server: MeasuredServer, resource: ServedResource, request: ListRequest): ListPage {
  const matcher = compileSelection(resource, request)
  const items = measured(server, resource, request.namespace).filter((object) => matcher.matches(object))
  return { items, resourceVersion: '' }
}

/** One object of the metrics API; undefined for what is not there or not measured. */
export function measuredObject(
  server: MeasuredServer,
  resource: ServedResource,
  key: { readonly name: string; readonly namespace?: string },
): KubernetesObject | undefined {
  return measured(server, resource, key.namespace).find(({ metadata }) => metadata.name === key.name)
}

function measured(server: MeasuredServer, { info }: ServedResource, namespace: string | undefined): readonly KubernetesObject[] {
  if (info.plural === 'componentstatuses') return components
  const measures = server.pods?.measure()
  if (!measures) return []
  const { time, window } = measures
  const measure = (object: KubernetesObject, parts: JsonObject): KubernetesObject => ({
    kind: info.kind,
    apiVersion: `${info.group}/${info.version}`,
    metadata: described(object, server.clock.now()),
    timestamp: formatTime(time),
    window,
    ...parts,
  })
  if (info.plural === 'nodes')
    return readObjects(server, 'v1', 'Node').flatMap((node) => {
      const usage = measures.node(node)
      return usage ? [measure(node, { usage: amounts(usage) })] : []
    })
  return readObjects(server, 'v1', 'Pod', namespace).flatMap((pod) => {
    const containers = namesOf(pod).flatMap((name) => {
      const usage = measures.container(pod, name)
      return usage ? [{ name, usage: amounts(usage) }] : []
    })
    return containers.length === 0 ? [] : [measure(pod, { containers })]
  })
}

function namesOf(pod: KubernetesObject): readonly string[] {
  const lists = ['containers', 'initContainers'].map((list) => at(pod, 'spec', list))
  return lists.flatMap((list) => (Array.isArray(list) ? list.filter(isObject).map(({ name }) => String(name)) : []))
}

function described({ metadata }: KubernetesObject, now: number): KubernetesObject['metadata'] {
  const { name, namespace, labels } = metadata
  return {
    ...(name !== undefined && { name }),
    ...(namespace !== undefined && { namespace }),
    creationTimestamp: formatTime(now),
    ...(labels !== undefined && { labels }),
  }
}

/** As metrics-server prints them: billionths of a core, and KiB. */
function amounts({ cpu, memory }: Usage): JsonObject {
  return { cpu: cpu === 0 ? '0' : `${cpu}n`, memory: memory === 0 ? '0' : `${Math.ceil(memory / 1024)}Ki` }
}
