// --stages: a file or inline JSON that says which groups of members are updated in which order.
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import { AzError, unexpectedError } from '../cli-error.ts'
import type { Call } from '../command.ts'
import { pythonJsonError } from '../json-error.ts'
import { absolutePath } from '../paths.ts'

/** The strategy in `--stages`: the keys that az knows of, the others fall away. */
export async function readStages(call: Call, value: string): Promise<JsonObject> {
  const path = absolutePath(call.context, value)
  const isFile = await call.context.files.exists(path)
  const data = isFile ? parseFile(value, (await call.context.files.read(path)) ?? '') : parseInline(value)
  return { stages: array(member(data, 'stages')).map(stage) }
}

function parseFile(name: string, text: string): Json {
  try {
    return JSON.parse(text.replace(/^\ufeff/, '')) as Json
  } catch {
    throw new AzError(`Failed to parse file '${name}' with exception:\n${pythonJsonError(text)}`)
  }
}

function parseInline(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch {
    throw new AzError(`Failed to parse string as JSON:\n${text}\nError detail: ${pythonJsonError(text)}`, {
      recommendations: [
        'The provided JSON string may have been parsed by the shell. See https://learn.microsoft.com/cli/azure/use-azure-cli-successfully-quoting#json-strings',
      ],
    })
  }
}

function member(value: Json | undefined, key: string): Json {
  const found = isObject(value) ? value[key] : undefined
  if (found === undefined) throw unexpectedError('KeyError', `'${key}'`)
  return found
}

function array(value: Json): readonly Json[] {
  return Array.isArray(value) ? value : []
}

function stage(value: Json): JsonObject {
  const wait = isObject(value) ? value.afterStageWaitInSeconds : undefined
  return {
    name: member(value, 'name'),
    groups: array(member(value, 'groups')).map((entry) => ({ name: member(entry, 'name'), ...gates(entry) })),
    afterStageWaitInSeconds: wait || 0,
    ...gates(value),
  }
}

function gates(value: Json): JsonObject {
  const list = (key: string): readonly JsonObject[] => {
    const found = isObject(value) ? value[key] : undefined
    const entries = Array.isArray(found) ? found.filter(isObject) : []
    return entries.map((gate) => ({ ...(gate.displayName === undefined ? {} : { displayName: gate.displayName }), type: gate.type ?? null }))
  }
  return { beforeGates: list('beforeGates'), afterGates: list('afterGates') }
}
