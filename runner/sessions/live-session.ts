// A session that runs: one learner at one lab (the room's door for the server). What happens in it is kept as it happens.
import type { Standing } from '../checks/watcher.ts'
import { at } from '../kubernetes/object.ts'
import type { SessionRecord } from '../progress/progress-store.ts'
import { type BodyStart, type LiveBody, openBody } from './live-body.ts'
import { withParameters } from './run-lab.ts'
import { longestLog, type SessionFiles } from './session-files.ts'
import type { LoadedLab, SessionGround } from './session-ground.ts'
import { stepBegun, stepsDone } from './steps.ts'
import type { BlockPlace, TerminalSession } from './terminal-session.ts'

/** What a session tells whoever listens. */
export type SessionEvent =
  | { readonly type: 'terminals' }
  | { readonly type: 'steps' }
  | { readonly type: 'clock' }
  | { readonly type: 'restarted'; readonly step: number }
  | { readonly type: 'ended' }
  | { readonly type: 'going-down' }
  | { readonly type: 'standing'; readonly standing: Standing }
  | { readonly type: 'block'; readonly terminal: number; readonly place: BlockPlace; readonly exit: number | null }
  | { readonly type: 'notice'; readonly text: string; readonly tone: 'info' | 'warning' }

/** What was asked of a session and cannot be done, in words for the learner. */
export class SessionError extends Error {
  override readonly name = 'SessionError'
}

/** What a session is opened with. `start` is where its body goes on from. */
export interface LiveOptions {
  readonly ground: SessionGround
  readonly loaded: LoadedLab
  readonly record: SessionRecord
  readonly files: SessionFiles
  readonly start: Omit<BodyStart, 'verdicts'>
  /** Sentences about what happened while nobody was there. */
  readonly notices: readonly string[]
}

/** Opens a session: everything in it runs when this resolves. */
export async function openLiveSession(options: LiveOptions): Promise<LiveSession> {
  const session = new LiveSession(options)
  try {
    await session.begin(options.start)
    return session
  } catch (error) {
    options.files.close()
    throw error
  }
}

/** A running session. */
export class LiveSession {
  readonly loaded: LoadedLab
  readonly files: SessionFiles
  readonly #once: string[]
  readonly #warnings = new Set<string>()
  readonly #ground: SessionGround
  readonly #listeners = new Set<(event: SessionEvent) => void>()
  readonly #blocks: BlockPlace[] = []
  readonly #marked = new Map<string, string>()
  #record: SessionRecord
  #body: LiveBody | undefined
  #saving: Promise<unknown> = Promise.resolve()
  #restarting: Promise<unknown> = Promise.resolve()
  #full = false
  #closed = false

  constructor({ ground, loaded, record, files, notices }: LiveOptions) {
    this.loaded = loaded
    this.files = files
    this.#once = [...notices]
    this.#ground = ground
    this.#record = record
  }

  get record(): SessionRecord {
    return this.#record
  }

  /** The world, the shells. Throws while a session goes back to a step. */
  get body(): LiveBody {
    if (!this.#body) throw new SessionError('The session is being set back: wait a moment')
    return this.#body
  }

  /** True while the session goes back to a step: it has no shells then. */
  get restarting(): boolean {
    return this.#body === undefined
  }

  /** Leaves a sentence for the next window that comes. */
  sayOnce(text: string): void {
    this.#once.push(text)
  }

  /** What happened, for a window that came: what befell the session is said once, what is still so each time. */
  takeNotices(): readonly string[] {
    return [...this.#once.splice(0), ...this.#warnings]
  }

  get closed(): boolean {
    return this.#closed
  }

  async begin(start: Omit<BodyStart, 'verdicts'>): Promise<void> {
    await this.#openBody(start)
    if (this.#ground.real) this.#warnings.add(this.#ground.real.notice)
    if (!start.snapshot) await this.#save(1)
  }

  listen(listener: (event: SessionEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  tell(event: SessionEvent): void {
    for (const listener of [...this.#listeners]) listener(event)
  }

  terminal(number: number): TerminalSession {
    const found = this.body.terminals.get(number)
    if (!found) throw new SessionError(`There is no terminal ${number}: expected one of ${[...this.body.terminals.keys()].join(', ')}`)
    return found
  }

  /** Another terminal on the same world; its number is one that no other has or had. */
  async openTerminal(size: { readonly columns: number; readonly rows: number }): Promise<TerminalSession> {
    const { terminals } = this.body
    if (terminals.size >= this.#ground.limits.terminals)
      throw new SessionError(`A session has at most ${this.#ground.limits.terminals} terminals: close one first`)
    const used = [...terminals.keys(), ...this.files.recordings().map(({ terminal }) => terminal)]
    const terminal = await this.body.openTerminal(Math.max(0, ...used) + 1, size)
    this.#terminalsChanged()
    return terminal
  }

  closeTerminal(number: number): void {
    if (this.body.terminals.size < 2) throw new SessionError('A session keeps one terminal: open another before you close this one')
    this.body.closeTerminal(number)
    this.#terminalsChanged()
  }

  /** Types a block, or all commands of a step, into a terminal; while the session is set back it waits for the new shells. */
  async run(number: number, step: string, block?: number): Promise<void> {
    await this.#restarting
    const found = this.loaded.lab.steps.find(({ id }) => id === step)
    const blocks = found?.blocks.flatMap(({ kind, script }, index) => {
      const wanted = block === undefined ? kind === 'command' : index === block && kind !== 'reading'
      return wanted ? [{ place: { step, block: index }, script: this.#typed(script) }] : []
    })
    if (!blocks || blocks.length === 0) throw new SessionError(`The lab has no block ${block ?? ''} in step ${step} that can be run`)
    if (!this.terminal(number).type(blocks)) throw new SessionError('Something else runs in this terminal: let it end, press Ctrl-C, or use another terminal')
  }

  #typed(script: string): string {
    const { real } = this.#ground
    return real ? withParameters(script, { lab: this.loaded.lab, parameters: real.parameters }) : script
  }

  /** Moves the world's time on, by ms or to its next timer. */
  async advance(by: number | 'next'): Promise<void> {
    if (this.#ground.real) throw new SessionError('These clusters exist: their time cannot be moved on')
    const { clock } = this.body.world
    const next = clock.next()
    if (by === 'next' && next === undefined) throw new SessionError('Nothing is due in this world: move time on by minutes')
    await clock.advance(by === 'next' ? Math.max(0, (next ?? 0) - clock.now()) : by)
    this.#keepTime()
    this.tell({ type: 'clock' })
  }

  /** Lets the world's time run, or stand still while nobody is there. */
  setRunning(running: boolean): void {
    const { clock } = this.body.world
    if (running === clock.running) return
    if (running) clock.start()
    else clock.stop()
    this.#keepTime()
    this.tell({ type: 'clock' })
  }

  /** Whether a check is what the lab is judged by; milestones are not. */
  isCriterion(id: string): boolean {
    return this.loaded.lab.file.criteria.some((criterion) => criterion.id === id)
  }

  /** Steps whose beginning can be gone back to. */
  checkpoints(): readonly number[] {
    return this.files.checkpoints()
  }

  /** Goes back to where a step began: world, home, verdicts, and new shells. */
  restart(step: number): Promise<void> {
    if (this.#ground.real) return Promise.reject(new SessionError('These clusters exist: what was done to them is not taken back from here'))
    const restarted = this.#restart(step)
    this.#restarting = restarted.catch(() => undefined)
    return restarted
  }

  async #restart(step: number): Promise<void> {
    const checkpoint = this.files.checkpoint(step)
    if (!checkpoint) throw new SessionError(`The beginning of step ${step} is not kept: expected one of ${this.checkpoints().join(', ')}`)
    const old = this.body
    await this.#saving
    this.#body = undefined
    const closing = old.close()
    this.files.dropTerminals()
    this.files.dropCheckpoints(step)
    this.#blocks.length = 0
    this.#ground.store.replaceVerdicts(this.#record.id, checkpoint.progress.verdicts)
    this.#change({ stepsDone: checkpoint.progress.stepsDone, terminals: [1] })
    this.files.adoptWorld(step)
    await this.#openBody({ snapshot: checkpoint.world, home: checkpoint.home })
    this.body.mark(step === 1 ? 'start again' : `back to step ${step}`)
    this.tell({ type: 'restarted', step })
    await closing
  }

  /** Everything is stored, everything ends; the session can be opened again. */
  async close(why: 'ended' | 'going-down'): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    if (why === 'going-down') await this.#save()
    this.tell({ type: why })
    await this.#saving.catch(() => undefined)
    await this.#body?.close()
    this.files.close()
  }

  async #openBody(start: Omit<BodyStart, 'verdicts'>): Promise<void> {
    const { store } = this.#ground
    const { id, terminals } = this.#record
    const events = {
      terminalsChanged: () => this.tell({ type: 'terminals' }),
      blockEnded: (terminal: number, place: BlockPlace, exit: number | null) => this.#blockEnded(terminal, place, exit),
      prompted: () => this.#prompted(),
      standing: (standing: Standing) => this.#decided(standing),
      evidence: (check: string, evidence: Standing['evidence']) => store.keepVerdict(id, { check, evidence }),
      problem: (error: unknown) => this.#problem(error),
    }
    const verdicts = store.verdicts(id)
    for (const { check, standing } of verdicts) this.#marked.set(check, String(at(standing, 'verdict')))
    const body = await openBody({ ground: this.#ground, loaded: this.loaded, files: this.files, events }, { ...start, verdicts })
    this.#body = body
    await Promise.all([body.watcher.refresh(), ...(terminals.length > 0 ? terminals : [1]).map((number) => body.openTerminal(number))])
  }

  #decided(standing: Standing): void {
    const { evidence, ...shown } = standing
    this.#ground.store.keepVerdict(this.#record.id, { check: standing.id, evidence, standing: { ...shown } })
    this.#markVerdict(standing)
    this.tell({ type: 'standing', standing })
    this.#countSteps()
  }

  /** Recordings tell of a verdict when it changes, not of each reason. */
  #markVerdict({ id, verdict }: Standing): void {
    if (this.isCriterion(id) && this.#marked.get(id) !== verdict && (this.#marked.has(id) || verdict === 'done')) this.#body?.mark(`${id}: ${verdict}`)
    this.#marked.set(id, verdict)
  }

  #blockEnded(terminal: number, place: BlockPlace, exit: number | null): void {
    if (exit === 0) this.#blocks.push(place)
    this.tell({ type: 'block', terminal, place, exit })
    this.#countSteps()
  }

  #countSteps(): void {
    const before = this.#record.stepsDone
    const standings = this.#body?.watcher.standings() ?? []
    const now = stepsDone(this.loaded.lab, before, { standings, blocks: this.#blocks })
    if (now.length === before.length) return
    this.#change({ stepsDone: now })
    this.tell({ type: 'steps' })
    this.#considerCheckpoint()
  }

  #prompted(): void {
    this.#body?.world.recordContainers()
    this.#considerCheckpoint()
  }

  /** A step begins when those before it are done and no block of theirs is still being typed. */
  #considerCheckpoint(): void {
    if (!this.#body || this.#closed || this.#body.typing) return
    const step = stepBegun(this.loaded.lab, this.#record.stepsDone)
    const kept = this.checkpoints()
    if (step <= this.loaded.lab.steps.length && !kept.includes(step)) void this.#save(step)
    else if (this.files.logLength > longestLog) void this.#save()
  }

  #save(step?: number): Promise<void> {
    const saved = this.#saving.then(() => this.#saveNow(step))
    this.#saving = saved.catch((error: unknown) => this.#problem(error))
    return saved
  }

  async #saveNow(step: number | undefined): Promise<void> {
    const body = this.#body
    if (!body || (step !== undefined && this.checkpoints().includes(step))) return
    this.files.newLog()
    const snapshot = await body.world.snapshot()
    const { id, stepsDone: done } = this.#record
    const progress = { verdicts: this.#ground.store.verdicts(id), stepsDone: done }
    const [world, home] = await Promise.all([this.files.writeWorld(snapshot), body.packHome()])
    if (home) this.files.writeHome(home)
    if (step === undefined || !home || this.#isFull()) return
    this.files.writeCheckpoint(step, { world, home, progress })
    this.tell({ type: 'steps' })
  }

  #isFull(): boolean {
    const { folderBytes } = this.#ground.limits
    if (this.files.bytes() < folderBytes) return false
    if (!this.#full)
      this.#warn(`This session has filled its ${folderBytes >> 20} MiB: delete large files of the home folder; until then no step's beginning is kept`)
    this.#full = true
    return true
  }

  #problem(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error)
    this.#ground.log('session.write-failed', { session: this.#record.id, error: message })
    const full = message.includes('ENOSPC') ? 'The disk of this server is full' : `This server cannot write (${message})`
    this.#warn(`${full}: what you do from now on would be lost if the server ended; tell whoever runs it`)
  }

  #warn(text: string): void {
    if (this.#warnings.has(text)) return
    this.#warnings.add(text)
    this.tell({ type: 'notice', text, tone: 'warning' })
  }

  #terminalsChanged(): void {
    this.#change({ terminals: [...this.body.terminals.keys()] })
    this.tell({ type: 'terminals' })
  }

  #keepTime(): void {
    const { clock } = this.body.world
    this.files.record({ kind: 'clock', at: clock.now(), pace: clock.state().pace })
  }

  #change(change: Partial<Pick<SessionRecord, 'stepsDone' | 'terminals'>>): void {
    this.#record = { ...this.#record, ...change }
    this.#ground.store.changeSession(this.#record.id, change)
  }
}
