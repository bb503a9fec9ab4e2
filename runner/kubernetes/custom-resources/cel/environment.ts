// The CEL environment of validation rules: the standard library and those of Kubernetes' own functions that rules use.
import { Environment } from '@marcbachmann/cel-js'
import { registerAuthorizer } from './authorizer.ts'
import { registerLibraries } from './libraries.ts'
import { registerLists } from './list-functions.ts'
import { registerMessages } from './messages.ts'
import { registerNames } from './name-functions.ts'
import { registerPresence } from './presence.ts'
import { registerTexts } from './text-functions.ts'

type Handler = (...values: never[]) => unknown

/** Kubernetes' functions (apiserver `pkg/cel/library`) by signature. */
const functions: Readonly<Record<string, Handler>> = {
  'string.charAt(int): string': (text: string, index: bigint) => text.charAt(Number(index)),
  'string.replace(string, string): string': (text: string, from: string, to: string) => text.replaceAll(from, to),
  'string.replace(string, string, int): string': replaceSome,
  'string.find(string): string': (text: string, pattern: string) => new RegExp(pattern).exec(text)?.[0] ?? '',
  'string.findAll(string): list<string>': (text: string, pattern: string) => text.match(new RegExp(pattern, 'g')) ?? [],
  'string.findAll(string, int): list<string>': (text: string, pattern: string, limit: bigint) =>
    (text.match(new RegExp(pattern, 'g')) ?? []).slice(0, limit < 0n ? undefined : Number(limit)),
  'string(google.protobuf.Timestamp): string': (time: Date) => time.toISOString().replace(/\.?0*Z$/, 'Z'),
  'string(google.protobuf.Duration): string': (duration: { valueOf(): number }) => `${duration.valueOf() / 1000}s`,
  'list<dyn>.isSorted(): bool': (items: readonly Ordered[]) => items.every((item, index) => index === 0 || (items[index - 1] ?? item) <= item),
  'list<dyn>.sum(): dyn': (items: readonly Ordered[]) => items.reduce<Ordered>((sum, item) => add(sum, item), typeof items[0] === 'number' ? 0 : 0n),
  'list<dyn>.min(): dyn': (items: readonly Ordered[]) => best(items, (left, right) => left < right),
  'list<dyn>.max(): dyn': (items: readonly Ordered[]) => best(items, (left, right) => left > right),
  'list<dyn>.indexOf(dyn): int': (items: readonly unknown[], value: unknown) => BigInt(items.indexOf(value)),
  'list<dyn>.lastIndexOf(dyn): int': (items: readonly unknown[], value: unknown) => BigInt(items.lastIndexOf(value)),
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

function replaceSome(text: string, from: string, to: string, limit: bigint): string {
  let [result, rest] = ['', text]
  for (let left = limit < 0n ? Number.POSITIVE_INFINITY : Number(limit); left > 0 && rest.includes(from) && from !== ''; left -= 1) {
    const at = rest.indexOf(from)
    result += rest.slice(0, at) + to
    rest = rest.slice(at + from.length)
  }
  return result + rest
}

function add(left: Ordered, right: Ordered): Ordered {
  return typeof left === 'bigint' && typeof right === 'bigint' ? left + right : Number(left) + Number(right)
}

function best(items: readonly Ordered[], better: (left: Ordered, right: Ordered) => boolean): Ordered {
  const [first, ...rest] = items
  if (first === undefined) throw new Error('min/max called on empty list')
  return rest.reduce((found, item) => (better(item, found) ? item : found), first)
}
