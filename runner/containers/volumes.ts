// What is mounted into a container: files of volumes, of the cluster's objects, and those that the kubelet writes.
import { isObject, type Json, type JsonObject } from '../base/json.ts'
import { at, type KubernetesObject } from '../kubernetes/object.ts'
import { encodeText } from './bytes.ts'
import { amount, dataOf, type EnvironmentGround, environmentOf, fieldOf, fill, hostnameOf, namesOf, resourceOf } from './environment.ts'
import type { Entry, Mount, Tree } from './files.ts'
import { skeleton } from './images/skeleton.ts'
import { imageOf } from './images/table.ts'
import { nodeHosts } from './node-files.ts'
import { claimOf, type NodeGround, nodePathOf, nodeTree, type VolumeFault, volumeOfClaim } from './node-volume.ts'
import { type ClusterReader, type ContainerSpec, objects } from './pod.ts'
import { resolvConf, resolverOf } from './resolv-conf.ts'
import { handOver, makePart, partIn, realIn } from './volume-parts.ts'

type Variables = Pick<EnvironmentGround, 'reader' | 'file'>

/** What volumes are read from. */
export interface VolumeGround extends Variables, NodeGround {
  /** A token of the pod's service account for an audience. */
  token(pod: KubernetesObject, audience: string, seconds: number): string
}

/** The mounts of a container beside its own root. */
export function mountsOf(pod: KubernetesObject, container: ContainerSpec, ground: VolumeGround): readonly Mount[] {
  const { whole } = container
  const variables = subPathVariables(pod, container, ground)
  const volumes = objects(at(pod, 'spec', 'volumes'))
  const mounts = objects(whole.volumeMounts).flatMap((mount): Mount[] => {
    const volume = volumes.find(({ name }) => name === mount.name)
    if (!volume) return []
    const sub = typeof mount.subPathExpr === 'string' ? fill(mount.subPathExpr, variables) : mount.subPath
    const within = typeof sub === 'string' && sub !== '' ? sub.replace(/\/$/, '') : undefined
    const onNode = nodePathOf(pod, volume, ground.reader)
    const shared = onNode ? undefined : sharedTree(pod, volume, ground)
    const tree = onNode ? nodeTree(onNode, ground, startOf(pod)) : (shared?.tree ?? treeOf(pod, volume, { ground, part: within }))
    const top = onNode ? realIn(tree, onNode.path) : (shared?.top ?? '')
    const part = within === undefined ? top : partIn(tree, top, within)
    const group = onNode?.local || (!onNode && claimOf(pod, volume) !== undefined) ? groupOf(pod) : undefined
    if (group !== undefined) handOver(tree, top, { group, now: startOf(pod) })
    if (within !== undefined && part !== undefined) makePart(part, { tree, top, now: startOf(pod) })
    const path = String(mount.mountPath).replace(/(.)\/+$/, '$1')
    const readOnly = mount.readOnly === true
    return [{ path, tree, ...memoryOf(volume), ...(part === undefined ? { astray: true } : part !== '' && { part }), readOnly }]
  })
  return [...mounts, ...ownFiles(pod, ground)]
}

/** The files of an NFS server, which all share that mount them; a volume that was written to by an older release keeps what it has. */
function sharedTree(pod: KubernetesObject, volume: JsonObject, ground: VolumeGround): { readonly tree: Tree; readonly top: string } | undefined {
  const bound = volumeOfClaim(pod, volume, ground.reader)
  const source = isObject(volume.nfs) ? volume.nfs : at(bound, 'spec', 'nfs')
  if (!isObject(source) || (bound && ground.writes(`volume/${bound.metadata.name}`).size > 0)) return undefined
  const top = String(source.path ?? '')
    .split('/')
    .filter((part) => part !== '')
    .join('/')
  const folder: Entry = { kind: 'folder', mode: 0o777, at: startOf(pod) }
  const base = new Map([
    ['', folder],
    [top, folder],
  ])
  return { tree: { base: () => base, writes: ground.writes(`nfs/${source.server}`) }, top }
}

/** Whether a volume is kept in memory, and how much of it there may be. */
function memoryOf(volume: JsonObject): Pick<Mount, 'memory' | 'size'> {
  const inMemory = at(volume, 'emptyDir', 'medium') === 'Memory'
  const limit = inMemory ? at(volume, 'emptyDir', 'sizeLimit') : undefined
  return {
    memory: inMemory || isObject(volume.secret) || isObject(volume.projected),
    ...(limit !== undefined && { size: Math.floor(amount(String(limit)) / 1024) }),
  }
}

/** What `subPathExpr` may name; nothing where no mount has one. */
function subPathVariables(pod: KubernetesObject, container: ContainerSpec, { reader, file }: Variables): ReadonlyMap<string, string> {
  const wanted = objects(container.whole.volumeMounts).some(({ subPathExpr }) => typeof subPathExpr === 'string')
  return wanted ? environmentOf(pod, container, { image: imageOf(container.image), reader, file }) : new Map()
}

/** Why the part of a volume that a container wants cannot be told; undefined if it can. */
export function subPathFault(pod: KubernetesObject, container: ContainerSpec, ground: Variables): string | undefined {
  const variables = subPathVariables(pod, container, ground)
  for (const { subPathExpr } of objects(container.whole.volumeMounts)) {
    if (typeof subPathExpr !== 'string') continue
    for (const [, name = ''] of subPathExpr.replaceAll('$$', '').matchAll(/\$\(([^)]+)\)/g))
      if (!variables.has(name) || variables.get(name) === '') return `missing value for ${JSON.stringify(name)}`
    const path = fill(subPathExpr, variables)
    if (path.startsWith('/')) return `error SubPath \`${path}\` must not be an absolute path`
    if (path.split('/').includes('..')) return `unable to provision SubPath \`${path}\`: must not contain '..'`
  }
  return undefined
}

/** Why a volume cannot be mounted, as the kubelet says it; undefined if all can. */
export function volumeFault(pod: KubernetesObject, reader: ClusterReader): VolumeFault | undefined {
  const { namespace = '' } = pod.metadata
  for (const volume of objects(at(pod, 'spec', 'volumes'))) {
    for (const { kind, name, optional, keys } of sourcesOf(volume)) {
      const found = reader.get('v1', kind, { namespace, name })
      if (optional) continue
      if (!found) return { volume: String(volume.name), text: `${kind.toLowerCase()} ${JSON.stringify(name)} not found` }
      const data = dataOf(found)
      const missing = keys.find((key) => !data.has(key))
      if (missing === undefined) continue
      const what = kind === 'Secret' ? 'references non-existent secret key' : 'configmap references non-existent config key'
      return { volume: String(volume.name), text: `${what}: ${missing}` }
    }
  }
  return undefined
}

/** Why no sandbox can be made for a pod, as the kubelet and containerd say it; undefined if one can. A node has no runtime but the usual one. */
export function sandboxFault(pod: KubernetesObject, reader: ClusterReader): string | undefined {
  const host = hostnameOf(pod)
  if (at(pod, 'spec', 'setHostnameAsFQDN') === true && host.length > 64)
    return `failed to construct FQDN from pod hostname and cluster domain, FQDN ${host} is too long (64 characters is the max, ${host.length} characters requested)`
  const name = at(pod, 'spec', 'runtimeClassName')
  const handler = typeof name === 'string' ? reader.get('node.k8s.io/v1', 'RuntimeClass', { name })?.handler : undefined
  if (handler === undefined || handler === 'runc') return undefined
  return `rpc error: code = Unknown desc = failed to get sandbox runtime: no runtime for ${JSON.stringify(handler)} is configured`
}

interface Source {
  readonly kind: 'ConfigMap' | 'Secret'
  readonly name: string
  readonly optional: boolean
  /** The keys that it names. */
  readonly keys: readonly string[]
}

function sourcesOf(volume: JsonObject): readonly Source[] {
  const one = (source: Json | undefined, kind: Source['kind'], field: string): readonly Source[] =>
    isObject(source)
      ? [{ kind, name: String(source[field] ?? ''), optional: source.optional === true, keys: objects(source.items).map(({ key }) => String(key)) }]
      : []
  const projected = objects(at(volume, 'projected', 'sources')).flatMap((source) => [
    ...one(source.configMap, 'ConfigMap', 'name'),
    ...one(source.secret, 'Secret', 'name'),
  ])
  return [...one(volume.configMap, 'ConfigMap', 'name'), ...one(volume.secret, 'Secret', 'secretName'), ...projected]
}

function startOf(pod: KubernetesObject): number {
  return Date.parse(String(at(pod, 'status', 'startTime') ?? pod.metadata.creationTimestamp ?? '')) || 0
}

function treeOf(pod: KubernetesObject, volume: JsonObject, { ground, part }: { readonly ground: VolumeGround; readonly part: string | undefined }): Tree {
  const kept = keyOf(pod, volume, ground.reader)
  const age = startOf(pod)
  const reference = at(volume, 'image', 'reference')
  if (typeof reference === 'string') return { base: () => artifactOf(reference, age) ?? skeleton(reference, imageOf(reference), age) }
  const group = isObject(volume.emptyDir) || isObject(volume.persistentVolumeClaim) ? at(pod, 'spec', 'securityContext', 'fsGroup') : undefined
  let made: ReadonlyMap<string, Entry> | undefined
  const base = (): ReadonlyMap<string, Entry> => {
    made ??= rootOnly(age, at(volume, 'emptyDir', 'medium') === 'Memory' ? 0o1777 : 0o777, typeof group === 'number' ? group : undefined)
    return made
  }
  if (kept !== undefined) return { base, writes: ground.writes(kept) }
  return { base: () => (part === undefined ? computed(pod, volume, ground) : plain(computed(pod, volume, ground))) }
}

/** The files of artifacts that are no image of a program: CRI-O's small example, which pages about image volumes use. */
function artifactOf(reference: string, age: number): ReadonlyMap<string, Entry> | undefined {
  if (!/^quay\.io\/crio\/artifact[:@]/.test(reference)) return undefined
  const file = (content: string): Entry => ({ kind: 'file', content, mode: 0o644, at: age })
  const folder: Entry = { kind: 'folder', mode: 0o755, at: age }
  return new Map([
    ['', folder],
    ['dir', folder],
    ['dir/file', file('1\n')],
    ['file', file('2\n')],
  ] as const)
}

/** Where what is written to a volume is kept: with the pod, or with the claim's volume. */
function keyOf(pod: KubernetesObject, volume: JsonObject, reader: ClusterReader): string | undefined {
  const { namespace = '', uid = '' } = pod.metadata
  if (isObject(volume.emptyDir)) return `pod/${uid}/${volume.name}`
  const claim = claimOf(pod, volume)
  if (claim !== undefined) return `volume/${volumeOfClaim(pod, volume, reader)?.metadata.name ?? `${namespace}/${claim}`}`
  return sourcesOf(volume).length > 0 || isObject(volume.downwardAPI) || isObject(volume.projected) ? undefined : `pod/${uid}/${volume.name}`
}

/** An empty volume; one of a group hands the group on to what is made in it. */
function rootOnly(age: number, mode: number, group?: number): ReadonlyMap<string, Entry> {
  return new Map([['', group === undefined ? { kind: 'folder', mode, at: age } : { kind: 'folder', mode: mode | 0o2000, at: age, owner: [0, group] }]])
}

/** A part of such a volume is mounted as it was when the container began: without the links. */
function plain(entries: ReadonlyMap<string, Entry>): ReadonlyMap<string, Entry> {
  const day = entries.get('..data')
  const prefix = day?.kind === 'link' ? `${day.target}/` : ''
  const files = [...entries].flatMap(([path, entry]) => (path.startsWith(prefix) && entry.kind === 'file' ? [[path.slice(prefix.length), entry] as const] : []))
  return new Map([...files, ...[...entries].filter(([path]) => path === '')])
}

type Contents = Map<string, { readonly content: string; readonly mode: number; readonly user?: number }>

/** A volume of the cluster's objects, as the kubelet lays it out: a folder of the day, links into it. */
function computed(pod: KubernetesObject, volume: JsonObject, ground: VolumeGround): ReadonlyMap<string, Entry> {
  const files: Contents = new Map()
  const source = volume.configMap ?? volume.secret ?? volume.downwardAPI ?? volume.projected
  const mode = isObject(source) && typeof source.defaultMode === 'number' ? source.defaultMode : 0o644
  if (isObject(volume.projected)) for (const each of objects(volume.projected.sources)) addSource(files, pod, each, { mode, ground })
  else addSource(files, pod, { ...volume, ...(isObject(volume.secret) && { secret: { ...volume.secret, name: volume.secret.secretName } }) }, { mode, ground })
  const age = startOf(pod)
  const day = `..${new Date(age).toISOString().slice(0, 19).replaceAll('-', '_').replaceAll(':', '_').replace('T', '_')}.${String((age / 1000) % 4_000_000_000).padStart(10, '0')}`
  const entries = new Map<string, Entry>([
    ['', { kind: 'folder', mode: 0o777, at: age }],
    [day, { kind: 'folder', mode: 0o755, at: age }],
    ['..data', { kind: 'link', target: day, at: age }],
  ])
  const group = groupOf(pod)
  for (const [path, { content, mode: own, user = 0 }] of files) {
    const [first = ''] = path.split('/')
    entries.set(first, { kind: 'link', target: `..data/${first}`, at: age })
    const owner = user === 0 && group === undefined ? {} : { owner: [user, group ?? 0] as const }
    entries.set(`${day}/${path}`, { kind: 'file', content, mode: group === undefined ? own : own | 0o440, ...owner, at: age })
  }
  return entries
}

function addSource(
  files: Contents,
  pod: KubernetesObject,
  source: JsonObject,
  { mode, ground }: { readonly mode: number; readonly ground: VolumeGround },
): void {
  const { namespace = '' } = pod.metadata
  for (const [field, kind] of [
    ['configMap', 'ConfigMap'],
    ['secret', 'Secret'],
  ] as const) {
    const reference = source[field]
    if (!isObject(reference)) continue
    const found = ground.reader.get('v1', kind, { namespace, name: String(reference.name) })
    const data = found ? dataOf(found) : new Map<string, string>()
    const items = objects(reference.items)
    for (const [key, content] of [...data].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const item = items.find((each) => each.key === key)
      if (items.length === 0 || item) files.set(String(item?.path ?? key), { content, mode: Number(item?.mode ?? mode) })
    }
  }
  const present = ground.reader.get('v1', 'Pod', { namespace, name: pod.metadata.name ?? '' }) ?? pod
  for (const item of objects(at(source, 'downwardAPI', 'items'))) {
    const text = isObject(item.fieldRef)
      ? fieldOf(present, String(item.fieldRef.fieldPath))
      : isObject(item.resourceFieldRef)
        ? resourceOf(pod, {}, item.resourceFieldRef)
        : ''
    files.set(String(item.path), { content: encodeText(text), mode: Number(item.mode ?? mode) })
  }
  const token = source.serviceAccountToken
  if (!isObject(token)) return
  const user = soleUser(pod)
  const content = ground.token(pod, String(token.audience ?? ''), Number(token.expirationSeconds ?? 3607))
  const guarded = user !== undefined || groupOf(pod) !== undefined
  files.set(String(token.path), { content, mode: guarded ? 0o600 : mode, ...(user !== undefined && { user }) })
}

/** The group that the kubelet gives all files of such volumes to (`volume_linux.go`, SetVolumeOwnership). */
function groupOf(pod: KubernetesObject): number | undefined {
  const group = at(pod, 'spec', 'securityContext', 'fsGroup')
  return typeof group === 'number' ? group : undefined
}

/** The user of all containers, if they have one in common: nobody else needs the token (`FsUserFrom`). */
function soleUser(pod: KubernetesObject): number | undefined {
  const shared = at(pod, 'spec', 'securityContext', 'runAsUser')
  const lists = ['initContainers', 'containers', 'ephemeralContainers'].flatMap((name) => objects(at(pod, 'spec', name)))
  const users = new Set(lists.map((container) => at(container, 'securityContext', 'runAsUser') ?? shared))
  const [user] = users
  return users.size === 1 && typeof user === 'number' ? user : undefined
}

/** Files that the kubelet writes for every pod; they keep what is written over them as long as the pod lives. */
function ownFiles(pod: KubernetesObject, ground: VolumeGround): readonly Mount[] {
  const { uid = '' } = pod.metadata
  const age = startOf(pod)
  return (
    [
      [
        '/etc/hosts',
        at(pod, 'spec', 'hostNetwork') === true ? `# Kubernetes-managed hosts file (host network).\n${nodeHosts}${aliasLines(pod)}` : hostsOf(pod),
      ],
      ['/etc/hostname', `${hostnameOf(pod)}\n`],
      ['/etc/resolv.conf', resolvConf(resolverOf(pod, ground.nameserver))],
    ] as const
  ).map(
    ([path, content]): Mount => ({
      path,
      tree: { base: () => new Map([['', { kind: 'file', content: encodeText(content), mode: 0o644, at: age }]]), writes: ground.writes(`pod/${uid}${path}`) },
    }),
  )
}

/** Entries that a pod asks for itself. */
function aliasLines(pod: KubernetesObject): string {
  const aliases = objects(at(pod, 'spec', 'hostAliases')).map(({ ip, hostnames }) => `${ip}\t${Array.isArray(hostnames) ? hostnames.join('\t') : ''}\n`)
  return aliases.length === 0 ? '' : `\n# Entries added by HostAliases.\n${aliases.join('')}`
}

function hostsOf(pod: KubernetesObject): string {
  const full = namesOf(pod).toReversed().join('\t')
  return `# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\nfe00::0\tip6-localnet\nfe00::0\tip6-mcastprefix\nfe00::1\tip6-allnodes\nfe00::2\tip6-allrouters\n${at(pod, 'status', 'podIP') ?? ''}\t${full}\n${aliasLines(pod)}`
}
