// Whether a value has the type that its schema says (kube-openapi `pkg/validation/validate/type.go`): formats come before types.
import type { Json, JsonObject } from '../../base/json.ts'
import { typeInvalid } from '../kinds/validation/findings.ts'
import type { FieldError } from '../status-error.ts'
import { isKnownFormat } from './formats.ts'

/** What is wrong with the type, and whether the schema speaks of types at all. */
export interface TypeFinding {
  readonly applies: boolean
  readonly finding?: FieldError
}

const largestInteger = 2 ** 63
const largestExact = 2 ** 53 - 1

/** The finding on the type of a value, if there is one. */
export function typeFinding(value: Json, schema: JsonObject, path: string): TypeFinding {
  const wanted = wantedTypes(schema)
  const format = typeof schema.format === 'string' && isKnownFormat(schema.format) ? schema.format : ''
  if (wanted.length === 0 && format === '') return { applies: false }
  const found = typeName(value)
  const wrong = (type: string, value: string): TypeFinding => ({ applies: true, finding: wrongType(path, type, value) })
  if (value === null) return wanted.length === 0 || schema.nullable === true ? { applies: true } : wrong(wanted.join(','), 'null')
  const fits = wanted.includes(found) || (found === 'integer' && wanted.includes('number')) || (isWhole(value) && wanted.includes('integer'))
  const listed = typeof value === 'string' || Array.isArray(value)
  if (format !== '' && !listed && !fits) return wrong(format, formatName(found))
  if (format !== '' && listed && !wanted.includes('number') && !wanted.includes('integer')) return { applies: true }
  return fits ? { applies: true } : wrong(wanted.join(','), found)
}

function wantedTypes(schema: JsonObject): readonly string[] {
  if (schema['x-kubernetes-int-or-string'] === true) return ['integer', 'string']
  return typeof schema.type === 'string' && schema.type !== '' ? [schema.type] : []
}

function wrongType(path: string, wanted: string, found: string): FieldError {
  return typeInvalid(path === '' ? '<nil>' : path, found, `${path} in body must be of type ${wanted}: ${JSON.stringify(found)}`)
}

function formatName(type: string): string {
  return { integer: 'int64', number: 'float64' }[type] ?? ''
}

/** A number with a fraction of nothing, of a size that JSON keeps exact. */
function isWhole(value: Json): boolean {
  return typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= largestExact
}

function typeName(value: Json): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (typeof value !== 'number') return typeof value
  return Number.isInteger(value) && Math.abs(value) < largestInteger ? 'integer' : 'number'
}
