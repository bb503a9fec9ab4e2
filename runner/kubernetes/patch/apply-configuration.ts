// What a mutating policy wants an object to have, merged into it: nobody becomes the manager of it
// (apiserver `admission/plugin/policy/mutating/patch/smd.go`).
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import { conversionProblem, wrapIntegers } from '../encoding/unstructured.ts'
import { memberSchema, type Schema } from '../openapi/schema.ts'
import { typeProblems } from './typed-validate.ts'
import { merge } from './typed-value.ts'

/** The object with the configuration merged into it, why it cannot be, or why what came of it is none of its Go type. */
export type Configured = { readonly object: JsonObject } | { readonly problem: string } | { readonly unconverted: string }

/** Merges a configuration, which has the object's apiVersion and kind; one that sets all of an atomic value is refused, because it would drop what it does not name. */
export function applyConfiguration(object: JsonObject, configuration: JsonObject, schema: Schema): Configured {
  const problems = typeProblems(configuration, schema)
  if (problems !== undefined) return { problem: `failed to convert patch object to typed object: ${problems}` }
  const atomics = atomicPaths(configuration, schema, '')
  if (atomics.length > 0) return { problem: `invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: ${atomics.join(', ')}` }
  const made = merge(object, configuration, schema)
  const builtIn = schema.kind === 'object' && schema.typeName !== undefined
  const problem = builtIn ? conversionProblem(made, schema) : undefined
  if (problem !== undefined) return { unconverted: problem }
  const merged = builtIn ? wrapIntegers(made, schema) : made
  return { object: isObject(merged) ? merged : object }
}

/** Go walks maps by chance; here they are walked in the order of their names. */
function atomicPaths(value: Json, schema: Schema, path: string): readonly string[] {
  if (isObject(value)) {
    const own = (schema.kind === 'object' || schema.kind === 'map') && schema.atomic ? [path] : []
    const names = schema.kind === 'object' ? Object.keys(value).sort() : []
    return [...own, ...names.flatMap((name) => below(value[name], memberSchema(schema, name), `${path}.${name}`))]
  }
  if (!Array.isArray(value) || schema.kind !== 'list') return []
  const own = schema.listType === 'atomic' ? [path] : []
  return [...own, ...value.flatMap((item, index) => below(item, schema.items, `${path}[${index}]`))]
}

function below(value: Json | undefined, schema: Schema | undefined, path: string): readonly string[] {
  return value === undefined || !schema ? [] : atomicPaths(value, schema, path)
}
