// A snapshot as bytes: JSON, compressed. Reading refuses what it does not know, with the remedy.
import { gunzipSync, gzipSync } from 'fflate'
import { canonical } from '../base/json.ts'
import type { WorldSnapshot } from './world-state.ts'

/** Bytes of a snapshot: equal snapshots give equal bytes. */
export function writeSnapshot(snapshot: WorldSnapshot): Uint8Array {
  return gzipSync(new TextEncoder().encode(canonical(snapshot)), { level: 6, mtime: 0 })
}

/** The snapshot in these bytes. Throws when they are none, or one of a format that this release does not read. */
export function readSnapshot(bytes: Uint8Array): WorldSnapshot {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder().decode(gunzipSync(bytes)))
  } catch {
    throw new Error(
      'Cannot read the snapshot: expected compressed JSON as writeSnapshot() makes it, found something else; restore an older one or start the lab again',
    )
  }
  const format = typeof value === 'object' && value !== null ? Reflect.get(value, 'format') : undefined
  if (format !== 1)
    throw new Error(`Cannot read the snapshot: expected format 1, found ${String(format)}; use the release that wrote it, or start the lab again`)
  return value as WorldSnapshot
}
