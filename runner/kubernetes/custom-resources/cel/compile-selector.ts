// Selectors of devices as the server compiles them: typed, and with what they may cost (dynamic-resource-allocation `cel/compile.go`).
import { checkTypes } from './check-types.ts'
import { compilationFailed, parseExpression } from './compile.ts'
import { printed } from './compile-rule.ts'
import { mostCost } from './estimate-cost.ts'
import { expand, MacroError } from './expand.ts'
import type { SizedType } from './schema-types.ts'
import { type CelType, formatType, simple } from './types.ts'

/** A selector that compiles, or what the server says of one that does not. */
export type CompiledSelector = { readonly cost: number } | { readonly error: string }

const anything = 'google.protobuf.Any'
const mostEntries = 32
const device = deviceType()

/** Compiles an expression that says whether a `device` is meant. */
export function compileSelector(text: string): CompiledSelector {
  const parsed = parseExpression(text)
  if ('error' in parsed) return parsed
  try {
    const expression = expand(parsed.ast, text, true)
    const checked = checkTypes(expression, new Map([['device', device.type]]))
    if (checked.problems.length > 0) return { error: printed(text, checked.problems) }
    const type = formatType(checked.type)
    if (type !== 'bool' && type !== anything) return { error: `must evaluate to bool or the unknown type, not ${type}` }
    return { cost: mostCost(expression, checked, device) }
  } catch (error) {
    if (error instanceof MacroError) return { error: compilationFailed(text, error.at, error.message) }
    throw error
  }
}

/** A device: its driver, and its attributes and capacities by domain and name. */
function deviceType(): SizedType {
  const fields = new Map<string, SizedType>([
    ['driver', sizedText(63)],
    ['attributes', byDomain({ type: simple(anything), most: 64, fewest: 1 })],
    ['capacity', byDomain({ type: simple('kubernetes.Quantity'), most: 0, fewest: 1 })],
  ])
  const type: CelType = { kind: 'object', name: 'kubernetes.DRADevice', fields: new Map([...fields].map(([name, sized]) => [name, sized.type])) }
  return { type, most: 0, fewest: 1, fields }
}

function byDomain(value: SizedType): SizedType {
  const byName = sizedMap(sizedText(32), value)
  // The server's estimator knows the attributes behind any name, capacities not.
  return sizedMap(sizedText(63), formatType(value.type) === anything ? { ...byName, others: value } : byName)
}

function sizedMap(key: SizedType, item: SizedType): SizedType {
  return { type: { kind: 'map', key: key.type, value: item.type }, most: mostEntries, fewest: 1, key, item }
}

function sizedText(most: number): SizedType {
  return { type: simple('string'), most, fewest: 1 }
}
