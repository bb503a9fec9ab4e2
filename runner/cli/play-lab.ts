// The work of `drydock run`: the lab's world, its checks watching, its steps typed.
import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { loadChecks } from '../checks/load-checks.ts'
import { watchWorld } from '../checks/watch-world.ts'
import { type Lab, loadLab } from '../labs/load-labs.ts'
import { toJunit } from '../sessions/junit.ts'
import { openSession } from '../sessions/open-session.ts'
import { worldGround } from '../sessions/patience.ts'
import { type LabReport, runLab } from '../sessions/run-lab.ts'
import { exitCodes, type Given, UsageError } from './command.ts'
import { checkImporter, labFolder, parseSeed } from './content.ts'
import { interruptible } from './interruptible.ts'
import type { Machine } from './machine.ts'
import { sandboxOf } from './options.ts'
import { playOnReal, type RealOutcome } from './play-real.ts'
import { findPrograms } from './programs.ts'
import { parametersOf, scriptOf, stepsOf } from './run-arguments.ts'
import { printer } from './run-printer.ts'

/** Runs the lab as it was asked for; 0 only if every criterion holds. */
export async function playLab(given: Given, machine: Machine): Promise<number> {
  const lab = await loadLab(labFolder(machine), given.words[0] ?? '')
  const files = { report: given.value('--report'), junit: given.value('--junit') }
  // A place that cannot be written is said before the lab runs, not after.
  for (const file of Object.values(files)) await save(file, '', machine)
  const { report, undecided }: RealOutcome =
    given.value('--clusters') === 'real' ? await playOnReal(lab, given, machine) : { report: await play(lab, given, machine) }
  if (!report) return exitCodes.done
  await save(files.report, toJson(report), machine)
  await save(files.junit, toJunit(report, undecided), machine)
  if (given.has('--json')) machine.stdout.write(toJson(report))
  return report.criteria.every(({ id, verdict }) => verdict === 'done' || undecided?.has(id)) ? exitCodes.done : exitCodes.failed
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
    const run = { lab, ground: worldGround(world), shell, watcher, parameters, observer, date: () => Date.now() }
    return await runLab({ ...run, ...(steps ? { steps } : {}), ...(script === undefined ? {} : { script }) })
  } finally {
    watcher.stop()
    shell.close()
    await session.close()
  }
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
