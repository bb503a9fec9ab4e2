// The progress store in SQLite (node:sqlite, WAL): 0.2 ms for a durable write, 3 MB of memory.
import { DatabaseSync } from 'node:sqlite'
import type { Json } from '../../base/json.ts'
import type { Answer, KeptVerdict, LearnerExport, ProgressStore, SessionChange, SessionRecord } from '../progress-store.ts'
import { migrate } from './migrations.ts'

/** Opens the store in a file, or in memory with `:memory:`. Throws `DataFormatError` where a newer release has written it. */
export function openSqliteStore(file: string): ProgressStore {
  const database = new DatabaseSync(file)
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 2000')
  try {
    migrate(database, file)
  } catch (error) {
    database.close()
    throw error
  }
  return new SqliteStore(database)
}

type Row = Record<string, unknown>

class SqliteStore implements ProgressStore {
  readonly #database: DatabaseSync
  readonly #statements = new Map<string, ReturnType<DatabaseSync['prepare']>>()

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  meet(learner: string, now: number): void {
    this.#run('INSERT OR IGNORE INTO learners (id, since) VALUES (?, ?)', learner, now)
  }

  knows(learner: string): boolean {
    return this.#all('SELECT 1 FROM learners WHERE id = ?', learner).length > 0
  }

  addSession({ id, learner, lab, attempt, from, startedAt, seenAt, ended, stepsDone, terminals }: SessionRecord): void {
    this.#run(
      'INSERT INTO sessions (id, learner, lab, attempt, from_step, started_at, seen_at, ended, steps_done, terminals) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      ...[id, learner, lab, attempt, from, startedAt, seenAt, Number(ended), JSON.stringify(stepsDone), JSON.stringify(terminals)],
    )
  }

  session(id: string): SessionRecord | undefined {
    return this.#all('SELECT * FROM sessions WHERE id = ?', id).map(toSession)[0]
  }

  changeSession(id: string, { seenAt, ended, stepsDone, terminals }: SessionChange): void {
    const set = (column: string, value: string | number | undefined): void => {
      if (value !== undefined) this.#run(`UPDATE sessions SET ${column} = ? WHERE id = ?`, value, id)
    }
    set('seen_at', seenAt)
    set('ended', ended === undefined ? undefined : Number(ended))
    set('steps_done', stepsDone && JSON.stringify(stepsDone))
    set('terminals', terminals && JSON.stringify(terminals))
  }

  sessionsOf(learner: string): readonly SessionRecord[] {
    return this.#all('SELECT * FROM sessions WHERE learner = ? ORDER BY started_at DESC, rowid DESC', learner).map(toSession)
  }

  unseenSince(time: number): readonly SessionRecord[] {
    return this.#all('SELECT * FROM sessions WHERE seen_at < ? ORDER BY seen_at', time).map(toSession)
  }

  removeSession(id: string): void {
    this.#run('DELETE FROM sessions WHERE id = ?', id)
  }

  keepVerdict(session: string, { check, evidence, standing }: KeptVerdict): void {
    this.#run(
      `INSERT INTO verdicts (session, check_id, evidence, standing) VALUES (?, ?, ?, ?)
       ON CONFLICT (session, check_id) DO UPDATE SET evidence = excluded.evidence, standing = coalesce(excluded.standing, standing)`,
      ...[session, check, JSON.stringify(evidence), standing === undefined ? null : JSON.stringify(standing)],
    )
  }

  verdicts(session: string): readonly KeptVerdict[] {
    return this.#all('SELECT * FROM verdicts WHERE session = ? ORDER BY check_id', session).map(toVerdict)
  }

  replaceVerdicts(session: string, verdicts: readonly KeptVerdict[]): void {
    this.#together(() => {
      this.#run('DELETE FROM verdicts WHERE session = ?', session)
      for (const verdict of verdicts) this.keepVerdict(session, verdict)
    })
  }

  answer(learner: string, course: string, { question, answer, right, at }: Omit<Answer, 'attempts'>): Answer {
    this.#run(
      `INSERT INTO answers (learner, course, question, answer, is_right, attempts, at) VALUES (?, ?, ?, ?, ?, 1, ?)
       ON CONFLICT (learner, course, question) DO UPDATE
       SET answer = excluded.answer, is_right = excluded.is_right, attempts = attempts + 1, at = excluded.at`,
      ...[learner, course, question, answer, right === undefined ? null : Number(right), at],
    )
    const kept = this.answers(learner, course).find((entry) => entry.question === question)
    if (!kept) throw new Error(`The answer to "${question}" was not kept`)
    return kept
  }

  answers(learner: string, course: string): readonly Answer[] {
    return this.#all('SELECT * FROM answers WHERE learner = ? AND course = ? ORDER BY question', learner, course).map(toAnswer)
  }

  export(learner: string): LearnerExport | undefined {
    const [known] = this.#all('SELECT since FROM learners WHERE id = ?', learner)
    if (!known) return undefined
    const courses = this.#all('SELECT DISTINCT course FROM answers WHERE learner = ? ORDER BY course', learner).map(({ course }) => String(course))
    return {
      learner,
      since: Number(known.since),
      sessions: this.sessionsOf(learner).map((session) => ({ ...session, verdicts: this.verdicts(session.id) })),
      answers: Object.fromEntries(courses.map((course) => [course, this.answers(learner, course)])),
    }
  }

  forget(learner: string): void {
    this.#run('DELETE FROM learners WHERE id = ?', learner)
  }

  close(): void {
    this.#statements.clear()
    this.#database.close()
  }

  #statement(sql: string): ReturnType<DatabaseSync['prepare']> {
    const known = this.#statements.get(sql) ?? this.#database.prepare(sql)
    this.#statements.set(sql, known)
    return known
  }

  #run(sql: string, ...values: (string | number | null)[]): void {
    this.#statement(sql).run(...values)
  }

  #all(sql: string, ...values: (string | number | null)[]): Row[] {
    return this.#statement(sql).all(...values) as Row[]
  }

  #together(work: () => void): void {
    this.#database.exec('BEGIN')
    try {
      work()
      this.#database.exec('COMMIT')
    } catch (error) {
      this.#database.exec('ROLLBACK')
      throw error
    }
  }
}

function toSession(row: Row): SessionRecord {
  return {
    id: String(row.id),
    learner: String(row.learner),
    lab: String(row.lab),
    attempt: Number(row.attempt),
    from: Number(row.from_step),
    startedAt: Number(row.started_at),
    seenAt: Number(row.seen_at),
    ended: row.ended === 1,
    stepsDone: JSON.parse(String(row.steps_done)) as string[],
    terminals: JSON.parse(String(row.terminals)) as number[],
  }
}

function toVerdict(row: Row): KeptVerdict {
  const standing = row.standing === null ? {} : { standing: JSON.parse(String(row.standing)) as Json }
  return { check: String(row.check_id), evidence: JSON.parse(String(row.evidence)) as Json, ...standing }
}

function toAnswer(row: Row): Answer {
  const right = row.is_right === null ? {} : { right: row.is_right === 1 }
  return { question: String(row.question), answer: String(row.answer), ...right, attempts: Number(row.attempts), at: Number(row.at) }
}
