// The messages that are not the JSON they look like: times, quantities, and values that hold JSON text.
import type { Json, JsonObject } from '../../base/json.ts'
import { parseQuantity, QuantityError } from '../quantity.ts'
import { parseJson } from './json.ts'
import { formatGoDuration } from './time.ts'
import { bytesOf, ProtobufError, readPart, readTag, readVarint, skip, textOf, type Wire } from './wire.ts'

/** How special messages read ordinary ones inside them. */
export interface MessageReaders {
  message(part: Wire, typeName: string, depth: number): JsonObject
  nested(bytes: Uint8Array): JsonObject | undefined
}

type SpecialReader = (part: Wire, readers: MessageReaders, depth: number) => Json

const schemaType = 'apiextensions.v1.JSONSchemaProps'

/** Readers by type of the facts table. */
export const specialReaders: Readonly<Record<string, SpecialReader>> = {
  Time: (part) => readTime(part, 'seconds'),
  MicroTime: (part) => readTime(part, 'micros'),
  Duration: (part) => formatGoDuration(BigInt(fields(part).numbers.get(1) ?? 0)),
  Quantity: (part) => readQuantity(text(fields(part).parts.get(1)?.at(-1)) || '0'),
  IntOrString: readIntOrString,
  RawExtension: (part, readers) => readRaw(part, readers),
  JSON: (part, readers) => readRaw(part, readers),
  FieldsV1: (part, readers) => readRaw(part, readers) ?? {},
  JSONSchemaPropsOrBool: readSchemaOrBool,
  JSONSchemaPropsOrArray: readSchemaOrArray,
  JSONSchemaPropsOrStringArray: readSchemaOrStrings,
}

interface Fields {
  readonly numbers: ReadonlyMap<number, number>
  readonly parts: ReadonlyMap<number, readonly Wire[]>
}

function fields(part: Wire): Fields {
  const numbers = new Map<number, number>()
  const parts = new Map<number, Wire[]>()
  while (part.position < part.end) {
    const tag = readTag(part)
    if (tag.wireType === 0) numbers.set(tag.field, readVarint(part))
    else if (tag.wireType === 2) parts.set(tag.field, [...(parts.get(tag.field) ?? []), readPart(part)])
    else skip(part, tag)
  }
  return { numbers, parts }
}

function text(part: Wire | undefined): string {
  return part ? textOf(part) : ''
}

/** An empty message is the zero time, which prints as null. */
function readTime(part: Wire, precision: 'seconds' | 'micros'): Json {
  const { numbers } = fields(part)
  if (numbers.size === 0) return null
  const seconds = numbers.get(1) ?? 0
  const date = new Date(seconds * 1000)
  if (Number.isNaN(date.getTime())) throw new ProtobufError('Time.MarshalJSON: year outside of range [0,9999]')
  const whole = date.toISOString().slice(0, 19)
  if (precision === 'seconds') return `${whole}Z`
  const micros = Math.floor((numbers.get(2) ?? 0) / 1000)
  return `${whole}.${String(micros).padStart(6, '0')}Z`
}

function readQuantity(written: string): string {
  try {
    return parseQuantity(written).text
  } catch (error) {
    throw error instanceof QuantityError ? new ProtobufError(error.message) : error
  }
}

function readIntOrString(part: Wire): Json {
  const { numbers, parts } = fields(part)
  return numbers.get(1) === 1 ? text(parts.get(3)?.at(-1)) : (numbers.get(2) ?? 0) | 0
}

function readRaw(part: Wire, readers: MessageReaders): Json {
  const raw = fields(part).parts.get(1)?.at(-1)
  if (!raw || raw.position === raw.end) return null
  return readers.nested(bytesOf(raw)) ?? parseJson(textOf(raw)).value
}

function readSchemaOrBool(part: Wire, readers: MessageReaders, depth: number): Json {
  const { numbers, parts } = fields(part)
  const schema = parts.get(2)?.at(-1)
  return schema ? readers.message(schema, schemaType, depth) : (numbers.get(1) ?? 0) !== 0
}

function readSchemaOrArray(part: Wire, readers: MessageReaders, depth: number): Json {
  const { parts } = fields(part)
  const list = parts.get(2)
  if (list) return list.map((item) => readers.message(item, schemaType, depth))
  const schema = parts.get(1)?.at(-1)
  return schema ? readers.message(schema, schemaType, depth) : null
}

function readSchemaOrStrings(part: Wire, readers: MessageReaders, depth: number): Json {
  const { parts } = fields(part)
  const list = parts.get(2)
  if (list) return list.map(textOf)
  const schema = parts.get(1)?.at(-1)
  return schema ? readers.message(schema, schemaType, depth) : null
}
