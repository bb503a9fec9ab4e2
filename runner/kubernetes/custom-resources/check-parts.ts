// The parts of a version of a definition that are not its schema: subresources, printer columns, selectable fields
// (apiextensions `pkg/apis/apiextensions/validation`).
import { isObject, type JsonObject } from '../../base/json.ts'
import { child, duplicate, type Findings, invalid, item, required, tooMany } from '../kinds/validation/findings.ts'
import { objects, text } from '../kinds/validation/read.ts'
import { structuralProblem } from './check-structure.ts'
import { followPath } from './field-path.ts'

const columnTypes = ['boolean', 'date', 'integer', 'number', 'string']
const columnFormats = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password']
const mostSelectable = 8

/** Findings on the subresources of a version. */
export function* subresourceFindings(subresources: JsonObject, path: string): Findings {
  const { scale } = subresources
  if (!isObject(scale)) return
  yield* checkReplicas(text(scale.specReplicasPath), child(path, 'scale', 'specReplicasPath'), '.spec')
  yield* checkReplicas(text(scale.statusReplicasPath), child(path, 'scale', 'statusReplicasPath'), '.status')
  const selector = text(scale.labelSelectorPath)
  const field = child(path, 'scale', 'labelSelectorPath')
  if (selector === '') return
  if (!selector.startsWith('.')) yield notSimple(field, selector)
  else if (!/^\.(spec|status)\./.test(selector)) yield invalid(field, selector, 'should be a json path under either .spec or .status')
}

function* checkReplicas(value: string, field: string, root: string): Findings {
  if (value === '') yield required(field)
  else if (!value.startsWith('.')) yield notSimple(field, value)
  else if (!value.startsWith(`${root}.`)) yield invalid(field, value, `should be a json path under ${root}`)
}

function notSimple(field: string, value: string) {
  return invalid(field, value, 'must be a simple json path starting with .')
}

/** Findings on a printer column. */
export function* columnFindings(column: JsonObject, path: string): Findings {
  const { name, type, format, jsonPath } = { name: text(column.name), type: text(column.type), format: text(column.format), jsonPath: text(column.jsonPath) }
  if (name === '') yield required(child(path, 'name'))
  if (type === '') yield required(child(path, 'type'), `must be one of ${columnTypes.join(',')}`)
  else if (!columnTypes.includes(type)) yield invalid(child(path, 'type'), type, `must be one of ${columnTypes.join(',')}`)
  if (format !== '' && !columnFormats.includes(format)) yield invalid(child(path, 'format'), format, `must be one of ${columnFormats.join(',')}`)
  if (jsonPath === '') yield required(child(path, 'JSONPath'))
  else if (!jsonPath.startsWith('.')) yield notSimple(child(path, 'JSONPath'), jsonPath)
}

/** Findings on the fields by which a version can be selected. */
export function* selectableFindings(version: JsonObject, path: string): Findings {
  const schema = isObject(version.schema) && isObject(version.schema.openAPIV3Schema) ? version.schema.openAPIV3Schema : {}
  if (structuralProblem(schema) !== undefined) return
  const seen = new Set<string>()
  for (const [index, entry] of objects(version.selectableFields).entries()) {
    const field = child(item(path, index), 'jsonPath')
    const value = text(entry.jsonPath)
    const found = followPath(value, schema, { brackets: false })
    if (value === '') yield required(field)
    else if ('problem' in found) yield invalid(field, value, `is an invalid path: ${found.problem}`)
    else {
      if (found.root === 'metadata') yield invalid(field, value, 'must not point to fields in metadata')
      if (!['string', 'boolean', 'integer'].includes(text(found.schema.type)))
        yield invalid(field, value, 'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.')
      if (seen.has(found.path)) yield duplicate(field, value)
      seen.add(found.path)
    }
  }
  if (seen.size > mostSelectable) yield tooMany(path, seen.size, mostSelectable)
}
