// --set, --add and --remove: changes to any part of a resource by its path.
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import { AzError } from '../cli-error.ts'
import type { Call } from '../command.ts'

/** Applies the generic update arguments of a call to what is printed of a resource. */
export function applyUpdates(call: Call, resource: JsonObject): JsonObject {
  let changed: JsonObject = resource
  for (const words of wordLists(call.values.properties_to_set)) for (const word of words) changed = setProperty(changed, word)
  for (const words of wordLists(call.values.properties_to_add)) changed = addToList(changed, words)
  for (const words of wordLists(call.values.properties_to_remove)) changed = removeProperty(changed, words)
  return changed
}

function wordLists(value: Json | undefined): readonly (readonly string[])[] {
  return Array.isArray(value) ? value.map((words) => (Array.isArray(words) ? words.map(String) : [String(words)])) : []
}

function setProperty(resource: JsonObject, word: string): JsonObject {
  const at = word.indexOf('=')
  if (at < 0) throw new AzError(`Invalid syntax. Argument: '${word}'`)
  return changeAt(resource, word.slice(0, at).split('.'), () => parseValue(word.slice(at + 1)))
}

function addToList(resource: JsonObject, [path = '', ...words]: readonly string[]): JsonObject {
  const value = words.length > 0 && words.every((word) => word.includes('=')) ? Object.fromEntries(words.map(pair)) : parseValue(words.join(' '))
  return changeAt(resource, path.split('.'), (before) => [...(Array.isArray(before) ? before : []), value])
}

function removeProperty(resource: JsonObject, [path = '', index]: readonly string[]): JsonObject {
  const position = Number(index)
  return changeAt(resource, path.split('.'), (before) => (index !== undefined && Array.isArray(before) ? before.filter((_, at) => at !== position) : null))
}

function pair(word: string): [string, Json] {
  return [word.slice(0, word.indexOf('=')), parseValue(word.slice(word.indexOf('=') + 1))]
}

function parseValue(text: string): Json {
  if (text === 'null') return null
  try {
    const value = JSON.parse(text) as Json
    return typeof value === 'number' ? text : value
  } catch {
    return text
  }
}

function changeAt(resource: JsonObject, path: readonly string[], change: (before: Json | undefined) => Json): JsonObject {
  const [first = '', ...rest] = path
  const before = resource[first]
  const after = rest.length === 0 ? change(before) : changeAt(isObject(before) ? before : {}, rest, change)
  return { ...resource, [first]: after }
}
