// The work of `drydock serve`: content, programs, store and sessions joined to a server, until somebody ends it.
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { pino } from 'pino'
import { type Authenticator, anonymous, trustedHeader } from '../auth/identity.ts'
import { loadChecks } from '../checks/load-checks.ts'
import { serveRunner } from '../http/serve.ts'
import { loadCourse } from '../labs/load-course.ts'
import { loadLab } from '../labs/load-labs.ts'
import type { ProgressStore } from '../progress/progress-store.ts'
import { openSqliteStore } from '../progress/stores/sqlite.ts'
import { SessionError } from '../sessions/live-session.ts'
import { sandboxFor } from '../sessions/sandbox/choose.ts'
import { createScreens } from '../sessions/screen/screens.ts'
import { type LoadedLab, usualLimits } from '../sessions/session-ground.ts'
import { SessionHouse } from '../sessions/session-house.ts'
import { createSolvedWorlds } from '../sessions/solved-worlds.ts'
import { builtSite } from './build-site.ts'
import { type Given, UsageError } from './command.ts'
import { checkImporter, labFolder } from './content.ts'
import { cacheFolder, type Machine, print, tell } from './machine.ts'
import { sandboxOf } from './options.ts'
import { findPrograms } from './programs.ts'
import { openReal, type ServedReal } from './serve-real.ts'

/** Where and how it is served, as it was asked for. */
export interface Serving {
  readonly host: string
  readonly port: number
  readonly data: string
  readonly authHeader: string | undefined
  readonly origins: readonly string[]
}

/** The first learner's first prompt comes before that, ms. */
const solvingAfter = 10_000

/** Serves until the process is told to end; every session is stored then. */
export async function keepServing(given: Given, machine: Machine, serving: Serving): Promise<void> {
  if (given.value('--clusters') !== 'real') return serveSessions(given, machine, serving)
  const real = await openReal(given, machine)
  if (real) await serveSessions(given, machine, { ...serving, data: join(serving.data, `real-${real.id}`) }, real).finally(() => real.close())
}

async function serveSessions(given: Given, machine: Machine, serving: Serving, real?: ServedReal): Promise<void> {
  const sandbox = real ? 'none' : await sandboxFor(sandboxOf(given))
  if (real) tell(machine, 'The terminals on the page are your own shells on this machine: whoever opens the page there is you.')
  else if (sandbox === 'none') tell(machine, 'NO SANDBOX: whoever opens a terminal on the page is you on this machine. Use it alone, on this machine only.')
  const [site, programs] = await Promise.all([builtSite(machine), findPrograms(machine)])
  if (machine.ending.aborted) return
  const data = resolve(machine.cwd, serving.data)
  const store = openStore(data)
  const log = pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination({ dest: 2, sync: true }))
  const house = new SessionHouse({
    store,
    folder: folderIn(data, 'sessions'),
    sandbox,
    ...programs,
    screens: createScreens(),
    limits: usualLimits,
    load: real ? only(real.lab, labLoader(machine)) : labLoader(machine),
    ...(real ? { real: real.ground } : {}),
    solved: real ? notSolved : createSolvedWorlds({ sandbox, ...programs, now: Date.now, folder: join(cacheFolder(machine), 'solved') }),
    now: Date.now,
    log: (event, facts) => log.info(facts, event),
  })
  try {
    const server = await serveRunner({
      house,
      sandbox,
      site,
      host: serving.host,
      port: serving.port,
      origins: serving.origins,
      authenticator: authenticatorOf(serving, store),
      version: await versionOf(machine),
      labs: () => (real ? Promise.resolve([real.lab]) : labFolder(machine).labs()),
      course: (id) => loadCourse(labFolder(machine), id),
      now: Date.now,
    })
    const soon = real ? undefined : setTimeout(() => void solveAhead(house, machine), solvingAfter).unref()
    print(machine, `Drydock is at http://${serving.host.includes(':') ? `[${serving.host}]` : serving.host}:${server.port}/`)
    if (!machine.ending.aborted) await once(machine.ending, 'abort')
    clearTimeout(soon)
    tell(machine, 'storing every session ...')
    await server.close()
  } finally {
    store.close()
  }
}

function only(id: string, load: (id: string) => Promise<LoadedLab>): (id: string) => Promise<LoadedLab> {
  return (asked) => (asked === id ? load(id) : Promise.reject(new SessionError(`Here the lab "${id}" is played, on clusters that exist: there is no other`)))
}

function notSolved(): Promise<string> {
  return Promise.reject(new SessionError('On clusters that exist a lab begins with its first step: nobody has solved it there'))
}

/** Links into the middle of a lab open at once where its steps were solved before somebody asks. */
async function solveAhead(house: SessionHouse, machine: Machine): Promise<void> {
  for (const id of await labFolder(machine).labs()) {
    const loaded = await house.ground.load(id).catch(() => undefined)
    if (!loaded || machine.ending.aborted) continue
    await house.ground.solved(loaded, loaded.lab.steps.length).catch((error: unknown) => house.ground.log('lab.unsolved', { lab: id, error: String(error) }))
  }
}

function openStore(data: string): ProgressStore {
  return openSqliteStore(join(folderIn(data), 'drydock.db'))
}

function folderIn(...parts: readonly string[]): string {
  const folder = join(...parts)
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw new UsageError(`Cannot write the folder "${folder}": ${error instanceof Error ? error.message : String(error)}; choose another with "--data"`)
  }
  return folder
}

/** Labs as they are now: an author's change is there with the next session. */
function labLoader(machine: Machine): (id: string) => Promise<LoadedLab> {
  return async (id) => {
    const lab = await loadLab(labFolder(machine), id)
    const [criteria, milestones] = await Promise.all([loadChecks(lab, checkImporter(machine)), loadChecks(lab, checkImporter(machine), 'milestones')])
    return { lab, checks: [...criteria, ...milestones] }
  }
}

function authenticatorOf({ authHeader }: Serving, store: ProgressStore): Authenticator {
  const knows = (learner: string): boolean => store.knows(learner)
  return authHeader === undefined ? anonymous(knows) : trustedHeader(authHeader, knows)
}

async function versionOf(machine: Machine): Promise<string> {
  return (JSON.parse(await readFile(join(machine.project, 'package.json'), 'utf8')) as { version: string }).version
}
