// Doc comments of the models of Kubernetes' JavaScript client: one class a file, its texts with their lines run together.
import type { ReadDeclarations, TypeDescription } from './declarations.ts'

/** What the model of a type says, as `core.v1.Pod`: only classes whose name two groups have begin with their group. */
export function describeModel(read: ReadDeclarations, typeName: string): TypeDescription | undefined {
  const [group = '', version = '', name = ''] = typeName.split('.')
  const model = `${capital(version)}${name}`
  const source = name === '' ? undefined : (read(`models/${model}`) ?? read(`models/${capital(group)}${model}`))
  return source === undefined ? undefined : parseModel(source)
}

/** A comment of one line, and the class or the field four blanks in that it is about; a name that TypeScript keeps to itself has a low line before it. */
const commented = /^ *\/\*\*\n *\* (.*)\n *\*\/\n(?:export declare (class)| {4}'_?([^']+)'\??:)/gm

/** What is said of a field of such a type is about the type, and nothing about the field. */
const ofType = /^(?:IntOrString is a type|Quantity is a fixed-point|Time is a wrapper|MicroTime is version|FieldsV1 stores)/

function parseModel(source: string): TypeDescription {
  const fields = new Map<string, string>()
  let text: string | undefined
  for (const [, comment = '', isClass, field] of source.matchAll(commented)) {
    if (isClass !== undefined) text = unfolded(comment)
    else if (field !== undefined && !ofType.test(comment)) fields.set(field, unfolded(comment))
  }
  return { text, fields }
}

/** Quotes without their backslashes; two blanks were an empty line. */
function unfolded(comment: string): string {
  return comment
    .replace(/\\(.)/g, '$1')
    .replace(/(?<=\S) {2}(?=\S)/g, '\n\n')
    .trim()
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}
