// The work of `drydock run`: the lab's world, its checks watching, its steps typed.
import { readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { loadChecks } from '../checks/load-checks.ts'
import { watchWorld } from '../checks/watch-world.ts'
import { type Lab, loadLab } from '../labs/load-labs.ts'
import { toJunit } from '../sessions/junit.ts'
import { openSession } from '../sessions/open-session.ts'
import { type LabReport, runLab } from '../sessions/run-lab.ts'
import type { BlockShell } from '../sessions/sandbox/sandbox.ts'
import { exitCodes, type Given, UsageError } from './command.ts'
import { checkImporter, labFolder, parseSeed } from './content.ts'
import type { Machine } from './machine.ts'
import { sandboxOf } from './options.ts'
import { findPrograms } from './programs.ts'
import { printer } from './run-printer.ts'
import { closest } from './suggest.ts'

/** Runs the lab as it was asked for; 0 only if every criterion holds. */
export async function playLab(given: Given, machine: Machine): Promise<number> {
  const lab = await loadLab(labFolder(machine), given.words[0] ?? '')
  const files = { report: given.value('--report'), junit: given.value('--junit') }
  // A place that cannot be written is said before the lab runs, not after.
  for (const file of Object.values(files)) await save(file, '', machine)
  const report = await play(lab, given, machine)
  await save(files.report, toJson(report), machine)
  await save(files.junit, toJunit(report), machine)
  if (given.has('--json')) machine.stdout.write(toJson(report))
  return report.criteria.every(({ verdict }) => verdict === 'done') ? exitCodes.done : exitCodes.failed
}

async function play(lab: Lab, given: Given, machine: Machine): Promise<LabReport> {
  const parameters = parametersOf(lab, given)
  const steps = stepsOf(lab, given.value('--steps'))
  const script = await scriptOf(given, machine)
  const [checks, programs] = await Promise.all([loadChecks(lab, checkImporter(machine)), findPrograms(machine)])
  const file = { ...lab.file.world, ...parseSeed(given.value('--seed')) }
  const session = await openSession({ file, sandbox: sandboxOf(given), ...programs })
  const { world, sandbox } = session
  const watcher = watchWorld(world, { lab, checks, parameters })
  const shell = interruptible(sandbox.openShell(), machine.ending)
  try {
    const observer = given.has('--json') ? {} : printer(machine)
    const run = { lab, world, shell, watcher, parameters, observer, date: () => Date.now() }
    return await runLab({ ...run, ...(steps ? { steps } : {}), ...(script === undefined ? {} : { script }) })
  } finally {
    watcher.stop()
    shell.close()
    await session.close()
  }
}

/** A shell that types nothing more once somebody wants the run to end. */
function interruptible(shell: BlockShell, ending: AbortSignal): BlockShell {
  ending.addEventListener('abort', shell.close, { once: true })
  return {
    async execute(block) {
      ending.throwIfAborted()
      const result = await shell.execute(block)
      ending.throwIfAborted()
      return result
    },
    close: shell.close,
  }
}

function parametersOf(lab: Lab, given: Given): Readonly<Record<string, string>> {
  const known = Object.keys(lab.file.parameters)
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
function stepsOf(lab: Lab, typed: string | undefined): ReadonlySet<string> | undefined {
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

async function scriptOf(given: Given, machine: Machine): Promise<string | undefined> {
  const name = given.value('--with')
  if (name === undefined) return undefined
  if (given.has('--steps')) throw new UsageError('"--with" runs a script in place of the steps: leave out "--steps"')
  if (name === '-') return text(machine.stdin)
  return readFile(resolve(machine.cwd, name), 'utf8').catch((error: Error) => {
    throw new UsageError(`Cannot read the script "${name}": ${error.message}`)
  })
}

function toJson(report: LabReport): string {
  return `${JSON.stringify(report, undefined, 2)}\n`
}

async function save(name: string | undefined, content: string, machine: Machine): Promise<void> {
  if (name === undefined) return
  await writeFile(resolve(machine.cwd, name), content).catch((error: Error) => {
    throw new UsageError(`Cannot write "${name}": ${error.message}`)
  })
}
