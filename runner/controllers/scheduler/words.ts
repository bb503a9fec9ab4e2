// The sentence that says why no node takes a pod.
import type { Misfit } from './filters.ts'

/** The message of the condition and of the Event, in the scheduler's words. */
export function unschedulable(misfits: readonly Misfit[], nodeCount: number): string {
  const counts = counted(misfits.flatMap(({ reasons }) => reasons))
  const hopeless = misfits.filter(({ final }) => final).length
  const preemption = counted([
    ...Array<string>(hopeless).fill('Preemption is not helpful for scheduling'),
    ...Array<string>(misfits.length - hopeless).fill('No preemption victims found for incoming pod'),
  ])
  return `0/${nodeCount} nodes are available: ${counts}. no new claims to deallocate, preemption: 0/${nodeCount} nodes are available: ${preemption}.`
}

/** `1 this, 2 that`: sorted as text, as the real scheduler does. */
function counted(reasons: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1)
  return [...counts]
    .map(([reason, count]) => `${count} ${reason}`)
    .sort()
    .join(', ')
}
