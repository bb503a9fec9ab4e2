// One window that looks at one terminal: it is sent output at its own pace, from the log, and never makes another wait.
import { flow } from './flow.ts'
import type { TerminalLog } from './terminal-log.ts'

/** Where a viewer's frames go. Offsets count from the terminal's first byte. */
export interface ViewerSink {
  attached(from: number, live: number): void
  /** Bytes that repaint a terminal which was reset; output goes on at `offset`. */
  screen(offset: number, bytes: Uint8Array): void
  output(offset: number, bytes: Uint8Array): void
}

/** Largest frame, in bytes. */
const largest = 32 * 1024

/** A window's place in a terminal's output. */
export class Viewer {
  readonly #log: TerminalLog
  readonly #sink: ViewerSink
  #sent: number
  #acknowledged: number

  /** Begins at `offset` where that is still kept, else with a repaint. */
  constructor(log: TerminalLog, sink: ViewerSink, offset: number | undefined) {
    this.#log = log
    this.#sink = sink
    const known = offset !== undefined && offset >= log.start && offset <= log.end
    this.#sent = known ? offset : log.start
    this.#acknowledged = this.#sent
    sink.attached(this.#sent, log.end)
    if (!known) sink.screen(log.start, Buffer.from(log.screen))
  }

  /** Bytes that exist and that this window has not shown. */
  get behind(): number {
    return this.#log.end - this.#acknowledged
  }

  /** The window has shown everything up to `offset`. */
  acknowledge(offset: number): void {
    if (offset > this.#acknowledged && offset <= this.#sent) this.#acknowledged = offset
    this.pump()
  }

  /** Sends what there is, as far as the window keeps up. */
  pump(): void {
    if (this.#sent < this.#log.start) this.#skip()
    while (this.#sent < this.#log.end && this.#sent - this.#acknowledged < flow.high) {
      const bytes = this.#log.read(this.#sent, Math.min(largest, flow.high))
      this.#sink.output(this.#sent, bytes)
      this.#sent += bytes.length
    }
  }

  /** What this window has not seen is folded away: it is given the screen of that time. */
  #skip(): void {
    this.#sent = this.#log.start
    this.#acknowledged = this.#sent
    this.#sink.attached(this.#sent, this.#log.end)
    this.#sink.screen(this.#sent, Buffer.from(this.#log.screen))
  }
}
