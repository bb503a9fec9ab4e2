// The text of a difference between two values as errors show it: unified, of JSON indented by one space, three lines around.
import type { Json } from '../../../base/json.ts'

interface Edit {
  readonly sign: ' ' | '-' | '+'
  readonly line: string
}

/** Hunks of what changed from one value to the other; empty if nothing did. */
export function difference(before: Json, after: Json): string {
  return hunks(edits(lines(before), lines(after)))
}

function lines(value: Json): string[] {
  return JSON.stringify(value, null, 1).split('\n')
}

function edits(before: readonly string[], after: readonly string[]): Edit[] {
  const result: Edit[] = []
  const common = longestCommon(before, after)
  let [left, right] = [0, 0]
  for (const [nextLeft, nextRight] of [...common, [before.length, after.length] as const]) {
    for (; left < nextLeft; left += 1) result.push({ sign: '-', line: before[left] ?? '' })
    for (; right < nextRight; right += 1) result.push({ sign: '+', line: after[right] ?? '' })
    if (left < before.length) result.push({ sign: ' ', line: before[left] ?? '' })
    left += 1
    right += 1
  }
  return result
}

/** Pairs of indices of a longest common subsequence; equal heads and tails are cut off first. */
function longestCommon(before: readonly string[], after: readonly string[]): (readonly [number, number])[] {
  let head = 0
  while (head < before.length && head < after.length && before[head] === after[head]) head += 1
  let tail = 0
  while (tail < before.length - head && tail < after.length - head && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1
  const pairs: (readonly [number, number])[] = Array.from({ length: head }, (_, index) => [index, index] as const)
  pairs.push(
    ...middle(before.slice(head, before.length - tail), after.slice(head, after.length - tail)).map(([left, right]) => [left + head, right + head] as const),
  )
  for (let index = tail; index > 0; index -= 1) pairs.push([before.length - index, after.length - index])
  return pairs
}

function middle(before: readonly string[], after: readonly string[]): (readonly [number, number])[] {
  const width = after.length + 1
  const lengths = new Uint16Array((before.length + 1) * width)
  const at = (left: number, right: number): number => lengths[left * width + right] ?? 0
  for (let left = before.length - 1; left >= 0; left -= 1)
    for (let right = after.length - 1; right >= 0; right -= 1)
      lengths[left * width + right] = before[left] === after[right] ? at(left + 1, right + 1) + 1 : Math.max(at(left + 1, right), at(left, right + 1))
  const pairs: (readonly [number, number])[] = []
  for (let left = 0, right = 0; left < before.length && right < after.length; ) {
    if (before[left] === after[right]) pairs.push([left++, right++])
    else if (at(left + 1, right) >= at(left, right + 1)) left += 1
    else right += 1
  }
  return pairs
}

function hunks(all: readonly Edit[]): string {
  let text = ''
  let [left, right] = [1, 1]
  for (let index = 0; index < all.length; ) {
    const change = all.findIndex((edit, place) => place >= index && edit.sign !== ' ')
    if (change < 0) break
    const start = Math.max(index, change - 3)
    left += start - index
    right += start - index
    const end = hunkEnd(all, change)
    const part = all.slice(start, end)
    const [removed, added] = [part.filter((edit) => edit.sign !== '+').length, part.filter((edit) => edit.sign !== '-').length]
    text += `@@ -${range(left, removed)} +${range(right, added)} @@\n${part.map((edit) => `${edit.sign}${edit.line}\n`).join('')}`
    left += removed
    right += added
    index = end
  }
  return text
}

/** A hunk ends three lines after its last change; changes closer than six lines share one. */
function hunkEnd(all: readonly Edit[], change: number): number {
  let last = change
  for (let index = change; index < all.length && index - last <= 6; index += 1) if (all[index]?.sign !== ' ') last = index
  return Math.min(all.length, last + 4)
}

function range(start: number, count: number): string {
  return count === 1 ? String(start) : `${count === 0 ? start - 1 : start},${count}`
}
