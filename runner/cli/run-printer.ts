// The lines of `drydock run`: one per step and criterion, with what was seen and the time taken.
import type { BlockReport, CriterionReport, RunObserver } from '../sessions/run-lab.ts'
import { coloured, type Machine, print } from './machine.ts'

const marks: Readonly<Record<CriterionReport['verdict'], { readonly colour: number }>> = {
  done: { colour: 32 },
  'not yet': { colour: 33 },
  'cannot tell': { colour: 31 },
}

/** An observer that prints as things happen. */
export function printer(machine: Machine): RunObserver {
  const paint = (text: string, colour: number): string => (coloured(machine.stdout, machine) ? `\x1b[${colour}m${text}\x1b[0m` : text)
  return {
    stepEnded({ id, title, blocks, notRun }, durationMs) {
      if (notRun !== undefined) {
        print(machine, `step ${id}  ${title}  ${paint(`not run: ${notRun}`, 33)}`)
        return
      }
      const failed = blocks.filter(({ exit }) => exit !== 0).length
      const note = failed === 0 ? `${blocks.length} blocks` : paint(`${failed} of ${blocks.length} blocks failed`, 33)
      print(machine, `step ${id}  ${title}  ${(durationMs / 1000).toFixed(1)} s  ${note}`)
      for (const block of blocks) if (block.exit !== 0) print(machine, `    ${failure(block)}`)
    },
    criterion({ id, verdict, says, expected, seen, where }) {
      print(machine, `${paint(verdict.padEnd(11), marks[verdict].colour)}  ${id}  ${says}`)
      if (verdict !== 'done') print(machine, `    expected: ${expected}`)
      print(machine, `    seen: ${seen}${where ? ` (${where})` : ''}`)
    },
  }
}

function failure({ kind, script, exit, stderr }: BlockReport): string {
  const first = script.trim().split('\n')[0] ?? ''
  const last = stderr.trim().split('\n').at(-1) ?? ''
  return `${kind} "${first}" ended with exit code ${exit}${last ? `: ${last}` : ''}`
}
