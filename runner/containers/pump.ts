// Moving programs on while somebody is there to see it.
import type { Run } from './run.ts'
import type { Runtime } from './runtime.ts'

/** Moves a run on as long as somebody watches it. */
export async function pump(runtime: Runtime, run: Run, gone: AbortSignal): Promise<void> {
  const aborted = new Promise<void>((resolve) => gone.addEventListener('abort', () => resolve(), { once: true }))
  while (!run.end && !gone.aborted) {
    await run.advance()
    if (run.end) return
    const wait = runtime.sleeps.sleep(Math.max(Math.min((run.wake ?? Number.POSITIVE_INFINITY) - runtime.clock.now(), 1000), 20))
    await Promise.race([wait.done, aborted])
    wait.cancel()
  }
}
