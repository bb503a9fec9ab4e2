// What a container's status says beside how it fares: its mounts, and who it runs as
// (kubelet `convertToAPIContainerStatuses`; SupplementalGroupsPolicy and RecursiveReadOnlyMounts, both on in 1.35).
import { isObject, type JsonObject } from '../../base/json.ts'
import type { Container } from '../pods.ts'

/** The mounts as the spec has them; nothing makes those that are read-only so all the way down unless that is asked for. */
export function mountsOf({ volumeMounts }: Container): JsonObject {
  if (!Array.isArray(volumeMounts) || volumeMounts.length === 0) return {}
  const mounts = volumeMounts.filter(isObject).map(({ name, mountPath, readOnly, recursiveReadOnly }): JsonObject => {
    const plain = { mountPath: mountPath ?? '', name: name ?? '' }
    const whole = recursiveReadOnly === 'Enabled' || recursiveReadOnly === 'IfPossible'
    return readOnly === true ? { ...plain, readOnly, recursiveReadOnly: whole ? 'Enabled' : 'Disabled' } : plain
  })
  return { volumeMounts: mounts }
}

/** Whom the first process of a container runs as. */
export interface Identity {
  readonly uid: number
  readonly gid: number
  readonly groups: readonly number[]
}

/** Whom a container runs as, as its status says it. */
export function userStatus({ uid, gid, groups }: Identity): JsonObject {
  const all = [...new Set([gid, ...groups])].sort((a, b) => a - b)
  return { user: { linux: { uid, gid, supplementalGroups: all } } }
}
