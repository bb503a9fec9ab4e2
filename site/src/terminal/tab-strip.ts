// The strip of tabs above the terminals.
import { limits, type TerminalMessage } from '#runner/http/messages.ts'
import { find, make } from '../client/elements.ts'

/** What is done with tabs. */
export interface TabActions {
  select(number: number): void
  close(number: number): void
  open(): void
}

/** The tabs: one for each terminal, arrow keys between them. */
export class TabStrip {
  readonly #list = find(document, '[data-tabs]')
  readonly #open = find<HTMLButtonElement>(document, '[data-open]')
  readonly #actions: TabActions

  constructor(actions: TabActions) {
    this.#actions = actions
    this.#open.addEventListener('click', () => actions.open())
    this.#list.addEventListener('keydown', (event) => this.#arrows(event))
  }

  /** Shows the tabs there are. */
  show(terminals: readonly TerminalMessage[], active: number, titles: ReadonlyMap<number, string>): void {
    const focused = this.#list.contains(document.activeElement)
    this.#list.replaceChildren(
      ...terminals.map((terminal) => this.#tab(terminal, { active, title: titles.get(terminal.number) ?? '', only: terminals.length === 1 })),
    )
    this.#open.disabled = terminals.length >= limits.terminals
    if (focused) this.#list.querySelector<HTMLElement>('[aria-selected=true]')?.focus()
  }

  #tab({ number, title: usual }: TerminalMessage, { active, title, only }: { active: number; title: string; only: boolean }): HTMLElement {
    const selected = number === active
    const label = title === '' ? usual || `Terminal ${number}` : `${number}: ${title}`
    const attributes = {
      type: 'button',
      role: 'tab',
      id: `tab-${number}`,
      'aria-selected': String(selected),
      'aria-controls': `terminal-${number}`,
      title: label,
    }
    const tab = make('button', { ...attributes, tabindex: selected ? '0' : '-1' }, label)
    tab.addEventListener('click', () => this.#actions.select(number))
    const close = make('button', { type: 'button', class: 'close', 'aria-label': `Close terminal ${number}`, title: 'Close' }, '×')
    close.addEventListener('click', () => this.#actions.close(number))
    return make('div', { class: 'tab', role: 'presentation', ...(selected ? { 'data-selected': '' } : {}) }, tab, ...(only ? [] : [close]))
  }

  #arrows(event: KeyboardEvent): void {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
    if (step === undefined) return
    const tabs = [...this.#list.querySelectorAll<HTMLElement>('[role=tab]')]
    const at = tabs.findIndex((tab) => tab.getAttribute('aria-selected') === 'true')
    tabs[(at + step + tabs.length) % tabs.length]?.click()
    this.#list.querySelector<HTMLElement>('[aria-selected=true]')?.focus()
  }
}
