// Which taints a pod puts up with.
import type { Taint } from './node.ts'

interface Toleration {
  readonly key?: string
  readonly operator?: string
  readonly value?: string
  readonly effect?: string
}

/** True if a taint with this effect has a toleration. */
export function tolerates(tolerations: unknown, taint: Taint): boolean {
  return (Array.isArray(tolerations) ? (tolerations as readonly Toleration[]) : []).some(
    ({ key = '', operator = 'Equal', value = '', effect = '' }) =>
      (effect === '' || effect === taint.effect) && (key === '' || key === taint.key) && (operator === 'Exists' || value === (taint.value ?? '')),
  )
}
