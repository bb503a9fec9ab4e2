// The tables of the store, as a row of steps: an older file is brought forward, a newer one refused, none is wiped.
import type { DatabaseSync } from 'node:sqlite'
import { DataFormatError } from '../progress-store.ts'

/** Each step is one format further; a released step is never changed. */
const steps: readonly string[] = [
  `CREATE TABLE learners (id TEXT PRIMARY KEY, since INTEGER NOT NULL) STRICT;
   CREATE TABLE sessions (
     id TEXT PRIMARY KEY,
     learner TEXT NOT NULL REFERENCES learners ON DELETE CASCADE,
     lab TEXT NOT NULL,
     attempt INTEGER NOT NULL,
     from_step INTEGER NOT NULL,
     started_at INTEGER NOT NULL,
     seen_at INTEGER NOT NULL,
     ended INTEGER NOT NULL,
     steps_done TEXT NOT NULL,
     terminals TEXT NOT NULL,
     UNIQUE (learner, lab, attempt)
   ) STRICT;
   CREATE TABLE verdicts (
     session TEXT NOT NULL REFERENCES sessions ON DELETE CASCADE,
     check_id TEXT NOT NULL,
     evidence TEXT NOT NULL,
     standing TEXT,
     PRIMARY KEY (session, check_id)
   ) STRICT;
   CREATE TABLE answers (
     learner TEXT NOT NULL REFERENCES learners ON DELETE CASCADE,
     course TEXT NOT NULL,
     question TEXT NOT NULL,
     answer TEXT NOT NULL,
     is_right INTEGER,
     attempts INTEGER NOT NULL,
     at INTEGER NOT NULL,
     PRIMARY KEY (learner, course, question)
   ) STRICT;
   CREATE INDEX sessions_of_learner ON sessions (learner);
   CREATE INDEX sessions_seen ON sessions (seen_at);`,
]

/** Brings a database to the format of this release. */
export function migrate(database: DatabaseSync, file: string): void {
  const found = Number(database.prepare('PRAGMA user_version').get()?.user_version ?? 0)
  if (found > steps.length) {
    throw new DataFormatError(
      `Cannot use the data in "${file}": expected format ${steps.length} or older, found ${found}; start the release that wrote it, or choose another folder with "--data"`,
    )
  }
  for (const [index, step] of steps.slice(found).entries()) {
    database.exec(`BEGIN; ${step} PRAGMA user_version = ${found + index + 1}; COMMIT`)
  }
}
