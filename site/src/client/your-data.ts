// The page of one's own data: sessions with their files, everything as a download, and deleting.
import type { AboutMessage, SessionMessage } from '#runner/http/messages.ts'
import { askInDialog } from './dialogs.ts'
import { find, make } from './elements.ts'
import { addressOf, ask, RunnerError } from './runner.ts'

const state = find(document, '[data-state]')

find(document, '[data-delete]').addEventListener('click', () => void deleteAll())
find(document, '[data-delete-local]').addEventListener('click', () => {
  forgetLocal()
  say('Deleted from this browser.')
})
await show()

async function show(): Promise<void> {
  const about = await ask<AboutMessage>('GET', 'about').catch(() => undefined)
  for (const part of document.querySelectorAll<HTMLElement>('[data-when-there]')) part.hidden = !about
  find(document, '[data-when-alone]').hidden = about !== undefined
  find<HTMLAnchorElement>(document, '[data-export]').href = addressOf('me')
  say('')
  if (!about) return
  const items = await Promise.all(about.sessions.map(itemOf))
  find(document, '[data-sessions]').replaceChildren(...items)
  find(document, '[data-none]').hidden = items.length > 0
}

async function itemOf(session: SessionMessage): Promise<HTMLElement> {
  const { id, lab, attempt, state } = session
  const recordings = await ask<readonly { terminal: number }[]>('GET', `sessions/${id}/recordings`).catch(() => [])
  const words = { live: 'open', stored: 'stored', ended: 'ended' }[state]
  const about = make(
    'div',
    {},
    make('strong', {}, `${titleOf(lab)}, attempt ${attempt}`),
    make('small', {}, `${words}, started ${day(session.startedAt)}, kept until ${day(session.keptUntil)}`),
  )
  const home = make('a', { class: 'button small', href: addressOf(`sessions/${id}/home`), download: '' }, 'Home folder')
  const watch = recordings.map(({ terminal }) =>
    make('a', { class: 'button small', href: `/recording/?session=${encodeURIComponent(id)}&terminal=${terminal}` }, `Recording ${terminal}`),
  )
  const remove = make('button', { type: 'button', class: 'button small danger', 'aria-label': `Delete ${titleOf(lab)}, attempt ${attempt}` }, 'Delete')
  remove.addEventListener('click', () => void deleteOne(session))
  return make('li', {}, about, make('div', { class: 'ways' }, home, ...watch, remove))
}

async function deleteOne({ id, lab, attempt }: SessionMessage): Promise<void> {
  const sure = await askInDialog({
    title: `Delete attempt ${attempt} of “${titleOf(lab)}”?`,
    text: 'Its clusters, its home folder, its recordings and what was decided about it are deleted for good.',
    yes: 'Delete',
    no: 'Keep it',
    danger: true,
  })
  if (sure) await attempted(() => ask('DELETE', `sessions/${id}`), 'Deleted.')
}

async function deleteAll(): Promise<void> {
  const sure = await askInDialog({
    title: 'Delete everything?',
    text: 'All your sessions, answers and recordings are deleted for good, here and in this browser.',
    yes: 'Delete everything',
    no: 'Keep it',
    danger: true,
  })
  if (!sure) return
  await attempted(() => ask('DELETE', 'me'), 'Everything was deleted.')
}

async function attempted(act: () => Promise<unknown>, done: string): Promise<void> {
  try {
    await act()
    if (done.startsWith('Everything')) forgetLocal()
    await show()
    say(done)
  } catch (error) {
    say(error instanceof RunnerError ? error.message : 'That did not work. Reload the page and try again.')
  }
}

/** Forgets answers; how the pages are arranged is no data about a person and stays. */
function forgetLocal(): void {
  for (const key of Object.keys(localStorage)) if (key.startsWith('drydock:answers:')) localStorage.removeItem(key)
}

function titleOf(lab: string): string {
  const titles: unknown = JSON.parse(find(document, '[data-titles]').dataset.titles ?? '{}')
  return (titles as Record<string, string>)[lab] ?? lab
}

function day(time: string): string {
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(time))
}

function say(text: string): void {
  state.textContent = text
}
