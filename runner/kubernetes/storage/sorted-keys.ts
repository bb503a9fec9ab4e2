// Keys in their order. Changes wait until somebody wants to see them: what is only written, as Events are, is never sorted.

/** More changes than this are sorted in together. */
const few = 16

/** A set of keys that is read in order. */
export class SortedKeys {
  #keys: string[]
  readonly #changes = new Map<string, boolean>()

  constructor(keys: readonly string[]) {
    this.#keys = [...keys].sort(compareKeys)
  }

  /** A key that was not there comes, or one that was goes. */
  change(key: string, there: boolean): void {
    // One that came and went again, or the other way round, is as it was.
    if (this.#changes.has(key)) this.#changes.delete(key)
    else this.#changes.set(key, there)
  }

  /** The keys in order; good until the next change. */
  all(): readonly string[] {
    if (this.#changes.size > few) {
      const changes = [...this.#changes]
      const added = changes.flatMap(([key, there]) => (there ? [key] : []))
      const kept = added.length === changes.length ? this.#keys : this.#keys.filter((key) => this.#changes.get(key) !== false)
      this.#keys = merge(kept, added.sort(compareKeys))
    } else {
      for (const [key, there] of this.#changes) {
        if (there) this.#keys.splice(firstFrom(this.#keys, key), 0, key)
        else this.#keys.splice(firstFrom(this.#keys, key), 1)
      }
    }
    this.#changes.clear()
    return this.#keys
  }
}

/** Two rows in order, none of whose keys is in both, as one. */
function merge(row: readonly string[], other: readonly string[]): string[] {
  const merged: string[] = []
  let next = 0
  for (const key of other) {
    for (let here = row[next]; here !== undefined && here < key; here = row[next]) {
      merged.push(here)
      next += 1
    }
    merged.push(key)
  }
  for (; next < row.length; next += 1) merged.push(row[next] ?? '')
  return merged
}

/** Index of the first key that is not before `bound`. */
export function firstFrom(keys: readonly string[], bound: string): number {
  let low = 0
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((keys[middle] ?? '') < bound) low = middle + 1
    else high = middle
  }
  return low
}

function compareKeys(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
