// Which session this window is for: the one that is there, a new one, or another attempt after a question.
import type { SessionMessage } from '#runner/http/messages.ts'
import { askInDialog } from '../client/dialogs.ts'
import { ask, RunnerError } from '../client/runner.ts'

/** The step that the address asks to begin at: `?from=4`. */
export function wantedFrom(search: string, steps: number): number | undefined {
  const from = Number(new URLSearchParams(search).get('from') ?? Number.NaN)
  return Number.isInteger(from) && from >= 1 && from <= steps ? from : undefined
}

/** Opens the learner's session at a lab; makes it where there is none. */
export function openSession(lab: string): Promise<SessionMessage> {
  return ask<SessionMessage>('POST', 'sessions', { lab })
}

/** Opens a session that begins at a step. Where there is a session already, it is asked which one is wanted; `making` is called when one is made. */
export async function openFrom(lab: string, from: number, making: () => void): Promise<{ session: SessionMessage; fresh: boolean }> {
  try {
    making()
    return { session: await ask<SessionMessage>('POST', 'sessions', { lab, from }), fresh: true }
  } catch (error) {
    if (!(error instanceof RunnerError) || error.code !== 'session-exists') throw error
    const attempt = error.details?.session?.attempt
    const fresh = await askInDialog({
      title: `Begin another attempt at step ${from}?`,
      text: `You have ${attempt === undefined ? 'an attempt' : `attempt ${attempt}`} at this lab already. Another one begins with everything before step ${from} done. The one you have is kept, and ends.`,
      yes: `Begin at step ${from}`,
      no: 'Go on with mine',
    })
    if (fresh) making()
    return { session: await (fresh ? ask<SessionMessage>('POST', 'sessions', { lab, from, fresh: true }) : openSession(lab)), fresh }
  }
}
