// Seeded chance: the same seed gives the same row of numbers, and where the row stands is plain data.

/** A source of chance whose whole state is four 32-bit numbers. */
export interface Random {
  /** A number in [0, 1). */
  next(): number
  /** A whole number in [0, limit). */
  below(limit: number): number
  /** `count` random bytes. */
  bytes(count: number): Uint8Array
  /** `length` letters of `alphabet`. */
  letters(length: number, alphabet: string): string
  /** A random (version 4) UUID. */
  uuid(): string
  readonly state: RandomState
  /** Goes on from a state written down before. */
  goOn(state: RandomState): void
}

/** State of a `Random`; write it down and give it to `createRandom` to go on. */
export type RandomState = readonly [number, number, number, number]

/** Kubernetes' alphabet of generated names (apimachinery `util/rand`): no vowels, nothing that looks like another. */
export const nameAlphabet = 'bcdfghjklmnpqrstvwxz2456789'

/** Chance from a seed (number or text) or from a state written down before. The generator is xoshiro128**. */
export function createRandom(start: number | string | RandomState): Random {
  const state: [number, number, number, number] = typeof start === 'object' ? [...start] : seedState(String(start))

  function word(): number {
    const result = Math.imul(rotate(Math.imul(state[1], 5), 7), 9) >>> 0
    const shifted = state[1] << 9
    state[2] ^= state[0]
    state[3] ^= state[1]
    state[1] ^= state[2]
    state[0] ^= state[3]
    state[2] ^= shifted
    state[3] = rotate(state[3], 11)
    return result
  }

  const next = (): number => word() / 2 ** 32
  const below = (limit: number): number => Math.floor(next() * limit)
  const bytes = (count: number): Uint8Array => {
    const drawn = new Uint8Array(count)
    for (let index = 0; index < count; index += 1) drawn[index] = word() & 255
    return drawn
  }
  return {
    next,
    below,
    bytes,
    letters: (length, alphabet) => Array.from({ length }, () => alphabet[below(alphabet.length)]).join(''),
    uuid: () => formatUuid(bytes(16)),
    get state() {
      return [state[0] >>> 0, state[1] >>> 0, state[2] >>> 0, state[3] >>> 0] as const
    },
    goOn(from) {
      for (const [index, part] of from.entries()) state[index] = part
    },
  }
}

function rotate(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by))
}

function seedState(seed: string): [number, number, number, number] {
  let hash = 2166136261
  for (const byte of new TextEncoder().encode(seed)) hash = Math.imul(hash ^ byte, 16777619)
  const part = (): number => {
    hash = (hash + 0x9e3779b9) | 0
    let mixed = Math.imul(hash ^ (hash >>> 16), 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return (mixed ^ (mixed >>> 15)) | 0
  }
  return [part(), part(), part(), part() | 1]
}

const hexPairs: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

function formatUuid(bytes: Uint8Array): string {
  bytes[6] = ((bytes[6] ?? 0) & 15) | 64
  bytes[8] = ((bytes[8] ?? 0) & 63) | 128
  let hex = ''
  for (const byte of bytes) hex += hexPairs[byte]
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
