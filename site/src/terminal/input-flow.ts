// Input to the runner: at once while it is little, paced where a paste is large, so that no limit is met.
import { frameHeads, frameTypes, limits } from '#runner/http/messages.ts'

const frameBytes = limits.frameBytes / 4
const every = 100
/** Bytes for each turn: three quarters of what the runner takes. */
const budget = Math.floor((limits.inputBytesPerSecond * 0.75 * every) / 1000)
const interrupt = 0x03

/** Sends frames; false while there is no connection. */
export type SendFrame = (frame: Uint8Array<ArrayBuffer>) => boolean

/** The input of one terminal. */
export class InputFlow {
  readonly #number: number
  readonly #send: SendFrame
  #waiting: Uint8Array[] = []
  #left = budget
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(number: number, send: SendFrame) {
    this.#number = number
    this.#send = send
  }

  /** Types bytes. An interrupt goes before whatever still waits, and clears it. */
  type(bytes: Uint8Array): void {
    if (bytes.length === 1 && bytes[0] === interrupt) {
      this.#waiting = []
      this.#frame(bytes)
      return
    }
    for (let at = 0; at < bytes.length; at += frameBytes) this.#waiting.push(bytes.subarray(at, at + frameBytes))
    this.#pump()
  }

  /** Forgets what waits. */
  clear(): void {
    this.#waiting = []
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#left = budget
  }

  #pump(): void {
    while (this.#left > 0) {
      const next = this.#waiting.shift()
      if (!next) break
      this.#left -= next.length
      if (!this.#frame(next)) this.#waiting = []
    }
    this.#timer ??= setTimeout(() => this.#refill(), every)
  }

  #refill(): void {
    this.#timer = undefined
    this.#left = Math.min(budget, this.#left + budget)
    if (this.#waiting.length > 0) this.#pump()
    else if (this.#left < budget) this.#timer = setTimeout(() => this.#refill(), every)
  }

  #frame(bytes: Uint8Array): boolean {
    const frame = new Uint8Array(frameHeads.input + bytes.length)
    frame[0] = frameTypes.input
    frame[1] = this.#number
    frame.set(bytes, frameHeads.input)
    return this.#send(frame)
  }
}
