// The CEL environment of validation rules: the standard library and those of Kubernetes' own functions that rules use.
import { Environment } from '@marcbachmann/cel-js'
import { registerAuthorizer } from './authorizer.ts'
import { registerLibraries } from './libraries.ts'
import { registerLists } from './list-functions.ts'
import { registerMessages } from './messages.ts'
import { registerNames } from './name-functions.ts'
import { ownTexts } from './own-texts.ts'
import { registerPresence } from './presence.ts'
import { registerTexts } from './text-functions.ts'

type Handler = (...values: never[]) => unknown

/** Kubernetes' functions (apiserver `pkg/cel/library`) by signature. */
const functions: Readonly<Record<string, Handler>> = {
  'string.replace(string, string): string': (text: string, from: string, to: string) => text.replaceAll(from, to),
  ...declared('string.charAt(int)', 'string'),
  ...declared('string.replace(string, string, int)', 'string'),
  ...declared('string.find(string)', 'string'),
  ...declared('string.findAll(string)', 'list<string>'),
  ...declared('string.findAll(string, int)', 'list<string>'),
  'string(google.protobuf.Timestamp): string': (time: Date) => time.toISOString().replace(/\.?0*Z$/, 'Z'),
  'string(google.protobuf.Duration): string': (duration: { valueOf(): number }) => `${duration.valueOf() / 1000}s`,
  'list<dyn>.isSorted(): bool': (items: readonly Ordered[]) => items.every((item, index) => index === 0 || (items[index - 1] ?? item) <= item),
  'list<dyn>.sum(): dyn': (items: readonly Ordered[]) => items.reduce<Ordered>((sum, item) => add(sum, item), typeof items[0] === 'number' ? 0 : 0n),
  'list<dyn>.min(): dyn': (items: readonly Ordered[]) => best('min', items, (left, right) => left < right),
  'list<dyn>.indexOf(dyn): int': (items: readonly unknown[], value: unknown) => BigInt(items.indexOf(value)),
  'list<dyn>.lastIndexOf(dyn): int': (items: readonly unknown[], value: unknown) => BigInt(items.lastIndexOf(value)),
  'list<dyn>.max(): dyn': (items: readonly Ordered[]) => best('max', items, (left, right) => left > right),
}

/** A function that the library does not have, told to it with what it gives. */
function declared(signature: string, result: string): Readonly<Record<string, Handler>> {
  return { [`${signature}: ${result}`]: ownTexts[signature] ?? (() => undefined) }
}

type Ordered = bigint | number | string

/** An environment in which `self`, `oldSelf` and whatever else a rule names are of any type. */
export function ruleEnvironment(): Environment {
  const environment = new Environment({ enableOptionalTypes: true, unlistedVariablesAreDyn: true, homogeneousAggregateLiterals: false })
  for (const [signature, handler] of Object.entries(functions)) environment.registerFunction(signature, handler as never)
  registerLibraries(environment)
  registerAuthorizer(environment)
  registerMessages(environment)
  registerPresence(environment)
  registerTexts(environment)
  registerLists(environment)
  registerNames(environment)
  return environment
}

function add(left: Ordered, right: Ordered): Ordered {
  return typeof left === 'bigint' && typeof right === 'bigint' ? left + right : Number(left) + Number(right)
}

function best(name: string, items: readonly Ordered[], better: (left: Ordered, right: Ordered) => boolean): Ordered {
  const [first, ...rest] = items
  if (first === undefined) throw new Error(`${name} called on empty list`)
  return rest.reduce((found, item) => (better(item, found) ? item : found), first)
}
