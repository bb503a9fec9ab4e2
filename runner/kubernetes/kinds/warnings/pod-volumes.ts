// Volumes of plugins that are gone, and claims that a pod brings along.
import type { JsonObject } from '../../../base/json.ts'
import { child, item } from '../validation/findings.ts'
import { fields, objects, present } from '../validation/read.ts'
import type { Warnings } from './shapes.ts'
import { claimSpecWarnings } from './volumes.ts'

/** The plugin's field, its internal name where that differs, and since when. */
const before = [
  ['photonPersistentDisk', 'photonPersistentDisk', 'deprecated in v1.11, non-functional in v1.16+'],
  ['gitRepo', 'gitRepo', 'deprecated in v1.11, and disabled by default in v1.33+'],
  ['scaleIO', 'scaleIO', 'deprecated in v1.16, non-functional in v1.22+'],
  ['flocker', 'flocker', 'deprecated in v1.22, non-functional in v1.25+'],
  ['storageos', 'storageOS', 'deprecated in v1.22, non-functional in v1.25+'],
  ['quobyte', 'quobyte', 'deprecated in v1.22, non-functional in v1.25+'],
  ['glusterfs', 'glusterfs', 'deprecated in v1.25, non-functional in v1.26+'],
] as const
const after = [
  ['cephfs', 'cephfs', 'deprecated in v1.28, non-functional in v1.31+'],
  ['rbd', 'rbd', 'deprecated in v1.28, non-functional in v1.31+'],
] as const

/** What each volume of a pod warns of. */
export function* volumeWarnings(path: string, spec: JsonObject): Warnings {
  for (const [index, volume] of objects(spec.volumes).entries()) {
    const here = item(path, index)
    yield* plugins(here, volume, before)
    yield* claimSpecWarnings(child(here, 'ephemeral', 'volumeClaimTemplate', 'spec'), fields(fields(fields(volume.ephemeral).volumeClaimTemplate).spec))
    yield* plugins(here, volume, after)
  }
}

function* plugins(path: string, volume: JsonObject, rows: readonly (readonly [field: string, name: string, message: string])[]): Warnings {
  for (const [field, name, message] of rows) if (present(volume[field])) yield `${child(path, name)}: ${message}`
}
