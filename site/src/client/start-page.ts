// The first page goes on where the learner was.
import type { SessionMessage } from '#runner/http/messages.ts'
import { find } from './elements.ts'
import { aboutRunner } from './runner.ts'

const about = await aboutRunner()
const start = document.querySelector<HTMLAnchorElement>('[data-start]')
const session = about?.sessions.find(({ lab, state }) => lab === start?.dataset.start && state !== 'ended')
if (start && session) {
  start.textContent = 'Go on with the lab'
  find(document, '[data-resume]').textContent = lineOf(session)
}

function lineOf({ attempt, startedAt }: SessionMessage): string {
  const when = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(startedAt))
  return `Your attempt ${attempt} is kept as you left it. It was started on ${when}.`
}
