// The player page: one recording, its marks beside it, and the way to the others.
import { minutesAndSeconds, readCast, type Summary } from './asciicast.ts'
import { find, make } from './elements.ts'
import { addressOf, ask } from './runner.ts'

interface Recording {
  readonly terminal: number
  readonly startedAt: string
  readonly bytes: number
}

const query = new URLSearchParams(location.search)
const session = query.get('session') ?? ''
const terminal = Number(query.get('terminal') ?? 1)
const words = find(document, '[data-words]')

if (session === '') say('This page shows a recording when it is opened from a lab or from Your data.')
else await show().catch(() => say('There is no such recording. It may have been deleted, or no runner answers here.'))

async function show(): Promise<void> {
  const response = await fetch(addressOf(`sessions/${encodeURIComponent(session)}/recordings/${terminal}`))
  if (!response.ok) throw new Error(`status ${response.status}`)
  const cast = await response.text()
  const summary = readCast(cast)
  say(summaryInWords(summary))
  find(document, '[data-stage]').hidden = false
  const [{ create }] = await Promise.all([import('asciinema-player'), import('asciinema-player/dist/bundle/asciinema-player.css')])
  const player = create({ data: cast }, find(document, '[data-player]'), {
    fit: 'both',
    idleTimeLimit: 2,
    controls: true,
    preload: true,
    theme: 'drydock',
    terminalLineHeight: 1.25,
  })
  find(document, '[data-marks]').replaceChildren(
    ...summary.marks.map(({ at, label }, marker) => {
      const button = make('button', { type: 'button' }, make('time', {}, minutesAndSeconds(at)), make('span', {}, labelInWords(label)))
      button.addEventListener('click', () => void player.seek({ marker }))
      return make('li', {}, button)
    }),
  )
  await listOthers()
}

async function listOthers(): Promise<void> {
  const recordings = await ask<readonly Recording[]>('GET', `sessions/${encodeURIComponent(session)}/recordings`)
  const links = recordings
    .filter((recording) => recording.terminal !== terminal)
    .map((recording) => make('a', { href: `?session=${encodeURIComponent(session)}&terminal=${recording.terminal}` }, `Terminal ${recording.terminal}`))
  if (links.length > 0)
    find(document, '[data-others]').replaceChildren('Also recorded: ', ...links.flatMap((link, index) => (index === 0 ? [link] : [', ', link])))
}

/** A mark names a criterion by its id; people know it by its sentence. */
function labelInWords(label: string): string {
  const [, id = '', verdict] = /^([a-z0-9-]+): (done|not yet|cannot tell)$/.exec(label) ?? []
  const says: unknown = JSON.parse(find(document, '[data-marks]').dataset.criteria ?? '{}')
  const sentence = (says as Record<string, string>)[id]
  return sentence === undefined ? label : `${verdict === 'done' ? 'Done' : verdict === 'not yet' ? 'Not yet' : 'Cannot tell'}: ${sentence}`
}

function summaryInWords({ startedAt, seconds, marks }: Summary): string {
  const when = startedAt ? ` on ${new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short' }).format(startedAt)}` : ''
  const count = marks.length === 1 ? '1 mark' : `${marks.length} marks`
  return `Terminal ${terminal}, recorded${when}: ${minutesAndSeconds(seconds)} long, ${count}. Pauses are shortened to two seconds.`
}

function say(text: string): void {
  words.textContent = text
}
