// Which taints a pod puts up with.
import type { Taint } from './node.ts'

interface Toleration {
  readonly key?: string
  readonly operator?: string
  readonly value?: string
  readonly effect?: string
  readonly tolerationSeconds?: number
}

/** True if a taint with this effect has a toleration. */
export function tolerates(tolerations: unknown, taint: Taint): boolean {
  return matching(tolerations, taint).length > 0
}

/** How many seconds a pod stays on a node with taints: 0 if it does not put up with one of them, infinite if it puts up with all for good. */
export function patience(tolerations: unknown, taints: readonly Taint[]): number {
  const used = taints.map((taint) => matching(tolerations, taint))
  if (used.some((found) => found.length === 0)) return 0
  return Math.max(0, Math.min(...used.flat().map(({ tolerationSeconds }) => tolerationSeconds ?? Number.POSITIVE_INFINITY)))
}

function matching(tolerations: unknown, taint: Taint): readonly Toleration[] {
  return (Array.isArray(tolerations) ? (tolerations as readonly Toleration[]) : []).filter(
    ({ key = '', operator = 'Equal', value = '', effect = '' }) =>
      (effect === '' || effect === taint.effect) && (key === '' || key === taint.key) && (operator === 'Exists' || value === (taint.value ?? '')),
  )
}
