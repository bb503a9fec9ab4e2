// A run that somebody ends: nothing more is typed.
import type { BlockShell } from '../sessions/sandbox/sandbox.ts'

/** A shell that types nothing more once somebody wants the run to end. */
export function interruptible(shell: BlockShell, ending: AbortSignal): BlockShell {
  ending.addEventListener('abort', shell.close, { once: true })
  return {
    async execute(block) {
      ending.throwIfAborted()
      const result = await shell.execute(block)
      ending.throwIfAborted()
      return result
    },
    close: shell.close,
  }
}
