// The small bar that searches in a terminal's output.
import type { ISearchOptions, ISearchResultChangeEvent } from '@xterm/addon-search'
import { find } from '../client/elements.ts'
import type { TerminalView } from './terminal-view.ts'

const decorations: NonNullable<ISearchOptions['decorations']> = {
  matchBackground: '#7d6a2f',
  matchOverviewRuler: '#e9b862',
  activeMatchBackground: '#c98a1b',
  activeMatchColorOverviewRuler: '#e9b862',
}

/** The search bar of the terminals' pane. */
export class FindBar {
  readonly #bar = find<HTMLFormElement>(document, '[data-find-bar]')
  readonly #words = find<HTMLInputElement>(document, '#find-words')
  readonly #active: () => TerminalView | undefined

  constructor(active: () => TerminalView | undefined) {
    this.#active = active
    this.#bar.addEventListener('submit', (event) => {
      event.preventDefault()
      this.#go('next')
    })
    this.#words.addEventListener('input', () => this.#go('here'))
    find(this.#bar, '[data-previous]').addEventListener('click', () => this.#go('previous'))
    find(this.#bar, '[data-find-close]').addEventListener('click', () => this.close())
    find(document, '[data-find]').addEventListener('click', () => this.open())
    this.#bar.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.close()
    })
  }

  open(): void {
    this.#bar.hidden = false
    this.#words.select()
    this.#words.focus()
  }

  close(): void {
    this.#bar.hidden = true
    this.#active()?.search.clearDecorations()
    this.#active()?.focus()
  }

  /** How many were found. */
  found({ resultIndex, resultCount }: ISearchResultChangeEvent): void {
    const words = resultCount === 0 ? 'Not found' : `${resultIndex + 1} of ${resultCount}`
    find(this.#bar, '[data-found]').textContent = this.#words.value === '' ? '' : words
  }

  #go(way: 'next' | 'previous' | 'here'): void {
    const search = this.#active()?.search
    const words = this.#words.value
    if (!search) return
    if (words === '') search.clearDecorations()
    else if (way === 'previous') search.findPrevious(words, { decorations })
    else search.findNext(words, { decorations, incremental: way === 'here' })
  }
}
