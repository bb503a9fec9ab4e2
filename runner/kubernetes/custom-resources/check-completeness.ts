// What logic speaks of must be there outside of it too (apiextensions `pkg/apiserver/schema/complete.go`).
import { isObject, type JsonObject } from '../../base/json.ts'
import { child, type Findings, item, required } from '../kinds/validation/findings.ts'
import { objects } from '../kinds/validation/read.ts'
import { itemsOf, propertiesOf } from './structural.ts'

/** A node outside of logic, and what narrows it. */
interface Pair {
  readonly outer: JsonObject | undefined
  readonly outerPath: string
  readonly inner: JsonObject
  readonly innerPath: string
}

/** Findings on members that only the logic at the root of a schema names. */
export function* completenessFindings(schema: JsonObject, path: string): Findings {
  yield* checkLogic({ outer: schema, outerPath: path, inner: schema, innerPath: path })
}

function* checkLogic(pair: Pair): Findings {
  const { inner, innerPath } = pair
  if (isObject(inner.not)) yield* checkPair({ ...pair, inner: inner.not, innerPath: child(innerPath, 'not') })
  for (const name of ['allOf', 'anyOf', 'oneOf'])
    for (const [index, part] of objects(inner[name]).entries()) yield* checkPair({ ...pair, inner: part, innerPath: item(child(innerPath, name), index) })
}

function* checkPair(pair: Pair): Findings {
  const { outer, outerPath, inner, innerPath } = pair
  if (outer === undefined) return yield required(outerPath, `because it is defined in ${innerPath}`)
  yield* checkLogic(pair)
  const items = itemsOf(inner)
  if (items !== undefined) yield* checkPair({ outer: itemsOf(outer), outerPath: child(outerPath, 'items'), inner: items, innerPath: child(innerPath, 'items') })
  const declared = new Map(propertiesOf(outer))
  for (const [name, part] of propertiesOf(inner)) {
    const [outerAt, innerAt] = [item(child(outerPath, 'properties'), name), item(child(innerPath, 'properties'), name)]
    yield* checkPair({ outer: declared.get(name), outerPath: outerAt, inner: part, innerPath: innerAt })
  }
}
