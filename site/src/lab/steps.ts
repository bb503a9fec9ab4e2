// The steps: ticked off as they are seen to be done, with hints as a ladder and a menu each.
import type { StepMessage } from '#runner/http/messages.ts'
import { copyFrom } from '../client/copy.ts'
import { find } from '../client/elements.ts'

/** What a step's menu can ask for. */
export interface StepActions {
  solve(step: string): void
  back(step: string): void
}

/** The steps of the page. */
export class Steps {
  readonly #steps = [...document.querySelectorAll<HTMLElement>('.step[data-step]')]

  constructor(actions: StepActions) {
    for (const step of this.#steps) {
      const id = step.dataset.step ?? ''
      find(step, '[data-solve]').addEventListener('click', () => actions.solve(id))
      find(step, '[data-back]').addEventListener('click', () => actions.back(id))
      const link = find<HTMLButtonElement>(step, '[data-link]')
      link.addEventListener('click', () => void copyFrom(link, `${location.origin}${location.pathname}#step-${id}`))
      startHints(step)
    }
    this.#follow()
  }

  /** Ticks off what is done, and allows what can be gone back to. */
  show(messages: readonly StepMessage[], connected: boolean): void {
    for (const step of this.#steps) {
      const message = messages.find(({ id }) => id === step.dataset.step)
      const done = message?.state === 'done'
      step.dataset.state = message?.state ?? 'open'
      find(step, '[data-tick]').textContent = done ? '✓' : (step.dataset.step ?? '')
      find(step, '[data-step-word]').textContent = done ? ' (done)' : ''
      find<HTMLButtonElement>(step, '[data-back]').disabled = !(connected && message?.checkpoint)
      find<HTMLButtonElement>(step, '[data-solve]').disabled = !connected
      const rail = document.querySelector<HTMLElement>(`[data-rail="${step.dataset.step}"]`)
      if (rail) rail.dataset.state = step.dataset.state
    }
  }

  /** Goes to a step, and puts the focus at its title. */
  goTo(id: string): void {
    const step = this.#steps.find(({ dataset }) => dataset.step === id)
    step?.scrollIntoView({ block: 'start' })
    step?.querySelector<HTMLElement>('h2')?.focus({ preventScroll: true })
  }

  /** Marks in the rail which step is being read. */
  #follow(): void {
    const pane = find(document, '#text')
    const mark = (): void => {
      const edge = pane.getBoundingClientRect().top + 160
      const current = this.#steps.findLast((step) => step.getBoundingClientRect().top < edge)
      for (const link of document.querySelectorAll('[data-rail]')) {
        if (link.getAttribute('data-rail') === current?.dataset.step) link.setAttribute('aria-current', 'step')
        else link.removeAttribute('aria-current')
      }
    }
    let asked = false
    pane.addEventListener('scroll', () => {
      if (asked) return
      asked = true
      requestAnimationFrame(() => {
        asked = false
        mark()
      })
    })
    mark()
  }
}

/** One hint at a time, each after a click. */
function startHints(step: HTMLElement): void {
  const button = step.querySelector<HTMLButtonElement>('[data-next-hint]')
  const hints = [...step.querySelectorAll<HTMLElement>('[data-hint]')]
  button?.addEventListener('click', () => {
    const next = hints.find(({ hidden }) => hidden)
    if (!next) return
    next.hidden = false
    next.focus()
    button.textContent = 'Another hint'
    button.hidden = hints.every(({ hidden }) => !hidden)
  })
}
