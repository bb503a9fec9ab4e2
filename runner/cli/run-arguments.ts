// What `drydock run` is given: parameters, steps, a script.
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Lab } from '../labs/load-labs.ts'
import { type Given, UsageError } from './command.ts'
import type { Machine } from './machine.ts'
import { closest } from './suggest.ts'

/** What `--set` says, over the lab's defaults; `more` names what else may be set. */
export function parametersOf(lab: Lab, given: Given, more: readonly string[] = []): Readonly<Record<string, string>> {
  const known = [...Object.keys(lab.file.parameters), ...more]
  const set = given.values('--set').map((word) => {
    const [, name = '', value] = /^([^=]+)=(.+)$/s.exec(word) ?? []
    if (value === undefined) throw new UsageError(`"--set" expects NAME=VALUE, found "${word}"`)
    if (!known.includes(name)) {
      const meant = closest(name, known)
      throw new UsageError(`The lab "${lab.id}" has no parameter "${name}": expected ${known.join(', ') || 'none'}${meant ? `: did you mean "${meant}"?` : ''}`)
    }
    return [name, value] as const
  })
  return { ...lab.file.parameters, ...Object.fromEntries(set) }
}

/** Steps as they are typed: numbers and ranges, joined by commas. */
export function stepsOf(lab: Lab, typed: string | undefined): ReadonlySet<string> | undefined {
  if (typed === undefined) return undefined
  const steps = new Set<string>()
  for (const part of typed.split(',')) {
    const [, first = '', last = first] = /^(\d+)(?:-(\d+))?$/.exec(part.trim()) ?? []
    const [from, to] = [Number(first), Number(last)]
    if (first === '' || from < 1 || to > lab.steps.length || from > to) {
      throw new UsageError(`"--steps" expects numbers and ranges from 1 to ${lab.steps.length}, as "1-3,5", found "${typed}"`)
    }
    for (let step = from; step <= to; step += 1) steps.add(String(step))
  }
  return steps
}

/** The script that is run in place of the steps, if there is one. */
export async function scriptOf(given: Given, machine: Machine): Promise<string | undefined> {
  const name = given.value('--with')
  if (name === undefined) return undefined
  if (given.has('--steps')) throw new UsageError('"--with" runs a script in place of the steps: leave out "--steps"')
  if (name === '-') return text(machine.stdin)
  return readFile(resolve(machine.cwd, name), 'utf8').catch((error: Error) => {
    throw new UsageError(`Cannot read the script "${name}": ${error.message}`)
  })
}
