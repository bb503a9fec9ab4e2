// Runs a lab as a patient learner would type it (decision 18): every block in one shell, waiting for what each step is to achieve.
import type { Standing, Watcher } from '../checks/watcher.ts'
import type { Lab, Step } from '../labs/load-labs.ts'
import { type RunGround, untilHolds, untilQuiet } from './patience.ts'
import type { BlockShell } from './sandbox/sandbox.ts'

/** What one block printed, as it stands in the report. */
export interface BlockReport {
  readonly kind: 'command' | 'verification'
  readonly script: string
  readonly exit: number
  readonly stdout: string
  readonly stderr: string
  readonly durationMs: number
}

/** One step of the report. */
export interface StepReport {
  readonly id: string
  readonly title: string
  readonly blocks: readonly BlockReport[]
  /** Why nothing of the step was run, where that is so. */
  readonly notRun?: string
}

/** One criterion of the report. */
export interface CriterionReport {
  readonly id: string
  readonly says: string
  readonly verdict: Standing['verdict']
  readonly expected: string
  readonly seen: string
  readonly where: string
  /** World time, RFC 3339. */
  readonly decidedAt: string
}

/** What `run --report` writes: a contract. */
export interface LabReport {
  readonly lab: string
  readonly seed: number | string
  readonly startedAt: string
  readonly durationMs: number
  readonly steps: readonly StepReport[]
  readonly criteria: readonly CriterionReport[]
}

/** Told of what happens, as it happens, for whoever prints it. */
export interface RunObserver {
  stepBegins?(step: { readonly id: string; readonly title: string }): void
  stepEnded?(step: StepReport, durationMs: number): void
  criterion?(criterion: CriterionReport): void
}

/** What a run needs. `steps` are ids; `script` runs in place of the lab's own steps. */
export interface LabRun {
  readonly lab: Lab
  readonly ground: RunGround
  readonly shell: BlockShell
  readonly watcher: Watcher
  readonly parameters: Readonly<Record<string, string>>
  readonly steps?: ReadonlySet<string>
  /** Why a step cannot be run here; undefined for one that can. */
  notRun?(step: Step): string | undefined
  readonly script?: string
  /** Criteria that cannot be decided here: nobody waits for them. */
  readonly undecided?: ReadonlySet<string>
  readonly observer?: RunObserver
  /** False: ends after the last step, without waiting for criteria that it was not to achieve. */
  readonly patient?: boolean
  /** The machine's date, ms since 1970. */
  date(): number
}

/** Runs the lab's steps, or the script, then waits for the criteria. Never throws for what the commands do. */
export async function runLab(run: LabRun): Promise<LabReport> {
  const began = run.date()
  const steps = run.script === undefined ? await runSteps(run) : [await runScript(run, run.script)]
  if (run.patient !== false) await untilQuiet(run, () => run.watcher.standings().every(({ id, verdict }) => verdict === 'done' || run.undecided?.has(id)))
  await run.watcher.refresh()
  const criteria = run.lab.file.criteria.map(({ id, says }) => criterionOf(run, id, says))
  for (const criterion of criteria) run.observer?.criterion?.(criterion)
  return {
    lab: run.lab.id,
    seed: run.ground.seed,
    startedAt: new Date(began).toISOString(),
    durationMs: run.date() - began,
    steps,
    criteria,
  }
}

async function runSteps(run: LabRun): Promise<StepReport[]> {
  const reports: StepReport[] = []
  for (const step of run.lab.steps) if (!run.steps || run.steps.has(step.id)) reports.push(await runStep(run, step))
  return reports
}

async function runStep(run: LabRun, step: Step): Promise<StepReport> {
  run.observer?.stepBegins?.(step)
  const began = run.date()
  const notRun = run.notRun?.(step)
  if (notRun !== undefined) {
    const report = { id: step.id, title: step.title, blocks: [], notRun }
    run.observer?.stepEnded?.(report, 0)
    return report
  }
  const blocks: BlockReport[] = []
  for (const { kind, script } of step.blocks) {
    if (kind !== 'command' && kind !== 'verification') continue
    if (kind === 'verification') await untilAchieved(run, step)
    blocks.push(await runBlock(run, kind, withParameters(script, run)))
  }
  await untilAchieved(run, step)
  const report = { id: step.id, title: step.title, blocks }
  run.observer?.stepEnded?.(report, run.date() - began)
  return report
}

/** Waits until the step's criteria hold and every role that was assigned is in effect. */
async function untilAchieved(run: LabRun, step: Step): Promise<void> {
  const aims = new Set(step.criteria)
  const achieved = (): boolean => run.ground.settled() && run.watcher.standings().every(({ id, verdict }) => !aims.has(id) || verdict === 'done')
  await untilHolds(run, achieved, run.ground.patience.step)
}

async function runScript(run: LabRun, script: string): Promise<StepReport> {
  const step = { id: 'with', title: 'The script given' }
  run.observer?.stepBegins?.(step)
  const block = await runBlock(run, 'command', script)
  const report = { ...step, blocks: [block] }
  run.observer?.stepEnded?.(report, block.durationMs)
  return report
}

async function runBlock(run: LabRun, kind: BlockReport['kind'], script: string): Promise<BlockReport> {
  const { exit, stdout, stderr, durationMs } = await run.shell.execute(script)
  return { kind, script, exit, stdout, stderr, durationMs }
}

/** A text of a lab with the lab's parameters set otherwise: the default's word is replaced by the value's. */
export function withParameters(text: string, { lab, parameters }: Pick<LabRun, 'lab' | 'parameters'>): string {
  return Object.entries(lab.file.parameters).reduce((changed, [name, usual]) => changed.replaceAll(usual, parameters[name] ?? usual), text)
}

function criterionOf(run: LabRun, id: string, says: string): CriterionReport {
  const standing = run.watcher.standings().find((entry) => entry.id === id)
  if (!standing) throw new Error(`No check has the id "${id}"`)
  const { verdict, expected, seen, where, decidedAt } = standing
  return { id, says: withParameters(says, run), verdict, expected, seen, where, decidedAt: new Date(decidedAt).toISOString() }
}
