// The state of a decode, and how Go's encoding/json words a value of the wrong type.
import type { Json, JsonObject } from '../../base/json.ts'
import type { Schema } from '../openapi/schema.ts'

/** JSON that does not fit its type, in Go's words. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError'
}

/** Where a decode stands: what its errors name is put into words only when there is one. */
export interface Reading {
  /** Name in the facts table of the struct whose field is read; undefined inside a custom resource's own fields. */
  typeName: string | undefined
  /** Declared fields from the root down to the one that is read. */
  readonly fields: string[]
  /** The same with the keys of maps and the indices of lists. */
  readonly path: (string | number)[]
  readonly unknown: string[]
  /** Inside a custom resource's own fields, where types are judged by validation instead. */
  custom: boolean
  /** What is stored of the object that is read. */
  readonly live: JsonObject | undefined
  /** The first mismatch; Go reads on after it, so that a broken value further down may still come first. */
  mismatch: string | undefined
}

/** A decode at its root. */
export function startReading(custom: boolean, live?: JsonObject): Reading {
  return { typeName: undefined, fields: [], path: [], unknown: [], custom, live, mismatch: undefined }
}

/** The path of a member of what is read: `spec.containers[0].image`. */
export function pathTo({ path }: Reading, key: string): string {
  let text = ''
  for (const step of [...path, key]) text += typeof step === 'number' ? `[${step}]` : text === '' ? step : `.${step}`
  return text
}

/** Notes a value of the wrong type. */
export function mismatch(value: Json, type: string, reading: Reading): void {
  reading.mismatch ??= `json: cannot unmarshal ${describe(value)} into Go struct field ${fieldOf(reading)} of type ${type}`
}

/** Notes a number that its type cannot hold: Go names the number itself. */
export function mismatchedNumber(value: number, type: string, reading: Reading): void {
  reading.mismatch ??= `json: cannot unmarshal number ${value} into Go struct field ${fieldOf(reading)} of type ${type}`
}

/** What ends a decode: a value that a type with a reader of its own cannot make into what it is within. */
export function misread(value: Json, type: string, reading: Reading): DecodeError {
  const given = type === 'int32' && typeof value === 'number' ? `number ${value}` : describe(value)
  return new DecodeError(`json: cannot unmarshal ${given} into Go struct field ${fieldOf(reading)} of type ${type}`)
}

/** The field that is read, after the name of its struct: `core.v1.PodSpec` is the struct `PodSpec`. */
function fieldOf({ typeName = '', fields }: Reading): string {
  return `${typeName.slice(typeName.lastIndexOf('.') + 1)}.${fields.join('.')}`
}

/** A JSON value as Go's errors name it. */
export function describe(value: Json): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return typeof value === 'boolean' ? 'bool' : typeof value
}

const scalarTypes: Readonly<Record<string, string>> = {
  string: 'string',
  boolean: 'bool',
  int32: 'int32',
  int64: 'int64',
  number: 'float64',
  bytes: '[]uint8',
  time: 'v1.Time',
  'micro-time': 'v1.MicroTime',
  duration: 'v1.Duration',
  quantity: 'resource.Quantity',
  'int-or-string': 'intstr.IntOrString',
}

/** The Go type of a schema, as reflection prints it: `[]v1.Container`, `map[string]string`. */
export function goType(schema: Schema): string {
  switch (schema.kind) {
    case 'object':
      return shortType(schema.typeName ?? 'interface {}')
    case 'list':
      return `[]${goType(schema.items)}`
    case 'map':
      return schema.values.kind === 'scalar' && schema.values.type === 'quantity' ? 'v1.ResourceList' : `map[string]${goType(schema.values)}`
    case 'scalar':
      return schema.enumRef === undefined ? (scalarTypes[schema.type] ?? schema.type) : shortType(schema.enumRef)
    case 'any':
      return 'interface {}'
  }
}

/** `core.v1.Pod` is `v1.Pod` in Go: the package's last word and the name. */
function shortType(name: string): string {
  return name.split('.').slice(-2).join('.')
}
