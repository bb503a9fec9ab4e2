// az config: az' own settings.
import type { JsonObject } from '../../base/json.ts'
import { AzError } from '../cli-error.ts'
import { type Call, type CommandGroup, list, text } from '../command.ts'

/** Commands of `az config`. */
export const group: CommandGroup = {
  handlers: { 'config set': set, 'config get': get, 'config unset': unset },
}

async function set(call: Call): Promise<void> {
  const usage = 'usage error: [section].[name]=[value] ...'
  for (const word of list(call.values, 'key_value') ?? []) {
    const match = /^([^.=]+)\.([^=]+)=([\s\S]*)$/.exec(word)
    if (match === null) throw new AzError(usage)
    const [, section = '', name = '', value = ''] = match
    await call.config.set(section, name, value === "''" || value === '""' ? '' : value)
  }
}

async function get(call: Call): Promise<unknown> {
  const key = text(call.values, 'key')
  const sections = call.config.sections()
  const items = (section: string): readonly JsonObject[] =>
    [...(sections.get(section) ?? [])].map(([name, value]) => ({ name, source: call.config.path, value }))
  if (key === undefined) return Object.fromEntries([...sections.keys()].map((section) => [section, items(section)]))
  const [section = '', ...rest] = key.split('.')
  if (rest.length === 0) return items(section)
  const found = items(section).find((item) => item.name === rest.join('.'))
  if (found === undefined) throw new AzError(`Configuration '${key}' is not set.`)
  return found
}

async function unset(call: Call): Promise<void> {
  for (const key of list(call.values, 'key') ?? []) {
    const [section = '', ...rest] = key.split('.')
    if (rest.length === 0) throw new AzError('usage error: [section].[name]')
    await call.config.set(section, rest.join('.'), undefined)
  }
}
