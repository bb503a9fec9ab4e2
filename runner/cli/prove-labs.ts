// The work of `drydock test`: in a fresh world every check says not yet; after the solution every one says done.
import { loadChecks } from '../checks/load-checks.ts'
import { watchWorld } from '../checks/watch-world.ts'
import { loadLab } from '../labs/load-labs.ts'
import { FormError } from '../labs/world-file.ts'
import { openSession } from '../sessions/open-session.ts'
import { worldGround } from '../sessions/patience.ts'
import { type CriterionReport, runLab } from '../sessions/run-lab.ts'
import { exitCodes, type Given } from './command.ts'
import { checkImporter, labFolder, parseSeed } from './content.ts'
import { type Machine, print } from './machine.ts'
import { sandboxOf } from './options.ts'
import { findPrograms, type Programs } from './programs.ts'

/** Proves labs one after another; 1 if a proof fails. */
export async function proveLabs(given: Given, machine: Machine): Promise<number> {
  const labs = given.words.length > 0 ? given.words : await labFolder(machine).labs()
  const programs = await findPrograms(machine)
  let failed = 0
  for (const id of labs) {
    const setting = { machine, programs, seed: parseSeed(given.value('--seed')), sandbox: sandboxOf(given) }
    const wrong = await prove(id, setting)
    for (const line of wrong) print(machine, `labs/${id}: ${line}`)
    if (wrong.length === 0) print(machine, `labs/${id}: proved both ways`)
    failed += wrong.length
  }
  return failed === 0 ? exitCodes.done : exitCodes.failed
}

interface Setting {
  readonly machine: Machine
  readonly programs: Programs
  readonly seed: ReturnType<typeof parseSeed>
  readonly sandbox: ReturnType<typeof sandboxOf>
}

async function prove(id: string, { machine, programs, seed, sandbox: choice }: Setting): Promise<readonly string[]> {
  const lab = await loadLab(labFolder(machine), id)
  if (lab.solution === undefined) throw new FormError(`labs/${id}/solution.sh`, ['expected a script that solves the lab, found no file'])
  const checks = await loadChecks(lab, checkImporter(machine))
  const { parameters } = lab.file
  const session = await openSession({ file: { ...lab.file.world, ...seed }, sandbox: choice, ...programs })
  const { world } = session
  const watcher = watchWorld(world, { lab, checks, parameters })
  const shell = session.sandbox.openShell()
  try {
    await watcher.refresh()
    const early = watcher.standings().filter(({ verdict }) => verdict !== 'not yet')
    const report = await runLab({ lab, ground: worldGround(world), shell, watcher, parameters, script: lab.solution, date: () => Date.now() })
    const late = report.criteria.filter(({ verdict }) => verdict !== 'done')
    return [...early.map(({ id: check, verdict, seen }) => `${check}: expected "not yet" in a fresh world, found "${verdict}": ${seen}`), ...late.map(unsolved)]
  } finally {
    watcher.stop()
    shell.close()
    await session.close()
  }
}

function unsolved({ id, verdict, expected, seen }: CriterionReport): string {
  return `${id}: expected "done" after the solution, found "${verdict}": expected ${expected}, seen ${seen}`
}
