// Errors of the routes: one table of codes and statuses, one renderer.
import { FormError } from '../labs/world-file.ts'
import { SessionError } from '../sessions/live-session.ts'
import { MachineError } from '../sessions/machine-error.ts'
import { NoRoom, SessionExists } from '../sessions/session-house.ts'
import type { ErrorMessage, SessionMessage } from './messages.ts'

type Code = ErrorMessage['code']

const statuses = {
  'bad-request': 400,
  'bad-host': 421,
  'bad-origin': 403,
  'no-session': 404,
  'session-exists': 409,
  'session-ended': 410,
  'unknown-lab': 404,
  'unknown-route': 404,
  'too-large': 413,
  'no-room': 503,
  'not-signed-in': 401,
  failed: 500,
} as const satisfies Record<Code, number>

/** A refusal of a route, in words for people. */
export class RouteError extends Error {
  override readonly name = 'RouteError'
  readonly code: Code

  constructor(code: Code, message: string) {
    super(message)
    this.code = code
  }
}

/** Status and body of any error. Faults of ours say nothing of the inside. */
export function toAnswer(error: unknown, toMessage: (session: SessionExists['session']) => SessionMessage): { status: number; body: ErrorMessage } {
  const answer = (code: Code, text: string, more: Partial<ErrorMessage> = {}) => ({ status: statuses[code], body: { code, text, ...more } })
  if (error instanceof RouteError) return answer(error.code, error.message)
  if (error instanceof SessionExists) return answer('session-exists', error.message, { session: toMessage(error.session) })
  if (error instanceof NoRoom) return answer('no-room', error.message)
  if (error instanceof SessionError) return answer('bad-request', error.message)
  if (error instanceof FormError) return answer('unknown-lab', error.message)
  if (error instanceof MachineError) return answer('failed', `${error.message}. ${error.remedy}`)
  return answer('failed', 'This server failed to answer: its log says more')
}
