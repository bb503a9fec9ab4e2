import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { DataFormatError, type ProgressStore, type SessionRecord } from '#runner/progress/progress-store.ts'
import { openSqliteStore } from '#runner/progress/stores/sqlite.ts'

const session: SessionRecord = {
  id: 's1',
  learner: 'ada',
  lab: 'fleet-manager',
  attempt: 1,
  from: 1,
  startedAt: 10,
  seenAt: 10,
  ended: false,
  stepsDone: [],
  terminals: [1],
}

function opened(): ProgressStore {
  const store = openSqliteStore(':memory:')
  store.meet('ada', 1)
  store.addSession(session)
  return store
}

test('a session comes back as it was kept, with what was changed of it', () => {
  const store = opened()
  assert.deepEqual(store.session('s1'), session)
  store.changeSession('s1', { seenAt: 20, stepsDone: ['1'], terminals: [1, 2], ended: true })
  assert.deepEqual(store.session('s1'), { ...session, seenAt: 20, stepsDone: ['1'], terminals: [1, 2], ended: true })
  store.addSession({ ...session, id: 's2', attempt: 2, startedAt: 30, seenAt: 30 })
  assert.deepEqual(
    store.sessionsOf('ada').map(({ id }) => id),
    ['s2', 's1'],
  )
  assert.deepEqual(
    store.unseenSince(25).map(({ id }) => id),
    ['s1'],
  )
})

test('evidence is kept without taking a verdict away; verdicts can be put back as they were', () => {
  const store = opened()
  store.keepVerdict('s1', { check: 'drift', evidence: { uid: 'a' }, standing: { verdict: 'not yet' } })
  store.keepVerdict('s1', { check: 'drift', evidence: { uid: 'b' } })
  const kept = store.verdicts('s1')
  assert.deepEqual(kept, [{ check: 'drift', evidence: { uid: 'b' }, standing: { verdict: 'not yet' } }])
  store.replaceVerdicts('s1', [])
  assert.deepEqual(store.verdicts('s1'), [])
  store.replaceVerdicts('s1', kept)
  assert.deepEqual(store.verdicts('s1'), kept)
})

test('answers count their attempts; a learner is exported and forgotten whole', () => {
  const store = opened()
  store.answer('ada', 'course', { question: 'q', answer: 'a', right: false, at: 1 })
  assert.deepEqual(store.answer('ada', 'course', { question: 'q', answer: 'b', right: true, at: 2 }), {
    question: 'q',
    answer: 'b',
    right: true,
    attempts: 2,
    at: 2,
  })
  const all = store.export('ada')
  assert.deepEqual([all?.sessions.length, all?.answers.course?.length], [1, 1])
  store.forget('ada')
  assert.equal(store.export('ada'), undefined)
  assert.equal(store.session('s1'), undefined)
  assert.equal(store.knows('ada'), false)
})

test('data of a newer release is refused and left as it is; data of this one is opened again', () => {
  const folder = mkdtempSync(join(tmpdir(), 'drydock-store-'))
  const file = join(folder, 'drydock.db')
  try {
    const store = openSqliteStore(file)
    store.meet('ada', 1)
    store.close()
    const again = openSqliteStore(file)
    assert.ok(again.knows('ada'))
    again.close()
    const raw = new DatabaseSync(file)
    raw.exec('PRAGMA user_version = 99')
    raw.close()
    assert.throws(
      () => openSqliteStore(file),
      (error: unknown) => error instanceof DataFormatError && /expected format 1 or older, found 99/.test(error.message),
    )
    const left = new DatabaseSync(file)
    assert.deepEqual({ ...left.prepare('SELECT count(*) AS learners FROM learners').get() }, { learners: 1 })
    left.close()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
