// One terminal of a session: a shell, its whole output, and the windows that look at it.

import { flow } from './flow.ts'
import type { Recording } from './recording.ts'
import type { Terminal } from './sandbox/sandbox.ts'
import { createMarkReader, type ShellMark } from './shell-marks.ts'
import type { TerminalLog } from './terminal-log.ts'
import { Viewer, type ViewerSink } from './viewer.ts'

/** A command block by its step's id and its index in the step. */
export interface BlockPlace {
  readonly step: string
  readonly block: number
}

/** A block that is to be typed. */
export interface TypedBlock {
  readonly place: BlockPlace
  readonly script: string
}

/** What a terminal looks like from outside. */
export interface TerminalState {
  readonly number: number
  readonly title: string
  readonly columns: number
  readonly rows: number
  readonly offset: number
  readonly exited?: number
  readonly running?: BlockPlace
}

/** Told of what happens in a terminal. */
export interface TerminalEvents {
  /** Its state changed: size, title, end, or the block that runs. */
  changed(): void
  /** A block ended: its worst exit code, or null where the shell was left before. */
  blockEnded(place: BlockPlace, exit: number | null): void
  /** The shell waits for a command: what it has set is on its disk. */
  prompted(): void
}

/** What a terminal is made of. */
export interface TerminalParts {
  readonly number: number
  readonly shell: Terminal
  readonly log: TerminalLog
  readonly recording: Recording
  readonly events: TerminalEvents
  readonly columns: number
  readonly rows: number
}

/** A running terminal. */
export class TerminalSession {
  readonly number: number
  readonly #parts: TerminalParts
  #shell: Terminal
  readonly #viewers = new Map<object, Viewer>()
  readonly #queue: TypedBlock[] = []
  #driver: object | undefined
  #paused = false
  #size: { columns: number; rows: number }
  #exited: number | undefined
  #atPrompt = false
  /** True until a shell has shown its first prompt: what is typed until then waits for it. */
  #starting = true
  #closed = false
  #running: { readonly place: BlockPlace; worst: number; begun: boolean } | undefined

  constructor(parts: TerminalParts) {
    const { shell, columns, rows } = parts
    this.number = parts.number
    this.#parts = parts
    this.#size = { columns, rows }
    this.#shell = shell
    this.join(shell)
  }

  /** Goes on with another shell, where the one before has ended: same output, same windows. */
  join(shell: Terminal): void {
    const { log, recording } = this.#parts
    const readMarks = createMarkReader()
    this.#shell = shell
    this.#exited = undefined
    this.#atPrompt = false
    this.#starting = true
    shell.onData((bytes) => {
      if (this.#closed) return
      log.append(bytes)
      recording.output(bytes)
      for (const mark of readMarks(bytes)) this.#take(mark)
      this.#flow()
    })
    void shell.exited.then((code) => this.#end(code))
    this.#parts.events.changed()
  }

  /** True while the shell waits for a command. */
  get atPrompt(): boolean {
    return this.#atPrompt
  }

  state(): TerminalState {
    const running = this.#running?.place
    return {
      number: this.number,
      title: `bash ${this.number}`,
      ...this.#size,
      offset: this.#parts.log.end,
      ...(this.#exited === undefined ? {} : { exited: this.#exited }),
      ...(running ? { running } : {}),
    }
  }

  /** What somebody typed. */
  write(bytes: Uint8Array): void {
    if (this.#exited === undefined) this.#shell.write(bytes)
  }

  /** Types blocks one after the other, each when the shell waits for a command. False where something else runs. */
  type(blocks: readonly TypedBlock[]): boolean {
    const waits = this.#atPrompt || this.#starting
    if (this.#exited !== undefined || this.#running || this.#queue.length > 0 || !waits) return false
    this.#queue.push(...blocks)
    if (this.#atPrompt) this.#typeNext()
    return true
  }

  resize(columns: number, rows: number): void {
    if (this.#exited !== undefined || (columns === this.#size.columns && rows === this.#size.rows)) return
    this.#size = { columns, rows }
    this.#shell.resize(columns, rows)
    this.#parts.recording.resize(columns, rows)
    this.#parts.events.changed()
  }

  /** A window begins to look; `window` is its identity. The first, and later the one that has the keyboard, sets the pace. */
  attach(window: object, sink: ViewerSink, offset: number | undefined): void {
    const viewer = new Viewer(this.#parts.log, sink, offset)
    this.#viewers.set(window, viewer)
    this.#driver ??= window
    this.#flow()
  }

  detach(window: object): void {
    this.#viewers.delete(window)
    if (this.#driver === window) this.#driver = this.#viewers.keys().next().value
    this.#flow()
  }

  /** This window has the keyboard. */
  focus(window: object): void {
    if (this.#viewers.has(window)) this.#driver = window
    this.#flow()
  }

  acknowledge(window: object, offset: number): void {
    this.#viewers.get(window)?.acknowledge(offset)
    this.#throttle()
  }

  mark(label: string): void {
    this.#parts.recording.mark(label)
  }

  close(): void {
    this.#closed = true
    this.#shell.kill()
    this.#parts.log.close()
  }

  #flow(): void {
    for (const viewer of this.#viewers.values()) viewer.pump()
    this.#throttle()
  }

  /** Only the driver can make the shell wait: a slow onlooker is given the screen later. */
  #throttle(): void {
    const behind = (this.#driver && this.#viewers.get(this.#driver)?.behind) ?? 0
    if (!this.#paused && behind > flow.high) {
      this.#paused = true
      this.#shell.pause()
    } else if (this.#paused && behind <= flow.low) {
      this.#paused = false
      this.#shell.resume()
    }
  }

  #take(mark: ShellMark): void {
    this.#atPrompt = mark.kind === 'prompt'
    if (this.#atPrompt) this.#starting = false
    const running = this.#running
    if (mark.kind === 'start' && running) running.begun = true
    if (mark.kind === 'end' && running?.begun) running.worst = Math.max(running.worst, mark.exit)
    // While a block is being typed the shell may draw its prompt again: nothing has begun then.
    if (mark.kind !== 'prompt' || running?.begun === false) return
    if (running) this.#blockEnded(running.worst)
    this.#parts.events.prompted()
    this.#typeNext()
  }

  #typeNext(): void {
    const next = this.#queue.shift()
    if (!next) return
    this.#running = { place: next.place, worst: 0, begun: false }
    this.#atPrompt = false
    this.mark(`step ${next.place.step}`)
    // What stands on the line goes first (to the kill ring: Ctrl-Y brings it back), then the block comes as one paste.
    this.write(Buffer.from(`\x05\x15\x1b[200~${next.script.replaceAll('\n', '\r')}\x1b[201~\r`))
    this.#parts.events.changed()
  }

  #blockEnded(exit: number | null): void {
    const place = this.#running?.place
    this.#running = undefined
    // A step that is solved goes on after a block that worked, as a learner would.
    if (exit !== 0) this.#queue.length = 0
    if (place) this.#parts.events.blockEnded(place, exit)
    this.#parts.events.changed()
  }

  #end(code: number): void {
    if (this.#closed) return
    this.#exited = code
    this.#parts.recording.exit(code)
    for (const { place } of this.#running ? [] : this.#queue.splice(0)) this.#parts.events.blockEnded(place, null)
    if (this.#running) this.#blockEnded(null)
    this.#parts.events.changed()
  }
}
