// Which steps were seen to be done: by their criteria and milestones, and where a step names none, by its commands that ran to their end.
import type { Standing } from '../checks/watcher.ts'
import type { Lab, Step } from '../labs/load-labs.ts'
import type { BlockPlace } from './terminal-session.ts'

/** What a lab's steps are judged by. */
export interface StepEvidence {
  readonly standings: readonly Pick<Standing, 'id' | 'verdict'>[]
  /** Command blocks that ended well. */
  readonly blocks: readonly BlockPlace[]
}

/** Ids of the steps that are done: those that were before, and those that are now. */
export function stepsDone(lab: Lab, before: readonly string[], evidence: StepEvidence): readonly string[] {
  const held = new Set(evidence.standings.filter(({ verdict }) => verdict === 'done').map(({ id }) => id))
  const done = lab.steps.map((step) => before.includes(step.id) || isDone(step, held, evidence.blocks))
  // Whoever got further has done what cannot be seen from outside, whichever way they typed it.
  return lab.steps.filter((step, index) => done[index] || (aimsOf(step).length === 0 && done.lastIndexOf(true) > index)).map(({ id }) => id)
}

function isDone(step: Step, held: ReadonlySet<string>, blocks: readonly BlockPlace[]): boolean {
  const aims = aimsOf(step)
  if (aims.length > 0) return aims.every((id) => held.has(id))
  const commands = step.blocks.flatMap(({ kind }, index) => (kind === 'command' ? [index] : []))
  return commands.length > 0 && commands.every((index) => blocks.some(({ step: id, block }) => id === step.id && block === index))
}

function aimsOf({ criteria, milestones }: Step): readonly string[] {
  return [...criteria, ...milestones]
}

/** The number of the step that begins now: the first after all that are done in a row. */
export function stepBegun(lab: Lab, done: readonly string[]): number {
  const open = lab.steps.findIndex(({ id }) => !done.includes(id))
  return open < 0 ? lab.steps.length + 1 : open + 1
}
