// What an admission plugin is: it may change an object on its way in, and may refuse a write.
import type { UserInfo } from '../identity.ts'
import type { ResourceInfo, WriteContext } from '../kind.ts'
import type { KubernetesObject, ObjectKey } from '../object.ts'
import type { Rounds } from './rounds.ts'

/** A write as admission sees it. `name` of the key is empty while a generated name is still to come. */
export interface AdmissionRequest {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT'
  readonly resource: ResourceInfo
  /** `''` for the object itself. */
  readonly subresource: string
  readonly key: ObjectKey
  /** The object to be stored; absent in a DELETE. */
  readonly object?: KubernetesObject
  /** The stored object; absent in a CREATE. */
  readonly old?: KubernetesObject
  readonly user: UserInfo
  readonly context: WriteContext
}

/** A plugin. All `admit` run in order, then strategy and validation, then all `validate`. */
export interface AdmissionPlugin {
  readonly name: string
  /** A changed object, or undefined to leave it; throws StatusError to refuse. It may be asked twice in one write. */
  admit?(request: AdmissionRequest, rounds: Rounds): KubernetesObject | undefined
  /** Throws StatusError to refuse. */
  validate?(request: AdmissionRequest): void
}
