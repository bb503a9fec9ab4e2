// JSON Patch (RFC 6902) as the server's library applies it.
import { equal, isObject, type Json, type JsonObject } from '../../base/json.ts'
import { StatusError } from '../status-error.ts'

const maxOperations = 10_000

/** Applies JSON Patch operations; throws StatusError: 400 if they are none, 422 if one cannot be applied. */
export function jsonPatch(target: Json, operations: Json): Json {
  try {
    return applyOperations(target, operations)
  } catch (error) {
    if (!(error instanceof PatchFailure)) throw error
    // The server keeps to itself what was wrong with an operation.
    throw new StatusError('Invalid', 'the server rejected our request due to an error in our request', { details: {} })
  }
}

/** The same, for those who want to know: throws PatchFailure where an operation cannot be applied. */
export function applyOperations(target: Json, operations: Json): Json {
  if (!Array.isArray(operations)) throw undecodable(operations, '[]handlers.jsonPatchOp')
  if (operations.length > maxOperations) {
    const message = `Request entity too large: The allowed maximum operations in a JSON patch is ${maxOperations}, got ${operations.length}`
    throw new StatusError('RequestEntityTooLarge', message)
  }
  return operations.map(readOperation).reduce(apply, target)
}

/** Why an operation cannot be applied, in the words of the server's library. */
export class PatchFailure extends Error {
  override readonly name = 'PatchFailure'
  /** True for a test that does not hold. */
  readonly untrue: boolean

  constructor(words: string, { untrue = false } = {}) {
    super(words)
    this.untrue = untrue
  }
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

function apply(target: Json, operation: Operation): Json {
  const { op, path, from, value = null } = operation
  switch (op) {
    case 'add':
      return add(target, path, value, { missing: `add operation does not apply: doc is missing path: "${path}"`, failed: `error in add for path: '${path}'` })
    case 'remove':
      return drop(target, path, { missing: `remove operation does not apply: doc is missing path: "${path}"`, failed: `error in remove for path: '${path}'` })
    case 'replace':
      return replace(target, path, value)
    case 'move': {
      const words = { missing: `move operation does not apply: doc is missing from path: ${from}`, failed: `error in move for path: '${lastStep(from)}'` }
      const moved = find(target, from, words)
      return add(drop(target, from, words), path, moved, destination('move', path, `error in move for path: '${path}'`))
    }
    case 'copy': {
      const words = { missing: `copy operation does not apply: doc is missing from path: ${from}`, failed: `error in copy for from: '${from}'` }
      return add(target, path, find(target, from, words), destination('copy', path, 'error while adding value during copy'))
    }
    case 'test':
      if (!equal(path === '' ? target : find(target, path, testWords(path)), value))
        throw new PatchFailure(`testing value ${path} failed: test failed`, { untrue: true })
      return target
    default:
      throw new PatchFailure(`Unexpected kind: ${op}`)
  }
}

/** What is said where the way to a path is not there, and before what is wrong at its end. */
interface Words {
  readonly missing: string
  readonly failed: string
}

function destination(op: string, path: string, failed: string): Words {
  return { missing: `${op} operation does not apply: doc is missing destination path: ${path}`, failed }
}

function testWords(path: string): Words {
  return { missing: `test operation does not apply: is missing path: ${path}`, failed: `error in test for path: '${path}'` }
}

function add(target: Json, path: string, value: Json, words: Words): Json {
  return edit(target, path, words, (parent, key) => {
    if (!Array.isArray(parent)) return { ...(parent as JsonObject), [key]: value }
    const index = key === '-' ? parent.length : position(parent.length + 1, key, `value was not a proper array index: '${key}': `)
    return [...parent.slice(0, index), value, ...parent.slice(index)]
  })
}

function drop(target: Json, path: string, words: Words): Json {
  return edit(target, path, words, (parent, key) => {
    if (Array.isArray(parent)) return parent.toSpliced(position(parent.length, key), 1)
    if (!isObject(parent) || !Object.hasOwn(parent, key)) throw new PatchFailure(`Unable to remove nonexistent key: ${key}: missing value`)
    return Object.fromEntries(Object.entries(parent).filter(([name]) => name !== key)) as JsonObject
  })
}

/** The server's library does not look whether a member is there that is to be replaced. */
function replace(target: Json, path: string, value: Json): Json {
  if (path === '') {
    if (isObject(value) || Array.isArray(value)) return value
    throw new PatchFailure('replace operation value must be object or array')
  }
  const words = { missing: `replace operation does not apply: doc is missing path: ${path}`, failed: `error in remove for path: '${path}'` }
  find(target, path, { ...words, failed: `replace operation does not apply: doc is missing key: ${path}: missing value` }, { alone: true })
  return edit(target, path, words, (parent, key) => put(parent, key, value))
}

/** What is at a path, null for a member that is not there. */
function find(target: Json, path: string, words: Words, { alone = false } = {}): Json {
  const { parents, key } = wayTo(target, path, words.missing)
  const parent = parents.at(-1)
  if (!Array.isArray(parent)) return member(parent, key) ?? null
  try {
    return parent[position(parent.length, key)] ?? null
  } catch (error) {
    throw alone ? new PatchFailure(words.failed) : failure(words.failed, error)
  }
}

/** Rebuilds the way from the root to the parent of `path`, with the parent edited. */
function edit(target: Json, path: string, words: Words, change: (parent: Json, key: string) => Json): Json {
  const { parents, names, key } = wayTo(target, path, words.missing)
  let made = changed(parents.at(-1) ?? null, key, words, change)
  for (let depth = names.length - 1; depth >= 0; depth--) made = put(parents[depth] ?? null, names[depth] ?? '', made)
  return made
}

function changed(parent: Json, key: string, words: Words, change: (parent: Json, key: string) => Json): Json {
  try {
    return change(parent, key)
  } catch (error) {
    throw failure(words.failed, error)
  }
}

function failure(before: string, error: unknown): unknown {
  return error instanceof PatchFailure ? new PatchFailure(`${before}: ${error.message}`) : error
}

interface Way {
  /** The target, and what each name leads to. */
  readonly parents: readonly Json[]
  readonly names: readonly string[]
  readonly key: string
}

/** The containers on the way to a path; whatever stands before its first slash does not count. */
function wayTo(target: Json, path: string, missing: string): Way {
  const [_, ...parts] = path.split('/')
  const steps = parts.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
  const key = steps.pop()
  const parents = [target]
  for (const name of steps) parents.push(member(parents.at(-1), name) ?? null)
  const isWhole = parents.every((parent) => isObject(parent) || Array.isArray(parent))
  if (key === undefined || !isWhole) throw new PatchFailure(`${missing}: missing value`)
  return { parents, names: steps, key }
}

function lastStep(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

function member(parent: Json | undefined, key: string): Json | undefined {
  if (Array.isArray(parent)) return /^[-+]?\d+$/.test(key) ? parent.at(Number(key)) : undefined
  return isObject(parent) && Object.hasOwn(parent, key) ? parent[key] : undefined
}

function put(parent: Json, key: string, value: Json): Json {
  return Array.isArray(parent) ? parent.with(position(parent.length, key), value) : { ...(parent as JsonObject), [key]: value }
}

/** An index in a list with so many places, counted from the end if negative. */
function position(places: number, key: string, before = ''): number {
  if (!/^[-+]?\d+$/.test(key)) throw new PatchFailure(`${before}strconv.Atoi: parsing ${JSON.stringify(key)}: invalid syntax`)
  const index = Number(key)
  if (index >= places || index < -places) throw new PatchFailure(`Unable to access invalid index: ${index}: invalid index referenced`)
  return index < 0 ? index + places : index
}

function undecodable(value: Json, type: string): StatusError {
  return new StatusError('BadRequest', `error decoding patch: json: cannot unmarshal ${typeName(value)} into Go value of type ${type}`)
}

function typeName(value: Json): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return typeof value === 'boolean' ? 'bool' : typeof value
}
