// What is kept of learners: sessions, verdicts with their evidence, answers (the room's door). One interface; stores/ has its bodies.
import type { Json } from '../base/json.ts'

/** A session: a learner at a lab, for the n-th time (decision 19). Times are ms since 1970, true time. */
export interface SessionRecord {
  readonly id: string
  readonly learner: string
  readonly lab: string
  readonly attempt: number
  /** The step its world began at. */
  readonly from: number
  readonly startedAt: number
  /** When somebody was last there. */
  readonly seenAt: number
  /** Ended sessions are kept for the record; no world is opened for them again. */
  readonly ended: boolean
  /** Steps that were seen to be done, by id. */
  readonly stepsDone: readonly string[]
  /** Numbers of its terminals. */
  readonly terminals: readonly number[]
}

/** What a session changes of itself. */
export type SessionChange = Partial<Pick<SessionRecord, 'seenAt' | 'ended' | 'stepsDone' | 'terminals'>>

/** What is kept of one check in one session. */
export interface KeptVerdict {
  readonly check: string
  readonly evidence: Json
  /** The verdict with its reason, as it was last decided; absent while only evidence was gathered. */
  readonly standing?: Json
}

/** An answer to a prompt or a scenario. */
export interface Answer {
  readonly question: string
  readonly answer: string
  /** Whether it was right, where that can be said. */
  readonly right?: boolean
  readonly attempts: number
  readonly at: number
}

/** Everything that is stored of a learner, as they may take it with them. */
export interface LearnerExport {
  readonly learner: string
  readonly since: number
  readonly sessions: readonly (SessionRecord & { readonly verdicts: readonly KeptVerdict[] })[]
  readonly answers: Readonly<Record<string, readonly Answer[]>>
}

/** A store. Every call is done when it returns: a killed process loses nothing of it. */
export interface ProgressStore {
  /** Makes a learner known, if they are not. */
  meet(learner: string, now: number): void
  knows(learner: string): boolean
  addSession(session: SessionRecord): void
  session(id: string): SessionRecord | undefined
  changeSession(id: string, change: SessionChange): void
  /** A learner's sessions, newest first. */
  sessionsOf(learner: string): readonly SessionRecord[]
  /** Sessions where nobody was since a time. */
  unseenSince(time: number): readonly SessionRecord[]
  removeSession(id: string): void
  keepVerdict(session: string, verdict: KeptVerdict): void
  verdicts(session: string): readonly KeptVerdict[]
  /** Puts these in place of all verdicts of a session: it was set back. */
  replaceVerdicts(session: string, verdicts: readonly KeptVerdict[]): void
  /** Keeps the latest answer; attempts are counted. */
  answer(learner: string, course: string, answer: Omit<Answer, 'attempts'>): Answer
  answers(learner: string, course: string): readonly Answer[]
  export(learner: string): LearnerExport | undefined
  forget(learner: string): void
  close(): void
}

/** A data folder that this release cannot use; nothing in it was touched. */
export class DataFormatError extends Error {
  override readonly name = 'DataFormatError'
}
