// What a container's status says of it besides its state: the user that it runs as, and what is mounted in it
// (kubelet `convertToAPIContainerStatuses`; SupplementalGroupsPolicy and RecursiveReadOnlyMounts, both in 1.35 by default).
import { isObject, type JsonObject } from '../../base/json.ts'
import type { ContainerRuntime } from '../controller.ts'
import type { Container, Pod } from '../pods.ts'

/** Its mounts, in the order of its spec; nothing where there are none. */
export function mountStatus(container: Container): JsonObject {
  const { volumeMounts } = container as unknown as JsonObject
  if (!Array.isArray(volumeMounts) || volumeMounts.length === 0) return {}
  return {
    volumeMounts: volumeMounts.filter(isObject).map(({ name = '', mountPath = '', readOnly, recursiveReadOnly }) => ({
      name,
      mountPath,
      ...(readOnly === true && { readOnly, recursiveReadOnly: recursiveReadOnly === 'Enabled' || recursiveReadOnly === 'IfPossible' ? 'Enabled' : 'Disabled' }),
    })),
  }
}

/** Its user, as the runtime tells it; nothing where no runtime is. */
export function userStatus(pod: Pod, { name }: Container, runtime: ContainerRuntime | undefined): JsonObject {
  const user = runtime?.user(pod, name)
  if (!user) return {}
  return { user: { linux: { uid: user.uid, gid: user.gid, supplementalGroups: [...new Set([user.gid, ...user.groups])] } } }
}
