// The messages that are not the JSON they look like, written: times, quantities, and values that hold JSON text.
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import type { WireWriter } from './wire-writer.ts'

type SchemaWriter = (schema: JsonObject, writer: WireWriter) => void
type SpecialWriter = (value: Json, writer: WireWriter, schema: SchemaWriter) => void

/** Writers by type of the facts table. */
export const specialWriters: Readonly<Record<string, SpecialWriter>> = {
  Time: writeTime,
  MicroTime: writeTime,
  Duration: (value, writer) => writer.varint(1, nanoseconds(String(value ?? '0s'))),
  Quantity: (value, writer) => writer.text(1, value === null ? '0' : String(value)),
  IntOrString: writeIntOrString,
  RawExtension: writeRaw,
  JSON: writeRaw,
  FieldsV1: writeRaw,
  JSONSchemaPropsOrBool(value, writer, schema) {
    writer.varint(1, value === false ? 0 : 1)
    if (isObject(value)) writer.part(2, (part) => schema(value, part))
  },
  JSONSchemaPropsOrArray(value, writer, schema) {
    if (isObject(value)) writer.part(1, (part) => schema(value, part))
    for (const item of Array.isArray(value) ? value : []) writer.part(2, (part) => schema(isObject(item) ? item : {}, part))
  },
  JSONSchemaPropsOrStringArray(value, writer, schema) {
    if (isObject(value)) writer.part(1, (part) => schema(value, part))
    for (const item of Array.isArray(value) ? value : []) writer.text(2, String(item))
  },
}

/** The zero time is an empty message. */
function writeTime(value: Json, writer: WireWriter): void {
  if (typeof value !== 'string') return
  const micros = Number((/\.(\d+)/.exec(value)?.[1] ?? '').padEnd(6, '0').slice(0, 6))
  writer.varint(1, Math.floor(Date.parse(value) / 1000))
  writer.varint(2, micros * 1000)
}

function writeIntOrString(value: Json, writer: WireWriter): void {
  writer.varint(1, typeof value === 'string' ? 1 : 0)
  writer.varint(2, typeof value === 'number' ? value : 0)
  writer.text(3, typeof value === 'string' ? value : '')
}

function writeRaw(value: Json, writer: WireWriter): void {
  if (value !== null) writer.text(1, JSON.stringify(value))
}

const units: Readonly<Record<string, number>> = { h: 3.6e12, m: 6e10, s: 1e9, ms: 1e6, us: 1e3, µs: 1e3, ns: 1 }

function nanoseconds(duration: string): number {
  const parts = duration.matchAll(/([\d.]+)(h|ms|m|us|µs|ns|s)/g)
  const total = [...parts].reduce((sum, [, count, unit]) => sum + Number(count) * (units[unit ?? ''] ?? 0), 0)
  return Math.round(duration.startsWith('-') ? -total : total)
}
