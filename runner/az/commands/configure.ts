// az configure: defaults for arguments that most commands take.
import { AzError } from '../cli-error.ts'
import { type Call, type CommandGroup, list } from '../command.ts'

/** `az configure`. */
export const group: CommandGroup = { handlers: { configure } }

async function configure(call: Call): Promise<unknown> {
  const defaults = list(call.values, 'defaults')
  for (const word of defaults ?? []) {
    const at = word.indexOf('=')
    if (at < 0) throw new AzError('usage error: --defaults STRING=STRING STRING=STRING ...')
    const value = word.slice(at + 1)
    await call.config.set('defaults', word.slice(0, at), value === "''" || value === '""' ? '' : value)
  }
  if (defaults !== undefined) return undefined
  if (call.values.list_defaults === true || call.values.list_defaults === 'true') {
    const set = [...(call.config.sections().get('defaults') ?? [])].filter(([, value]) => value !== '')
    return set.map(([name, value]) => ({ name, source: call.config.path, value }))
  }
  throw new AzError('This command is interactive and no tty available.')
}
