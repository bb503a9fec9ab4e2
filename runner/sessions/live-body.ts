// What of a session runs: its world, its sandbox, its checks and its terminals. Going back to a step puts another in its place.

import { watchWorld } from '../checks/watch-world.ts'
import { type Standing, startWatcher, type Watcher } from '../checks/watcher.ts'
import type { KeptVerdict } from '../progress/progress-store.ts'
import type { WorldRecord } from '../world/recovery.ts'
import type { World, WorldSnapshot } from '../world/world.ts'
import { HomeKeeper, packHome, unpackHome } from './home-folder.ts'
import { openOwnSession, openSession, type Session } from './open-session.ts'
import { openRecording } from './recording.ts'
import type { Sandbox } from './sandbox/sandbox.ts'
import type { SessionFiles } from './session-files.ts'
import type { LoadedLab, SessionGround } from './session-ground.ts'
import { openTerminalLog } from './terminal-log.ts'
import { type BlockPlace, TerminalSession } from './terminal-session.ts'

/** What a body goes on from. */
export interface BodyStart {
  readonly snapshot?: WorldSnapshot
  readonly records?: readonly WorldRecord[]
  readonly home?: Uint8Array
  readonly verdicts: readonly KeptVerdict[]
}

/** Told of what happens in a body. */
export interface BodyEvents {
  terminalsChanged(): void
  blockEnded(terminal: number, place: BlockPlace, exit: number | null): void
  prompted(): void
  standing(standing: Standing): void
  evidence(id: string, evidence: KeptVerdict['evidence']): void
  problem(error: unknown): void
}

/** What a body stands on. */
export interface BodyGround {
  readonly ground: SessionGround
  readonly loaded: LoadedLab
  readonly files: SessionFiles
  readonly events: BodyEvents
}

const usualSize = { columns: 80, rows: 24 }

/** Brings world, sandbox and checks to life; terminals come by `openTerminal`. */
export async function openBody(on: BodyGround, start: BodyStart): Promise<LiveBody> {
  const { ground, loaded, files } = on
  /** A body that is closed writes nothing more: its world may still be at work while the next one has begun. */
  const gate = { open: true }
  if (ground.real) return new LiveBody({ ...on, gate }, await openOwnSession(ground.real.shell), start.verdicts)
  const session = await openSession({
    file: loaded.lab.file.world,
    sandbox: ground.sandbox,
    programs: ground.programs,
    shown: ground.shown,
    world: {
      record: (record) => gate.open && files.record(record),
      ...(start.snapshot ? { snapshot: start.snapshot } : {}),
      ...(start.records ? { records: start.records } : {}),
    },
  })
  if (start.home) await unpackHome(session.sandbox, start.home)
  return new LiveBody({ ...on, gate }, session, start.verdicts)
}

/** A running world with its shells. */
export class LiveBody {
  readonly world: World
  readonly sandbox: Sandbox
  readonly watcher: Watcher
  readonly terminals = new Map<number, TerminalSession>()
  readonly #on: BodyGround & { readonly gate: { open: boolean } }
  readonly #session: Session
  readonly #home: HomeKeeper
  #closed = false

  constructor(on: BodyGround & { readonly gate: { open: boolean } }, session: Session, verdicts: readonly KeptVerdict[]) {
    const { loaded, files, events } = on
    this.#on = on
    this.#session = session
    this.world = session.world
    this.sandbox = session.sandbox
    this.#home = new HomeKeeper(session.sandbox, (archive) => files.writeHome(archive))
    const kept = {
      evidence: Object.fromEntries(verdicts.map(({ check, evidence }) => [check, evidence])),
      keep: (id: string, evidence: KeptVerdict['evidence']) => events.evidence(id, evidence),
    }
    const { real, now } = on.ground
    this.watcher = real
      ? startWatcher({ checks: loaded.checks, ...real, activity: session.world.activity, now, ...kept })
      : watchWorld(session.world, { ...loaded, ...kept })
    this.watcher.onChange((standing) => events.standing(standing))
  }

  /** Opens the terminal of a number; its earlier output, if any is kept, goes on. */
  async openTerminal(number: number, size: { readonly columns: number; readonly rows: number } = usualSize): Promise<TerminalSession> {
    const { ground, files, events } = this.#on
    const variables = { DRYDOCK_TERMINAL: String(number) }
    const shell = await this.sandbox.openTerminal({ ...size, variables })
    const { problem } = events
    const log = openTerminalLog({ file: files.terminalLog(number), screens: ground.screens, size: () => terminal.state(), problem })
    const recording = openRecording({
      file: files.recording(number),
      title: `${this.#on.loaded.lab.file.title}, terminal ${number}`,
      ...size,
      now: ground.now,
      problem,
    })
    const terminal = new TerminalSession({
      number,
      shell,
      log,
      recording,
      ...size,
      events: {
        changed: () => !this.#closed && events.terminalsChanged(),
        blockEnded: (place, exit) => !this.#closed && events.blockEnded(number, place, exit),
        prompted: () => {
          if (!ground.real) void this.#home.save()
          if (!this.#closed) events.prompted()
        },
      },
    })
    this.terminals.set(number, terminal)
    return terminal
  }

  /** Gives a terminal whose shell has ended another. */
  async reopenTerminal(number: number): Promise<void> {
    const terminal = this.terminals.get(number)
    if (terminal?.state().exited === undefined) return
    const { columns, rows } = terminal.state()
    terminal.join(await this.sandbox.openTerminal({ columns, rows, variables: { DRYDOCK_TERMINAL: String(number) } }))
  }

  closeTerminal(number: number): void {
    this.terminals.get(number)?.close()
    this.terminals.delete(number)
  }

  /** Whether some shell is in the middle of a block of the lab. */
  get typing(): boolean {
    return [...this.terminals.values()].some((terminal) => terminal.state().running !== undefined)
  }

  /** A named point in every recording. */
  mark(label: string): void {
    for (const terminal of this.terminals.values()) terminal.mark(label)
  }

  /** The home as it is now; a user's own is nobody else's to keep. */
  async packHome(): Promise<Uint8Array | undefined> {
    return this.#on.ground.real ? undefined : packHome(this.sandbox)
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#on.gate.open = false
    this.#home.close()
    this.watcher.stop()
    for (const number of [...this.terminals.keys()]) this.closeTerminal(number)
    await this.#session.close()
  }
}
