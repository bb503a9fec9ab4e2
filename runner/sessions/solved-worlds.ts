// Worlds in which a lab's steps are solved up to some step: made once by typing the steps, then kept for everybody who asks.
import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { watchWorld } from '../checks/watch-world.ts'
import type { Watcher } from '../checks/watcher.ts'
import { packHome } from './home-folder.ts'
import { openSession, type Session } from './open-session.ts'
import { worldGround } from './patience.ts'
import { runLab } from './run-lab.ts'
import type { BlockShell } from './sandbox/sandbox.ts'
import { openSessionFiles, type SessionFiles } from './session-files.ts'
import type { LoadedLab, SessionGround } from './session-ground.ts'
import { stepsDone } from './steps.ts'

/** What solved worlds are made with. */
export type SolvingGround = Pick<SessionGround, 'sandbox' | 'programs' | 'shown' | 'now'> & { readonly folder: string }

const compress = promisify(gzip)
/** The shell is typed into by nobody: it keeps its state where a page's first terminal looks for it. */
const opening = 'export DRYDOCK_TERMINAL=1; sleep() { drydock clock advance "$1"s >/dev/null; }'
const closing = 'unset -f sleep; mkdir -p ~/.local/state/drydock && { declare -px; printf "cd %q\\n" "$PWD"; } >~/.local/state/drydock/terminal-1'

/** Gives a folder with the checkpoints up to a step, made where they are not kept yet. One lab is solved once, whoever asks meanwhile. */
export function createSolvedWorlds(ground: SolvingGround): (loaded: LoadedLab, step: number) => Promise<string> {
  const solving = new Map<string, Promise<void>>()
  return async (loaded, step) => {
    const key = keyOf(loaded)
    const folder = join(made(ground.folder), key)
    const files = openSessionFiles(folder, () => undefined)
    try {
      if (!files.checkpoints().includes(step)) {
        const under = solving.get(key) ?? solve(loaded, files, ground).finally(() => solving.delete(key))
        solving.set(key, under)
        await under
      }
      if (!files.checkpoints().includes(step)) throw new Error(`The lab "${loaded.lab.id}" could not be solved up to step ${step}`)
      return folder
    } finally {
      files.close()
    }
  }
}

function made(folder: string): string {
  mkdirSync(folder, { recursive: true })
  return folder
}

/** Changes with the lab: its steps and its world. */
function keyOf({ lab }: LoadedLab): string {
  const content = JSON.stringify([lab.file, lab.steps.map(({ blocks }) => blocks)])
  return `${lab.id}-${createHash('sha256').update(content).digest('hex').slice(0, 12)}`
}

async function solve(loaded: LoadedLab, files: SessionFiles, ground: SolvingGround): Promise<void> {
  const session = await openSession({ file: loaded.lab.file.world, sandbox: ground.sandbox, programs: ground.programs, shown: ground.shown })
  const { world } = session
  const watcher = watchWorld(world, loaded)
  const shell = session.sandbox.openShell()
  try {
    await watcher.refresh()
    await shell.execute(opening)
    await typeSteps(loaded, { session, watcher, shell, files, now: ground.now })
  } finally {
    watcher.stop()
    shell.close()
    await session.close()
  }
}

interface Solving {
  readonly session: Session
  readonly watcher: Watcher
  readonly shell: BlockShell
  readonly files: SessionFiles
  now(): number
}

async function typeSteps(loaded: LoadedLab, solving: Solving): Promise<void> {
  const { lab } = loaded
  for (const [index, { id }] of lab.steps.entries()) {
    await keep(loaded, index + 1, solving)
    const { session, shell, watcher, now } = solving
    await runLab({ lab, ground: worldGround(session.world), shell, watcher, parameters: lab.file.parameters, steps: new Set([id]), date: now, patient: false })
  }
}

async function keep({ lab }: LoadedLab, step: number, { session, watcher, shell, files }: Solving): Promise<void> {
  await shell.execute(closing)
  const [snapshot, home] = await Promise.all([session.world.snapshot(), packHome(session.sandbox)])
  await shell.execute(opening)
  const standings = watcher.standings()
  const verdicts = standings.map(({ evidence, ...standing }) => ({ check: standing.id, evidence, standing: { ...standing } }))
  const before = lab.steps.slice(0, step - 1).map(({ id }) => id)
  const world = await compress(JSON.stringify(snapshot))
  if (home) files.writeCheckpoint(step, { world, home, progress: { verdicts, stepsDone: stepsDone(lab, before, { standings, blocks: [] }) } })
}
