// Python's difflib.get_close_matches: the words that az offers for a misspelt one.

/** Up to three words at least `cutoff` alike, the most alike first. */
export function closeMatches(word: string, possibilities: readonly string[], cutoff = 0.7): readonly string[] {
  return possibilities
    .map((possibility) => ({ possibility, ratio: similarity(possibility, word) }))
    .filter(({ ratio }) => ratio >= cutoff)
    .sort((a, b) => b.ratio - a.ratio || (a.possibility < b.possibility ? 1 : -1))
    .slice(0, 3)
    .map(({ possibility }) => possibility)
}

/** Twice the matched characters over all characters, matched by longest blocks as SequenceMatcher does. */
function similarity(a: string, b: string): number {
  const total = a.length + b.length
  return total === 0 ? 1 : (2 * matched(a, 0, a.length, b, 0, b.length)) / total
}

function matched(a: string, aFrom: number, aTo: number, b: string, bFrom: number, bTo: number): number {
  const block = longestBlock(a, aFrom, aTo, b, bFrom, bTo)
  if (block.size === 0) return 0
  const before = matched(a, aFrom, block.a, b, bFrom, block.b)
  return before + block.size + matched(a, block.a + block.size, aTo, b, block.b + block.size, bTo)
}

function longestBlock(a: string, aFrom: number, aTo: number, b: string, bFrom: number, bTo: number): { a: number; b: number; size: number } {
  let best = { a: aFrom, b: bFrom, size: 0 }
  let lengths = new Map<number, number>()
  for (let i = aFrom; i < aTo; i += 1) {
    const next = new Map<number, number>()
    for (let j = bFrom; j < bTo; j += 1) {
      if (a[i] !== b[j]) continue
      const size = (lengths.get(j - 1) ?? 0) + 1
      next.set(j, size)
      if (size > best.size) best = { a: i - size + 1, b: j - size + 1, size }
    }
    lengths = next
  }
  return best
}
