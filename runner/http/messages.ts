// What the page and the runner say to each other (the room's door, types and byte layouts only; shared with site/).
//
// HTTP under /api/ carries what changes a session as a whole; one WebSocket per window carries terminals and what is
// pushed. On the socket text frames are JSON of the unions below, binary frames are terminal bytes.

/** Sub-protocol of the WebSocket; the second value offered is `ticket.` and the one-time ticket. */
export const socketProtocol = 'drydock.v1'

/** Header that every state-changing request of the page carries, with any value: a form of another site cannot set it. */
export const csrfHeader = 'x-drydock'

/** The page acknowledges output every so many bytes that were shown; the runner waits for it (`runner/sessions/flow.ts`). */
export const flow = { every: 5000 } as const

/** Limits of what a window may send; more is refused and said. */
export const limits = {
  frameBytes: 64 * 1024,
  inputBytesPerSecond: 256 * 1024,
  columns: [2, 500],
  rows: [1, 300],
  terminals: 6,
  answerBytes: 8 * 1024,
} as const

/**
 * Binary frames. Byte 0 is the type, byte 1 the terminal's number.
 * - `output` (to the page): bytes 2-9 the offset of the first byte in the terminal's whole output (unsigned, big endian), then bytes.
 * - `screen` (to the page): the same head; the bytes repaint a terminal that was reset; output goes on at the offset given.
 * - `input` (to the runner): bytes from 2 on, as typed.
 */
export const frameTypes = { output: 1, screen: 2, input: 3 } as const

/** Length of the head of an `output` or `screen` frame, and of an `input` frame. */
export const frameHeads = { output: 10, input: 2 } as const

/** A verdict as the page shows it. `decidedAt` is world time, ms since 1970. */
export interface StandingMessage {
  readonly id: string
  readonly verdict: 'done' | 'not yet' | 'cannot tell'
  readonly expected: string
  readonly seen: string
  readonly where: string
  readonly decidedAt: number
}

/** One terminal of a session. */
export interface TerminalMessage {
  readonly number: number
  readonly title: string
  readonly columns: number
  readonly rows: number
  /** Bytes of output so far. */
  readonly offset: number
  /** Exit code once its shell has ended. */
  readonly exited?: number
  /** The block that runs in it, as step and index. */
  readonly running?: BlockPlace
}

/** A command block by its step's id and its index in the step. */
export interface BlockPlace {
  readonly step: string
  readonly block: number
}

/** The world's clock: at true time `at` (ms since 1970, the runner's) it read `now`. */
export interface ClockMessage {
  readonly now: number
  readonly at: number
  readonly pace: number
  /** False while it stands still: nobody was there. */
  readonly running: boolean
  /** When the next timer of the world fires, world time, if any. */
  readonly next?: number
}

/** Where a step stands. A `done` step was seen to be done; it stays so. */
export interface StepMessage {
  readonly id: string
  readonly state: 'open' | 'done'
  /** True once its beginning can be gone back to at once. */
  readonly checkpoint: boolean
}

/** A session (learner, lab, attempt), as `POST /api/sessions` and `GET /api/sessions/:id` answer. Times are ISO 8601, true time. */
export interface SessionMessage {
  readonly id: string
  readonly lab: string
  readonly attempt: number
  /** The step that its world began at, solved up to the one before. */
  readonly from: number
  readonly startedAt: string
  /** When what is stored of it will be deleted unless somebody comes back. */
  readonly keptUntil: string
  readonly state: 'live' | 'stored' | 'ended'
}

/** From the runner to the page, as text frames. */
export type ServerMessage =
  | {
      readonly type: 'hello'
      readonly session: SessionMessage
      readonly terminals: readonly TerminalMessage[]
      readonly standings: readonly StandingMessage[]
      readonly steps: readonly StepMessage[]
      readonly clock: ClockMessage
      readonly sandbox: 'bubblewrap' | 'namespaces' | 'none'
      /** What happened while nobody was there, one sentence each. */
      readonly notices: readonly string[]
    }
  /** The answer to `attach`: output from `from` on follows; until `live` it is a replay, in which the page sends no replies of its terminal. */
  | { readonly type: 'attached'; readonly terminal: number; readonly from: number; readonly live: number }
  | { readonly type: 'terminals'; readonly terminals: readonly TerminalMessage[] }
  | { readonly type: 'standing'; readonly standing: StandingMessage }
  | { readonly type: 'steps'; readonly steps: readonly StepMessage[] }
  | { readonly type: 'clock'; readonly clock: ClockMessage }
  /** A block ended: its exit code, or null where the shell was left before it ended. */
  | { readonly type: 'block'; readonly terminal: number; readonly place: BlockPlace; readonly exit: number | null }
  /** A sentence for the learner: the session was brought back, a limit was met, a time ends soon. */
  | { readonly type: 'notice'; readonly text: string; readonly tone: 'info' | 'warning' }
  /** The world was set back: every terminal is new, and `hello` follows. */
  | { readonly type: 'restarted'; readonly step: number }
  /** The socket closes after this; `code` says why (see `closeCodes`). */
  | { readonly type: 'goodbye'; readonly code: keyof typeof closeCodes; readonly text: string }
  | { readonly type: 'refused'; readonly what: string; readonly text: string }

/** From the page to the runner, as text frames. */
export type ClientMessage =
  /** Wants output from `offset` on; without one, a repaint of the screen. */
  | { readonly type: 'attach'; readonly terminal: number; readonly offset?: number }
  /** Output up to `offset` has been shown. */
  | { readonly type: 'ack'; readonly terminal: number; readonly offset: number }
  | { readonly type: 'resize'; readonly terminal: number; readonly columns: number; readonly rows: number }
  /** This window has the keyboard: its size counts from now on. */
  | { readonly type: 'focus'; readonly terminal: number }
  /** Another terminal on the same world; `terminals` answers. */
  | { readonly type: 'open'; readonly columns: number; readonly rows: number }
  | { readonly type: 'close'; readonly terminal: number }
  /** Types a command block into a terminal as a bracketed paste and runs it. */
  | { readonly type: 'run'; readonly terminal: number; readonly place: BlockPlace }
  /** Types all commands of a step into a terminal, one block after the other, as *Run* would. */
  | { readonly type: 'solve'; readonly terminal: number; readonly step: string }

/** Why a socket was closed: WebSocket close codes. After `ended` the page does not come back by itself. */
export const closeCodes = { goingDown: 1012, ended: 4000, protocol: 4002 } as const

/** An error of the HTTP routes: JSON with a status of 400 and above. */
export interface ErrorMessage {
  /** For programs. */
  readonly code:
    | 'bad-request'
    | 'bad-host'
    | 'bad-origin'
    | 'no-session'
    | 'session-exists'
    | 'session-ended'
    | 'unknown-lab'
    | 'unknown-route'
    | 'too-large'
    | 'no-room'
    | 'not-signed-in'
    | 'failed'
  /** For people: what was expected, what was found, and what to do. */
  readonly text: string
  /** With `session-exists`: the session that is there. */
  readonly session?: SessionMessage
}

/** Answers to prompts and scenarios of one course, by question id, as `GET /api/answers/:course` gives them. */
export type AnswersMessage = Readonly<Record<string, AnswerMessage>>

/** What was answered: the latest, and how often. `right` is set for scenarios. */
export interface AnswerMessage {
  readonly answer: string
  readonly right?: boolean
  readonly attempts: number
  readonly at: string
}

/** `GET /api/about`: what a page needs to know before anything is started. */
export interface AboutMessage {
  readonly version: string
  readonly labs: readonly string[]
  readonly sandbox: 'bubblewrap' | 'namespaces' | 'none'
  /** The learner's sessions, newest first. */
  readonly sessions: readonly SessionMessage[]
}

// Routes, all JSON unless said otherwise. State-changing ones need `csrfHeader` and the page's own Origin.
//
//   GET    /api/about                          AboutMessage
//   POST   /api/sessions                       { lab, from?, fresh? } -> SessionMessage: the learner's session at the lab, made if there is
//                                              none. With `from` or `fresh` where one exists: 409 `session-exists`, unless `fresh: true`
//                                              says that another attempt is wanted (the earlier one is kept, ended).
//   GET    /api/sessions/:id                   SessionMessage
//   DELETE /api/sessions/:id                   ends it and deletes what is stored of it
//   POST   /api/sessions/:id/ticket            -> { ticket }: good for one WebSocket within 30 s
//   GET    /api/sessions/:id/socket            WebSocket, sub-protocols `drydock.v1` and `ticket.T`
//   POST   /api/sessions/:id/restart           { step } : 1 starts the whole lab again; k goes back to where step k began
//   POST   /api/sessions/:id/clock             { advance: "15m" | "next" } -> ClockMessage
//   GET    /api/sessions/:id/home              the home folder, as tar.gz
//   GET    /api/sessions/:id/recordings        [{ terminal, startedAt, bytes }]
//   GET    /api/sessions/:id/recordings/:n     asciicast v3
//   GET    /api/answers/:course                AnswersMessage
//   PUT    /api/answers/:course/:question      { answer } -> AnswerMessage
//   GET    /api/me                             everything that is stored of the learner, as JSON (a download)
//   DELETE /api/me                             deletes it all
