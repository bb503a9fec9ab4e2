// Descriptions of built-in types, taken at run time from the doc comments of a package of TypeScript declarations.
//
// The texts are prose of others and never stand in this repository: whoever runs a server hands in a reader of the package's
// files; without one the documents have no descriptions, and everything else of them is the same.

/** Reads the declarations of a group's version by path, as `core/v1`; undefined if there are none. One reader is one package: what it gave is remembered for it. */
export type ReadDeclarations = (path: string) => string | undefined

/** What is said of a type and of each of its fields. */
export interface TypeDescription {
  readonly text: string | undefined
  readonly fields: ReadonlyMap<string, string>
}

/** What is said of a type of the facts table, as `core.v1.Pod`. */
export type Describe = (typeName: string) => TypeDescription | undefined

type Declarations = ReadonlyMap<string, TypeDescription>

const parsed = new WeakMap<ReadDeclarations, Map<string, Declarations>>()

/** Describes types by the comments that a reader finds; each file is read when the first of its types is asked for. */
export function describeBy(read: ReadDeclarations): Describe {
  const files = parsed.get(read) ?? new Map<string, Declarations>()
  parsed.set(read, files)
  return (typeName) => {
    const path = paths[typeName] ?? typeName.slice(0, typeName.lastIndexOf('.')).replace('.', '/')
    const known = files.get(path) ?? parseDeclarations(read(path) ?? '')
    files.set(path, known)
    return known.get(typeName.slice(typeName.lastIndexOf('.') + 1))
  }
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
