// The form of a world that is written down.
import type { AzureState } from '../azure/state.ts'
import type { AuthorityState } from '../base/certificates.ts'
import type { WorldClock } from '../base/clock.ts'
import type { RandomState } from '../base/random.ts'
import type { WorldFile } from '../labs/world-file.ts'
import type { Membership } from './bridges/ground.ts'
import type { ClusterState } from './cluster.ts'

/** Everything of a world, as plain data (decision 4). Objects in it are frozen and may be shared with the world it was taken from. */
export interface WorldSnapshot {
  readonly format: 1
  readonly file: WorldFile
  readonly secret: string
  readonly born: number
  readonly clock: ReturnType<WorldClock['state']>
  readonly authority: AuthorityState
  /** Where each source of chance stands: for faults, for Azure's names, for Azure's tokens. */
  readonly chances: { readonly faults: RandomState; readonly azure: RandomState; readonly secret: RandomState }
  readonly clusters: readonly ClusterState[]
  readonly memberships: readonly Membership[]
  readonly azure?: AzureState
}
