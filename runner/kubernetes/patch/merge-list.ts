// Merging and ordering the items of lists in strategic merge patches.
import { equal, isObject, type Json, type JsonObject } from '../../base/json.ts'

/** Joins two lists of scalars without duplicates; what the patch names comes before what only the list has, where nothing else is known. */
export function mergeScalars(list: readonly Json[], changes: readonly Json[]): readonly Json[] {
  const roomFor = 2 ** Math.ceil(Math.log2(Math.max(list.length, 1)))
  const both = [...list, ...changes]
  const merged = dropDuplicates(both)
  // The real list is joined in place if there is room: then its order is that after dropping duplicates.
  const order = both.length <= roomFor ? both.slice(0, list.length) : list
  return orderItems(merged, changes, order, undefined)
}

/** Items that `order` names, in that order, and the others where they stood in `live`. */
export function orderItems(items: readonly Json[], order: readonly Json[], live: readonly Json[], key: string | undefined): readonly Json[] {
  const named = items.filter((item) => indexOf(order, item, key) >= 0)
  const others = items.filter((item) => indexOf(order, item, key) < 0)
  return interleave(sortBy(others, live, key), sortBy(named, order, key), live, key)
}

/** The object without a member. */
export function without(object: JsonObject, name: string): JsonObject {
  const { [name]: _, ...rest } = object
  return rest
}

/** The last item fills the place of a duplicate. Changes the list that it is given, as Go's does. */
function dropDuplicates(items: Json[]): readonly Json[] {
  let last = items.length - 1
  for (let i = 0; i < last; i++) {
    for (let j = i + 1; j <= last; j++) {
      if (items[i] !== items[j]) continue
      items[j] = items[last] ?? null
      last--
      j--
    }
  }
  return items.slice(0, last + 1)
}

/** Go's stable sort with a comparison that is not an order: an item unknown to `order` moves up. */
function sortBy(items: readonly Json[], order: readonly Json[], key: string | undefined): readonly Json[] {
  const sorted = [...items]
  const places = sorted.map((item) => indexOf(order, item, key))
  for (let i = 1; i < sorted.length; i++) {
    for (let j = i; j > 0; j--) {
      const [mine = -1, before = -1] = [places[j], places[j - 1]]
      if (mine >= 0 && before >= 0 && mine >= before) break
      swap(sorted, j)
      swap(places, j)
    }
  }
  return sorted
}

function swap<item>(items: item[], index: number): void {
  items.splice(index - 1, 2, ...items.slice(index - 1, index + 1).reverse())
}

/** Puts each of `left` before the first of `right` that stands behind it in `live`. */
function interleave(left: readonly Json[], right: readonly Json[], live: readonly Json[], key: string | undefined): readonly Json[] {
  const result: Json[] = []
  let next = 0
  for (const item of right) {
    const place = indexOf(live, item, key)
    while (next < left.length) {
      const other = indexOf(live, left[next] ?? null, key)
      if (place < 0 || other < 0 || other >= place) break
      result.push(left[next++] ?? null)
    }
    result.push(item)
  }
  return [...result, ...left.slice(next)]
}

function indexOf(items: readonly Json[], item: Json, key: string | undefined): number {
  if (key === undefined || !isObject(item)) return items.indexOf(item)
  return items.findIndex((other) => isObject(other) && equal(other[key], item[key]))
}
