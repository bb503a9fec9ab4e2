// The place in the text, kept over a reload: who comes back reads on where they were.
import { find } from '../client/elements.ts'

/** Goes back to where this window was in a lab's text, and remembers from now on. */
export function keepPlace(lab: string): void {
  const pane = find(document, '#text')
  const key = `drydock:place:${lab}`
  try {
    pane.scrollTop = Number(sessionStorage.getItem(key) ?? 0)
  } catch {}
  addEventListener('pagehide', () => {
    try {
      sessionStorage.setItem(key, String(pane.scrollTop))
    } catch {}
  })
}
