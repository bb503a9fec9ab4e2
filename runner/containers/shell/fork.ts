// A shell that begins another process: there are only so many of them at a time.
import type { ShellCore } from './core.ts'
import type { Dialect } from './dialect.ts'
import { ShellFault } from './faults.ts'

/** What each shell says that cannot have one more process, and its code: busybox 1.35, dash 0.5.12 and bash 5.2 under `ulimit -u`; bash tries five times before. */
const faults: Readonly<Record<Dialect, readonly [message: string, code: number, command?: string]>> = {
  ash: ["can't fork: Resource temporarily unavailable", 2],
  dash: ['Cannot fork', 2],
  bash: ['Resource temporarily unavailable', 254, 'fork'],
}

/** How many processes may have come from each other, those that are gone among them. */
const deepest = 4000

/** One more process; what is to be called at its end. Throws a `ShellFault` when there are too many. */
export function forked({ process, scope }: Pick<ShellCore, 'process' | 'scope'>): () => void {
  const leave = (process.depth ?? 0) < deepest ? process.family.fork() : undefined
  if (leave) return leave
  const [message, code, command] = faults[scope.dialect]
  throw new ShellFault(message, { code, ...(command !== undefined && { command }) })
}
