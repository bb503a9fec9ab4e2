// What a pod of CoreDNS runs with: the Corefile as it was when the pod started, or since the plugin `reload` found another one that it can use.
import { at, type KubernetesObject } from '../../kubernetes/object.ts'
import { type ClusterReader, objects, runningSince } from '../pod.ts'
import { type Corefile, CorefileError, corefilePath, digestOf, readCorefile } from './corefile.ts'
import { setUp } from './servers.ts'
import type { CoreDnsState, Loaded } from './state.ts'

/** How often the plugin `reload` looks, ms; its jitter is left out. */
const interval = 30_000

/** How the CoreDNS in a pod stands at a time, ms; undefined for a pod in which none has its Corefile. */
export function coreDnsIn(pod: KubernetesObject, reader: ClusterReader, now: number): CoreDnsState | undefined {
  const name = objects(at(pod, 'spec', 'containers')).find((each) => objects(each.volumeMounts).some(({ mountPath }) => isFolder(mountPath)))?.name
  if (name === undefined) return undefined
  const maps = mapsOf(pod, String(name), reader)
  const loaded = load(maps)
  const changed = Math.max(0, ...maps.map(({ object }) => changedAt(object)))
  const started = runningSince(pod, String(name)) ?? now
  // Times are of whole seconds: within one, versions tell what came first.
  const later = started === changed && maps.every(({ object }) => versionOf(pod) > versionOf(object))
  if (started > changed || later) return { start: loaded, present: loaded, refused: undefined }
  // What it read before the change is not kept: most were born with what every cluster is born with.
  if (now < changed + interval) return { start: usual, present: usual, refused: undefined }
  return { start: usual, present: loaded.fault === undefined ? loaded : usual, refused: loaded.fault }
}

/** True for a pod with a folder for a Corefile. */
export function hasCorefile(pod: KubernetesObject): boolean {
  return objects(at(pod, 'spec', 'containers')).some((each) => objects(each.volumeMounts).some(({ mountPath }) => isFolder(mountPath)))
}

/** A ConfigMap, and where its keys stand. */
interface Mounted {
  readonly object: KubernetesObject
  readonly files: readonly (readonly [path: string, text: string])[]
}

function isFolder(path: unknown): boolean {
  return String(path).replace(/\/$/, '') === '/etc/coredns'
}

function mapsOf(pod: KubernetesObject, container: string, reader: ClusterReader): readonly Mounted[] {
  const { namespace = '' } = pod.metadata
  const volumes = new Map(objects(at(pod, 'spec', 'volumes')).map((volume) => [volume.name, volume]))
  const mounts = objects(objects(at(pod, 'spec', 'containers')).find(({ name }) => name === container)?.volumeMounts)
  return mounts.flatMap(({ name, mountPath }) => {
    const source = at(volumes.get(name), 'configMap')
    const object = source === undefined ? undefined : reader.get('v1', 'ConfigMap', { namespace, name: String(at(source, 'name')) })
    return object ? [{ object, files: filesOf(object, String(mountPath).replace(/\/$/, ''), objects(at(source, 'items'))) }] : []
  })
}

function filesOf(object: KubernetesObject, folder: string, items: readonly { readonly key?: unknown; readonly path?: unknown }[]): Mounted['files'] {
  const data = Object.entries((object.data ?? {}) as Readonly<Record<string, string>>)
  const places = items.length === 0 ? data.map(([key]) => ({ key, path: key })) : items
  return places.flatMap(({ key, path }) => data.filter(([name]) => name === key).map(([, text]) => [`${folder}/${path}`, text] as const))
}

function versionOf({ metadata }: KubernetesObject): number {
  return Number(metadata.resourceVersion ?? 0)
}

/** Objects do not say when they were changed, but their managers do. */
function changedAt({ metadata }: KubernetesObject): number {
  const times = (metadata.managedFields ?? []).map(({ time }) => Date.parse(time ?? '') || 0)
  return Math.max(Date.parse(metadata.creationTimestamp ?? '') || 0, ...times)
}

const known = new WeakMap<KubernetesObject, { readonly maps: readonly Mounted[]; readonly loaded: Loaded }>()

/** Objects that are stored never change: what was read of them once holds. */
function load(maps: readonly Mounted[]): Loaded {
  const [first] = maps
  const before = first && known.get(first.object)
  if (before?.maps.length === maps.length && before.maps.every(({ object }, index) => object === maps[index]?.object)) return before.loaded
  const loaded = loadFiles(new Map(maps.flatMap(({ files }) => files)))
  if (first) known.set(first.object, { maps, loaded })
  return loaded
}

function loadFiles(files: ReadonlyMap<string, string>): Loaded {
  try {
    const corefile: Corefile = readCorefile(files)
    return { servers: setUp(corefile, files), digest: digestOf(corefile), unmatched: corefile.unmatched }
  } catch (error) {
    if (error instanceof CorefileError) return { fault: error.message }
    throw error
  }
}

const usualCorefile = `.:53 {
    errors
    health {
       lameduck 5s
    }
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {
       pods insecure
       fallthrough in-addr.arpa ip6.arpa
       ttl 30
    }
    prometheus :9153
    forward . /etc/resolv.conf {
       max_concurrent 1000
    }
    cache 30 {
       disable success cluster.local
       disable denial cluster.local
    }
    loop
    reload
    loadbalance
}
`

/** What a cluster without a CoreDNS of its own answers with, and every one before it was told otherwise. */
export const usual: Loaded = loadFiles(new Map([[corefilePath, usualCorefile]]))
