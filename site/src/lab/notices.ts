// What has to be said: a banner that stays, notices that can be put away, announcements for those who listen.
import { find, make } from '../client/elements.ts'

/** Shows a sentence above the panes until it is put away. */
export function notice(text: string, tone: 'info' | 'warning' = 'info'): void {
  const list = find(document, '[data-notices]')
  if ([...list.children].some((entry) => entry.firstChild?.textContent === text)) return
  const close = make('button', { type: 'button', class: 'button small' }, 'Close')
  const entry = make('p', { 'data-tone': tone }, make('span', {}, text), close)
  close.addEventListener('click', () => entry.remove())
  list.append(entry)
  if (list.children.length > 4) list.firstElementChild?.remove()
}

/** Shows a sentence that stays: that something is missing as long as the page is open. */
export function banner(text: string | undefined): void {
  const element = find(document, '[data-banner]')
  element.textContent = text ?? ''
  element.hidden = text === undefined
}

/** Says something to screen readers, without haste. */
export function announce(text: string): void {
  find(document, '[data-announce]').textContent = text
}
