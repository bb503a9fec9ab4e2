// The sentences that say why no node takes a pod.
import type { Misfit } from './place.ts'

/** The message of the condition and of the Event, in the scheduler's words; `preemption` says why nobody was made to go for the pod. */
export function unschedulable(misfits: readonly Misfit[], nodeCount: number, preemption?: string): string {
  const why = available(misfits, nodeCount)
  return preemption === undefined ? why : `${why} no new claims to deallocate, preemption: ${preemption}`
}

/**
 * What speaks against every node before one is looked at. The last two words are those of the plugin for resource claims, which is asked for
 * a way out and finds no state of its own, as its turn had not come.
 */
export function beforehand(why: string, nodeCount: number): string {
  return `0/${nodeCount} nodes are available: ${why}. not found`
}

/** `0/2 nodes are available: 1 this, 1 that.` */
export function available(misfits: readonly Misfit[], nodeCount: number): string {
  return `0/${nodeCount} nodes are available: ${counted(misfits.flatMap(({ reasons }) => reasons))}.`
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
