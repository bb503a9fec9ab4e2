// A lab while it runs: messages from the runner to the parts of the page, and what the learner does to the runner.
import type { BlockPlace, ClockMessage, ServerMessage, SessionMessage, StepMessage } from '#runner/http/messages.ts'
import { askInDialog } from '../client/dialogs.ts'
import { find } from '../client/elements.ts'
import { addressOf, ask, RunnerError } from '../client/runner.ts'
import type { Terminals } from '../terminal/terminals.ts'
import { Blocks } from './blocks.ts'
import { Connection, type ConnectionState } from './connection.ts'
import { Criteria } from './criteria.ts'
import { announce, banner, notice } from './notices.ts'
import { showPane } from './panes.ts'
import { Steps } from './steps.ts'
import { WorldClock } from './world-clock.ts'

type Handlers = { readonly [type in ServerMessage['type']]: (message: Extract<ServerMessage, { type: type }>) => void }

/** The parts of the page that show a session. One for the page; sessions come and go. */
export class LiveLab {
  readonly #blocks = new Blocks((place) => this.#run(place))
  readonly #criteria = new Criteria()
  readonly #clock = new WorldClock((by) => void this.#advance(by))
  readonly #again = find<HTMLButtonElement>(document, '[data-again]')
  readonly #ended: (why: string) => void
  readonly steps = new Steps({ solve: (step) => this.#solve(step), back: (step) => void this.#goBack(Number(step)) })
  readonly #handlers: Handlers = {
    hello: (message) => this.#hello(message),
    attached: (message) => this.#terminals?.attached(message),
    terminals: ({ terminals }) => {
      this.#terminals?.update(terminals)
      this.#blocks.terminals(terminals)
    },
    standing: ({ standing }) => this.#criteria.change(standing),
    steps: ({ steps }) => this.#showSteps(steps),
    clock: ({ clock }) => this.#clock.set(clock),
    block: ({ place, exit }) => this.#blocks.ended(place, exit),
    notice: ({ text, tone }) => notice(text, tone),
    restarted: ({ step }) => this.#restarted(step),
    goodbye: ({ code, text }) => (code === 'ended' ? undefined : notice(text, 'warning')),
    refused: ({ text }) => {
      this.#blocks.forgetSent()
      notice(text, 'warning')
    },
  }
  #stepMessages: readonly StepMessage[] = []
  #session: SessionMessage | undefined
  #connection: Connection | undefined
  #terminals: Terminals | undefined
  #connected = false
  #calm = 0

  constructor(ended: (why: string) => void) {
    this.#ended = ended
    this.#again.addEventListener('click', () => void this.#startAgain())
  }

  /** Shows a session in this window from now on. */
  open(session: SessionMessage, terminals: Terminals): void {
    this.#connection?.stop()
    this.#session = session
    this.#terminals = terminals
    terminals.clear()
    const home = find<HTMLAnchorElement>(document, '[data-home-folder]')
    home.href = addressOf(`sessions/${session.id}/home`)
    home.hidden = false
    const recording = find<HTMLAnchorElement>(document, '[data-recording]')
    recording.href = `/recording/?session=${encodeURIComponent(session.id)}&terminal=1`
    recording.hidden = false
    const connection = new Connection(session.id, {
      message: (message) => this.#message(message),
      bytes: (frame) => terminals.frame(frame),
      state: (state, why) => this.#state(state, why),
    })
    this.#connection = connection
    terminals.connect({ send: (message) => connection.send(message), sendBytes: (frame) => connection.sendBytes(frame) })
  }

  #message(message: ServerMessage): void {
    // Each handler is written for the type that it stands under.
    const handle = this.#handlers[message.type] as (message: ServerMessage) => void
    handle(message)
  }

  #hello(message: Extract<ServerMessage, { type: 'hello' }>): void {
    this.#session = message.session
    this.#terminals?.hello(message.terminals)
    this.#blocks.terminals(message.terminals)
    this.#criteria.showAll(message.standings)
    this.#clock.set(message.clock)
    this.#showSteps(message.steps)
    banner(message.sandbox === 'none' ? 'Commands run on this machine without a sandbox: they can read and change what the runner can.' : undefined)
    for (const text of message.notices) notice(text)
  }

  #state(state: ConnectionState, why?: string): void {
    const line = find(document, '[data-connection]')
    const back = state === 'open' && line.dataset.state === 'lost'
    this.#connected = state === 'open'
    line.dataset.state = state
    line.textContent = { connecting: 'Connecting…', open: back ? 'Back' : 'Connected', lost: 'Reconnecting…', gone: '' }[state]
    clearTimeout(this.#calm)
    if (back) this.#calm = window.setTimeout(() => line.replaceChildren('Connected'), 6000)
    this.#terminals?.dim(state !== 'open')
    this.#blocks.enable(this.#connected)
    if (!this.#connected) this.#blocks.forgetSent()
    this.#again.disabled = !this.#connected
    this.steps.show(this.#stepMessages, this.#connected)
    if (state === 'gone') this.#ended(why ?? '')
  }

  #restarted(step: number): void {
    this.#terminals?.clear()
    this.#blocks.forgetFrom(step)
    announce(step === 1 ? 'The lab starts again.' : `Back at the start of step ${step}.`)
  }

  #showSteps(messages: readonly StepMessage[]): void {
    for (const { id, state } of messages) {
      const before = this.#stepMessages.find((step) => step.id === id)
      if (state === 'done' && before?.state === 'open') announce(`Step ${id} is done.`)
    }
    this.#stepMessages = messages
    this.steps.show(messages, this.#connected)
  }

  #run(place: BlockPlace): void {
    this.#send({ type: 'run', terminal: this.#terminals?.active ?? 1, place })
  }

  #solve(step: string): void {
    this.#send({ type: 'solve', terminal: this.#terminals?.active ?? 1, step })
  }

  #send(message: Parameters<Connection['send']>[0]): void {
    showPane('terminal')
    if (!this.#connection?.send(message)) {
      this.#blocks.forgetSent()
      notice('There is no connection to the runner just now. Try again when it is back.', 'warning')
    }
  }

  async #startAgain(): Promise<void> {
    const sure = await askInDialog({
      title: 'Start the lab again?',
      text: 'The clusters, the home folder and the terminals go back to the beginning. Recordings and answers are kept.',
      yes: 'Start again',
      no: 'Leave it as it is',
      danger: true,
    })
    if (sure) await this.#restart(1)
  }

  async #goBack(step: number): Promise<void> {
    const sure = await askInDialog({
      title: `Back to where step ${step} began?`,
      text: 'Clusters, files and terminals become what they were then; what was done since is undone.',
      yes: `Back to step ${step}`,
      no: 'Stay here',
      danger: true,
    })
    if (sure) await this.#restart(step)
  }

  async #restart(step: number): Promise<void> {
    if (!this.#session) return
    try {
      await ask('POST', `sessions/${this.#session.id}/restart`, { step })
      this.steps.goTo(String(step))
    } catch (error) {
      notice(wordsOf(error), 'warning')
    }
  }

  async #advance(by: string): Promise<void> {
    if (!this.#session) return
    try {
      this.#clock.set(await ask<ClockMessage>('POST', `sessions/${this.#session.id}/clock`, { advance: by }))
    } catch (error) {
      notice(wordsOf(error), 'warning')
    }
  }
}

/** What went wrong, for people. */
export function wordsOf(error: unknown): string {
  return error instanceof RunnerError ? error.message : 'Something went wrong in this page. Reload it.'
}
