// The lab page: frame at once, session where there is one, terminal when it is needed.
import '../client/code-block.ts'
import type { SessionMessage } from '#runner/http/messages.ts'
import { aboutRunner, RunnerError } from '../client/runner.ts'
import type { Terminals } from '../terminal/terminals.ts'
import { LiveLab, wordsOf } from './live-lab.ts'
import { startMenus } from './menus.ts'
import { openFrom, openSession, wantedFrom } from './open-session.ts'
import { showPane, startFold, startPanes } from './panes.ts'
import { keepPlace } from './place.ts'
import { StartBox } from './start-box.ts'
import { startTheme } from './theme.ts'

const lab = document.body.dataset.lab ?? ''
const steps = document.querySelectorAll('.step').length
const box = new StartBox({ start: () => void start(), retry: () => location.reload() })
const live = new LiveLab((why) => box.show('ended', why || 'It was ended in another window, or what was stored of it has been deleted.'))
let terminals: Promise<Terminals> | undefined

startPanes()
startFold()
startMenus()
startTheme()
keepPlace(lab)
goToHash()
await begin()
addEventListener('hashchange', goToHash)

/** Goes on with the session that there is; one that an address asks for is opened first. */
async function begin(): Promise<void> {
  const about = await aboutRunner()
  if (!about) return box.show('no-runner')
  if (!about.labs.includes(lab)) return box.show('failed', 'The runner does not have this lab. Its files may have changed since this page was built.')
  void loadTerminals()
  const from = wantedFrom(location.search, steps)
  if (from !== undefined) return open(() => beginFrom(from))
  const known = about.sessions.find((session) => session.lab === lab && session.state !== 'ended')
  return known ? open(() => openSession(lab)) : box.show('none')
}

async function beginFrom(from: number): Promise<SessionMessage> {
  const { session, fresh } = await openFrom(lab, from, () => from > 1 && box.show('making'))
  // The address has done its work: a reload is no third attempt.
  history.replaceState(null, '', `${location.pathname}${fresh && location.hash === '' ? `#step-${from}` : location.hash}`)
  goToHash()
  return session
}

async function start(): Promise<void> {
  await open(() => openSession(lab), { focus: true })
}

async function open(session: () => Promise<SessionMessage>, { focus = false } = {}): Promise<void> {
  box.show('asking')
  try {
    const [opened, ready] = await Promise.all([session(), loadTerminals()])
    box.show('away')
    if (focus) ready.focusWhenReady()
    live.open(opened, ready)
  } catch (error) {
    if (error instanceof RunnerError && error.code === 'no-runner') box.show('no-runner')
    else box.show('failed', wordsOf(error))
  }
}

/** The terminal's code is large: it is fetched once a runner has answered, and not before. */
function loadTerminals(): Promise<Terminals> {
  terminals ??= import('../terminal/terminals.ts').then(({ createTerminals }) => createTerminals())
  return terminals
}

function goToHash(): void {
  const step = /^#step-(\d+)$/.exec(location.hash)?.[1]
  if (step === undefined) return
  showPane('text')
  live.steps.goTo(step)
}
