// Objects as Kubernetes' protobuf, the way gogo writes them: every field that is no pointer, also when it is empty.
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import { type FieldFact, typeFacts, typeNameOf } from '../openapi/facts.ts'
import { specialWriters } from './encode-special.ts'
import { WireWriter } from './wire-writer.ts'

const magic = [0x6b, 0x38, 0x73, 0x00]

/** The envelope of an object; undefined for a kind that has no protobuf form. */
export function encodeProtobuf(object: JsonObject): Uint8Array<ArrayBuffer> | undefined {
  const writer = new WireWriter()
  writer.bytes(magic)
  return writeUnknown(object, writer) ? writer.finish() : undefined
}

/** A frame of a watch: its length, then the event with the object's envelope. */
export function encodeWatchFrame(type: string, object: JsonObject): Uint8Array<ArrayBuffer> | undefined {
  const envelope = encodeProtobuf(object)
  if (!envelope) return undefined
  const event = new WireWriter()
  event.text(1, type)
  event.part(2, (raw) => raw.raw(1, envelope))
  const body = event.finish()
  const frame = new Uint8Array(body.length + 4)
  new DataView(frame.buffer).setUint32(0, body.length)
  frame.set(body, 4)
  return frame
}

function writeUnknown(object: JsonObject, writer: WireWriter): boolean {
  const apiVersion = String(object.apiVersion)
  const kind = String(object.kind)
  const typeName = metaKinds[kind] ?? typeNameOf(apiVersion, kind)
  if (typeName === undefined || typeFacts(typeName) === undefined) return false
  writer.part(1, (type) => {
    type.text(1, apiVersion)
    type.text(2, kind)
  })
  writer.part(2, (raw) => writeMessage(object, typeName, raw))
  writer.text(3, '')
  writer.text(4, '')
  return true
}

const metaKinds: Readonly<Record<string, string>> = {
  PartialObjectMetadata: 'meta.v1.PartialObjectMetadata',
  PartialObjectMetadataList: 'meta.v1.PartialObjectMetadataList',
  Status: 'meta.v1.Status',
}

type FieldWriter = (object: JsonObject, writer: WireWriter) => void

const writers = new Map<string, readonly FieldWriter[]>()

function writeMessage(object: JsonObject, typeName: string, writer: WireWriter): void {
  for (const write of writersOf(typeName)) write(object, writer)
}

function writersOf(typeName: string): readonly FieldWriter[] {
  const known = writers.get(typeName)
  if (known) return known
  const fields = (typeFacts(typeName)?.fields ?? []).filter(({ proto }) => proto > 0).toSorted((a, b) => a.proto - b.proto)
  const made = fields.map(writerOf)
  writers.set(typeName, made)
  return made
}

function writerOf(field: FieldFact): FieldWriter {
  const { name, proto, type, pointer } = field
  if (field.inline) return inlineWriter(field)
  if (type.startsWith('[]')) {
    const write = valueWriter(type.slice(2))
    return (object, writer) => {
      const list = object[name]
      if (Array.isArray(list)) for (const item of list) write(proto, item, writer)
    }
  }
  if (type.startsWith('{}')) return mapWriter(field, valueWriter(type.slice(2)))
  const write = valueWriter(type)
  const optional = pointer || type === 'bytes' || type.startsWith('items:')
  return (object, writer) => {
    const value = object[name] ?? undefined
    if (value !== undefined || !optional) write(proto, value, writer)
  }
}

function inlineWriter({ proto, type, pointer }: FieldFact): FieldWriter {
  const names = (typeFacts(type)?.fields ?? []).map(({ name }) => name)
  return (object, writer) => {
    if (!pointer || names.some((name) => object[name] !== undefined)) writer.part(proto, (part) => writeMessage(object, type, part))
  }
}

function mapWriter({ name, proto }: FieldFact, write: ValueWriter): FieldWriter {
  return (object, writer) => {
    const map = object[name]
    if (!isObject(map)) return
    for (const key of Object.keys(map).sort()) {
      writer.part(proto, (entry) => {
        entry.text(1, key)
        write(2, map[key], entry)
      })
    }
  }
}

type ValueWriter = (field: number, value: Json | undefined, writer: WireWriter) => void

const scalarWriters: Readonly<Record<string, ValueWriter>> = {
  string: (field, value, writer) => writer.text(field, typeof value === 'string' ? value : ''),
  bytes: (field, value, writer) => writer.raw(field, fromBase64(typeof value === 'string' ? value : '')),
  bool: (field, value, writer) => writer.varint(field, value === true ? 1 : 0),
  int: (field, value, writer) => writer.varint(field, Number(value ?? 0)),
  int32: (field, value, writer) => writer.varint(field, Number(value ?? 0)),
  int64: (field, value, writer) => writer.varint(field, Number(value ?? 0)),
  float64: (field, value, writer) => writer.double(field, Number(value ?? 0)),
}

function valueWriter(type: string): ValueWriter {
  const scalar = scalarWriters[type]
  if (scalar) return scalar
  const special = specialWriters[type]
  if (special)
    return (field, value, writer) =>
      writer.part(field, (part) => special(value ?? null, part, (schema, to) => writeMessage(schema, 'apiextensions.v1.JSONSchemaProps', to)))
  if (type === 'items:[]string') {
    return (field, value, writer) =>
      writer.part(field, (part) => {
        for (const item of Array.isArray(value) ? value : []) part.text(1, String(item))
      })
  }
  return (field, value, writer) => writer.part(field, (part) => writeMessage(isObject(value) ? value : {}, type, part))
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
}
