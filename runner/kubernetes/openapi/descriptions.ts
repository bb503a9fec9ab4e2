// Descriptions of built-in types, taken at run time from the doc comments of packages of TypeScript declarations.
//
// The texts are prose of others and never stand in this repository: whoever runs a server hands in a reader of the packages'
// files; without one the documents have no descriptions, and everything else of them is the same.
import type { ReadDeclarations, TypeDescription } from './declarations.ts'
import { describeModel } from './model-comments.ts'

/** What is said of a type of the facts table, as `core.v1.Pod`. */
export type Describe = (typeName: string) => TypeDescription | undefined

type Declarations = ReadonlyMap<string, TypeDescription>

/** What one reader gave so far. */
interface Known {
  readonly files: Map<string, Declarations>
  readonly types: Map<string, TypeDescription | undefined>
}

const parsed = new WeakMap<ReadDeclarations, Known>()

/** Describes types by the comments that a reader finds; each file is read when the first of its types is asked for. */
export function describeBy(read: ReadDeclarations): Describe {
  const { files, types }: Known = parsed.get(read) ?? { files: new Map(), types: new Map() }
  parsed.set(read, { files, types })
  return (typeName) => {
    if (types.has(typeName)) return types.get(typeName)
    const path = paths[typeName] ?? typeName.slice(0, typeName.lastIndexOf('.')).replace('.', '/')
    const file = files.get(path) ?? parseDeclarations(read(path) ?? '')
    files.set(path, file)
    const found = newest(file.get(typeName.slice(typeName.lastIndexOf('.') + 1)), describeModel(read, typeName))
    types.set(typeName, found)
    return found
  }
}

/** What the newer one says, in the paragraphs of the older one where it says the same. */
function newest(older: TypeDescription | undefined, newer: TypeDescription | undefined): TypeDescription | undefined {
  if (!older || !newer) return older ?? newer
  const fields = new Map(older.fields)
  for (const [name, text] of newer.fields) if (saysMore(text, fields.get(name))) fields.set(name, text)
  return { text: saysMore(newer.text, older.text) ? newer.text : older.text, fields }
}

function saysMore(newer: string | undefined, older: string | undefined): boolean {
  return newer !== undefined && (older === undefined || words(newer) !== words(older))
}

function words(text: string): string {
  return text.replace(/\s+/g, ' ').toLowerCase()
}

/** Types that the facts table names without a package. */
const paths: Readonly<Record<string, string>> = {
  Time: 'meta/v1',
  MicroTime: 'meta/v1',
  Patch: 'meta/v1',
  FieldsV1: 'meta/v1',
  Quantity: 'api/resource',
  RawExtension: 'runtime',
  JSON: 'apiextensions/v1',
  JSONSchemaPropsOrArray: 'apiextensions/v1',
  JSONSchemaPropsOrBool: 'apiextensions/v1',
  JSONSchemaPropsOrStringArray: 'apiextensions/v1',
}

/** A comment or none, then the head of a type, a field four blanks in, or neither. */
const declaration = /^(?: *\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n)?(?:export (?:interface|type) (\w+)| {4}(?:readonly )?(?:"([^"]+)"|(\$?\w+))\??:)/gm

function parseDeclarations(source: string): Declarations {
  const found = new Map<string, { readonly text: string | undefined; readonly fields: Map<string, string> }>()
  let fields = new Map<string, string>()
  for (const [, comment, type, quoted, plain] of source.matchAll(declaration)) {
    const text = comment === undefined ? undefined : prose(comment)
    const field = quoted ?? plain
    if (type !== undefined) {
      fields = new Map()
      found.set(type, { text, fields })
    } else if (field !== undefined && text !== undefined) fields.set(field, text)
  }
  return found
}

/** The text of a comment without its stars. */
function prose(comment: string): string {
  const lines = comment.split('\n').map((line) => line.replace(/^\s*\* ?/, ''))
  return lines.join('\n').replaceAll('*\\/', '*/').trim()
}
