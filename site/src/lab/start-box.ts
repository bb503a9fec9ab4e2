// What stands where the terminal will be: a Start button, or why there is none.
import { copyFrom } from '../client/copy.ts'
import { find } from '../client/elements.ts'

/** What the box can show; `away` makes room for the terminal. */
export type BoxFace = 'asking' | 'making' | 'none' | 'no-runner' | 'failed' | 'ended' | 'away'

/** The box in the terminal's place. */
export class StartBox {
  readonly #box = find(document, '[data-start-box]')
  readonly #screen = find(document, '[data-screen]')
  /** On narrow screens the box is behind a tab: the text has a button of its own. */
  readonly #inText = find(document, '[data-start-in-text]')

  constructor(actions: { start(): void; retry(): void }) {
    for (const button of document.querySelectorAll('[data-start]')) button.addEventListener('click', () => actions.start())
    for (const button of this.#box.querySelectorAll('[data-retry]')) button.addEventListener('click', () => actions.retry())
    const copy = this.#box.querySelector<HTMLButtonElement>('[data-copy]')
    copy?.addEventListener('click', () => void copyFrom(copy, this.#box.querySelector('pre')?.textContent ?? ''))
  }

  /** Shows one face, with words where it has a place for them. */
  show(face: BoxFace, words?: string): void {
    this.#box.hidden = face === 'away'
    this.#screen.hidden = face !== 'away'
    this.#inText.hidden = face !== 'none'
    for (const part of this.#box.querySelectorAll<HTMLElement>('[data-when]')) part.hidden = part.dataset.when !== face
    if (face === 'failed') find(this.#box, '[data-failure]').textContent = words ?? ''
    if (face === 'ended') find(this.#box, '[data-ending]').textContent = words ?? ''
  }
}
