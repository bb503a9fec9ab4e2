// The world's clock, ticking here between two messages.
import type { ClockMessage } from '#runner/http/messages.ts'
import { find } from '../client/elements.ts'

/** World time of a clock at a true time, ms since 1970. */
export function worldTime(clock: ClockMessage, at: number): number {
  return clock.running ? clock.now + Math.max(0, at - clock.at) * clock.pace : clock.now
}

/** A span in words, as short as can be: "4 min 10 s". */
export function spanInWords(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** The clock in the bar. `advance` is called with what was chosen. */
export class WorldClock {
  readonly #element = find(document, '[data-clock]')
  #clock: ClockMessage | undefined
  #timer = 0

  constructor(advance: (by: string) => void) {
    for (const button of this.#element.querySelectorAll<HTMLElement>('[data-advance]')) {
      button.addEventListener('click', () => advance(button.dataset.advance ?? ''))
    }
  }

  /** Goes on from a message. The runner's clock and this machine's may differ: what counts is when the message came. */
  set(clock: ClockMessage): void {
    const here = Date.now()
    const fresh = Math.abs(here - clock.at) < 1500
    this.#clock = fresh ? clock : { ...clock, at: here }
    this.#element.hidden = false
    this.#tick()
  }

  #tick(): void {
    clearTimeout(this.#timer)
    const clock = this.#clock
    if (!clock) return
    const now = worldTime(clock, Date.now())
    const time = find<HTMLTimeElement>(this.#element, '[data-time]')
    const iso = new Date(now).toISOString()
    time.textContent = iso.slice(11, 19)
    time.dateTime = iso
    time.title = `${iso.slice(0, 19).replace('T', ' ')} UTC`
    find(this.#element, '[data-still]').hidden = clock.running
    find(this.#element, '[data-next]').textContent = nextInWords(clock, now)
    if (clock.running) this.#timer = window.setTimeout(() => this.#tick(), 1000 - (Math.round(now) % 1000))
  }
}

function nextInWords(clock: ClockMessage, now: number): string {
  const pace = clock.pace === 1 ? '' : ` It runs ${clock.pace} times as fast.`
  if (clock.next === undefined) return `Nothing is waiting to happen.${pace}`
  return `The next event is in ${spanInWords(clock.next - now)}.${pace}`
}
