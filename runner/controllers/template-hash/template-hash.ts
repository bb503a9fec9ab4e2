// The short hashes that stand in the names of ReplicaSets and ControllerRevisions, as Kubernetes computes them.
import { goJson } from '../../base/go-json.ts'
import { type JsonObject, sortKeys } from '../../base/json.ts'
import { nameAlphabet } from '../../base/random.ts'
import { goDump } from './go-dump.ts'

/** The hash of a pod template (`controller.ComputeHash`), of which only what a template declares counts: FNV-32a of its Go dump, and of the count of collisions where there is one. */
export function templateHash(template: JsonObject, collisionCount?: number): string {
  let hash = offset
  for (const byte of utf8.encode(goDump('v1.PodTemplateSpec', template))) hash = Math.imul(hash ^ byte, prime)
  if (collisionCount !== undefined) for (const byte of littleEndian(collisionCount)) hash = Math.imul(hash ^ byte, prime)
  return safeEncode(hash)
}

/** The hash of a ControllerRevision's data (`history.HashControllerRevision`): FNV-32 of its JSON as Go writes it, and of the count of collisions in digits. */
export function dataHash(data: JsonObject, collisionCount: number): string {
  let hash = offset
  for (const byte of utf8.encode(`${goJson(sortKeys(data))}${collisionCount}`)) hash = Math.imul(hash, prime) ^ byte
  return safeEncode(hash)
}

const offset = 2166136261
const prime = 16777619
const utf8 = new TextEncoder()

/** A uint32 in the first four of eight bytes. */
function littleEndian(count: number): readonly number[] {
  return [count & 0xff, (count >>> 8) & 0xff, (count >>> 16) & 0xff, count >>> 24, 0, 0, 0, 0]
}

/** apimachinery's `rand.SafeEncodeString` of a hash: its decimal digits as letters that make no words. */
function safeEncode(hash: number): string {
  return Array.from(String(hash >>> 0), (digit) => nameAlphabet[digit.charCodeAt(0) % nameAlphabet.length]).join('')
}
