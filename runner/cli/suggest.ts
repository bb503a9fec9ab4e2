// The word that somebody who mistyped most likely meant.

/** The nearest of `known` that is near enough to be meant, or undefined. */
export function closest(word: string, known: readonly string[]): string | undefined {
  const allowed = Math.max(1, Math.floor(word.length / 3))
  const near = known.map((name) => ({ name, distance: distance(word, name) })).filter((entry) => entry.distance <= allowed)
  near.sort((a, b) => a.distance - b.distance)
  return near[0]?.name ?? known.find((name) => word.length > 2 && name.startsWith(word))
}

/** Letters to change, add, leave out or swap with their neighbour (Damerau and Levenshtein). */
function distance(a: string, b: string): number {
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const swap = swapped ? (before[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, change, swap))
    }
    before = row
    row = next
  }
  return row[b.length] ?? 0
}
