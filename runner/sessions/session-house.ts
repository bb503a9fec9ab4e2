// All sessions of a server (a door for the server): finds or makes a learner's session, wakes stored ones, lets unused ones sleep.
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { SessionRecord } from '../progress/progress-store.ts'
import { type LiveSession, openLiveSession, SessionError } from './live-session.ts'
import { openSessionFiles, type RecordingFile, recordingsIn, removeSessionFolder, type SessionFiles } from './session-files.ts'
import type { SessionGround } from './session-ground.ts'

/** There is a session already, and it was not said that another attempt is wanted. */
export class SessionExists extends Error {
  override readonly name = 'SessionExists'
  readonly session: SessionRecord

  constructor(session: SessionRecord) {
    super('There is a session at this lab already: go on with it, or say that another attempt is wanted')
    this.session = session
  }
}

/** This server, or this learner, has as many sessions as it may. */
export class NoRoom extends Error {
  override readonly name = 'NoRoom'
}

/** What a learner asks for. */
export interface Wish {
  readonly lab: string
  readonly from?: number
  readonly fresh?: boolean
}

/** The sessions of one server. */
export class SessionHouse {
  readonly ground: SessionGround
  readonly #live = new Map<string, Promise<LiveSession>>()
  readonly #beginning = new Map<string, Promise<unknown>>()
  readonly #closing = new Map<string, Promise<unknown>>()
  readonly #present = new Map<string, number>()
  readonly #timers = new Map<string, NodeJS.Timeout[]>()
  /** Sessions whose world stopped its clock, and whose learner has not been told. */
  readonly #stoodStill = new Set<string>()

  constructor(ground: SessionGround) {
    this.ground = ground
  }

  /** How many sessions run. */
  get size(): number {
    return this.#live.size
  }

  /** Those that run now. */
  live(): Promise<readonly LiveSession[]> {
    return Promise.all(this.#live.values())
  }

  isLive(id: string): boolean {
    return this.#live.has(id)
  }

  /** The learner's session at a lab: the one that is there, or a new attempt. Throws `SessionExists`, `NoRoom`, or a form error of the lab. */
  begin(learner: string, wish: Wish): Promise<SessionRecord> {
    // Two windows that ask at once are one learner: the second finds what the first has made.
    const key = `${learner} ${wish.lab}`
    const turn = (this.#beginning.get(key) ?? Promise.resolve()).then(() => this.#begin(learner, wish))
    const over = turn.then(
      () => undefined,
      () => undefined,
    )
    this.#beginning.set(key, over)
    void over.then(() => this.#beginning.get(key) === over && this.#beginning.delete(key))
    return turn
  }

  /** Goes back to where a step began. A session that could not be brought up again is opened anew by whoever asks next. */
  async restart(session: LiveSession, step: number): Promise<void> {
    try {
      await session.restart(step)
    } catch (error) {
      if (error instanceof SessionError) throw error
      this.#forget(session.record.id)
      await session.close('going-down').catch(() => undefined)
      throw error
    }
  }

  async #begin(learner: string, { lab, from = 1, fresh = false }: Wish): Promise<SessionRecord> {
    const loaded = await this.ground.load(lab)
    if (!Number.isInteger(from) || from < 1 || from > loaded.lab.steps.length) {
      throw new SessionError(`The lab "${lab}" has the steps 1 to ${loaded.lab.steps.length}: there is no step ${from}`)
    }
    const earlier = this.ground.store.sessionsOf(learner).filter((session) => session.lab === lab)
    const current = earlier.find(({ ended }) => !ended)
    if (current && !fresh) {
      if (from !== 1 && from !== current.from) throw new SessionExists(current)
      return current
    }
    if (current) await this.end(current.id)
    return this.#make(learner, { lab, from, attempt: (earlier[0]?.attempt ?? 0) + 1 })
  }

  /** The running session of an id, woken if it sleeps. Undefined where there is none, or it has ended. */
  async open(id: string): Promise<LiveSession | undefined> {
    await this.#closing.get(id)
    const known = this.#live.get(id)
    if (known) return known
    const record = this.ground.store.session(id)
    if (!record || record.ended) return undefined
    this.#checkRoom(record.learner)
    const opening = this.#wake(record)
    this.#live.set(id, opening)
    opening.then(
      // Nobody has come yet, and perhaps nobody will.
      (session) => (this.#present.get(id) ?? 0) === 0 && this.#settle(session),
      () => this.#live.delete(id),
    )
    return opening
  }

  /** A window came: the world's time runs, nothing is put to sleep. */
  arrive(session: LiveSession): void {
    const { id } = session.record
    this.#present.set(id, (this.#present.get(id) ?? 0) + 1)
    this.#cancel(id)
    if (this.#stoodStill.delete(id)) session.sayOnce('While nobody was here the time of this world stood still: it goes on where it was.')
    session.setRunning(true)
    this.ground.store.changeSession(id, { seenAt: this.ground.now() })
  }

  /** A window went. With the last one the session's quiet time begins. */
  leave(session: LiveSession): void {
    const { id } = session.record
    const left = (this.#present.get(id) ?? 1) - 1
    this.#present.set(id, left)
    if (left > 0 || session.closed) return
    this.ground.store.changeSession(id, { seenAt: this.ground.now() })
    this.#settle(session)
  }

  /** How many windows look at sessions. */
  windows(): number {
    return [...this.#present.values()].reduce((sum, count) => sum + count, 0)
  }

  /** Ends an attempt: it is kept for the record, its world is not. */
  async end(id: string): Promise<void> {
    await this.#closing.get(id)
    const session = await this.#live.get(id)?.catch(() => undefined)
    this.#forget(id)
    if (session) await this.#close(session, 'ended')
    this.ground.store.changeSession(id, { ended: true })
    removeSessionFolder(this.#folder(id), { keepRecordings: true })
  }

  /** Ends a session and deletes everything that is stored of it. */
  async remove(id: string): Promise<void> {
    await this.end(id)
    removeSessionFolder(this.#folder(id))
    this.ground.store.removeSession(id)
  }

  /** Recordings of a session's terminals. */
  recordings(id: string): readonly RecordingFile[] {
    return recordingsIn(this.#folder(id))
  }

  /** Deletes what nobody came back to for too long; gives how many. */
  async clean(): Promise<number> {
    const old = this.ground.store.unseenSince(this.ground.now() - this.ground.limits.keptFor).filter(({ id }) => !this.isLive(id))
    for (const { id } of old) await this.remove(id)
    return old.length
  }

  /** Stores every session and ends it: the server goes down. */
  async close(): Promise<void> {
    const sessions = await Promise.allSettled(this.#live.values())
    for (const id of [...this.#live.keys()]) this.#forget(id)
    await Promise.all(sessions.map((one) => (one.status === 'fulfilled' ? one.value.close('going-down') : undefined)))
  }

  /** The files of a session that does not run. */
  #files(id: string): SessionFiles {
    const problem = (error: unknown): void => this.ground.log('session.write-failed', { session: id, error: String(error) })
    return openSessionFiles(this.#folder(id), problem)
  }

  #folder(id: string): string {
    return join(this.ground.folder, id)
  }

  async #make(learner: string, { lab, from, attempt }: { lab: string; from: number; attempt: number }): Promise<SessionRecord> {
    this.#checkRoom(learner)
    const now = this.ground.now()
    const record: SessionRecord = { id: randomUUID(), learner, lab, attempt, from, startedAt: now, seenAt: now, ended: false, stepsDone: [], terminals: [1] }
    const solved = from > 1 ? await this.ground.solved(await this.ground.load(lab), from) : undefined
    this.ground.store.addSession(record)
    if (solved !== undefined) this.#beginSolved(record, solved)
    await this.open(record.id)
    return this.ground.store.session(record.id) ?? record
  }

  /** A session that begins in the middle of its lab. */
  #beginSolved({ id, from }: SessionRecord, folder: string): void {
    const files = this.#files(id)
    files.adoptCheckpoints(folder, from)
    files.adoptWorld(from)
    const progress = files.progress(from)
    files.close()
    this.ground.store.replaceVerdicts(id, progress?.verdicts ?? [])
    this.ground.store.changeSession(id, { stepsDone: progress?.stepsDone ?? [] })
  }

  async #wake(record: SessionRecord): Promise<LiveSession> {
    const { ground } = this
    const loaded = await ground.load(record.lab)
    const files = this.#files(record.id)
    const left = files.world()
    const home = files.home()
    const session = await openLiveSession({
      ground,
      loaded,
      record,
      files,
      start: { ...(left ? { snapshot: left.snapshot, records: left.records } : {}), ...(home ? { home } : {}) },
      notices: left && record.seenAt > record.startedAt ? [broughtBack] : [],
    })
    ground.log('session.opened', { session: record.id, lab: record.lab, restored: left !== undefined, records: left?.records.length ?? 0 })
    return session
  }

  #checkRoom(learner: string): void {
    const { live, livePerLearner } = this.ground.limits
    if (this.#live.size >= live) throw new NoRoom(`All ${live} places of this server are taken: try again in a few minutes`)
    const own = this.ground.store.sessionsOf(learner).filter(({ id }) => this.#live.has(id))
    if (own.length >= livePerLearner) throw new NoRoom(`You have ${own.length} sessions that run: end one of them first`)
  }

  /** Nobody is there: after a while the world's time stands still, later all is stored and ends. */
  #settle(session: LiveSession): void {
    const { id } = session.record
    const { clockStops, sleepsAfter } = this.ground.limits
    this.#cancel(id)
    const stop = setTimeout(() => {
      if (session.closed) return
      this.#stoodStill.add(id)
      session.setRunning(false)
    }, clockStops)
    const sleep = setTimeout(() => void this.#sleep(id), sleepsAfter)
    this.#timers.set(id, [stop.unref(), sleep.unref()])
  }

  async #sleep(id: string): Promise<void> {
    const session = await this.#live.get(id)?.catch(() => undefined)
    if (!session || (this.#present.get(id) ?? 0) > 0) return
    this.#forget(id)
    await this.#close(session, 'going-down')
    this.ground.log('session.stored', { session: id })
  }

  /** Whoever wants the session meanwhile waits until its files are whole. */
  #close(session: LiveSession, why: 'ended' | 'going-down'): Promise<void> {
    const { id } = session.record
    const closing = session.close(why).finally(() => this.#closing.delete(id))
    this.#closing.set(
      id,
      closing.catch(() => undefined),
    )
    return closing
  }

  #cancel(id: string): void {
    for (const timer of this.#timers.get(id) ?? []) clearTimeout(timer)
    this.#timers.delete(id)
  }

  #forget(id: string): void {
    this.#cancel(id)
    this.#live.delete(id)
    this.#present.delete(id)
  }
}

const broughtBack =
  'Your session was brought back: world, files, exported variables and history are as you left them; programs that ran have ended, and each shell is a new one.'
