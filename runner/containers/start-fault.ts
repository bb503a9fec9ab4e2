// Why a container cannot be made or started, in the words of kubelet and container runtime.
import { at, type KubernetesObject } from '../kubernetes/object.ts'
import type { Inside } from './container.ts'
import { ConfigFault, type EnvironmentGround, environmentOf, takesFromObjects } from './environment.ts'
import { type Image, imageOf } from './images/table.ts'
import { planOf, wordsOf } from './plan.ts'
import { type ClusterReader, type ContainerSpec, containerOf, objects } from './pod.ts'
import { findProgram } from './programs.ts'
import { subPathFault } from './volumes.ts'

/** The reason and message of the state of a container that cannot start. */
export interface StartFault {
  readonly reason: 'CreateContainerConfigError' | 'CreateContainerError' | 'StartError'
  readonly message: string
}

/** What is asked of the runtime. */
export interface StartGround {
  readonly reader: ClusterReader
  readonly file: EnvironmentGround['file']
  inside(pod: KubernetesObject, container: ContainerSpec, restarts: number): Inside
  /** True if somebody wrote a file of a node at this path. */
  onNode(node: string, path: string): boolean
}

/** Why a container cannot be made or started; undefined if it can. */
export function startFault(ground: StartGround, pod: KubernetesObject, name: string): StartFault | undefined {
  const container = containerOf(pod, name)
  if (!container) return undefined
  const image = imageOf(container.image)
  return (
    environmentFault(ground, pod, { container, image }) ??
    userFault(pod, { container, image }) ??
    profileFault(ground, pod, container) ??
    programFault(ground, pod, { container, image })
  )
}

interface Made {
  readonly container: ContainerSpec
  readonly image: Image
}

function environmentFault(ground: StartGround, pod: KubernetesObject, { container, image }: Made): StartFault | undefined {
  const { reader, file } = ground
  try {
    if (takesFromObjects(container)) environmentOf(pod, container, { image, reader, file })
  } catch (error) {
    if (error instanceof ConfigFault) return { reason: 'CreateContainerConfigError', message: error.message }
    throw error
  }
  const message = subPathFault(pod, container, { reader, file }) ?? strayFault(ground, pod, container)
  return message === undefined ? undefined : { reason: 'CreateContainerConfigError', message }
}

/** Links in a volume may lead to nothing but the volume. */
function strayFault(ground: StartGround, pod: KubernetesObject, container: ContainerSpec): string | undefined {
  const mounts = objects(container.whole.volumeMounts)
  if (mounts.every(({ subPath, subPathExpr }) => !subPath && !subPathExpr)) return undefined
  const stray = ground.inside(pod, container, 0).files.mounts.find(({ astray }) => astray)
  const mount = mounts.find(({ mountPath }) => mountPath === stray?.path)
  return stray && `failed to prepare subPath for volumeMount ${JSON.stringify(mount?.name ?? '')} of container ${JSON.stringify(container.name)}`
}

function userFault(pod: KubernetesObject, { container, image }: Made): StartFault | undefined {
  const [own, ofPod] = [at(container.whole, 'securityContext'), at(pod, 'spec', 'securityContext')]
  if (at(own, 'runAsNonRoot') !== true && at(ofPod, 'runAsNonRoot') !== true) return undefined
  const asked = at(own, 'runAsUser') ?? at(ofPod, 'runAsUser')
  const where = `pod: "${pod.metadata.name}_${pod.metadata.namespace}(${pod.metadata.uid})", container: ${container.name}`
  if (asked === 0) return { reason: 'CreateContainerConfigError', message: `container's runAsUser breaks non-root policy (${where})` }
  if (asked !== undefined || image.user !== 0 || !image.known) return undefined
  return { reason: 'CreateContainerConfigError', message: `container has runAsNonRoot and image will run as root (${where})` }
}

/** A profile of the node's own that is not there. No program of a pod loads one of AppArmor into a kernel; seccomp's are files of the node. */
function profileFault(ground: StartGround, pod: KubernetesObject, { whole }: ContainerSpec): StartFault | undefined {
  const wanted = (kind: string): string | undefined => {
    const profile = at(whole, 'securityContext', kind) ?? at(pod, 'spec', 'securityContext', kind)
    return at(profile, 'type') === 'Localhost' ? String(at(profile, 'localhostProfile')) : undefined
  }
  const reason = 'CreateContainerError'
  const armor = wanted('appArmorProfile')
  if (armor !== undefined)
    return { reason, message: `failed to get container spec opts: failed to generate apparmor spec opts: apparmor profile not found ${armor}` }
  const seccomp = wanted('seccompProfile')
  const path = `/var/lib/kubelet/seccomp/${seccomp}`
  if (seccomp === undefined || ground.onNode(String(at(pod, 'spec', 'nodeName')), path)) return undefined
  return { reason, message: `failed to create containerd container: cannot load seccomp profile "${path}": open ${path}: no such file or directory` }
}

function programFault(ground: StartGround, pod: KubernetesObject, { container, image }: Made): StartFault | undefined {
  const [first] = wordsOf(container, image)
  if (!image.known || first === undefined || first.includes('/') || planOf([first], image) === 'forever') return undefined
  if (image.programs.includes(first)) return undefined
  const { files } = ground.inside(pod, container, 0)
  if (findProgram(first, image, { files, cwd: '/' })) return undefined
  const failed = 'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed'
  const text = `exec: "${first}": executable file not found in $PATH`
  return { reason: 'StartError', message: `${failed}: unable to start container process: error during container init: ${text}` }
}
