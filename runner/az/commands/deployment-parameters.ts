// Parameters of a deployment: `key=value`, inline JSON, or files.
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import { AzError } from '../cli-error.ts'
import type { Call } from '../command.ts'
import { absolutePath } from '../paths.ts'

/** Parameters in the shape of the request, checked against those that the template declares. */
export async function readParameters(call: Call, template: string, words: readonly string[]): Promise<JsonObject> {
  const declared = declaredParameters(template)
  let parameters: Record<string, JsonObject> = {}
  for (const word of words) {
    const file = await fromFile(call, word)
    parameters = { ...parameters, ...(file ?? fromPair(word, declared)) }
  }
  const missing = Object.keys(declared).filter((name) => !(name in parameters) && !hasDefault(declared[name]))
  if (missing.length > 0) throw new AzError(`Missing input parameters: ${missing.sort().join(', ')}`)
  return parameters
}

function hasDefault(parameter: Json | undefined): boolean {
  return isObject(parameter) && 'defaultValue' in parameter
}

function declaredParameters(template: string): JsonObject {
  const bare = template.replaceAll(/("(?:\\.|[^"\\])*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (_, text?: string) => text ?? '')
  const value: unknown = JSON.parse(bare)
  return isObject(value) && isObject(value.parameters) ? value.parameters : {}
}

async function fromFile(call: Call, word: string): Promise<Record<string, JsonObject> | undefined> {
  const inline = word.trimStart().startsWith('{') ? word : await call.context.files.read(absolutePath(call.context, word.replace(/^@/, '')))
  if (inline === undefined) return undefined
  const value: unknown = JSON.parse(inline)
  if (!isObject(value)) return {}
  return (isObject(value.parameters) ? value.parameters : value) as Record<string, JsonObject>
}

function fromPair(word: string, declared: JsonObject): Record<string, JsonObject> {
  const at = word.indexOf('=')
  if (at < 0) throw new AzError(`Unable to parse parameter: ${word}`)
  const name = word.slice(0, at)
  const key = Object.keys(declared).find((candidate) => candidate.toLowerCase() === name.toLowerCase())
  if (key === undefined) throw new AzError(`unrecognized template parameter '${name}'. Allowed parameters: ${Object.keys(declared).join(', ')}`)
  const parameter = declared[key]
  const type = isObject(parameter) ? String(parameter.type).toLowerCase() : 'string'
  return { [key]: { value: typed(type, word.slice(at + 1)) } }
}

function typed(type: string, value: string): Json {
  if (type === 'string' || type === 'securestring') return value
  try {
    return JSON.parse(value.toLowerCase() === 'true' || value.toLowerCase() === 'false' ? value.toLowerCase() : value) as Json
  } catch {
    return value
  }
}
