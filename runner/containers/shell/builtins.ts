// Commands that only a shell itself can do, by name, for each shell.
import { declaring } from './builtins/declare.ts'
import { flow } from './builtins/flow.ts'
import { folders } from './builtins/folders.ts'
import { remembering } from './builtins/history.ts'
import { jobControl } from './builtins/jobs.ts'
import { limits } from './builtins/limits.ts'
import { naming } from './builtins/naming.ts'
import { reading } from './builtins/reading.ts'
import { saying } from './builtins/saying.ts'
import { setting } from './builtins/setting.ts'
import { trapping } from './builtins/trapping.ts'
import { variables } from './builtins/variables.ts'
import type { Builtin } from './core.ts'
import type { Dialect } from './dialect.ts'
import { getopts } from './getopts.ts'
import { testing } from './testing.ts'

const all: Readonly<Record<string, Builtin>> = {
  ...flow,
  ...folders,
  ...jobControl,
  ...limits,
  ...naming,
  ...reading,
  ...remembering,
  ...saying,
  ...setting,
  ...testing,
  ...trapping,
  ...variables,
  ...declaring,
  getopts,
}

const onlyBash = ['declare', 'typeset', 'mapfile', 'readarray', 'shopt', 'builtin', 'disown', 'pushd', 'popd', 'dirs', 'enable']
const lacking: Readonly<Record<Dialect, ReadonlySet<string>>> = {
  ash: new Set(onlyBash),
  bash: new Set(['chdir']),
  dash: new Set([...onlyBash, 'history', 'let', 'source']),
}

/** The builtin of a name as a shell has it. */
export function builtinOf(name: string, dialect: Dialect): Builtin | undefined {
  return Object.hasOwn(all, name) && !lacking[dialect].has(name) ? all[name] : undefined
}
