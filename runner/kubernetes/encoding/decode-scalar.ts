// Single values: JSON's own types, and the Go types that read JSON in their own way.
import type { Json } from '../../base/json.ts'
import type { ScalarSchema, ScalarType } from '../openapi/schema.ts'
import { parseQuantity, QuantityError } from '../quantity.ts'
import { DecodeError, goType, mismatch, mismatchedNumber, misread, type Reading } from './reading.ts'
import { parseGoDuration, parseGoTime } from './time.ts'

/** Reads a value that is not null; undefined after a mismatch. Inside custom resources any value passes. */
export function decodeScalar(value: Json, schema: ScalarSchema, reading: Reading): Json | undefined {
  if (reading.custom) return value
  return readers[schema.type](value, schema, reading)
}

type Reader = (value: Json, schema: ScalarSchema, reading: Reading) => Json | undefined

const readers: Readonly<Record<ScalarType, Reader>> = {
  string: (value, schema, reading) => (typeof value === 'string' ? value : refuse(value, schema, reading)),
  boolean: (value, schema, reading) => (typeof value === 'boolean' ? value : refuse(value, schema, reading)),
  number: (value, schema, reading) => (typeof value === 'number' ? value : refuse(value, schema, reading)),
  int32: (value, schema, reading) => readInteger(value, schema, reading, 2 ** 31),
  int64: (value, schema, reading) => readInteger(value, schema, reading, 2 ** 63),
  bytes: readBytes,
  time: (value, _, reading) => parseGoTime(readText(value, reading), 'seconds'),
  'micro-time': (value, _, reading) => parseGoTime(readText(value, reading), 'micros'),
  duration: (value, _, reading) => parseGoDuration(readText(value, reading)),
  quantity: readQuantity,
  'int-or-string': readIntOrString,
}

function refuse(value: Json, schema: ScalarSchema, reading: Reading): undefined {
  mismatch(value, goType(schema), reading)
  return undefined
}

function readInteger(value: Json, schema: ScalarSchema, reading: Reading, limit: number): Json | undefined {
  if (typeof value !== 'number') return refuse(value, schema, reading)
  if (Number.isInteger(value) && value >= -limit && (value < limit || limit === 2 ** 63)) return value
  mismatchedNumber(value, goType(schema), reading)
  return undefined
}

/** Types with an UnmarshalJSON of their own read their text apart: their errors name the type within, and end the decode at once. */
function readText(value: Json, reading: Reading): string {
  if (typeof value === 'string') return value
  throw misread(value, 'string', reading)
}

function readIntOrString(value: Json, _: ScalarSchema, reading: Reading): Json {
  if (typeof value === 'string') return value
  if (typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= 2 ** 31) return value
  throw misread(value, 'int32', reading)
}

/** Kept as written: Go keeps a quantity's text until somebody changes it. */
function readQuantity(value: Json): Json {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  try {
    return parseQuantity(text).text
  } catch (error) {
    if (error instanceof QuantityError) throw new DecodeError(error.message)
    throw error
  }
}

const base64Character = /[A-Za-z0-9+/]/

function readBytes(value: Json, schema: ScalarSchema, reading: Reading): Json | undefined {
  if (typeof value !== 'string') return refuse(value, schema, reading)
  const text = value.replace(/[\r\n]/g, '')
  const broken = brokenBase64(text)
  if (broken < 0) return text
  reading.mismatch ??= `illegal base64 data at input byte ${broken}`
  return undefined
}

/** Where Go's decoder stops (its padding rules included), or -1. */
function brokenBase64(text: string): number {
  for (let index = 0; index < text.length; index++) {
    const character = text[index] ?? ''
    if (base64Character.test(character)) continue
    if (character !== '=' || index % 4 < 2) return index
    const end = index - (index % 4) + 4
    if (index % 4 === 2 && text[index + 1] !== '=') return index + 1
    return text.length > end ? end : -1
  }
  return text.length % 4 === 0 ? -1 : text.length - (text.length % 4)
}
