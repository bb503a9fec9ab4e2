// JSON Patch (RFC 6902) as the server's library applies it.
import { equal, isObject, type Json, type JsonObject } from '../../base/json.ts'
import { StatusError } from '../status-error.ts'

const maxOperations = 10_000

/** Applies JSON Patch operations; throws StatusError: 400 if they are none, 422 if one cannot be applied. */
export function jsonPatch(target: Json, operations: Json): Json {
  if (!Array.isArray(operations)) throw undecodable(operations, '[]handlers.jsonPatchOp')
  if (operations.length > maxOperations) {
    const message = `Request entity too large: The allowed maximum operations in a JSON patch is ${maxOperations}, got ${operations.length}`
    throw new StatusError('RequestEntityTooLarge', message)
  }
  return operations.map(readOperation).reduce(apply, target)
}

interface Operation {
  readonly op: string
  readonly path: string
  readonly from: string
  readonly value: Json | undefined
}

function readOperation(raw: Json): Operation {
  if (!isObject(raw)) throw undecodable(raw, 'handlers.jsonPatchOp')
  return { op: readText(raw, 'op'), path: readText(raw, 'path'), from: readText(raw, 'from'), value: raw.value }
}

function readText(raw: JsonObject, name: string): string {
  const value = raw[name] ?? ''
  if (typeof value === 'string') return value
  throw new StatusError('BadRequest', `error decoding patch: json: cannot unmarshal ${typeName(value)} into Go struct field jsonPatchOp.${name} of type string`)
}

function apply(target: Json, { op, path, from, value }: Operation): Json {
  switch (op) {
    case 'add':
      return edit(target, path, (parent, key) => insert(parent, key, value ?? null))
    case 'remove':
      return edit(target, path, remove)
    case 'replace':
      return path === '' ? (value ?? null) : edit(target, path, (parent, key) => replace(parent, key, value ?? null))
    case 'move':
      return edit(edit(target, from, remove), path, (parent, key) => insert(parent, key, find(target, from)))
    case 'copy':
      return edit(target, path, (parent, key) => insert(parent, key, find(target, from)))
    case 'test':
      if (!equal(lookUp(target, path) ?? null, value ?? null)) throw inapplicable()
      return target
    default:
      throw inapplicable()
  }
}

type Edit = (parent: Json, key: string) => Json

/** Rebuilds the way from the root to the parent of `path`, with the parent edited. */
function edit(target: Json, path: string, change: Edit): Json {
  const [key, ...rest] = steps(path)
  if (key === undefined) throw inapplicable()
  return editAt(target, key, rest, change)
}

function editAt(here: Json, key: string, rest: readonly string[], change: Edit): Json {
  const [next, ...beyond] = rest
  if (next === undefined) return change(here, key)
  const child = member(here, key)
  if (child === undefined) throw inapplicable()
  return replace(here, key, editAt(child, next, beyond, change))
}

function steps(path: string): string[] {
  const [root, ...parts] = path.split('/')
  if (root !== '') throw inapplicable()
  return parts.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function find(target: Json, path: string): Json {
  const found = lookUp(target, path)
  if (found === undefined) throw inapplicable()
  return found
}

function lookUp(target: Json, path: string): Json | undefined {
  return steps(path).reduce<Json | undefined>((here, key) => (here === undefined ? undefined : member(here, key)), target)
}

function member(parent: Json, key: string): Json | undefined {
  if (Array.isArray(parent)) return parent[position(parent, key)]
  return isObject(parent) && Object.hasOwn(parent, key) ? parent[key] : undefined
}

function insert(parent: Json, key: string, value: Json): Json {
  if (isObject(parent)) return { ...parent, [key]: value }
  if (!Array.isArray(parent)) throw inapplicable()
  const index = key === '-' ? parent.length : position(parent, key, 1)
  return [...parent.slice(0, index), value, ...parent.slice(index)]
}

function remove(parent: Json, key: string): Json {
  if (Array.isArray(parent)) return parent.toSpliced(position(parent, key), 1)
  if (!isObject(parent) || !Object.hasOwn(parent, key)) throw inapplicable()
  return Object.fromEntries(Object.entries(parent).filter(([name]) => name !== key)) as JsonObject
}

function replace(parent: Json, key: string, value: Json): Json {
  if (Array.isArray(parent)) return parent.with(position(parent, key), value)
  // The server's library does not look whether a member is there that is to be replaced.
  if (!isObject(parent)) throw inapplicable()
  return { ...parent, [key]: value }
}

/** An index, counted from the end if negative; `beyond` places after the last one are allowed too. */
function position(list: readonly Json[], key: string, beyond = 0): number {
  const index = /^[-+]?\d+$/.test(key) ? Number(key) : Number.NaN
  const length = list.length + beyond
  if (Number.isNaN(index) || index >= length || index < -length) throw inapplicable()
  return index < 0 ? index + length : index
}

function undecodable(value: Json, type: string): StatusError {
  return new StatusError('BadRequest', `error decoding patch: json: cannot unmarshal ${typeName(value)} into Go value of type ${type}`)
}

function typeName(value: Json): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return typeof value === 'boolean' ? 'bool' : typeof value
}

/** The server keeps to itself what was wrong with an operation. */
function inapplicable(): StatusError {
  return new StatusError('Invalid', 'the server rejected our request due to an error in our request', { details: {} })
}
