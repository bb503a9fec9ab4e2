// A container as a machine: its files, network, environment, and the processes that run in it.
import { at, type KubernetesObject } from '../kubernetes/object.ts'
import { amount, hostnameOf, userOf } from './environment.ts'
import { Files, type FileUser, type Mount, type Tree, type Writes } from './files.ts'
import { skeleton } from './images/skeleton.ts'
import { type Image, imageOf } from './images/table.ts'
import { kernelMounts } from './kernel-files.ts'
import { mountLines } from './mount-lines.ts'
import { groupsOfVolumes, nodeTree } from './node-volume.ts'
import { type Plan, planOf, wordsOf } from './plan.ts'
import { type ContainerSpec, containerNames, containerOf, hasAnEnd, objects } from './pod.ts'
import type { Host, Machine, Net, Process, Task } from './process.ts'
import { findProgram, programNames } from './programs.ts'
import type { Run } from './run.ts'
import { mountsOf, type VolumeGround } from './volumes.ts'

/** What containers are made over. */
export interface ContainerGround extends VolumeGround {
  now(): number
  netOf(pod: KubernetesObject, run: () => Run | undefined): Net
  readonly seed: { below(limit: number): number }
}

/** A container's inside. */
export interface Inside {
  readonly image: Image
  readonly files: Files
  readonly machine: Machine
}

const built = Date.parse('2026-01-12T09:00:00Z')

/** The inside of a container. `repeating`: what it writes goes nowhere that lasts. */
export function insideOf(
  pod: KubernetesObject,
  container: ContainerSpec,
  {
    ground,
    rootKey,
    run,
    rootKeyOf,
    tasks,
    kill,
    print,
    environment,
  }: {
    readonly ground: ContainerGround
    readonly rootKey: string
    readonly run: () => Run | undefined
    /** Where the files of another container of the pod are kept. */
    rootKeyOf(name: string): string
    tasks(): readonly Task[]
    kill: Machine['kill']
    print: Machine['print']
    /** What the first process was given. */
    environment(): ReadonlyMap<string, string>
  },
): Inside {
  const image = imageOf(container.image)
  const user = userOf(pod, container, image, groupsOfVolumes(pod, ground.reader))
  const limit = at(container.whole, 'resources', 'limits', 'memory')
  const memoryLimit = typeof limit === 'string' ? amount(limit) : undefined
  const own = [rootOf(container, rootKey, ground), ...followed(mountsOf(pod, container, ground), image), terminationFile(container, rootKey, ground)]
  const node = ground.reader.get('v1', 'Node', { name: String(at(pod, 'spec', 'nodeName') ?? '') })
  const kernel = kernelMounts(pod, container, { user, node, mounts: mountLines(own, memoryLimit) }, built)
  const mounts: readonly Mount[] = [
    ...own,
    ...kernel,
    environFile(environment),
    ...tasks().flatMap(({ pid, first }) => {
      const other = first === undefined || first === container.name ? undefined : containerOf(pod, first)
      const theirs = other ? [rootOf(other, rootKeyOf(other.name), ground), ...followed(mountsOf(pod, other, ground), imageOf(other.image))] : []
      return theirs.map((mount) => ({ ...mount, path: `/proc/${pid}/root${mount.path === '/' ? '' : mount.path}` }))
    }),
  ]
  const over = (each: readonly Mount[]): Files => filesOver(each, { run, ground, user })
  const files = over(mounts)
  const machine: Machine = {
    hostname: hostnameOf(pod),
    kernel: kernelOf(pod, ground.reader),
    flavor: image.flavor,
    user,
    net: ground.netOf(pod, run),
    node: hostOf(pod, { node, ground, files: (root) => over([root, ...kernel]) }),
    memoryLimit,
    finite: hasAnEnd(pod, container.name),
    declaredPorts: objects(container.whole.ports).map(({ containerPort }) => Number(containerPort)),
    image: container.image,
    store: image.programs.includes('etcdctl') ? ground.reader : undefined,
    tasks,
    kill,
    print,
    leaving: () => run()?.asked === true,
    linger: (ms) => {
      const own = run()
      if (own) own.lingers = ms
    },
  }
  return { image, files, machine }
}

function filesOver(mounts: readonly Mount[], { run, ground, user }: { run: () => Run | undefined; ground: ContainerGround; user: FileUser }): Files {
  return new Files(
    mounts.map((mount) => whileRepeating(mount, run)),
    () => run()?.now() ?? ground.now(),
    user,
  )
}

/** The node below a container. */
function hostOf(
  pod: KubernetesObject,
  { node, ground, files }: { readonly node: KubernetesObject | undefined; readonly ground: ContainerGround; files(root: Mount): Files },
): Host {
  const name = node?.metadata.name ?? ''
  const root = (): Mount => ({ path: '/', tree: nodeTree({ node: name, path: '', type: '', claimed: false }, ground, built) })
  return { name, sharesProcesses: at(pod, 'spec', 'hostPID') === true, files: () => files(root()) }
}

function kernelOf(pod: KubernetesObject, reader: ContainerGround['reader']): string {
  const node = reader.get('v1', 'Node', { name: String(at(pod, 'spec', 'nodeName') ?? '') })
  return String((node && at(node, 'status', 'nodeInfo', 'kernelVersion')) || '6.8.0-51-generic')
}

/** Mounts where they come to lie: most systems keep `/var/run` in `/run`, and a runtime follows the link. */
function followed(mounts: readonly Mount[], { system, shell }: Image): readonly Mount[] {
  if (system === 'busybox' || !shell) return mounts
  return mounts.map((mount) => ({ ...mount, path: mount.path.replace(/^\/var\/run(?=\/|$)/, '/run') }))
}

/** What the first process was given, as the kernel shows it. */
function environFile(environment: () => ReadonlyMap<string, string>): Mount {
  let base: ReturnType<Tree['base']> | undefined
  const read = (): ReturnType<Tree['base']> => {
    const content = [...environment()].map(([name, value]) => `${name}=${value}\0`).join('')
    return new Map([['', { kind: 'file', content, mode: 0o400, at: built }]])
  }
  return { path: '/proc/1/environ', tree: { base: () => (base ??= read()) }, readOnly: true }
}

/** The file for a container's last words, that every user may write. */
function terminationFile({ whole }: ContainerSpec, rootKey: string, ground: ContainerGround): Mount {
  const empty = new Map([['', { kind: 'file', content: '', mode: 0o666, at: built } as const]])
  return { path: String(whole.terminationMessagePath ?? '/dev/termination-log'), tree: { base: () => empty, writes: ground.writes(`${rootKey}#last`) } }
}

function rootOf(container: ContainerSpec, key: string, ground: ContainerGround): Mount {
  let base: ReturnType<Tree['base']> | undefined
  const tree: Tree = {
    base: () => {
      base ??= skeleton(container.image, imageOf(container.image), built, programNames(imageOf(container.image)))
      return base
    },
    writes: ground.writes(key),
  }
  return { path: '/', tree, readOnly: at(container.whole, 'securityContext', 'readOnlyRootFilesystem') === true }
}

/** A run that is gone through again writes over a copy. */
function whileRepeating(mount: Mount, run: () => Run | undefined): Mount {
  const { writes } = mount.tree
  if (!writes) return mount
  let copy: Writes | undefined
  const tree: Tree = {
    base: () => mount.tree.base(),
    ...(mount.tree.ofNode === true && { ofNode: true }),
    get writes(): Writes {
      if (!run()?.repeating) return writes
      copy ??= new Map(mount.path === '/' ? [] : writes)
      return copy
    },
  }
  return { ...mount, tree }
}

/** A process in a container. */
export function processIn(
  inside: Inside,
  env: Map<string, string>,
  from: Omit<Process, 'env' | 'cwd' | 'files' | 'machine' | 'find' | 'seed'> & Pick<Process, 'seed'> & { readonly folder?: string },
): Process {
  const { image, files, machine } = inside
  const { folder, ...rest } = from
  const process: Process = {
    ...rest,
    env,
    cwd: folder ?? image.folder,
    files,
    machine,
    find: (name, cwd = process.cwd) => findProgram(name, image, { files, cwd }),
  }
  return process
}

/** What a container's words come to; a path may lead to what came from elsewhere, as with a volume, and what nobody wrote down. */
export function planIn(inside: () => Inside, container: ContainerSpec, image: Image): Plan {
  const words = wordsOf(container, image)
  const plan = planOf(words, image)
  const [first = ''] = words
  if (plan !== 'ends' || !first.includes('/')) return plan
  return findProgram(first, image, { files: inside().files, cwd: folderOf(container, image) }) ? plan : 'unknown'
}

/** The folder that a container's processes begin in. */
export function folderOf({ whole }: ContainerSpec, image: Image): string {
  return typeof whole.workingDir === 'string' && whole.workingDir !== '' ? whole.workingDir : image.folder
}

/** Names of the containers whose programs one sees: its own, the one that it looks into, or all of a pod that shares them. */
export function seenFrom(pod: KubernetesObject, name: string): readonly string[] {
  if (at(pod, 'spec', 'shareProcessNamespace') === true) return containerNames(pod)
  const target = containerOf(pod, name)?.whole.targetContainerName
  return typeof target === 'string' && target !== '' ? [target, name] : [name]
}
