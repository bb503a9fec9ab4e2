// Output of one terminal by byte offsets: what was shown is acknowledged, what was missed is asked for, and in a replay
// the terminal's own replies are not typed.
import { flow } from '#runner/http/messages.ts'

const reset = new TextEncoder().encode('\u001bc')

/** Where output goes, and who is told. */
export interface OutputSink {
  /** Shows bytes, in order; `parsed` is called once they are on the screen. */
  write(bytes: Uint8Array, parsed: () => void): void
  ack(offset: number): void
  /** Bytes are missing: output from `offset` on is wanted again. */
  missing(offset: number): void
}

/** The flow of one terminal's output. */
export class OutputFlow {
  readonly #sink: OutputSink
  #received = 0
  #parsed = 0
  #acknowledged = 0
  #live = 0
  #screens = 0
  #asked = false

  constructor(sink: OutputSink) {
    this.#sink = sink
  }

  /** Offset of the byte that is expected next. */
  get received(): number {
    return this.#received
  }

  /** True while old output is shown: replies of the terminal belong to its past. */
  get replaying(): boolean {
    return this.#parsed < this.#live || this.#screens > 0
  }

  /** The runner begins to send from an offset on; until `live` it is a replay. */
  attached(from: number, live: number): void {
    this.#asked = false
    this.#live = live
    this.#acknowledged = from
    if (from !== this.#received) this.#begin(from)
  }

  /** Output; parts that are here already are left out. */
  output(offset: number, bytes: Uint8Array): void {
    if (offset > this.#received) {
      if (!this.#asked) this.#sink.missing(this.#received)
      this.#asked = true
      return
    }
    const fresh = bytes.subarray(this.#received - offset)
    if (fresh.length === 0) return
    this.#received += fresh.length
    const end = this.#received
    this.#sink.write(fresh, () => this.#shown(end))
  }

  /** Bytes that repaint the screen as it is at an offset. */
  screen(offset: number, bytes: Uint8Array): void {
    this.#begin(offset)
    this.#screens += 1
    this.#sink.write(bytes, () => {
      this.#screens -= 1
      this.#shown(offset)
    })
  }

  /** Empties the terminal, in its turn, and expects output from an offset on. */
  #begin(offset: number): void {
    this.#received = offset
    this.#sink.write(reset, () => {
      this.#parsed = offset
    })
  }

  #shown(offset: number): void {
    this.#parsed = Math.max(this.#parsed, offset)
    if (this.#parsed - this.#acknowledged < flow.every) return
    this.#acknowledged = this.#parsed
    this.#sink.ack(this.#parsed)
  }
}
