// The world's clock, ticking here between two messages.
import type { ClockMessage } from '#runner/http/messages.ts'
import { find } from '../client/elements.ts'
import { spanInWords, worldTime } from './world-time.ts'

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
