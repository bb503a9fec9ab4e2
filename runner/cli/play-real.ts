// `drydock run --clusters real`: the steps of a lab that need no more than clusters, on those that a kubeconfig names.
import { createActivity } from '../base/activity.ts'
import { loadChecks } from '../checks/load-checks.ts'
import { startWatcher } from '../checks/watcher.ts'
import type { Lab, Step } from '../labs/load-labs.ts'
import { signedInAzure } from '../real/az-signed-in.ts'
import { lookFor } from '../real/inventory.ts'
import { realSurroundings } from '../real/surroundings.ts'
import { openOwnShell } from '../sessions/own-shell.ts'
import type { RunGround } from '../sessions/patience.ts'
import { type LabReport, runLab } from '../sessions/run-lab.ts'
import type { Given } from './command.ts'
import { checkImporter } from './content.ts'
import { interruptible } from './interruptible.ts'
import type { Machine } from './machine.ts'
import { agree, cleanUp, keepMade } from './real-inventory.ts'
import { later, ownEnvironment, ownShell, planReal, type RealPlan } from './real-plan.ts'
import { scriptOf, stepsOf } from './run-arguments.ts'
import { printer } from './run-printer.ts'

/** What came of it: no report where only an earlier run was cleaned up. Criteria that clusters alone do not decide are `undecided`. */
export interface RealOutcome {
  readonly report?: LabReport
  readonly undecided?: ReadonlySet<string>
}

/** Real clusters are slower than simulated ones, and not always at hand. */
const ground: RunGround = { seed: 'real', patience: { step: 120_000, end: 300_000, quiet: 120_000 }, settled: () => true, onChange: () => () => undefined }

/** Runs the lab on the clusters of `--kubeconfig`, after saying what will be made there; or takes away what an earlier run has made. */
export async function playOnReal(lab: Lab, given: Given, machine: Machine): Promise<RealOutcome> {
  const plan = await planReal(lab, given, machine)
  const { items, before } = plan
  if (given.has('--clean-up') && (await cleanUp(before, given, machine))) return {}
  await agree(items, { before, given, machine })
  const outcome = await play(lab, plan, { given, machine }).finally(() => keepMade(items, before, machine))
  if (given.has('--clean-up')) await cleanUp(await lookFor(items), given, machine)
  return outcome
}

async function play(lab: Lab, plan: RealPlan, { given, machine }: { readonly given: Given; readonly machine: Machine }): Promise<RealOutcome> {
  const { real, parameters, clusters } = plan
  const azure = await signedInAzure(ownEnvironment(machine))
  const steps = stepsOf(lab, given.value('--steps'))
  const script = await scriptOf(given, machine)
  const checks = await loadChecks(lab, checkImporter(machine))
  const undecided = new Set(azure ? [] : lab.file.criteria.map(({ id }) => id).filter((id) => !real.criteria.includes(id)))
  const now = (): number => Date.now()
  const watcher = startWatcher({ checks, surroundings: realSurroundings(clusters, { azure, later }), parameters, activity: createActivity(), now })
  const own = await ownShell(plan, machine)
  const shell = interruptible(openOwnShell(own), machine.ending)
  const notRun = ({ id }: Step): string | undefined => {
    if (real.steps.includes(id)) return undefined
    if (!azure) return 'it needs Azure, and no az of this machine is signed in'
    return steps?.has(id) ? undefined : 'it makes things in Azure: name it with --steps to run it there'
  }
  try {
    const observer = given.has('--json') ? {} : printer(machine)
    const run = { lab, ground, shell, watcher, parameters, observer, undecided, notRun, date: now }
    return { report: await runLab({ ...run, ...(steps ? { steps } : {}), ...(script === undefined ? {} : { script }) }), undecided }
  } finally {
    watcher.stop()
    shell.close()
    await own.close()
  }
}
