// Request bodies in Kubernetes' protobuf: an envelope with apiVersion and kind around the message of that kind.
import type { Json, JsonObject } from '../../base/json.ts'
import { isObject } from '../../base/json.ts'
import { toBase64 } from '../../base/p256.ts'
import { type FieldFact, typeFacts, typeNameOf } from '../openapi/facts.ts'
import { builtInSchema } from '../openapi/schema.ts'
import { goOrder } from './go-order.ts'
import { specialReaders } from './protobuf-special.ts'
import { bytesOf, ProtobufError, readDouble, readPart, readTag, readVarint, skip, type Tag, textOf, type Wire, wireOf } from './wire.ts'

/** A decoded body: its kind as the envelope says, and the JSON that the Go type would print. */
export interface ProtobufBody {
  readonly apiVersion: string
  readonly kind: string
  readonly object: JsonObject
}

const magic = [0x6b, 0x38, 0x73, 0x00]
const maxDepth = 100

/** Decodes a body; throws ProtobufError. */
export function decodeProtobuf(bytes: Uint8Array): ProtobufBody {
  if (!isEnvelope(bytes)) throw new ProtobufError(`provided data does not appear to be a protobuf message, expected prefix [${magic.join(' ')}]`)
  const { apiVersion, kind, raw } = readEnvelope(wireOf(bytes.subarray(magic.length)))
  const typeName = typeNameOf(apiVersion, kind)
  const schema = builtInSchema(apiVersion, kind)
  if (typeName === undefined || schema === undefined)
    throw new ProtobufError(`no kind "${kind}" is registered for version "${apiVersion}" in scheme "pkg/api/legacyscheme/scheme.go:30"`)
  const members: Members = {}
  if (raw) readMessage(raw, typeName, members, 0)
  return { apiVersion, kind, object: goOrder({ kind, apiVersion, ...members }, schema) }
}

/** Whether bytes begin as an envelope does. */
export function isEnvelope(bytes: Uint8Array): boolean {
  return magic.every((byte, index) => bytes[index] === byte)
}

type Members = Record<string, Json>

/** Reads one value of a field into the members of its object. `depth` guards against messages nested without end. */
type Reader = (wire: Wire, tag: Tag, members: Members, depth: number) => void

/** Reads a value that stands alone, in a list or in a map. */
interface ValueReader {
  readonly wireType: number
  read(wire: Wire, depth: number): Json
  /** What a map entry without a value holds. */
  readonly zero: Json
}

const messageReaders = new Map<string, ReadonlyMap<number, Reader>>()

function readEnvelope(wire: Wire): { apiVersion: string; kind: string; raw: Wire | undefined } {
  let apiVersion = ''
  let kind = ''
  let raw: Wire | undefined
  while (wire.position < wire.end) {
    const tag = readTag(wire)
    if (tag.field === 2 && tag.wireType === 2) raw = readPart(wire)
    else if (tag.field === 1 && tag.wireType === 2) {
      const type = readPart(wire)
      while (type.position < type.end) {
        const inner = readTag(type)
        if (inner.field === 1 && inner.wireType === 2) apiVersion = textOf(readPart(type))
        else if (inner.field === 2 && inner.wireType === 2) kind = textOf(readPart(type))
        else skip(type, inner)
      }
    } else skip(wire, tag)
  }
  return { apiVersion, kind, raw }
}

function readMessage(wire: Wire, typeName: string, members: Members, depth: number): void {
  if (depth > maxDepth) throw new ProtobufError('proto: exceeded max depth')
  const readers = readersOf(typeName)
  while (wire.position < wire.end) {
    const tag = readTag(wire)
    const reader = readers.get(tag.field)
    if (reader) reader(wire, tag, members, depth)
    else skip(wire, tag)
  }
}

function readersOf(typeName: string): ReadonlyMap<number, Reader> {
  const known = messageReaders.get(typeName)
  if (known) return known
  const fields = typeFacts(typeName)?.fields.filter((field) => field.proto > 0) ?? []
  const readers = new Map(fields.map((field) => [field.proto, readerOf(field)]))
  messageReaders.set(typeName, readers)
  return readers
}

function readerOf(field: FieldFact): Reader {
  if (field.inline) {
    return (wire, tag, members, depth) => readMessage(expectPart(wire, tag, field), field.type, members, depth + 1)
  }
  if (field.type.startsWith('[]')) return listReader(field, valueReader(field.type.slice(2)))
  if (field.type.startsWith('{}')) return mapReader(field, valueReader(field.type.slice(2)))
  const value = valueReader(field.type)
  return (wire, tag, members, depth) => {
    expect(tag, value.wireType, field)
    members[field.name] = value.read(wire, depth)
  }
}

function listReader(field: FieldFact, items: ValueReader): Reader {
  return (wire, tag, members, depth) => {
    expect(tag, items.wireType, field)
    const item = items.read(wire, depth)
    const list = members[field.name]
    if (Array.isArray(list)) list.push(item)
    else members[field.name] = [item]
  }
}

function mapReader(field: FieldFact, values: ValueReader): Reader {
  return (wire, tag, members, depth) => {
    const entry = expectPart(wire, tag, field)
    let key = ''
    let value: Json = values.zero
    while (entry.position < entry.end) {
      const inner = readTag(entry)
      if (inner.field === 1) key = textOf(expectPart(entry, inner, field))
      else if (inner.field === 2) {
        expect(inner, values.wireType, field)
        value = values.read(entry, depth)
      } else skip(entry, inner)
    }
    const map = members[field.name]
    members[field.name] = { ...(isObject(map) ? map : {}), [key]: value }
  }
}

const scalarReaders: Readonly<Record<string, ValueReader>> = {
  string: { wireType: 2, read: (wire) => textOf(readPart(wire)), zero: '' },
  bytes: { wireType: 2, read: (wire) => toBase64(bytesOf(readPart(wire))), zero: '' },
  bool: { wireType: 0, read: (wire) => readVarint(wire) !== 0, zero: false },
  int: { wireType: 0, read: (wire) => readVarint(wire) | 0, zero: 0 },
  int32: { wireType: 0, read: (wire) => readVarint(wire) | 0, zero: 0 },
  int64: { wireType: 0, read: readVarint, zero: 0 },
  float64: { wireType: 1, read: readDouble, zero: 0 },
}

function valueReader(type: string): ValueReader {
  const scalar = scalarReaders[type]
  if (scalar) return scalar
  const special = specialReaders[type]
  if (special) return { wireType: 2, read: (wire, depth) => special(readPart(wire), { message, nested }, depth), zero: type === 'Quantity' ? '0' : null }
  if (type === 'items:[]string') return { wireType: 2, read: readItems, zero: null }
  return { wireType: 2, read: (wire, depth) => message(readPart(wire), type, depth), zero: {} }
}

function message(part: Wire, typeName: string, depth: number): JsonObject {
  const members: Members = {}
  readMessage(part, typeName, members, depth + 1)
  return members
}

/** An object inside a RawExtension may be an envelope again. */
function nested(bytes: Uint8Array): JsonObject | undefined {
  return isEnvelope(bytes) ? decodeProtobuf(bytes).object : undefined
}

/** A list of strings that is a message of its own. */
function readItems(wire: Wire): Json {
  const part = readPart(wire)
  const items: string[] = []
  while (part.position < part.end) {
    const tag = readTag(part)
    if (tag.field === 1 && tag.wireType === 2) items.push(textOf(readPart(part)))
    else skip(part, tag)
  }
  return items
}

function expectPart(wire: Wire, tag: Tag, field: FieldFact): Wire {
  expect(tag, 2, field)
  return readPart(wire)
}

function expect(tag: Tag, wireType: number, field: FieldFact): void {
  if (tag.wireType === wireType) return
  const name = field.name === '' ? field.type.slice(field.type.lastIndexOf('.') + 1) : field.name.charAt(0).toUpperCase() + field.name.slice(1)
  throw new ProtobufError(`proto: wrong wireType = ${tag.wireType} for field ${name}`)
}
