// The spinner of a long-running operation: only where stderr is a terminal.
import type { AzContext } from './context.ts'

/** Shows what a long-running operation is doing. */
export interface Progress {
  show(status: string): void
  clear(): void
}

const frames = ['-', '\\', '|', '/']

/** A spinner on stderr, or nothing where stderr is no terminal or errors alone are wanted. */
export function createProgress(context: AzContext, enabled: boolean): Progress {
  const live = enabled && context.terminal.stderr
  let frame = 0
  let shown = false
  return {
    show: (status) => {
      if (!live) return
      context.stderr(`\u001b[K ${frames[frame % frames.length]} ${status} ..\r`)
      frame += 1
      shown = true
    },
    clear: () => {
      if (shown) context.stderr('\u001b[K')
      shown = false
      frame = 0
    },
  }
}
