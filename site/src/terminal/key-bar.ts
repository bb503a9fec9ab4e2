// Keys that touch screens do not have.
import { find, make } from '../client/elements.ts'
import type { TerminalView } from './terminal-view.ts'

interface Key {
  readonly label: string
  readonly name: string
  /** What is typed; cursor keys depend on the program. */
  readonly text: string
  readonly cursor?: true
}

const keys: readonly Key[] = [
  { label: 'Esc', name: 'Escape', text: '\u001b' },
  { label: 'Tab', name: 'Tab', text: '\t' },
  { label: '←', name: 'Left', text: 'D', cursor: true },
  { label: '↑', name: 'Up', text: 'A', cursor: true },
  { label: '↓', name: 'Down', text: 'B', cursor: true },
  { label: '→', name: 'Right', text: 'C', cursor: true },
  { label: '|', name: 'Pipe', text: '|' },
  { label: '~', name: 'Tilde', text: '~' },
  { label: '/', name: 'Slash', text: '/' },
  { label: '-', name: 'Hyphen', text: '-' },
]

/** The bar of keys. Ctrl holds for the next key, from here or from the keyboard. */
export class KeyBar {
  readonly #ctrl = make('button', { type: 'button', 'aria-pressed': 'false' }, 'Ctrl')

  constructor(active: () => TerminalView | undefined) {
    const buttons = keys.map((key) => {
      const button = make('button', { type: 'button', 'aria-label': key.name }, key.label)
      button.addEventListener('click', () => {
        const view = active()
        view?.type(key.cursor ? `\u001b${view.applicationCursorKeys ? 'O' : '['}${key.text}` : key.text)
        view?.focus()
      })
      return button
    })
    this.#ctrl.addEventListener('click', () => {
      this.#ctrl.setAttribute('aria-pressed', String(!this.#held()))
      active()?.focus()
    })
    const bar = find(document, '[data-keys]')
    // The on-screen keyboard stays where it is: a press does not take the focus.
    bar.addEventListener('pointerdown', (event) => event.preventDefault())
    bar.replaceChildren(...buttons.slice(0, 2), this.#ctrl, ...buttons.slice(2))
  }

  /** What a typed text means while Ctrl is held: its control character, once. */
  withCtrl(text: string): string {
    if (!this.#held() || text.length !== 1) return text
    this.#ctrl.setAttribute('aria-pressed', 'false')
    const code = text.toUpperCase().charCodeAt(0)
    return code >= 0x40 && code <= 0x5f ? String.fromCharCode(code & 0x1f) : text
  }

  #held(): boolean {
    return this.#ctrl.getAttribute('aria-pressed') === 'true'
  }
}
