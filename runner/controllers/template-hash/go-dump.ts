// Pod templates as go-spew prints Go values with `%#v`: what Kubernetes hashes to name ReplicaSets (apimachinery `dump.ForHash`).
import { isObject, type Json } from '../../base/json.ts'
import { parseQuantity } from '../../kubernetes/quantity.ts'
import goTypes from './go-types.json' with { type: 'json' }

/** A field of a Go struct: its name, its type, and its JSON key where that is not the name with a small first letter; `''` where the struct is embedded. */
type Field = readonly [name: string, type: string, key?: string]

/** Every struct and named map that a `v1.PodTemplateSpec` of `k8s.io/api` 0.35 holds, in the order of its source. */
// An import of JSON knows lists, not tuples.
const structs = goTypes as unknown as Readonly<Record<string, readonly Field[] | string>>

/** A value of a Go type as `%#v` prints it, with its type before it. What is absent has Go's zero value, as after a decoding from protobuf. */
export function goDump(type: string, value: Json | undefined): string {
  return `(${type})${bare(type, value)}`
}

/** Types whose fields are not those of their JSON. */
const special: Readonly<Record<string, (value: Json | undefined) => string>> = {
  'resource.Quantity': quantity,
  'intstr.IntOrString': intOrString,
  // A template that carries a time is dumped with the time zone of the machine: nobody can say how.
  'v1.Time': () => '{Time:(time.Time){wall:(uint64)0 ext:(int64)0 loc:(*time.Location)<nil>}}',
}

function bare(type: string, value: Json | undefined): string {
  const own = special[type] ?? structs[type]
  if (typeof own === 'function') return own(value)
  if (typeof own === 'string') return bare(own, value)
  if (own) return struct(own, value)
  if (type.startsWith('*')) return value === undefined || value === null ? '<nil>' : bare(type.slice(1), value)
  if (type.startsWith('[]')) return slice(type.slice(2), value)
  if (type.startsWith('map[')) return map(type.slice(type.indexOf(']') + 1), value)
  return scalar(type, value)
}

function struct(fields: readonly Field[], value: Json | undefined): string {
  const members = isObject(value) ? value : {}
  const printed = fields.map(
    ([name, type, key = name.charAt(0).toLowerCase() + name.slice(1)]) => `${name}:${goDump(type, key === '' ? members : members[key])}`,
  )
  return `{${printed.join(' ')}}`
}

function slice(type: string, value: Json | undefined): string {
  if (!Array.isArray(value) || value.length === 0) return '<nil>'
  return `[${value.map((one: Json) => bare(type, one)).join(' ')}]`
}

function map(type: string, value: Json | undefined): string {
  const keys = isObject(value) ? Object.keys(value).sort() : []
  if (!isObject(value) || keys.length === 0) return '<nil>'
  return `map[${keys.map((key) => `${key}:${bare(type, value[key])}`).join(' ')}]`
}

const zeros: Readonly<Record<string, string>> = { bool: 'false', int32: '0', int64: '0' }

function scalar(type: string, value: Json | undefined): string {
  return value === undefined || value === null ? (zeros[type] ?? '') : String(value)
}

function intOrString(value: Json | undefined): string {
  const text = typeof value === 'string'
  return `{Type:(intstr.Type)${text ? 1 : 0} IntVal:(int32)${text ? 0 : (value ?? 0)} StrVal:(string)${text ? value : ''}}`
}

/** A quantity as `ParseQuantity` leaves it: a small number with its scale, or a big one in billionths; the text is kept where it can be printed again as it is. */
function quantity(value: Json | undefined): string {
  const { nanos, format, text, big } = parseQuantity(String(value ?? '0'))
  const [, digits = '0', suffix = ''] = /^([+-]?\d+)(.*)$/.exec(text) ?? []
  const binary = format === 'BinarySI'
  const small = big ? { value: 0n, scale: 0 } : binary ? { value: nanos / 1_000_000_000n, scale: 0 } : { value: BigInt(digits), scale: decimalScale(suffix) }
  const kept = big || (binary && BigInt(digits) % 8n === 0n) ? '' : text
  return `{i:(resource.int64Amount){value:(int64)${small.value} scale:(resource.Scale)${small.scale}} d:(resource.infDecAmount){Dec:(*inf.Dec)${big ? decimal(nanos) : '<nil>'}} s:(string)${kept} Format:(resource.Format)${format}}`
}

const suffixes = 'num kMGTPE'

function decimalScale(suffix: string): number {
  const exponent = /^[eE](.+)$/.exec(suffix)?.[1]
  if (exponent !== undefined) return Number(exponent)
  return suffix === '' ? 0 : (suffixes.indexOf(suffix) - 3) * 3
}

/** An `inf.Dec` of billionths: the words of its `big.Int` have 64 bits. */
function decimal(nanos: bigint): string {
  const words: bigint[] = []
  for (let rest = nanos < 0n ? -nanos : nanos; rest > 0n; rest >>= 64n) words.push(rest & (2n ** 64n - 1n))
  return `{unscaled:(big.Int){neg:(bool)${nanos < 0n} abs:(big.nat)[${words.join(' ')}]} scale:(inf.Scale)9}`
}
