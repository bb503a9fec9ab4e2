// The OpenAPI v2 document in protobuf (github.com/google/gnostic-models `openapiv2/OpenAPIv2.proto`): the form in which Go clients ask for it.
import { stringify } from 'yaml'
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import { WireWriter } from '../encoding/wire-writer.ts'

type Scalar = 'text' | 'texts' | 'bool' | 'int' | 'double' | 'any' | 'anys'

/** How a member is written: as a scalar; as a message, under further numbers where the format wraps it; as a map; as a choice by its form. */
type Form =
  | Scalar
  | { readonly message: Name; readonly within?: readonly number[]; readonly many?: true }
  | MapForm
  | { readonly choice: (value: Json) => readonly [number, Form] }
  | { readonly wrapped: Scalar }

interface MapForm {
  readonly map: Name
  readonly entries: number
  readonly within?: readonly number[]
}

type Row = readonly [name: string, number: number, form: Form]

const limits = (first: number): readonly Row[] => [
  ['maximum', first, 'double'],
  ['exclusiveMaximum', first + 1, 'bool'],
  ['minimum', first + 2, 'double'],
  ['exclusiveMinimum', first + 3, 'bool'],
  ['maxLength', first + 4, 'int'],
  ['minLength', first + 5, 'int'],
  ['pattern', first + 6, 'text'],
  ['maxItems', first + 7, 'int'],
  ['minItems', first + 8, 'int'],
  ['uniqueItems', first + 9, 'bool'],
]

const named: readonly Row[] = [
  ['required', 1, 'bool'],
  ['in', 2, 'text'],
  ['description', 3, 'text'],
  ['name', 4, 'text'],
]

/** The messages that a server's document has, each with its members in the order of their numbers and the number of its extensions. */
const messages = {
  Document: {
    rows: [
      ['swagger', 1, 'text'],
      ['info', 2, { message: 'Info' }],
      ['paths', 8, { map: 'PathItem', entries: 2 }],
      ['definitions', 9, { map: 'Schema', entries: 1 }],
    ],
    extensions: 16,
  },
  Info: {
    rows: [
      ['title', 1, 'text'],
      ['version', 2, 'text'],
    ],
    extensions: 7,
  },
  PathItem: {
    rows: [
      ...['get', 'put', 'post', 'delete', 'options', 'head', 'patch'].map((name, index): Row => [name, index + 2, { message: 'Operation' }]),
      ['parameters', 9, { message: 'Parameter', within: [1], many: true }],
    ],
    extensions: 10,
  },
  Operation: {
    rows: [
      ['tags', 1, 'texts'],
      ['description', 3, 'text'],
      ['operationId', 5, 'text'],
      ['produces', 6, 'texts'],
      ['consumes', 7, 'texts'],
      ['parameters', 8, { message: 'Parameter', within: [1], many: true }],
      ['responses', 9, { map: 'Response', entries: 1, within: [1] }],
      ['schemes', 10, 'texts'],
      ['deprecated', 11, 'bool'],
    ],
    extensions: 13,
  },
  Parameter: { rows: [], extensions: 0 },
  BodyParameter: {
    rows: [
      ['description', 1, 'text'],
      ['name', 2, 'text'],
      ['in', 3, 'text'],
      ['required', 4, 'bool'],
      ['schema', 5, { message: 'Schema' }],
    ],
    extensions: 6,
  },
  QueryParameter: { rows: [...named, ['type', 6, 'text'], ['format', 7, 'text'], ['default', 10, 'any'], ...limits(11)], extensions: 23 },
  PathParameter: { rows: [...named, ['type', 5, 'text'], ['format', 6, 'text'], ['default', 9, 'any'], ...limits(10)], extensions: 22 },
  Response: {
    rows: [
      ['description', 1, 'text'],
      ['schema', 2, { message: 'Schema', within: [1] }],
    ],
    extensions: 5,
  },
  Schema: {
    rows: [
      ['$ref', 1, 'text'],
      ['format', 2, 'text'],
      ['title', 3, 'text'],
      ['description', 4, 'text'],
      ['default', 5, 'any'],
      ['multipleOf', 6, 'double'],
      ...limits(7),
      ['maxProperties', 17, 'int'],
      ['minProperties', 18, 'int'],
      ['required', 19, 'texts'],
      ['enum', 20, 'anys'],
      ['additionalProperties', 21, { choice: (value) => (typeof value === 'boolean' ? [2, 'bool'] : [1, { message: 'Schema' }]) }],
      ['type', 22, { wrapped: 'texts' }],
      ['items', 23, { message: 'Schema', within: [1] }],
      ['allOf', 24, { message: 'Schema', many: true }],
      ['properties', 25, { map: 'Schema', entries: 1 }],
      ['example', 30, 'any'],
    ],
    extensions: 31,
  },
} as const satisfies Readonly<Record<string, { readonly rows: readonly Row[]; readonly extensions: number }>>

type Name = 'Document' | 'Info' | 'PathItem' | 'Operation' | 'Parameter' | 'BodyParameter' | 'QueryParameter' | 'PathParameter' | 'Response' | 'Schema'

/** The bytes of a document. */
export function swaggerProtobuf(document: JsonObject): Uint8Array<ArrayBuffer> {
  const writer = new WireWriter()
  writeMessage(writer, 'Document', document)
  return writer.finish()
}

function writeMessage(writer: WireWriter, name: Name, value: JsonObject): void {
  if (name === 'Parameter') {
    writeParameter(writer, value)
    return
  }
  const { rows, extensions } = messages[name]
  for (const [member, number, form] of rows as readonly Row[]) if (value[member] !== undefined) write(writer, number, form, value[member])
  const more = Object.keys(value).filter((member) => member.startsWith('x-'))
  for (const member of more.sort())
    writer.part(extensions, (part) => {
      part.text(1, member)
      write(part, 2, 'any', value[member] ?? null)
    })
}

/** A parameter is told apart by its place: in the body, or in the path and query. */
function writeParameter(writer: WireWriter, value: JsonObject): void {
  const places: Readonly<Record<string, readonly [readonly [number, ...number[]], Name]>> = { body: [[1], 'BodyParameter'], path: [[2, 4], 'PathParameter'] }
  const [numbers, name] = places[String(value.in)] ?? [[2, 3], 'QueryParameter']
  within(writer, numbers, name, value)
}

function write(writer: WireWriter, number: number, form: Form, value: Json): void {
  if (typeof form === 'string') scalars[form](writer, number, value)
  else if ('wrapped' in form) writer.part(number, (part) => write(part, 1, form.wrapped, value))
  else if ('choice' in form) {
    const [chosen, how] = form.choice(value)
    writer.part(number, (part) => write(part, chosen, how, value))
  } else if ('map' in form) writeMap(writer, number, form, isObject(value) ? value : {})
  else for (const each of form.many ? list(value) : [value]) within(writer, [number, ...(form.within ?? [])], form.message, each)
}

function writeMap(writer: WireWriter, number: number, { map, entries, within: wrapped = [] }: MapForm, value: JsonObject): void {
  writer.part(number, (part) => {
    for (const [name, each] of Object.entries(value))
      part.part(entries, (entry) => {
        entry.text(1, name)
        within(entry, [2, ...wrapped], map, each ?? {})
      })
  })
}

function within(writer: WireWriter, [number = 0, ...further]: readonly number[], name: Name, value: Json): void {
  writer.part(number, (part) => (further.length === 0 ? writeMessage(part, name, isObject(value) ? value : {}) : within(part, further, name, value)))
}

const scalars: Readonly<Record<Scalar, (writer: WireWriter, number: number, value: Json) => void>> = {
  text: (writer, number, value) => writer.text(number, String(value)),
  texts(writer, number, value) {
    for (const each of Array.isArray(value) ? value : [value]) writer.text(number, String(each))
  },
  bool(writer, number, value) {
    if (value === true) writer.varint(number, 1)
  },
  int: (writer, number, value) => writer.varint(number, Number(value)),
  double: (writer, number, value) => writer.double(number, Number(value)),
  any: (writer, number, value) => writer.part(number, (part) => part.text(2, stringify(value, { lineWidth: 0 }))),
  anys(writer, number, value) {
    for (const each of list(value)) scalars.any(writer, number, each)
  },
}

function list(value: Json): readonly Json[] {
  return Array.isArray(value) ? value : []
}
