// What a pod takes of its node's disk, and whether that is more than it may (kubelet `eviction_manager.go`, localStorageEviction).
import { isObject } from '../base/json.ts'
import { at, type KubernetesObject } from '../kubernetes/object.ts'
import { amount } from './environment.ts'
import { lengthOf, type Writes } from './files.ts'
import { containerNames, containerOf, objects } from './pod.ts'

/** Where it is written down what a pod wrote. */
export interface DiskGround {
  /** What was written to the root of a container. */
  root(container: string): Writes
  /** What was written to a volume of the pod. */
  volume(name: string): Writes
  /** How many bytes a container's log has. */
  log(container: string): number
}

/** True for a pod that may take only so much of a disk. */
export function hasDiskLimit(pod: KubernetesObject): boolean {
  return emptyFolders(pod).some(({ limit }) => limit !== undefined) || containerNames(pod).some((name) => limitOf(pod, name) !== undefined)
}

/** Why a pod must go, in the kubelet's words; undefined if it takes no more than it may. */
export function diskFault(pod: KubernetesObject, ground: DiskGround): string | undefined {
  const folders = emptyFolders(pod).map((folder) => ({ ...folder, used: bytesIn(ground.volume(folder.name)) }))
  const full = folders.find(({ limit, used }) => limit !== undefined && used > amount(limit))
  if (full) return `Usage of EmptyDir volume ${JSON.stringify(full.name)} exceeds the limit ${JSON.stringify(full.limit)}. `
  const containers = containerNames(pod).map((name) => ({ name, limit: limitOf(pod, name), used: bytesIn(ground.root(name)) + ground.log(name) }))
  const own = objects(at(pod, 'spec', 'containers')).map(({ name }) => limitOf(pod, String(name)))
  const [first] = own
  const onDisk = folders.filter(({ inMemory }) => !inMemory)
  const all = [...containers, ...onDisk].reduce((sum, { used }) => sum + used, 0)
  if (first !== undefined && own.every((limit) => limit !== undefined) && all > own.reduce((sum, limit) => sum + amount(limit ?? '0'), 0))
    return `Pod ephemeral local storage usage exceeds the total limit of containers ${own.length === 1 ? first : sumOf(own)}. `
  const over = containers.find(({ limit, used }) => limit !== undefined && used > amount(limit))
  return over && `Container ${over.name} exceeded its local ephemeral storage limit ${JSON.stringify(over.limit)}. `
}

/** A sum of amounts, in the largest unit that all of it fits in. */
function sumOf(limits: readonly (string | undefined)[]): string {
  const total = limits.reduce((sum, limit) => sum + amount(limit ?? '0'), 0)
  const power = [3, 2, 1].find((each) => total % 1024 ** each === 0) ?? 0
  return `${total / 1024 ** power}${['', 'Ki', 'Mi', 'Gi'][power]}`
}

function limitOf(pod: KubernetesObject, name: string): string | undefined {
  const limit = at(containerOf(pod, name)?.whole, 'resources', 'limits', 'ephemeral-storage')
  return limit === undefined ? undefined : String(limit)
}

function emptyFolders(pod: KubernetesObject): readonly { readonly name: string; readonly limit: string | undefined; readonly inMemory: boolean }[] {
  return objects(at(pod, 'spec', 'volumes')).flatMap(({ name, emptyDir }) => {
    if (!isObject(emptyDir)) return []
    const limit = emptyDir.sizeLimit === undefined || amount(String(emptyDir.sizeLimit)) === 0 ? undefined : String(emptyDir.sizeLimit)
    return [{ name: String(name), limit, inMemory: emptyDir.medium === 'Memory' }]
  })
}

/** Files take whole pages. */
function bytesIn(writes: Writes): number {
  let sum = 0
  for (const entry of writes.values()) if (entry?.kind === 'file') sum += Math.ceil(lengthOf(entry) / 4096) * 4096
  return sum
}
