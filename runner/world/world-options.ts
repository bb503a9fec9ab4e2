// What a world is made with.
import type { Pulse } from '../base/clock.ts'
import type { RequestLogEntry } from '../kubernetes/request-log.ts'
import type { WorldRecord } from './recovery.ts'
import type { WorldSnapshot } from './world-state.ts'

/** A line of the request log: who asked which host for what, and how it ended. */
export interface WorldLogEntry extends RequestLogEntry {
  /** Name of the cluster, or the host name for Azure. */
  readonly at: string
}

/** What a world is made with. Without `secret` its keys come from the machine's own chance. */
export interface WorldOptions {
  readonly pulse?: Pulse
  readonly secret?: string
  readonly snapshot?: WorldSnapshot
  /** Reads the package that describes Kubernetes' types (`kubectl explain`) by path, as `core/v1`; without it they have no descriptions. */
  readonly declarations?: (path: string) => string | undefined
  log?(entry: WorldLogEntry): void
  /** Told of each change after the birth, before whoever made it is answered: what a recovery log keeps (decision 5). */
  record?(record: WorldRecord): void
  /** With `snapshot`: what a recovery log kept since it was taken; the world goes on from the last of them. */
  readonly records?: readonly WorldRecord[]
}
