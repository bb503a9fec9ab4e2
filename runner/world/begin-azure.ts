// A world's Azure, with what it does to clusters and fleets.
import { type Azure, createAzure } from '../azure/arm-server.ts'
import type { WorldClock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import type { WorldFile } from '../labs/world-file.ts'
import { azurePeople } from './azure-birth.ts'
import { aksHooks } from './bridges/aks.ts'
import { fleetHooks } from './bridges/fleet.ts'
import type { BridgeGround } from './bridges/ground.ts'
import { namespaceHooks } from './bridges/managed-namespace.ts'
import type { WorldSnapshot } from './world-state.ts'

/** What Azure is begun with; `state` is where it left off. */
export interface AzureBeginning {
  readonly secret: string
  readonly clock: WorldClock
  readonly chances: { readonly azure: Random; readonly secret: Random }
  readonly ground: BridgeGround
  readonly state?: NonNullable<WorldSnapshot['azure']>
}

/** Makes a world's Azure, or goes on with its state. */
export function beginAzure(file: WorldFile, { secret, clock, chances, ground, state }: AzureBeginning): Azure {
  return createAzure({
    ...azurePeople(file, secret),
    clock,
    random: chances.azure,
    secret: chances.secret,
    durations: file.durations,
    hooks: { managedCluster: aksHooks(ground), ...fleetHooks(ground), namespace: namespaceHooks(ground) },
    ...(state ? { state } : {}),
  })
}
