// Columns and cells of custom resources: `additionalPrinterColumns`, or the age alone.
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import { humanDuration } from '../duration.ts'
import { findJsonPath, printResult } from '../json-path.ts'
import { JsonPathError } from '../json-path-parser.ts'
import type { Column } from '../kind.ts'

const ageColumn: JsonObject = {
  name: 'Age',
  type: 'date',
  jsonPath: '.metadata.creationTimestamp',
  description:
    'CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set in happens-before order across separate operations. Clients may not set this value. It is represented in RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for lists. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata',
}
const nameColumn: Column = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description:
    'Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names',
  priority: 0,
}

/** Columns of a version of a definition. */
export function columnsOf(version: JsonObject): readonly Column[] {
  return [nameColumn, ...printerColumns(version).map(toColumn)]
}

/** Cells of an object in a version of a definition. */
export function cellsOf(version: JsonObject, object: JsonObject, now: number): readonly Json[] {
  const { metadata } = object
  const name = isObject(metadata) && typeof metadata.name === 'string' ? metadata.name : ''
  return [name, ...printerColumns(version).map((column) => cellOf(column, object, now))]
}

function printerColumns(version: JsonObject): readonly JsonObject[] {
  const declared = version.additionalPrinterColumns
  return Array.isArray(declared) && declared.length > 0 ? declared.filter(isObject) : [ageColumn]
}

function toColumn(column: JsonObject): Column {
  const { name, type, format = '', description, priority = 0 } = column
  const path = String(column.jsonPath).replace(/^\./, '')
  const described = `Custom resource definition column (in JSONPath format): .${path}`
  return { name: String(name), type: String(type), format: String(format), description: String(description ?? described), priority: Number(priority) }
}

function cellOf(column: JsonObject, object: JsonObject, now: number): Json {
  const first = firstAt(String(column.jsonPath), object)
  if (first === undefined || (first === null && column.type !== 'string')) return null
  switch (column.type) {
    case 'string':
      return printResult(first)
    case 'integer':
      return typeof first === 'number' ? Math.trunc(first) : null
    case 'number':
      return typeof first === 'number' ? first : null
    case 'boolean':
      return typeof first === 'boolean' ? first : null
    case 'date':
      return typeof first === 'string' ? sinceText(first, now) : null
    default:
      return null
  }
}

/** The first of what is found; nothing where the path leads nowhere (`customresource/tableconvertor`). */
function firstAt(path: string, object: JsonObject): Json | undefined {
  try {
    return findJsonPath(path, object)[0]
  } catch (error) {
    if (error instanceof JsonPathError) return undefined
    throw error
  }
}

function sinceText(time: string, now: number): string {
  const at = Date.parse(time)
  return Number.isNaN(at) ? '<invalid>' : humanDuration(now - at)
}
