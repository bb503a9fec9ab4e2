// Questions that must be answered before something happens.
import { make } from './elements.ts'

/** A question with its two answers. */
export interface Question {
  readonly title: string
  readonly text: string
  /** Shown as it is, to be read before it is agreed to. */
  readonly quote?: string
  readonly yes: string
  readonly no: string
  /** True where yes loses something. */
  readonly danger?: boolean
}

/** Asks in a dialog; Escape means no. */
export function askInDialog(question: Question): Promise<boolean> {
  const title = make('h2', { id: 'dialog-title' }, question.title)
  const no = make('button', { type: 'button', class: 'button' }, question.no)
  const yes = make('button', { type: 'button', class: question.danger ? 'button danger' : 'button primary', 'data-yes': '' }, question.yes)
  const quote = question.quote === undefined ? [] : [make('pre', { tabindex: '0' }, question.quote)]
  const dialog = make(
    'dialog',
    { class: 'question', 'aria-labelledby': 'dialog-title' },
    title,
    make('p', {}, question.text),
    ...quote,
    make('div', { class: 'actions' }, no, yes),
  )
  document.body.append(dialog)
  // What was chosen in a menu is gone with it: the way back is to the menu.
  const before = document.activeElement?.closest('details.menu')?.querySelector('summary') ?? document.activeElement
  return new Promise((resolve) => {
    yes.addEventListener('click', () => dialog.close('yes'))
    no.addEventListener('click', () => dialog.close('no'))
    dialog.addEventListener('close', () => {
      dialog.remove()
      if (before instanceof HTMLElement) before.focus()
      resolve(dialog.returnValue === 'yes')
    })
    dialog.showModal()
    if (question.danger) no.focus()
    else yes.focus()
  })
}
