// Pastes of several lines are shown before they are run: a page that is copied from may have put in more than was seen.
import type { Terminal } from '@xterm/xterm'
import { askInDialog } from '../client/dialogs.ts'

/** Asks before several lines are pasted by the learner. */
export function guardPastes(element: HTMLElement, terminal: Terminal): void {
  element.addEventListener(
    'paste',
    (event) => {
      event.preventDefault()
      event.stopPropagation()
      void paste(event.clipboardData?.getData('text/plain') ?? '', terminal)
    },
    { capture: true },
  )
}

async function paste(text: string, terminal: Terminal): Promise<void> {
  const lines = text.replace(/\r?\n$/, '').split(/\r?\n/).length
  const several = lines > 1
  const sure =
    !several ||
    (await askInDialog({
      title: `Paste ${lines} lines?`,
      text: 'The shell may run each line as soon as it is there.',
      quote: text.length > 4000 ? `${text.slice(0, 4000)}…` : text,
      yes: 'Paste',
      no: 'Do not paste',
    }))
  if (sure && text !== '') terminal.paste(text)
  terminal.focus()
}
