// One window of the page on one session: its frames in, the session's events and its terminals' output out.
import type { WebSocket } from 'ws'
import { type LiveSession, SessionError, type SessionEvent } from '../sessions/live-session.ts'
import type { SessionHouse } from '../sessions/session-house.ts'
import type { TerminalSession } from '../sessions/terminal-session.ts'
import { formatOutput, parseInput, parseMessage } from './client-messages.ts'
import { type ClientMessage, closeCodes, limits, type ServerMessage } from './messages.ts'
import { toClock, toSession, toStanding, toStandings, toSteps, toTerminals } from './to-messages.ts'
import { createTokenBucket } from './token-bucket.ts'

/** What a window needs besides its socket. */
export interface WindowGround {
  readonly house: SessionHouse
  readonly session: LiveSession
  now(): number
  /** Told how long an input byte waited for its echo, ms. */
  echoed(ms: number): void
}

/** Joins a socket to a session until one of them closes. */
export function openWindow(socket: WebSocket, ground: WindowGround): void {
  new PageWindow(socket, ground).begin()
}

class PageWindow {
  readonly #socket: WebSocket
  readonly #ground: WindowGround
  readonly #input = createTokenBucket({ perSecond: limits.inputBytesPerSecond, most: limits.inputBytesPerSecond })
  #typedAt: number | undefined
  #stop: () => void = () => undefined

  constructor(socket: WebSocket, ground: WindowGround) {
    this.#socket = socket
    this.#ground = ground
  }

  begin(): void {
    const { house, session } = this.#ground
    house.arrive(session)
    this.#stop = session.listen((event) => this.#tell(event))
    this.#socket.on('message', (data: Buffer, binary: boolean) => this.#take(data, binary))
    this.#socket.once('close', () => {
      this.#stop()
      if (!session.closed) this.#detachAll()
      house.leave(session)
    })
    this.#hello()
  }

  #hello(): void {
    const { house, session, now } = this.#ground
    this.#send({
      type: 'hello',
      session: toSession(session.record, house),
      terminals: toTerminals(session),
      standings: toStandings(session),
      steps: toSteps(session),
      clock: toClock(session, now()),
      sandbox: session.body.sandbox.kind,
      notices: session.takeNotices(),
    })
  }

  #detachAll(): void {
    try {
      for (const terminal of this.#ground.session.body.terminals.values()) terminal.detach(this)
    } catch (error) {
      if (!(error instanceof SessionError)) throw error
    }
  }

  #take(data: Buffer, binary: boolean): void {
    try {
      if (binary) this.#type(data)
      else this.#answer(parseMessage(data.toString('utf8')))
    } catch (error) {
      if (!(error instanceof Error)) throw error
      if (error instanceof SessionError) this.#send({ type: 'refused', what: 'request', text: error.message })
      else this.#goodbye('protocol', error.message)
    }
  }

  /** Input beyond the rate waits in the network: nothing of a long paste is lost. */
  #type(frame: Buffer): void {
    const { terminal, bytes } = parseInput(frame)
    const typed = this.#terminal(terminal)
    // Typing into a terminal whose shell has ended opens another shell in it.
    if (typed.state().exited === undefined) typed.write(bytes)
    else this.#whenDone(this.#ground.session.body.reopenTerminal(terminal))
    this.#typedAt ??= performance.now()
    const wait = this.#input.take(bytes.length)
    if (wait === 0) return
    this.#socket.pause()
    setTimeout(() => this.#socket.resume(), wait)
  }

  #answer(message: ClientMessage): void {
    const answers = this.#answers as Readonly<Record<string, (message: ClientMessage) => void>>
    answers[message.type]?.(message)
  }

  readonly #answers: { readonly [type in ClientMessage['type']]: (message: Extract<ClientMessage, { type: type }>) => void } = {
    attach: ({ terminal, offset }) => this.#attach(terminal, offset),
    ack: ({ terminal, offset }) => this.#stillThere(terminal)?.acknowledge(this, offset),
    resize: ({ terminal, columns, rows }) => this.#stillThere(terminal)?.resize(columns, rows),
    focus: ({ terminal }) => this.#stillThere(terminal)?.focus(this),
    open: (size) => this.#whenDone(this.#ground.session.openTerminal(size)),
    close: ({ terminal }) => this.#ground.session.closeTerminal(terminal),
    run: ({ terminal, place }) => this.#whenDone(this.#ground.session.run(terminal, place.step, place.block), 'request'),
    solve: ({ terminal, step }) => this.#whenDone(this.#ground.session.run(terminal, step), 'request'),
  }

  #terminal(number: number): TerminalSession {
    return this.#ground.session.terminal(number)
  }

  /** A terminal that may have gone while the window spoke of it: another window closed it, or the session is being set back. */
  #stillThere(number: number): TerminalSession | undefined {
    const { session } = this.#ground
    return session.restarting ? undefined : session.body.terminals.get(number)
  }

  #whenDone(work: Promise<unknown>, what: 'open' | 'request' = 'open'): void {
    work.catch((error: unknown) => this.#send({ type: 'refused', what, text: error instanceof Error ? error.message : String(error) }))
  }

  #attach(number: number, offset: number | undefined): void {
    const terminal = this.#terminal(number)
    const send = (type: 'output' | 'screen') => (at: number, bytes: Uint8Array) => {
      if (type === 'output') this.#echo()
      this.#socket.send(formatOutput(type, { terminal: number, offset: at }, bytes), { binary: true })
    }
    terminal.attach(
      this,
      { attached: (from, live) => this.#send({ type: 'attached', terminal: number, from, live }), screen: send('screen'), output: send('output') },
      offset,
    )
  }

  #echo(): void {
    if (this.#typedAt !== undefined) this.#ground.echoed(performance.now() - this.#typedAt)
    this.#typedAt = undefined
  }

  #tell(event: SessionEvent): void {
    const tales = this.#tales as Readonly<Record<string, (event: SessionEvent) => void>>
    tales[event.type]?.(event)
  }

  readonly #tales: { readonly [type in SessionEvent['type']]: (event: Extract<SessionEvent, { type: type }>) => void } = {
    terminals: () => this.#send({ type: 'terminals', terminals: toTerminals(this.#ground.session) }),
    steps: () => this.#send({ type: 'steps', steps: toSteps(this.#ground.session) }),
    clock: () => this.#send({ type: 'clock', clock: toClock(this.#ground.session, this.#ground.now()) }),
    standing: ({ standing }) => this.#ground.session.isCriterion(standing.id) && this.#send({ type: 'standing', standing: toStanding(standing) }),
    block: (event) => this.#send(event),
    notice: (event) => this.#send(event),
    restarted: (event) => {
      this.#send(event)
      this.#hello()
    },
    ended: () => this.#goodbye('ended', 'This session has ended'),
    'going-down': () => this.#goodbye('goingDown', 'The server stores this session and goes down: the page comes back by itself'),
  }

  #goodbye(code: keyof typeof closeCodes, text: string): void {
    this.#send({ type: 'goodbye', code, text })
    this.#socket.close(closeCodes[code], text.slice(0, 100))
  }

  #send(message: ServerMessage): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(JSON.stringify(message))
  }
}
