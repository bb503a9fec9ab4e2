// The criteria as they stand: in the panel, at their steps, and said aloud when one comes true.
import type { StandingMessage } from '#runner/http/messages.ts'
import { find } from '../client/elements.ts'
import { celebrate } from './celebrate.ts'
import { announce } from './notices.ts'

const whyTitles = { 'not yet': 'Why not yet', 'cannot tell': 'Why it cannot be told', done: '' } as const

/** The criteria of the page. */
export class Criteria {
  readonly #items = [...document.querySelectorAll<HTMLElement>('.criteria-list > [data-criterion]')]

  constructor() {
    for (const item of this.#items) find(item, '[data-why]').addEventListener('click', () => unfold(item, find(item, '[data-why-text]').hidden))
  }

  /** Shows all standings, as they are when a session is opened: nothing is announced. */
  showAll(standings: readonly StandingMessage[]): void {
    for (const item of this.#items) mark(item.dataset.criterion ?? '', 'not yet')
    for (const standing of standings) this.#show(standing)
    this.#count()
  }

  /** Shows a standing that has changed. */
  change(standing: StandingMessage): void {
    const item = this.#item(standing.id)
    if (!item) return
    const news = standing.verdict === 'done' && item.dataset.verdict !== 'done'
    this.#show(standing)
    const left = this.#count()
    if (!news) return
    announce(left === 0 ? 'All criteria are done.' : `Done: ${find(item, '[data-says]').textContent}`)
    if (left === 0) celebrate(find(document, '.sparks'))
  }

  #show({ id, verdict, expected, seen, where }: StandingMessage): void {
    const item = this.#item(id)
    if (!item) return
    mark(id, verdict)
    const why = find(item, '[data-why]')
    why.hidden = verdict === 'done' || (expected === '' && seen === '')
    why.textContent = whyTitles[verdict]
    if (why.hidden) unfold(item, false)
    find(item, '[data-expected]').textContent = expected
    find(item, '[data-seen]').textContent = seen
    find(item, '[data-where]').textContent = where
  }

  /** Says how many are done; gives how many are left. */
  #count(): number {
    const done = this.#items.filter(({ dataset }) => dataset.verdict === 'done').length
    const all = this.#items.length
    find(document, '[data-count]').textContent = `${done} of ${all} done`
    find(document, '[data-short-count]').textContent = `${done}/${all}`
    find(document, '[data-all-done]').hidden = done < all
    return all - done
  }

  #item(id: string): HTMLElement | undefined {
    return this.#items.find(({ dataset }) => dataset.criterion === id)
  }
}

/** Marks a criterion wherever it stands: in the panel and at its step. */
function mark(id: string, verdict: StandingMessage['verdict']): void {
  for (const item of document.querySelectorAll<HTMLElement>(`[data-criterion="${CSS.escape(id)}"]`)) {
    item.dataset.verdict = verdict
    find(item, '[data-criterion-word]').textContent = ` (${verdict})`
  }
}

function unfold(item: HTMLElement, open: boolean): void {
  find(item, '[data-why-text]').hidden = !open
  find(item, '[data-why]').setAttribute('aria-expanded', String(open))
}
