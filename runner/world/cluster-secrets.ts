// What a cluster keeps to itself: its authority, its administrator's token, the key of its service accounts; all from the world's secret.

import { type AuthorityState, createAuthority } from '../base/certificates.ts'
import { createPrivateKey, type PrivateKey, toHex } from '../base/p256.ts'
import { createRandom, type Random } from '../base/random.ts'

type Renewable = { readonly id: string; readonly born: number; readonly renewed?: number }

/** A cluster's authority and keys; certificates are issued once, a snapshot brings them along. */
export function clusterSecrets(
  spec: Renewable,
  ground: { readonly secret: string },
  known?: AuthorityState,
): { authority: AuthorityState; adminToken: string; serviceAccountKey: PrivateKey } {
  const secret = createRandom(`${ground.secret}/cluster/${spec.id}`)
  if (spec.renewed !== undefined) return { ...renewedSecrets(spec, ground, known), serviceAccountKey: thirdKey(secret) }
  // The authority's key is drawn first; one that is known already stands in the way of nothing that is drawn after it.
  if (known) createPrivateKey(secret)
  const authority = known ?? createAuthority('kubernetes', { secret, now: spec.born })
  return { authority, adminToken: toHex(secret.bytes(64)), serviceAccountKey: createPrivateKey(secret) }
}

/** The authority and the token that came with the last renewal; keys of service accounts are not renewed with them. */
export function renewedSecrets(
  spec: Renewable,
  ground: { readonly secret: string },
  known?: AuthorityState,
): { authority: AuthorityState; adminToken: string } {
  const secret = createRandom(`${ground.secret}/cluster/${spec.id}/${spec.renewed}`)
  const adminToken = toHex(secret.bytes(64))
  return { authority: known ?? createAuthority('kubernetes', { secret, now: spec.born }), adminToken }
}

/** The key that a cluster draws third, whatever became of what it drew before. */
function thirdKey(secret: Random): PrivateKey {
  createPrivateKey(secret)
  secret.bytes(64)
  return createPrivateKey(secret)
}
