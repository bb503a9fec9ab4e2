// What of a node is mounted into its pods: one file system for all of them, whichever part of it each of them sees.
import { isObject, type JsonObject } from '../base/json.ts'
import { at, type KubernetesObject } from '../kubernetes/object.ts'
import { type Entry, Files, type Tree, type Writes } from './files.ts'
import { nodeFiles } from './node-files.ts'
import { type ClusterReader, objects } from './pod.ts'

/** What a node's files are read from. */
export interface NodeGround {
  readonly reader: ClusterReader
  /** What was written to a volume that keeps it, by the volume's key. */
  writes(key: string): Writes
  readonly nameserver: string
  /** What the logs of a node's containers are now; the same value as long as they are the same. */
  logs(node: string): ReadonlyMap<string, Entry>
}

/** A folder or file of a node. */
export interface NodePath {
  readonly node: string
  /** From the root, without a slash at either end; empty for the root itself. */
  readonly path: string
  /** The type of a hostPath; empty where any is right. */
  readonly type: string
  /** It was made for a claim. */
  readonly claimed: boolean
  /** It is a local volume, which a pod's group is given. */
  readonly local?: boolean
  /** A provisioner made it, and what belongs to it. */
  readonly made?: boolean
}

/** Where a volume lies on its pod's node: a hostPath, or a claim's volume that is one, or is local. */
export function nodePathOf(pod: KubernetesObject, volume: JsonObject, reader: ClusterReader): NodePath | undefined {
  const node = String(at(pod, 'spec', 'nodeName') ?? '')
  const own = at(volume, 'hostPath', 'path')
  if (typeof own === 'string') return { node, path: trimmed(own), type: String(at(volume, 'hostPath', 'type') ?? ''), claimed: false }
  const bound = volumeOfClaim(pod, volume, reader)
  const path = at(bound, 'spec', 'hostPath', 'path') ?? at(bound, 'spec', 'local', 'path')
  return typeof path === 'string'
    ? {
        node,
        path: trimmed(path),
        type: '',
        claimed: true,
        local: isObject(at(bound, 'spec', 'local')),
        made: bound?.metadata.annotations?.['pv.kubernetes.io/provisioned-by'] !== undefined,
      }
    : undefined
}

/** The claim that a volume names, or that is made for it. */
export function claimOf(pod: KubernetesObject, volume: JsonObject): string | undefined {
  if (isObject(volume.persistentVolumeClaim)) return String(volume.persistentVolumeClaim.claimName)
  return isObject(volume.ephemeral) ? `${pod.metadata.name ?? ''}-${volume.name}` : undefined
}

/** The volume that a claim is bound to. */
export function volumeOfClaim(pod: KubernetesObject, volume: JsonObject, reader: ClusterReader): KubernetesObject | undefined {
  const name = claimOf(pod, volume)
  const claim = name === undefined ? undefined : reader.get('v1', 'PersistentVolumeClaim', { namespace: pod.metadata.namespace ?? '', name })
  const bound = at(claim, 'spec', 'volumeName')
  return typeof bound === 'string' ? reader.get('v1', 'PersistentVolume', { name: bound }) : undefined
}

/** The groups of which whoever uses a pod's volumes must be: administrators note them on volumes (`pkg/volume/util`, VolumeGidAnnotationKey). */
export function groupsOfVolumes(pod: KubernetesObject, reader: ClusterReader): readonly number[] {
  return objects(at(pod, 'spec', 'volumes')).flatMap((volume) => {
    const group = volumeOfClaim(pod, volume, reader)?.metadata.annotations?.['pv.beta.kubernetes.io/gid']
    return group !== undefined && /^\d+$/.test(group) ? [Number(group)] : []
  })
}

/** The files of a node, as a volume at a path of it has them: what is not there yet is made when it is mounted. */
export function nodeTree(place: NodePath, ground: NodeGround, age: number): Tree {
  const { node, path } = place
  const writes = ground.writes(keyOfNode(node))
  let known: ReadonlyMap<string, Entry> | undefined
  const own = (): ReadonlyMap<string, Entry> => {
    if (known) return known
    const all = nodeFiles({ node, reader: ground.reader, nameserver: ground.nameserver, age })
    const there = all.has(path) || path === ''
    known = there ? all : new Map([...all, [path, madeFor(place, age)]])
    return known
  }
  return { base: showsLogs(path) ? withLogs(own, () => ground.logs(node)) : own, writes, ofNode: true }
}

/** What the kubelet, or the runtime, makes where a hostPath is not there yet. */
function madeFor({ type, claimed }: NodePath, age: number): Entry {
  return type.startsWith('File') ? { kind: 'file', content: '', mode: 0o644, at: age } : { kind: 'folder', mode: claimed ? 0o777 : 0o755, at: age }
}

/** True for a part of a node's files that has its logs in it, or is in them. */
function showsLogs(path: string): boolean {
  return path === '' || path.startsWith('var/log') || 'var/log'.startsWith(`${path}/`)
}

function withLogs(own: () => ReadonlyMap<string, Entry>, logs: () => ReadonlyMap<string, Entry>): () => ReadonlyMap<string, Entry> {
  let [last, both]: [ReadonlyMap<string, Entry> | undefined, ReadonlyMap<string, Entry>] = [undefined, own()]
  return () => {
    const now = logs()
    if (now !== last) [last, both] = [now, new Map([...own(), ...now])]
    return both
  }
}

/** What was written to a node's own files. */
export function keyOfNode(node: string): string {
  return `node/${node}`
}

const wanted: Readonly<Record<string, string>> = {
  Directory: 'a directory',
  File: 'a file',
  Socket: 'a socket file',
  CharDevice: 'a character device',
  BlockDevice: 'a block device',
}

/** Why a hostPath or a local volume cannot be mounted, as the kubelet says it (`pkg/volume/hostpath`, `local`); undefined if all can, and then all are there. */
export function nodePathFault(pod: KubernetesObject, ground: NodeGround): VolumeFault | undefined {
  const volumes = objects(at(pod, 'spec', 'volumes')).flatMap((volume) => {
    const place = nodePathOf(pod, volume, ground.reader)
    return place && place.path !== '' ? [{ volume, place, sort: sortOf(place, ground) }] : []
  })
  for (const { volume, place, sort } of volumes) {
    const thing = wanted[place.type]
    if (place.local && place.made !== true && sort === undefined)
      return {
        volume: volumeOfClaim(pod, volume, ground.reader)?.metadata.name ?? '',
        step: 'NewMounter initialization',
        text: `path ${JSON.stringify(`/${place.path}`)} does not exist`,
      }
    if (thing !== undefined && sort !== place.type)
      return { volume: String(volume.name), text: `hostPath type check failed: ${at(volume, 'hostPath', 'path')} is not ${thing}` }
  }
  const age = Date.parse(String(at(pod, 'status', 'startTime') ?? pod.metadata.creationTimestamp ?? '')) || 0
  for (const { place, sort } of volumes) if (sort === undefined) ground.writes(keyOfNode(place.node)).set(place.path, madeFor(place, age))
  return undefined
}

/** A volume that cannot be mounted, what failed of that, and why. */
export interface VolumeFault {
  readonly volume: string
  /** Default: `SetUp`. */
  readonly step?: string
  readonly text: string
}

/** What lies at a path of a node, links followed; undefined for nothing. */
function sortOf(place: NodePath, ground: NodeGround): string | undefined {
  const tree = nodeTree({ ...place, path: '' }, ground, 0)
  const files = new Files([{ path: '/', tree }], () => 0)
  const entry = files.stat(`/${place.path}`)
  if (entry?.kind === 'file') return place.path.endsWith('.sock') ? 'Socket' : place.path.startsWith('dev/') ? 'CharDevice' : 'File'
  return entry?.kind === 'folder' ? 'Directory' : undefined
}

/** `/var/run` is a link to `/run`. */
function trimmed(path: string): string {
  return path
    .replace(/^\/+|\/+$/g, '')
    .replace(/\/{2,}/g, '/')
    .replace(/^var\/run(?=\/|$)/, 'run')
}
