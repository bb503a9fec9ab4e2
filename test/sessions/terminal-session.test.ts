// Blocks that are typed into a terminal: when they go to the shell, and what becomes of them.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { openRecording } from '#runner/sessions/recording.ts'
import type { Terminal } from '#runner/sessions/sandbox/sandbox.ts'
import { createScreens } from '#runner/sessions/screen/screens.ts'
import { openTerminalLog } from '#runner/sessions/terminal-log.ts'
import { TerminalSession, type TypedBlock } from '#runner/sessions/terminal-session.ts'

const folder = mkdtempSync(join(tmpdir(), 'drydock-terminal-'))
const screens = createScreens()
after(async () => {
  await screens.close()
  rmSync(folder, { recursive: true, force: true })
})
const problem = (error: unknown): never => {
  throw error
}
const block = (index: number): TypedBlock => ({ place: { step: '1', block: index }, script: `echo ${index}` })
const prompt = '\x1b]133;D;0\x07\x1b]133;B\x07'

/** A shell that says what the test says, and a terminal session on it. */
function scriptedTerminal(name: string) {
  const typed: string[] = []
  const ended: [number, number | null][] = []
  const listeners: ((data: Uint8Array) => void)[] = []
  const exit = Promise.withResolvers<number>()
  const shell: Terminal = {
    write: (data) => void typed.push(Buffer.from(data).toString()),
    onData: (listener) => void listeners.push(listener),
    resize: () => undefined,
    pause: () => undefined,
    resume: () => undefined,
    kill: () => undefined,
    exited: exit.promise,
  }
  const size = { columns: 80, rows: 24 }
  const session = new TerminalSession({
    number: 1,
    shell,
    log: openTerminalLog({ screens, size: () => size, problem }),
    recording: openRecording({ file: join(folder, name), title: name, ...size, now: () => 0, problem }),
    events: { changed: () => undefined, prompted: () => undefined, blockEnded: (place, code) => void ended.push([place.block, code]) },
    ...size,
  })
  const say = (text: string): void => {
    for (const listener of listeners) listener(Buffer.from(text))
  }
  return { session, typed, ended, say, exit }
}

test('a block that is run before the first prompt waits for it, and no other is taken meanwhile', () => {
  const { session, typed, ended, say } = scriptedTerminal('first-prompt')
  assert.equal(session.type([block(0)]), true)
  assert.deepEqual(typed, [])
  assert.equal(session.type([block(1)]), false)
  say(prompt)
  assert.equal(typed.length, 1)
  assert.match(typed[0] ?? '', /echo 0/)
  say('\x1b]133;C\x07')
  say('\x1b]133;D;3\x07\x1b]133;B\x07')
  assert.deepEqual(ended, [[0, 3]])
})

test('a block is refused while a command runs that was typed by hand', () => {
  const { session, say } = scriptedTerminal('busy')
  say(prompt)
  say('\x1b]133;C\x07')
  assert.equal(session.type([block(0)]), false)
})

test('blocks that a shell never came to have ended without an exit code', async () => {
  const { session, ended, exit } = scriptedTerminal('never')
  session.type([block(0), block(1)])
  exit.resolve(1)
  await exit.promise
  await Promise.resolve()
  assert.deepEqual(ended, [
    [0, null],
    [1, null],
  ])
  assert.equal(session.type([block(0)]), false)
})
