// Whether an applied object fits its schema, in the words of structured-merge-diff.

import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import { formatGo } from '../encoding/format-go.ts'
import type { ListSchema, ScalarSchema, Schema } from '../openapi/schema.ts'
import { memberSchema } from '../openapi/schema.ts'
import { fieldElement, formatElement, itemElement, type PathElement, PathElementError } from './path-element.ts'

/** What is wrong with an object, as the server puts it into one text; undefined if all is well. */
export function typeProblems(value: Json, schema: Schema): string | undefined {
  const problems = check(value, schema).map((problem) => problem.replace(/^: /, ''))
  if (problems.length <= 1) return problems[0]
  return ['errors:', ...problems.map((problem) => `  ${problem}`)].join('\n')
}

function check(value: Json, schema: Schema): readonly string[] {
  if (value === null) return []
  switch (schema.kind) {
    case 'object':
    case 'map':
      return isObject(value) ? checkMembers(value, schema) : [`: expected map, got &{${formatGo(value)}}`]
    case 'list':
      return Array.isArray(value) ? checkItems(value, schema) : [`: expected list, got &{${formatGo(value)}}`]
    case 'scalar':
      return checkScalar(value, schema)
    case 'any':
      return schema.type === 'raw' && !isObject(value) ? [`: expected map, got &{${formatGo(value)}}`] : []
  }
}

/** Members are looked at in order of their names: Go's order is chance. The first undeclared one ends the walk. */
function checkMembers(value: JsonObject, schema: Schema): readonly string[] {
  const problems: string[] = []
  for (const name of Object.keys(value).sort()) {
    const member = value[name]
    if (member === undefined) continue
    const below = memberSchema(schema, name)
    if (!below) return [...problems, ...under(fieldElement(name), [': field not declared in schema'])]
    problems.push(...under(fieldElement(name), check(member, below)))
  }
  return problems
}

function checkItems(items: readonly Json[], schema: ListSchema): readonly string[] {
  const problems: string[] = []
  const seen = new Set<PathElement>()
  for (const [index, item] of items.entries()) {
    const element = schema.listType === 'atomic' ? `i:${index}` : elementOf(item, schema)
    if (element instanceof PathElementError) return [...problems, `: element ${index}: ${element.message}`]
    if (seen.has(element)) problems.push(`: duplicate entries for key ${formatElement(element)}`)
    seen.add(element)
    problems.push(...under(element, check(item, schema.items)))
  }
  return problems
}

function elementOf(item: Json, schema: ListSchema): PathElement | PathElementError {
  try {
    return itemElement(item, schema)
  } catch (error) {
    if (error instanceof PathElementError) return error
    throw error
  }
}

const expectations: Readonly<Record<string, 'string' | 'boolean' | 'numeric'>> = {
  string: 'string',
  bytes: 'string',
  boolean: 'boolean',
  int32: 'numeric',
  int64: 'numeric',
  number: 'numeric',
}

function checkScalar(value: Json, schema: ScalarSchema): readonly string[] {
  switch (expectations[schema.type]) {
    case 'string':
      return typeof value === 'string' ? [] : [`: expected string, got &value.valueUnstructured{Value:${formatGoSyntax(value)}}`]
    case 'boolean':
      return typeof value === 'boolean' ? [] : [`: expected boolean, got &{${formatGo(value)}}`]
    case 'numeric':
      return typeof value === 'number' ? [] : [`: expected numeric (int or float), got ${goTypeName(value)}`]
    default:
      return typeof value === 'object' ? [`: expected any scalar, got &{${formatGo(value)}}`] : []
  }
}

function under(element: PathElement, problems: readonly string[]): readonly string[] {
  return problems.length === 0 ? problems : problems.map((problem) => `${formatElement(element)}${problem}`)
}

function goTypeName(value: Json): string {
  if (Array.isArray(value)) return '[]interface {}'
  if (isObject(value)) return 'map[string]interface {}'
  return typeof value === 'boolean' ? 'bool' : typeof value
}

/** A value as Go's `%#v` prints it. */
function formatGoSyntax(value: Json | undefined): string {
  if (value === null || value === undefined) return 'interface {}(nil)'
  if (Array.isArray(value)) return `[]interface {}{${value.map(formatGoSyntax).join(', ')}}`
  if (!isObject(value)) return JSON.stringify(value)
  const members = Object.keys(value)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${formatGoSyntax(value[name])}`)
  return `map[string]interface {}{${members.join(', ')}}`
}
